//! Answers that are ready at the same time leave together.
//!
//! The `h2` crate sends each piece of an answer on its own, and a write costs
//! more than all else that is done with a small one: to encrypt a record, to
//! pass the kernel, to wake the client. So what a connection writes while it is
//! driven is held, and let out when it has nothing more to say.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is held at most: what fits into one record (RFC 8446, section 5.1).
/// What is longer is passed on as it comes.
const HELD: usize = 16 * 1024;

/// A stream whose small writes are held until the [`Outlet`] lets them out.
pub(crate) struct Cork<S>(Arc<Mutex<Corked<S>>>);

/// Lets out what a [`Cork`] holds.
pub(crate) struct Outlet<S>(Arc<Mutex<Corked<S>>>);

struct Corked<S> {
    stream: S,
    holds: bool,
    held: Vec<u8>,
    /// How many bytes of `held` have left.
    left: usize,
    /// Whether there was no room for a write, which must be tried again.
    is_full: bool,
    /// Whether something was written that may not have left the stream.
    is_within: bool,
    /// Why nothing more can be written; said to whoever comes next.
    broken: Option<io::Error>,
}

/// Corks a stream.
pub(crate) fn cork<S>(stream: S) -> (Cork<S>, Outlet<S>) {
    let corked = Corked {
        stream,
        holds: true,
        held: Vec::new(),
        left: 0,
        is_full: false,
        is_within: true,
        broken: None,
    };
    let shared = Arc::new(Mutex::new(corked));
    (Cork(Arc::clone(&shared)), Outlet(shared))
}

fn lock<S>(corked: &Mutex<Corked<S>>) -> MutexGuard<'_, Corked<S>> {
    corked.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: AsyncWrite + Unpin> Outlet<S> {
    /// Whether what is written from now on is held, or passed on as it comes.
    pub(crate) fn hold(&self, holds: bool) {
        lock(&self.0).holds = holds;
    }

    /// Lets out what is held; to be called whenever the connection has had its
    /// turn, with the same context.
    pub(crate) fn let_out(&self, context: &mut Context<'_>) {
        lock(&self.0).let_out(context);
    }
}

impl<S: AsyncWrite + Unpin> Corked<S> {
    fn let_out(&mut self, context: &mut Context<'_>) {
        match self.poll_empty(context) {
            Poll::Ready(Ok(())) if !self.is_full => return,
            Poll::Ready(Ok(())) => self.is_full = false,
            Poll::Ready(Err(error)) => self.broken = Some(error),
            Poll::Pending => return,
        }
        // The connection has to see that.
        context.waker().wake_by_ref();
    }

    fn poll_empty(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.held.get(self.left..).filter(|rest| !rest.is_empty()) {
            self.is_within = true;
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.left += written;
        }
        // Nothing is kept for a client who may not come again soon.
        (self.held, self.left) = (Vec::new(), 0);
        if self.is_within {
            ready!(Pin::new(&mut self.stream).poll_flush(context))?;
            self.is_within = false;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Cork<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut corked = lock(&self.0);
        if let Some(error) = corked.broken.take() {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut corked.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Cork<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut corked = lock(&self.0);
        let length = pieces.iter().map(|piece| piece.len()).sum::<usize>();
        if corked.holds && corked.held.len() + length <= HELD {
            corked.held.reserve(length);
            for piece in pieces {
                corked.held.extend_from_slice(piece);
            }
            return Poll::Ready(Ok(length));
        }
        corked.is_full = true;
        ready!(corked.poll_empty(context))?;
        (corked.is_full, corked.is_within) = (false, true);
        Pin::new(&mut corked.stream).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Nothing: what is held leaves when the connection has had its turn.
    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut corked = lock(&self.0);
        ready!(corked.poll_empty(context))?;
        Pin::new(&mut corked.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    /// Takes as many bytes as it has room for, and remembers each write.
    #[derive(Default)]
    struct Paper {
        writes: Vec<Vec<u8>>,
        room: usize,
        is_gone: bool,
    }

    impl AsyncWrite for Paper {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _context: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            if self.is_gone {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            let taken = bytes.len().min(self.room);
            if taken == 0 {
                return Poll::Pending;
            }
            self.room -= taken;
            self.writes.push(bytes[..taken].to_vec());
            Poll::Ready(Ok(taken))
        }

        fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    impl AsyncRead for Paper {
        fn poll_read(
            self: Pin<&mut Self>,
            _context: &mut Context<'_>,
            _buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Poll::Pending
        }
    }

    fn context() -> Context<'static> {
        Context::from_waker(Waker::noop())
    }

    fn write(cork: &mut Cork<Paper>, bytes: &[u8]) -> Poll<usize> {
        let written = Pin::new(cork).poll_write(&mut context(), bytes);
        written.map(|written| written.unwrap())
    }

    fn corked(room: usize) -> (Cork<Paper>, Outlet<Paper>) {
        cork(Paper { room, ..Paper::default() })
    }

    #[test]
    fn what_is_written_in_one_turn_leaves_in_one_write() {
        let (mut cork, outlet) = corked(usize::MAX);
        for piece in ["one", "two", "three"] {
            assert_eq!(write(&mut cork, piece.as_bytes()), Poll::Ready(piece.len()));
            assert!(Pin::new(&mut cork).poll_flush(&mut context()).is_ready());
        }
        assert!(lock(&outlet.0).stream.writes.is_empty());
        outlet.let_out(&mut context());
        assert_eq!(lock(&outlet.0).stream.writes, [b"onetwothree"]);
    }

    #[test]
    fn what_is_long_or_alone_is_passed_on_after_what_is_held() {
        let (mut cork, outlet) = corked(usize::MAX);
        let long = vec![b'x'; HELD];
        assert_eq!(write(&mut cork, b"short"), Poll::Ready(5));
        assert_eq!(write(&mut cork, &long), Poll::Ready(HELD));
        assert_eq!(write(&mut cork, b"more"), Poll::Ready(4));
        outlet.hold(false);
        assert_eq!(write(&mut cork, b"alone"), Poll::Ready(5));
        let writes = &lock(&outlet.0).stream.writes;
        assert_eq!(*writes, [b"short".as_slice(), &long, b"more", b"alone"]);
    }

    #[test]
    fn a_client_that_takes_little_gets_all_of_it_in_its_order() {
        let (mut cork, outlet) = corked(0);
        let sent: Vec<u8> = (0..50_000_u32).map(|at| at.to_le_bytes()[0]).collect();
        let (mut at, mut turn) = (0, 0_usize);
        while at < sent.len() || !lock(&outlet.0).held.is_empty() {
            turn += 1;
            outlet.hold(!turn.is_multiple_of(3));
            let end = sent.len().min(at + 1 + turn * 37 % 20_000);
            if let Poll::Ready(written) = write(&mut cork, &sent[at..end]) {
                at += written;
            }
            lock(&outlet.0).stream.room += turn * 53 % 700;
            outlet.let_out(&mut context());
        }
        assert_eq!(lock(&outlet.0).stream.writes.concat(), sent);
    }

    #[test]
    fn a_client_that_is_gone_ends_who_reads_from_it() {
        let (mut cork, outlet) = corked(usize::MAX);
        assert_eq!(write(&mut cork, b"held"), Poll::Ready(4));
        lock(&outlet.0).stream.is_gone = true;
        outlet.let_out(&mut context());
        let mut buffer = [0; 8];
        let read = Pin::new(&mut cork).poll_read(&mut context(), &mut ReadBuf::new(&mut buffer));
        assert!(matches!(read, Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::TimedOut));
    }
}
