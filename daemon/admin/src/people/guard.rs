//! What stands before the API where people come in: whose page asks, whether
//! there is a session, and how answers are dressed.

use std::sync::Arc;

use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;

use super::origin::is_ours;
use super::{cookie, troubles};
use crate::refusal::Refusal;
use crate::state::Shared;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// An answer of the API is shown by nobody but the panel, and kept by nobody.
const DRESS: [(HeaderName, &str); 5] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (RESOURCE_POLICY, "same-origin"),
];

/// Dresses every answer, refusals too. What a handler set itself stays.
pub(crate) async fn dress(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in DRESS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Refuses what another site's page asks.
pub(crate) async fn check_origin(request: Request, next: Next) -> Response {
    if is_ours(request.method(), request.headers()) {
        return next.run(request).await;
    }
    Refusal::from(troubles::foreign_origin()).into_response()
}

/// Lets who has a session through; what streams to them ends with it.
pub(crate) async fn check_session(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Response {
    let held = cookie::held(request.headers());
    let session = match shared.people.session(held.as_ref()) {
        Ok(Some(session)) => session,
        Ok(None) => return Refusal::from(troubles::signed_out()).into_response(),
        Err(refusal) => return refusal.into_response(),
    };
    request.extensions_mut().insert(SignedIn(session));
    let response = next.run(request).await;
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    response.map(|body| {
        let over = async move { shared.people.over(session).await };
        Body::from_stream(body.into_data_stream().take_until(Box::pin(over)))
    })
}

/// The session in which a request came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignedIn(pub(crate) ledger::Digest);
