//! The streams of one HTTP/2 connection, driven together with it.
//!
//! A task for each would wake that of the connection for every answer, which
//! would then leave by itself. Here all that has come for a connection is
//! looked at in one turn, and all answers leave in one write.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use hyper::rt::Executor;
use tokio::io::AsyncWrite;

use crate::bell::Bell;
use crate::cork::Outlet;

/// How often a connection and its streams are looked at again before others have
/// their turn: for what has come, for what was answered at once, and one to spare.
const LOOKS: usize = 3;

type Stream = Pin<Box<dyn Future<Output = Ended> + Send>>;

/// What is driven beside a connection, and has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// A stream.
    Stream,
    /// The wait for the time at which the connection is to end.
    Stay,
}

/// Takes the streams that a connection begins.
#[derive(Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<Vec<Stream>>>);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        // A block that awaits it would hold it twice, and be as large.
        let stream = Box::pin(stream.map(|()| Ended::Stream));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(stream);
    }
}

impl Streams {
    /// Gives all of them to who drives them.
    fn join(&self, running: &mut FuturesUnordered<Stream>) {
        running.extend(self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..));
    }
}

/// Drives a connection and its streams.
pub(crate) struct Driver<S> {
    begun: Streams,
    running: FuturesUnordered<Stream>,
    outlet: Outlet<S>,
    /// Rung for the connection, mostly by its own streams.
    bell: Bell,
    /// Rung for the streams, mostly by themselves: what they say in the turn in
    /// which they end, nobody needs to be woken for.
    streams_bell: Bell,
}

impl<S: AsyncWrite + Unpin> Driver<S> {
    /// Of the connection that gives its streams to `begun`, and writes to what
    /// `outlet` belongs to. It is to end when `stay` does.
    pub(crate) fn new(
        begun: Streams,
        outlet: Outlet<S>,
        stay: impl Future<Output = ()> + Send + 'static,
    ) -> Self {
        let stay: Stream = Box::pin(stay.map(|()| Ended::Stay));
        let running = FuturesUnordered::from_iter([stay]);
        Self { begun, running, outlet, bell: Bell::new(), streams_bell: Bell::new() }
    }

    /// Resolves with the connection; streams that run then are given up with
    /// the value. `leave` tells the connection that it is to end.
    pub(crate) async fn drive<C: Future>(
        &mut self,
        mut connection: Pin<&mut C>,
        leave: impl Fn(Pin<&mut C>),
    ) -> C::Output {
        self.bell.ring();
        std::future::poll_fn(|context| self.poll(connection.as_mut(), &leave, context)).await
    }

    fn poll<C: Future>(
        &mut self,
        mut connection: Pin<&mut C>,
        leave: &impl Fn(Pin<&mut C>),
        context: &mut Context<'_>,
    ) -> Poll<C::Output> {
        self.bell.awake();
        self.streams_bell.awake();
        let (mut heard, mut streams) = (self.bell.context(), self.streams_bell.context());
        // A stream that is alone, beside the stay, has nobody to wait for.
        self.outlet.hold(self.running.len() > 2);
        let mut looks = 0;
        loop {
            // They are looked at now, whatever they have rung for.
            self.streams_bell.has_rung();
            while let Poll::Ready(Some(ended)) = self.running.poll_next_unpin(&mut streams) {
                if ended == Ended::Stay {
                    leave(connection.as_mut());
                    self.bell.ring();
                }
            }
            if looks == LOOKS {
                break;
            }
            looks += 1;
            if self.bell.has_rung() {
                let ended = connection.as_mut().poll(&mut heard);
                if ended.is_ready() {
                    return ended;
                }
                self.begun.join(&mut self.running);
            } else if !self.streams_bell.has_rung() {
                break;
            }
        }
        self.outlet.let_out(&mut heard);
        self.streams_bell.sleep(context);
        self.bell.sleep(context);
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn};
    use std::pin::pin;

    use super::*;
    use crate::cork::cork;
    use crate::tests::sleeper::Sleeper;

    /// As `h2` has it, which tells a stream what that itself has brought about.
    #[test]
    fn streams_that_ring_for_themselves_as_they_end_take_no_other_turn() {
        let (begun, sleeper) = (Streams::default(), Arc::<Sleeper>::default());
        let waker = sleeper.waker();
        let (_corked, outlet) = cork(tokio::io::sink());
        let mut driver = Driver::new(begun.clone(), outlet, pending());
        let mut looked_at = 0;
        let connection = pin!(poll_fn(|_context| {
            looked_at += 1;
            for _ in 0..3 {
                begun.execute(poll_fn(|context| {
                    context.waker().wake_by_ref();
                    Poll::Ready(())
                }));
            }
            Poll::<()>::Pending
        }));
        {
            let mut driven = pin!(driver.drive(connection, |_connection| {}));
            assert!(driven.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
        assert_eq!((looked_at, driver.running.len(), sleeper.woken()), (1, 1, 0));
    }
}
