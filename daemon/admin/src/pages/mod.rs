//! The one page that stands before the panel: how to trust the box's
//! certificate. Small, without scripts, in both languages; a browser that warns
//! of the box, or runs no scripts, can read it.

mod frame;
mod markup;
mod reader;
mod trust;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;

use crate::state::Shared;
use frame::CONTENT_SECURITY_POLICY;

/// The page, and the certificate in both forms.
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/trust", get(trust::show))
        .route(trust::PEM_PATH, get(trust::pem))
        .route(trust::DER_PATH, get(trust::der))
        .layer(from_fn(guard))
        .with_state(Arc::clone(shared))
}

/// Puts on every answer what keeps browsers from doing more than showing it.
async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}
