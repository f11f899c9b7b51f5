//! A request on its way to an upstream, and the answer on its way back.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::header::{CONNECTION, CONTENT_LENGTH, UPGRADE};
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use hyper::body::{Body, Incoming};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use crate::body::{Fate, Outgoing, Passed, Reply, Upload};
use crate::door::count;
use crate::headers::{self, Said};
use crate::host::Host;
use crate::live::Live;
use crate::pool::{Pool, SendError};
use crate::visit::{Busy, Visit};

const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");
const UPGRADED: HeaderValue = HeaderValue::from_static("Upgrade");
const HTTP_PORT: HeaderValue = HeaderValue::from_static("80");

/// Where a request goes, and from where.
pub(crate) struct Passage<'a> {
    pub(crate) visit: &'a Arc<Visit>,
    pub(crate) live: &'a Live,
    pub(crate) host: &'a Host,
    pub(crate) pool: &'a Arc<Pool>,
    pub(crate) upload_limit: Option<u64>,
    pub(crate) busy: Busy,
}

/// A request that is on its way, and the answer that comes of it. In a place of
/// its own: all that waits for it is moved about.
pub(crate) type Errand = Pin<Box<dyn Future<Output = Result<Response<Reply>, Failure>> + Send>>;

/// A request that is ready to go.
struct Prepared {
    visit: Arc<Visit>,
    pool: Arc<Pool>,
    request: Box<Request<Outgoing>>,
    upload_limit: Option<u64>,
    /// Of its upload, where it has one.
    fate: Option<Arc<Fate>>,
    /// The client's side of the WebSocket that it asks for.
    client: Option<OnUpgrade>,
    busy: Busy,
}

/// Why there is no answer to pass back.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The upload is larger than allowed.
    TooLarge { limit: u64 },
    /// The client stopped in its upload.
    Slow,
    /// The upstream gave no answer in time.
    Late,
    /// The upstream takes no connection, or broke it, or spoke no HTTP.
    Unreached,
    /// The client has left in its upload.
    Gone,
}

impl Passage<'_> {
    /// Makes a request what the upstream gets; it goes when it is first waited for.
    pub(crate) fn prepare(self, mut request: Request<Incoming>) -> Result<Errand, Failure> {
        if let Some(limit) = self.upload_limit.filter(|limit| announced(&request) > *limit) {
            return Err(Failure::TooLarge { limit });
        }
        let is_upgrade = is_handshake(&request);
        let client = is_upgrade.then(|| hyper::upgrade::on(&mut request));
        let fate = (!request.body().is_end_stream()).then(Arc::default);
        let request = Box::new(self.outgoing(request, is_upgrade, fate.as_ref()));
        let (visit, pool) = (Arc::clone(self.visit), Arc::clone(self.pool));
        let Self { upload_limit, busy, .. } = self;
        Ok(Box::pin(Prepared { visit, pool, request, upload_limit, fate, client, busy }.run()))
    }

    fn outgoing(
        &self,
        request: Request<Incoming>,
        is_upgrade: bool,
        fate: Option<&Arc<Fate>>,
    ) -> Request<Outgoing> {
        let Self { visit, live, host, .. } = self;
        let (mut parts, body) = request.into_parts();
        let (proto, port) = if visit.secure { ("https", &live.port) } else { ("http", &HTTP_PORT) };
        let said = Said { client: &visit.client, proto, host: &host.written, port };
        headers::for_upstream(&mut parts.headers, &said);
        if is_upgrade {
            parts.headers.insert(CONNECTION, UPGRADED);
            parts.headers.insert(UPGRADE, WEBSOCKET);
        }
        if parts.uri.authority().is_some() {
            parts.uri = path_alone(&parts.uri);
        }
        parts.version = Version::HTTP_11;
        let stall = visit.door.patience.stall;
        let upload = fate.map(|fate| Upload::new(body, self.upload_limit, stall, Arc::clone(fate)));
        Request::from_parts(parts, upload.map_or(Outgoing::Empty, Outgoing::Upload))
    }
}

