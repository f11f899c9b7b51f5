//! The API: its routes, and the document that describes them.

mod boxes;
mod events;
mod images;
mod jobs;
mod recipes;
pub(crate) mod services;
mod trash;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Json, Router};
use utoipa::openapi::{ContactBuilder, Info, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::peer;
use crate::refusal::{Refusal, method_refused, route_unknown};
use crate::state::Shared;

/// More than any request needs.
const LARGEST_BODY: usize = 64 * 1024;

/// The OpenAPI document of the API.
#[must_use]
pub fn document() -> OpenApi {
    routes().into_openapi()
}

/// The API, for those who may speak to it.
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    let (routes, document) = routes().split_for_parts();
    routes
        .route("/api/openapi.json", get(async || Json(document)))
        .fallback(unknown)
        .method_not_allowed_fallback(refused)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Arc::clone(shared), peer::check))
        .with_state(Arc::clone(shared))
}

fn routes() -> OpenApiRouter<Arc<Shared>> {
    let document = OpenApiBuilder::new().info(info()).build();
    OpenApiRouter::with_openapi(document)
        .routes(routes!(boxes::show))
        .routes(routes!(services::list, services::install))
        .routes(routes!(services::show, services::remove))
        .routes(routes!(services::start))
        .routes(routes!(services::stop))
        .routes(routes!(services::restart))
        .routes(routes!(services::change_answers))
        .routes(routes!(services::secrets))
        .routes(routes!(services::logs))
        .routes(routes!(trash::list))
        .routes(routes!(trash::restore))
        .routes(routes!(trash::purge))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::show))
        .routes(routes!(events::of_job))
        .routes(routes!(events::of_all))
        .routes(routes!(recipes::list))
        .routes(routes!(recipes::show))
        .routes(routes!(images::build))
}

fn info() -> Info {
    InfoBuilder::new()
        .title("Panier")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "What one box can do. Whatever takes longer than an answer is a job: the answer is \
             its number, and its events can be listened to. Every refusal is a Trouble, of type \
             application/problem+json.",
        ))
        .contact(Some(ContactBuilder::new().name(Some("Panier")).build()))
        .license(Some(
            LicenseBuilder::new()
                .name("AGPL-3.0-or-later")
                .identifier(Some("AGPL-3.0-or-later"))
                .build(),
        ))
        .build()
}

async fn unknown(request: Request) -> Refusal {
    route_unknown(request.uri().path()).into()
}

async fn refused(request: Request) -> Refusal {
    method_refused(request.method().as_str(), request.uri().path()).into()
}
