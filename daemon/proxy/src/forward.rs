//! A request on its way to an upstream, and the answer on its way back.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::header::{CONNECTION, CONTENT_LENGTH, UPGRADE};
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Response, StatusCode, Uri, Version};
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
}

/// Passes a request on. Its body is first asked for once the upstream has
/// taken a connection, so that a client which waits for `100 Continue` gets it
/// only when somebody wants what it has (RFC 9110, section 10.1.1).
pub(crate) async fn pass(
    passage: Passage<'_>,
    mut request: Request<Incoming>,
) -> Result<Response<Reply>, Failure> {
    if let Some(limit) = passage.upload_limit.filter(|limit| announced(&request) > *limit) {
        return Err(Failure::TooLarge { limit });
    }
    let is_upgrade =
        request.version() == Version::HTTP_11 && headers::wants_websocket(request.headers());
    let client = is_upgrade.then(|| hyper::upgrade::on(&mut request));
    let fate = Arc::default();
    let outgoing = outgoing(&passage, request, is_upgrade, &fate);
    let sent = passage.pool.send(outgoing, &passage.visit.door.patience).await;
    let (mut response, mut lease) = sent.map_err(|error| failure(&passage, &fate, &error))?;
    headers::strip_hop(response.headers_mut());
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Ok(response.map(|body| Reply::Passed(Passed::new(body, lease, passage.busy))));
    }
    let Some(client) = client else {
        // It changes a protocol that nobody asked it to change.
        return Err(Failure::Unreached);
    };
    lease.link.detach();
    let service = hyper::upgrade::on(&mut response);
    tokio::spawn(join(Arc::clone(passage.visit), client, service));
    let headers = response.headers_mut();
    headers.insert(CONNECTION, UPGRADED);
    headers.insert(UPGRADE, WEBSOCKET);
    Ok(response.map(|_body| Reply::Page(None)))
}

/// The length that the client says its body has; 0 where it does not say.
fn announced(request: &Request<Incoming>) -> u64 {
    let header = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let length = header.and_then(|value| value.parse().ok());
    length.unwrap_or_else(|| request.body().size_hint().lower())
}

fn outgoing(
    passage: &Passage<'_>,
    request: Request<Incoming>,
    is_upgrade: bool,
    fate: &Arc<Fate>,
) -> Request<Outgoing> {
    let Passage { visit, live, host, .. } = passage;
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
    let body = if body.is_end_stream() || is_upgrade {
        Outgoing::Empty
    } else {
        let stall = visit.door.patience.stall;
        Outgoing::Upload(Upload::new(body, passage.upload_limit, stall, Arc::clone(fate)))
    };
    Request::from_parts(parts, body)
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

fn failure(passage: &Passage<'_>, fate: &Fate, error: &SendError) -> Failure {
    match (fate.get(), passage.upload_limit, error) {
        (Fate::TOO_LARGE, Some(limit), _) => return Failure::TooLarge { limit },
        (Fate::STALLED, ..) => return Failure::Slow,
        // The client is gone; nobody reads what is said.
        (Fate::BROKEN, ..) => return Failure::Unreached,
        (_, _, SendError::Late) => return Failure::Late,
        _ => {}
    }
    count(&passage.visit.door.counters.unreached);
    tracing::debug!(host = %passage.host.name, error = error as &dyn std::error::Error, "unreached");
    Failure::Unreached
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