impl Prepared {
    /// Passes it on. Its body is first asked for once the upstream has taken a
    /// connection, so that a client which waits for `100 Continue` gets it only
    /// when somebody wants what it has (RFC 9110, section 10.1.1).
    async fn run(self) -> Result<Response<Reply>, Failure> {
        let Self { visit, pool, request, upload_limit, fate, client, busy } = self;
        let sent = pool.send(request, fate.clone(), &visit.door.patience).await;
        let (mut response, mut lease) = sent.map_err(|error| {
            let failure = failure(fate.as_deref(), upload_limit, &error);
            if matches!(failure, Failure::Unreached) {
                count(&visit.door.counters.unreached);
                tracing::debug!(?pool, error = &error as &dyn std::error::Error, "unreached");
            }
            failure
        })?;
        headers::strip_hop(response.headers_mut());
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Ok(response.map(|body| Reply::Passed(Passed::new(body, lease, busy))));
        }
        let Some(client) = client else {
            // It changes a protocol that nobody asked it to change.
            return Err(Failure::Unreached);
        };
        lease.link.detach();
        let service = hyper::upgrade::on(&mut response);
        tokio::spawn(join(visit, client, service));
        let headers = response.headers_mut();
        headers.insert(CONNECTION, UPGRADED);
        headers.insert(UPGRADE, WEBSOCKET);
        Ok(response.map(|_body| Reply::Page(None)))
    }
}

/// Whether it asks to become a WebSocket: a GET of HTTP/1.1 (RFC 6455, section
/// 4.1) without a body. What has one is a request like any other: its length
/// would be said to the service, and what came next be taken for the body.
fn is_handshake(request: &Request<Incoming>) -> bool {
    request.version() == Version::HTTP_11
        && request.method() == Method::GET
        && request.body().is_end_stream()
        && headers::wants_websocket(request.headers())
}

/// The length that the client says its body has; 0 where it does not say.
fn announced(request: &Request<Incoming>) -> u64 {
    let header = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let length = header.and_then(|value| value.parse().ok());
    length.unwrap_or_else(|| request.body().size_hint().lower())
}

/// What HTTP/1.1 names: a path and query, which is always a URI. Behind an
/// authority both may be left out; no server is asked for nothing, though.
fn path_alone(uri: &Uri) -> Uri {
    match uri.path_and_query() {
        // One that is empty says that it is this, and would be written as it is.
        Some(given) if given.as_str() == "/" => Uri::default(),
        Some(given) if given.as_str().starts_with('/') => Uri::from(given.clone()),
        Some(given) => PathAndQuery::try_from(format!("/{}", given.as_str()))
            .map_or_else(|_odd| Uri::default(), Uri::from),
        None => Uri::default(),
    }
}

fn failure(fate: Option<&Fate>, upload_limit: Option<u64>, error: &SendError) -> Failure {
    match (fate.map(Fate::get), upload_limit, error) {
        (Some(Fate::TOO_LARGE), Some(limit), _) => Failure::TooLarge { limit },
        (Some(Fate::STALLED), ..) => Failure::Slow,
        // The client is gone; nobody reads what is said.
        (Some(Fate::BROKEN), ..) => Failure::Gone,
        (_, _, SendError::Late) => Failure::Late,
        _ => Failure::Unreached,
    }
}

/// Carries a WebSocket's bytes both ways until both sides have ended. It knows
/// no table: a new one does not touch it.
async fn join(visit: Arc<Visit>, client: OnUpgrade, service: OnUpgrade) {
    let door = &visit.door;
    let _present = door.enter();
    count(&door.counters.upgrades);
    match tokio::try_join!(client, service) {
        Ok((client, service)) => {
            let (mut client, mut service) = (TokioIo::new(client), TokioIo::new(service));
            // How it ends is between the two.
            let _ended = tokio::io::copy_bidirectional(&mut client, &mut service).await;
        }
        Err(error) => tracing::debug!(%error, "a WebSocket was not joined"),
    }
    door.counters.upgrades.fetch_sub(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_always_asked_for_a_path() {
        for (given, asked) in [
            ("https://pad.local", "/"),
            ("https://pad.local#x", "/"),
            ("https://pad.local?a=b", "/?a=b"),
            ("https://pad.local/c?a=b", "/c?a=b"),
        ] {
            assert_eq!(path_alone(&given.parse().unwrap()), asked, "{given}");
        }
    }
}
