//! One connection to an upstream.
//!
//! A connection has to be driven by somebody. Whoever waits for an answer does
//! that in passing: handed from one task to another, each piece of an answer
//! would wake both, which costs more than all else that is done with it. An
//! upload has a task of its own drive its connection, since it comes on while
//! nobody asks for the answer; and so has a WebSocket.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use hyper::body::{Body as _, Frame, Incoming};
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::coop::has_budget_remaining;

use crate::alarm::Timer;
use crate::bell::Bell;
use crate::body::Outgoing;

/// What became of a request: the head of its answer, or what went wrong, with
/// the request where that was not written.
pub(crate) type Tried = Result<Response<Incoming>, TrySendError<Request<Outgoing>>>;

/// A connection, for one request at a time.
pub(crate) struct Link {
    sender: SendRequest<Outgoing>,
    /// None: a task of its own drives it, or it has ended.
    driven: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    bell: Bell,
    timer: Timer,
}

impl Link {
    /// Speaks HTTP/1.1 on a stream.
    pub(crate) async fn new<S>(stream: S) -> hyper::Result<Self>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let driven = Box::pin(async move {
            // Its end is the request's end, which has a page of its own.
            if let Err(error) = connection.with_upgrades().await {
                tracing::debug!(%error, "a connection to a service ended");
            }
        });
        Ok(Self { sender, driven: Some(driven), bell: Bell::new(), timer: Timer::default() })
    }

    /// Has a task of its own drive it from here on.
    pub(crate) fn detach(&mut self) {
        if let Some(driven) = self.driven.take() {
            tokio::spawn(driven);
        }
    }

    /// Resolves when it takes another request, or never will: whether it does.
    pub(crate) async fn is_ready(&mut self) -> bool {
        let ready = poll_fn(|context| self.step(context, |link, it| link.sender.poll_ready(it)));
        ready.await.is_ok()
    }

    /// Whether it is known to take no other request.
    pub(crate) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Takes a request to send; what [`Self::drive`] gets.
    pub(crate) fn send(
        &mut self,
        request: Request<Outgoing>,
    ) -> impl Future<Output = Tried> + use<> {
        if matches!(request.body(), Outgoing::Upload(_)) {
            self.detach();
        }
        self.sender.try_send_request(request)
    }

    /// Drives the connection until the head of the answer to what was sent has
    /// come; none where that takes longer than `within`.
    pub(crate) async fn drive(
        &mut self,
        mut sent: Pin<&mut impl Future<Output = Tried>>,
        within: Duration,
    ) -> Option<Tried> {
        self.timer.set(within);
        poll_fn(|context| {
            let came = self.step(context, |_link, it| sent.as_mut().poll(it).map(Some));
            if came.is_pending() && self.timer.is_over(context) {
                return Poll::Ready(None);
            }
            came
        })
        .await
    }

    /// The next piece of an answer's body.
    pub(crate) fn poll_body(
        &mut self,
        body: &mut Incoming,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if self.driven.is_some() {
            // The connection gives a piece to who has asked for one.
            let asked = Pin::new(&mut *body).poll_frame(&mut Context::from_waker(Waker::noop()));
            if asked.is_ready() {
                return asked;
            }
        }
        self.step(context, |_link, it| Pin::new(&mut *body).poll_frame(it))
    }

    /// Drives the connection, then looks for what that has brought about. Only
    /// driving does, so that nobody needs to be woken for it besides.
    fn step<T>(
        &mut self,
        context: &mut Context<'_>,
        look: impl FnOnce(&mut Self, &mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        let Some(driven) = &mut self.driven else { return look(self, context) };
        self.bell.awake();
        // It is driven now, whatever it has rung for.
        self.bell.has_rung();
        if driven.as_mut().poll(&mut self.bell.context()).is_ready() {
            self.driven = None;
            return look(self, context);
        }
        let seen = look(self, &mut Context::from_waker(Waker::noop()));
        if seen.is_pending() {
            self.bell.sleep(context);
            // A task that has had its turn sees nothing, whatever is there.
            if !has_budget_remaining() {
                context.waker().wake_by_ref();
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt as _;
    use tokio::io::AsyncWriteExt as _;
    use tokio::sync::oneshot;
    use tokio::task::consume_budget;

    use super::*;
    use crate::tests::sleeper::Sleeper;

    #[tokio::test]
    async fn a_piece_that_is_taken_from_an_answer_wakes_nobody() {
        let sleeper = std::sync::Arc::<Sleeper>::default();
        let waker = sleeper.waker();
        let mut awake = Context::from_waker(&waker);
        let (stream, mut service) = tokio::io::duplex(1024);
        let mut link = Link::new(stream).await.unwrap();
        let mut sent = pin!(link.send(Request::new(Outgoing::Empty)));
        let within = Duration::from_secs(5);
        assert!(link.drive(sent.as_mut(), within).now_or_never().is_none());
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
        service.write_all(answer).await.unwrap();
        let tried = pin!(link.drive(sent.as_mut(), within)).poll(&mut awake);
        let Poll::Ready(Some(Ok(answer))) = tried else { panic!("no answer") };
        let piece = link.poll_body(&mut answer.into_body(), &mut awake);
        let Poll::Ready(Some(Ok(piece))) = piece else { panic!("no piece") };
        assert_eq!((piece.into_data().unwrap().as_ref(), sleeper.woken()), (&b"hello"[..], 0));
    }

    /// tokio lets a task do so much in a turn, and shows it nothing more then.
    #[tokio::test]
    async fn what_driving_brought_about_at_the_end_of_a_turn_is_seen_in_the_next() {
        let (stream, _other) = tokio::io::duplex(64);
        let (sender, _connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        let (tell, told) = oneshot::channel();
        let mut tell = Some(tell);
        let driven = poll_fn(move |context| {
            while has_budget_remaining() {
                let _spent = pin!(consume_budget()).poll(context);
            }
            if let Some(tell) = tell.take() {
                tell.send(7).unwrap();
            }
            Poll::Pending
        });
        let timer = Timer::default();
        let mut link = Link { sender, driven: Some(Box::pin(driven)), bell: Bell::new(), timer };
        let mut told = pin!(told);
        let mut turns = 0;
        let seen = poll_fn(|context| {
            turns += 1;
            // Else it would never be seen, since each turn ends in driving.
            if turns > 1 {
                link.driven = None;
            }
            link.step(context, |_link, it| told.as_mut().poll(it))
        });
        tokio::select! {
            biased;
            () = tokio::time::sleep(Duration::from_secs(5)) => panic!("nobody was woken"),
            seen = seen => assert_eq!(seen, Ok(7)),
        }
    }
}
