//! The box's own pages: its services, and how to trust its certificate. Small,
//! without scripts, in both languages. Nothing here changes anything.

mod frame;
mod home;
mod markup;
mod reader;
mod trust;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use recipe::text;

use crate::state::Shared;
use frame::{CONTENT_SECURITY_POLICY, Frame};
use reader::Reader;

/// The box's own pages.
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(home::show))
        .route("/trust", get(trust::show))
        .route(trust::PEM_PATH, get(trust::pem))
        .route(trust::DER_PATH, get(trust::der))
        .fallback(nothing_here)
        .method_not_allowed_fallback(nothing_here)
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

async fn nothing_here(reader: Reader) -> Response {
    let title = text!("There is nothing here", "Il n’y a rien ici");
    let say = text!(
        "This address leads to no page of the box.",
        "Cette adresse ne mène à aucune page de la boîte."
    );
    let back = text!("To the services", "Vers les services");
    let body = format!(
        "<h1>{}</h1><p>{}</p><p><a href=\"/{}\">{}</a></p>",
        reader.say(&title),
        reader.say(&say),
        reader.query(),
        reader.say(&back)
    );
    let page = Frame { reader: &reader, path: "/", title: reader.say(&title) }.around(&body);
    (StatusCode::NOT_FOUND, Html(page)).into_response()
}
