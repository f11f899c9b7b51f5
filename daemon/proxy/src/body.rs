//! Bodies on their way: nothing is gathered, each frame is passed as it comes.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use crate::alarm::Alarm;
use crate::pool::Lease;
use crate::visit::Busy;

/// A request's body on its way to a service.
pub(crate) enum Outgoing {
    /// There is none.
    Empty,
    /// It comes from a client.
    Upload(Upload),
}

/// An upload, counted and timed.
pub(crate) struct Upload {
    body: Incoming,
    /// Bytes that may still come; none: any number.
    left: Option<u64>,
    alarm: Alarm,
    fate: Arc<Fate>,
}

impl Upload {
    pub(crate) const fn new(
        body: Incoming,
        limit: Option<u64>,
        stall: Duration,
        fate: Arc<Fate>,
    ) -> Self {
        Self { body, left: limit, alarm: Alarm::new(stall), fate }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let Poll::Ready(came) = Pin::new(&mut self.body).poll_frame(context) else {
            if self.alarm.is_due(context) {
                self.fate.set(Fate::STALLED);
                return Poll::Ready(Some(Err(Broken)));
            }
            return Poll::Pending;
        };
        self.alarm.rest();
        let Some(came) = came else {
            self.fate.set(Fate::WHOLE);
            return Poll::Ready(None);
        };
        let Ok(frame) = came else {
            self.fate.set(Fate::BROKEN);
            return Poll::Ready(Some(Err(Broken)));
        };
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        if let Some(left) = &mut self.left {
            let Some(after) = left.checked_sub(length) else {
                self.fate.set(Fate::TOO_LARGE);
                return Poll::Ready(Some(Err(Broken)));
            };
            *left = after;
        }
        if self.body.is_end_stream() {
            self.fate.set(Fate::WHOLE);
        }
        Poll::Ready(Some(Ok(frame)))
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Upload(upload) => upload.poll(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Upload(upload) => upload.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Upload(upload) => upload.body.size_hint(),
        }
    }
}

/// The upload did not come to its end; its [`Fate`] says why.
#[derive(Debug, thiserror::Error)]
#[error("the upload did not come to its end")]
pub(crate) struct Broken;

/// What became of an upload: asked when the service's answer does not come.
#[derive(Debug, Default)]
pub(crate) struct Fate(AtomicU8);

impl Fate {
    /// It is still coming.
    pub(crate) const COMING: u8 = 0;
    /// It has been passed on whole.
    pub(crate) const WHOLE: u8 = 1;
    /// It went beyond the limit.
    pub(crate) const TOO_LARGE: u8 = 2;
    /// The client sent nothing for too long.
    pub(crate) const STALLED: u8 = 3;
    /// The client's connection broke.
    pub(crate) const BROKEN: u8 = 4;

    pub(crate) fn get(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, fate: u8) {
        self.0.store(fate, Ordering::Relaxed);
    }
}

/// The body of an answer to a client.
pub(crate) enum Reply {
    /// A text of our own.
    Page(Option<Bytes>),
    /// What a service answers.
    Passed(Passed),
}

/// A service's answer on its way to the client.
pub(crate) struct Passed {
    body: Incoming,
    /// The connection it comes from; given back at its end, closed when the
    /// client leaves before that.
    lease: Option<Lease>,
    _busy: Busy,
}

impl Passed {
    pub(crate) fn new(body: Incoming, lease: Lease, busy: Busy) -> Self {
        let mut passed = Self { body, lease: Some(lease), _busy: busy };
        passed.settle();
        passed
    }

    fn settle(&mut self) {
        if self.body.is_end_stream()
            && let Some(lease) = self.lease.take()
        {
            lease.give_back();
        }
    }
}

impl Drop for Passed {
    fn drop(&mut self) {
        // A body of known length is not always asked for its end.
        self.settle();
    }
}

impl Body for Reply {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.get_mut() {
            Self::Page(text) => Poll::Ready(text.take().map(|text| Ok(Frame::data(text)))),
            Self::Passed(passed) => {
                let Passed { body, lease, .. } = passed;
                let came = ready!(match lease {
                    Some(lease) => lease.link.poll_body(body, context),
                    None => Pin::new(body).poll_frame(context),
                });
                if came.is_none()
                    && let Some(lease) = passed.lease.take()
                {
                    lease.give_back();
                }
                Poll::Ready(came)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Page(text) => text.is_none(),
            Self::Passed(passed) => passed.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Page(text) => {
                SizeHint::with_exact(text.as_ref().map_or(0, |text| text.len() as u64))
            }
            Self::Passed(passed) => passed.body.size_hint(),
        }
    }
}
