//! Connections to one upstream, kept for the next request.
//!
//! A pool of our own: the request that a service closed its kept connection
//! on must be sent again, and only when that is harmless; and the pool of a
//! route lives on when a new table comes.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::Instant;

use crate::body::{Fate, Outgoing};
use crate::patience::Patience;

/// Kept at most, for one upstream: more than a small box answers at a time.
const MOST_KEPT: usize = 64;
/// A service that answered early may not have read all of the request before;
/// a new connection is had sooner than it comes to that.
const SETTLED: Duration = Duration::from_millis(20);
/// Nobody uses one that has been kept so long; it is closed when another comes.
const TOO_OLD: Duration = Duration::from_secs(10);

/// Where requests go.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    /// A service's container.
    Tcp(SocketAddr),
    /// The box's own pages.
    Unix(PathBuf),
}

/// One upstream and the connections kept to it.
pub(crate) struct Pool {
    target: Target,
    /// The one kept last is used first, so that those too many grow old.
    kept: Mutex<VecDeque<Kept>>,
}

struct Kept {
    sender: SendRequest<Outgoing>,
    since: Instant,
}

/// A connection that answers one request.
pub(crate) struct Lease {
    sender: SendRequest<Outgoing>,
    pool: Arc<Pool>,
    /// Of the request's upload, where it has one.
    fate: Option<Arc<Fate>>,
}

impl Lease {
    /// Keeps the connection for another request, if this one's was sent whole:
    /// else the rest of the upload would be in the way.
    pub(crate) fn give_back(self) {
        if self.fate.is_some_and(|fate| fate.get() != Fate::WHOLE) || self.sender.is_closed() {
            return;
        }
        let mut kept = self.pool.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        while kept.len() >= MOST_KEPT
            || kept.front().is_some_and(|oldest| now - oldest.since > TOO_OLD)
        {
            kept.pop_front();
        }
        kept.push_back(Kept { sender: self.sender, since: now });
    }
}

impl Pool {
    pub(crate) const fn new(target: Target) -> Self {
        Self { target, kept: Mutex::new(VecDeque::new()) }
    }

    /// Sends a request and waits for the head of its answer.
    ///
    /// A kept connection may be closed by the service at the moment at which
    /// it is used. A request that was not written then, or that may be asked
    /// twice and has no body, is sent again on a new one (RFC 9110, section 9.2.2).
    pub(crate) async fn send(
        self: &Arc<Self>,
        mut request: Request<Outgoing>,
        patience: &Patience,
    ) -> Result<(Response<Incoming>, Lease), SendError> {
        let fate = match request.body() {
            Outgoing::Empty => None,
            Outgoing::Upload(upload) => Some(upload.fate()),
        };
        let mut may_reuse = true;
        loop {
            let reused = if may_reuse { self.take(patience.kept).await } else { None };
            let is_reused = reused.is_some();
            let mut sender = match reused {
                Some(sender) => sender,
                None => self.connect(patience.connect).await?,
            };
            let spare = is_reused.then(|| twin(&request)).flatten();
            let sent = sender.try_send_request(request);
            let mut error = match answered(sent, fate.as_deref(), patience.answer).await? {
                Ok(answer) => {
                    return Ok((answer, Lease { sender, pool: Arc::clone(self), fate }));
                }
                Err(error) => error,
            };
            request = match error.take_message().or(spare) {
                Some(again) if is_reused => again,
                _ => return Err(SendError::Broken(error.into_error())),
            };
            may_reuse = false;
        }
    }

    async fn take(&self, kept_for: Duration) -> Option<SendRequest<Outgoing>> {
        loop {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop_back()?;
            let mut sender = kept.sender;
            if kept.since.elapsed() >= kept_for {
                continue;
            }
            if let Ok(Ok(())) = tokio::time::timeout(SETTLED, sender.ready()).await {
                return Some(sender);
            }
        }
    }

    async fn connect(&self, within: Duration) -> Result<SendRequest<Outgoing>, SendError> {
        let connecting = async {
            match &self.target {
                Target::Tcp(address) => {
                    let stream = TcpStream::connect(address).await.map_err(SendError::Connect)?;
                    stream.set_nodelay(true).map_err(SendError::Connect)?;
                    handshake(stream).await
                }
                Target::Unix(path) => {
                    handshake(UnixStream::connect(path).await.map_err(SendError::Connect)?).await
                }
            }
        };
        tokio::time::timeout(within, connecting)
            .await
            .unwrap_or_else(|_late| Err(SendError::Connect(std::io::ErrorKind::TimedOut.into())))
    }
}

async fn handshake<S>(stream: S) -> Result<SendRequest<Outgoing>, SendError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(SendError::Broken)?;
    tokio::spawn(async move {
        // Its end is the request's end, which has a page of its own.
        if let Err(error) = connection.with_upgrades().await {
            tracing::debug!(%error, "a connection to a service ended");
        }
    });
    Ok(sender)
}

type Tried = Result<Response<Incoming>, hyper::client::conn::TrySendError<Request<Outgoing>>>;

/// Waits for an answer; while an upload goes on, its own limits count.
async fn answered(
    sent: impl Future<Output = Tried>,
    fate: Option<&Fate>,
    within: Duration,
) -> Result<Tried, SendError> {
    let mut sent = pin!(sent);
    loop {
        if let Ok(tried) = tokio::time::timeout(within, &mut sent).await {
            return Ok(tried);
        }
        if fate.is_none_or(|fate| fate.get() != Fate::COMING) {
            return Err(SendError::Late);
        }
    }
}

/// A second copy of a request that may be sent twice.
fn twin(request: &Request<Outgoing>) -> Option<Request<Outgoing>> {
    if !request.method().is_idempotent() || !matches!(request.body(), Outgoing::Empty) {
        return None;
    }
    let mut twin = Request::new(Outgoing::Empty);
    *twin.method_mut() = request.method().clone();
    *twin.uri_mut() = request.uri().clone();
    *twin.headers_mut() = request.headers().clone();
    Some(twin)
}

/// Why a service gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// Nothing takes connections there.
    #[error("no connection")]
    Connect(#[source] std::io::Error),
    /// The connection ended, or what came was no HTTP.
    #[error("the connection broke")]
    Broken(#[source] hyper::Error),
    /// The answer did not begin in time.
    #[error("no answer in time")]
    Late,
}
