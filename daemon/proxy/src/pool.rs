//! Connections to one upstream, kept for the next request.
//!
//! A pool of our own: the request that a service closed its kept connection
//! on must be sent again, and only when that is harmless; and the pool of a
//! route lives on when a new table comes.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures_util::FutureExt as _;
use http::{Request, Response};
use hyper::body::Incoming;
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until};

use crate::body::{Fate, Outgoing};
use crate::link::{Link, Tried};
use crate::patience::Patience;

/// Kept at most, for one upstream: more than a small box answers at a time.
const MOST_KEPT: usize = 64;
/// A service that answered early may not have read all of the request before;
/// a new connection is had sooner than it comes to that.
const SETTLED: Duration = Duration::from_millis(20);

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
    kept: Mutex<Kept>,
}

/// The one kept last is used first, so that those too many grow old.
#[derive(Default)]
struct Kept {
    links: VecDeque<(Link, Instant)>,
    /// Whether a task closes those that grow old.
    is_tended: bool,
}

/// A connection that answers one request.
pub(crate) struct Lease {
    pub(crate) link: Link,
    pool: Arc<Pool>,
    /// Of the request's upload, where it has one.
    fate: Option<Arc<Fate>>,
    kept_for: Duration,
}

impl Lease {
    /// Keeps the connection for another request, if this one's was sent whole:
    /// else the rest of the upload would be in the way.
    pub(crate) fn give_back(self) {
        if self.fate.is_some_and(|fate| fate.get() != Fate::WHOLE) || self.link.is_closed() {
            return;
        }
        let mut kept = self.pool.kept();
        while kept.links.len() >= MOST_KEPT {
            kept.links.pop_front();
        }
        kept.links.push_back((self.link, Instant::now()));
        // Without a runtime, the process is at its end.
        if !kept.is_tended
            && let Ok(runtime) = Handle::try_current()
        {
            kept.is_tended = true;
            runtime.spawn(tend(Arc::downgrade(&self.pool), self.kept_for));
        }
    }
}

/// Closes what a pool has kept for too long, until it keeps nothing.
async fn tend(pool: Weak<Pool>, kept_for: Duration) {
    let mut next = Instant::now() + kept_for;
    loop {
        sleep_until(next).await;
        let Some(pool) = pool.upgrade() else { return };
        let mut kept = pool.kept();
        while kept.links.front().is_some_and(|(_, since)| since.elapsed() >= kept_for) {
            kept.links.pop_front();
        }
        match kept.links.front() {
            Some((_, since)) => next = *since + kept_for,
            None => {
                kept.is_tended = false;
                return;
            }
        }
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.target.fmt(formatter)
    }
}

impl Pool {
    pub(crate) fn new(target: Target) -> Self {
        Self { target, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request and waits for the head of its answer.
    ///
    /// A kept connection may be closed by the service at the moment at which
    /// it is used. A request that was not written then, or that may be asked
    /// twice and has no body, is sent again on a new one (RFC 9110, section 9.2.2).
    pub(crate) async fn send(
        self: &Arc<Self>,
        mut request: Box<Request<Outgoing>>,
        fate: Option<Arc<Fate>>,
        patience: &Patience,
    ) -> Result<(Response<Incoming>, Lease), SendError> {
        let mut may_reuse = true;
        loop {
            let reused = if may_reuse { self.take(patience.kept).await } else { None };
            let is_reused = reused.is_some();
            let mut link = match reused {
                Some(link) => link,
                // Rare, and large.
                None => Box::pin(self.connect(patience.connect)).await?,
            };
            let spare = is_reused.then(|| twin(&request)).flatten();
            let sent = pin!(link.send(*request));
            let tried = answered(&mut link, sent, fate.as_deref(), patience.answer).await?;
            let mut error = match tried {
                Ok(answer) => {
                    let (pool, kept_for) = (Arc::clone(self), patience.kept);
                    return Ok((answer, Lease { link, pool, fate, kept_for }));
                }
                Err(error) => error,
            };
            request = match error.take_message().map(Box::new).or(spare) {
                Some(again) if is_reused => again,
                _ => return Err(SendError::Broken(error.into_error())),
            };
            may_reuse = false;
        }
    }

    async fn take(&self, kept_for: Duration) -> Option<Link> {
        loop {
            let (mut link, since) = self.kept().links.pop_back()?;
            if since.elapsed() >= kept_for {
                continue;
            }
            // Nearly always known at once, without a clock.
            let is_ready = match link.is_ready().now_or_never() {
                Some(is_ready) => Ok(is_ready),
                None => tokio::time::timeout(SETTLED, link.is_ready()).await,
            };
            if let Ok(true) = is_ready {
                return Some(link);
            }
        }
    }

    async fn connect(&self, within: Duration) -> Result<Link, SendError> {
        let connecting = async {
            match &self.target {
                Target::Tcp(address) => {
                    let stream = TcpStream::connect(address).await.map_err(SendError::Connect)?;
                    stream.set_nodelay(true).map_err(SendError::Connect)?;
                    Link::new(stream).await
                }
                Target::Unix(path) => {
                    let stream = UnixStream::connect(path).await.map_err(SendError::Connect)?;
                    Link::new(stream).await
                }
            }
            .map_err(SendError::Broken)
        };
        tokio::time::timeout(within, connecting)
            .await
            .unwrap_or_else(|_late| Err(SendError::Connect(std::io::ErrorKind::TimedOut.into())))
    }
}

/// Waits for an answer; while an upload goes on, its own limits count.
async fn answered(
    link: &mut Link,
    mut sent: Pin<&mut impl Future<Output = Tried>>,
    fate: Option<&Fate>,
    within: Duration,
) -> Result<Tried, SendError> {
    loop {
        if let Some(tried) = link.drive(sent.as_mut(), within).await {
            return Ok(tried);
        }
        if fate.is_none_or(|fate| fate.get() != Fate::COMING) {
            return Err(SendError::Late);
        }
    }
}

/// A second copy of a request that may be sent twice.
fn twin(request: &Request<Outgoing>) -> Option<Box<Request<Outgoing>>> {
    if !request.method().is_idempotent() || !matches!(request.body(), Outgoing::Empty) {
        return None;
    }
    let mut twin = Box::new(Request::new(Outgoing::Empty));
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
