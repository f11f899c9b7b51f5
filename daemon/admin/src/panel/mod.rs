//! The panel: web-ui's files, as they were built, within this program.
//!
//! They are compressed when they are built, never here: a small board has
//! better things to do. Names below `assets/` hold a digest of their content
//! and are kept by browsers for good; all else is asked for again each time,
//! and answered by "as it was" when it is.

mod embedded;
mod encoding;
mod policy;

use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, ALLOW, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

#[cfg(test)]
pub(crate) use embedded::names;
use embedded::{Asset, find};

/// The page itself, for every address that is no file's: the panel finds out
/// there what to show.
const PAGE: &str = "index.html";
/// Files whose names hold a digest of their content.
const ASSETS: &str = "assets/";

const DRESS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::VARY, "accept-encoding"),
];

/// Answers with the file at a path, or with the page.
pub(crate) async fn serve(request: Request) -> Response {
    let mut response = match *request.method() {
        Method::GET | Method::HEAD => answer(request.uri().path(), request.headers()),
        _ => (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response(),
    };
    for (name, value) in DRESS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy::policy().clone());
    response
}

fn answer(path: &str, headers: &HeaderMap) -> Response {
    let name = path.trim_start_matches('/');
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let accepted = accepted.unwrap_or_default();
    if let Some(asset) = find(name, accepted) {
        return sent(&asset, name.starts_with(ASSETS), headers);
    }
    if name.starts_with(ASSETS) {
        // Of a panel of before: not the page, which a browser would take for a script.
        return StatusCode::NOT_FOUND.into_response();
    }
    match find(PAGE, accepted) {
        Some(page) => sent(&page, false, headers),
        // build.rs does not let that come to be.
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn sent(asset: &Asset, for_good: bool, headers: &HeaderMap) -> Response {
    let caching = if for_good { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut answer = HeaderMap::new();
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    answer.extend(HeaderValue::try_from(&asset.tag).ok().map(|tag| (header::ETAG, tag)));
    if is_known(headers, &asset.tag) {
        return (StatusCode::NOT_MODIFIED, answer).into_response();
    }
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    if let Some(encoding) = asset.encoding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    (answer, asset.bytes.clone()).into_response()
}

/// Whether the browser has this very content (RFC 9110, section 13.1.2).
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let said = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    said.unwrap_or_default().split(',').any(|known| known.trim().trim_start_matches("W/") == tag)
}
