//! The API: its routes, and the document that describes them.

mod backups;
mod boxes;
mod certificates;
mod domains;
mod events;
mod findings;
mod images;
mod jobs;
mod people;
mod recipes;
mod services;
mod trash;
mod updates;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use axum::{Json, Router};
use utoipa::openapi::{ContactBuilder, Info, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::once::ask_once;
use crate::peer;
use crate::people::{check_origin, check_session, dress};
use crate::refusal::{Refusal, method_refused, route_unknown};
use crate::state::Shared;

/// More than any request needs.
pub(crate) const LARGEST_BODY: usize = 64 * 1024;

/// The OpenAPI document of the API.
#[must_use]
pub fn document() -> OpenApi {
    let mut document = OpenApiBuilder::new().info(info()).build();
    for part in [routes(), of_the_machine(), of_everybody(), of_the_signed_in()] {
        document.merge(part.into_openapi());
    }
    document
}

/// The API at the command line's socket, for those who may speak to it.
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    Router::from(routes().merge(of_the_machine()))
        .route("/api/openapi.json", get(described))
        .fallback(unknown)
        .method_not_allowed_fallback(refused)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Arc::clone(shared), peer::check))
        .with_state(Arc::clone(shared))
}

/// The API where people come in: all of it is for who is signed in, but for
/// what lets one sign in.
pub(crate) fn router_for_people(shared: &Arc<Shared>) -> Router {
    let closed = Router::from(routes().merge(of_the_signed_in()))
        .route("/api/openapi.json", get(described))
        // What there is not is told to nobody else either.
        .route("/api", any(unknown))
        .route("/api/", any(unknown))
        .route("/api/{*rest}", any(unknown))
        .method_not_allowed_fallback(refused)
        .layer(from_fn_with_state(Arc::clone(shared), check_session));
    let open = Router::from(of_everybody());
    closed
        .merge(open)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(Arc::clone(shared), ask_once))
        .layer(from_fn(check_origin))
        .layer(from_fn(dress))
        .with_state(Arc::clone(shared))
}

/// What only the command line has done.
fn of_the_machine() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(people::make_code)).routes(routes!(people::reset))
}

/// What lets one sign in.
fn of_everybody() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(people::show, people::sign_in))
        .routes(routes!(people::begin))
}

/// What there is only in a session.
fn of_the_signed_in() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(people::sign_out)).routes(routes!(people::change_password))
}

/// What both sockets serve.
fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .merge(of_services())
        .routes(routes!(boxes::show))
        .routes(routes!(findings::list))
        .routes(routes!(trash::list))
        .routes(routes!(trash::restore))
        .routes(routes!(trash::purge))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::show))
        .routes(routes!(events::of_job))
        .routes(routes!(events::of_all))
        .routes(routes!(recipes::list))
        .routes(routes!(recipes::show))
        .routes(routes!(recipes::icon))
        .routes(routes!(images::build))
        .merge(certificates::routes())
        .merge(of_keeping())
}

/// Snapshots, and the places that keep them.
fn of_keeping() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(backups::list))
        .routes(routes!(backups::of_service, backups::take))
        .routes(routes!(backups::restore))
        .routes(routes!(backups::rehearse))
        .routes(routes!(backups::rehearsals))
        .routes(routes!(backups::targets, backups::add_target))
        .routes(routes!(backups::check_target))
        .routes(routes!(backups::remove_target))
        .routes(routes!(backups::disks))
        .routes(routes!(backups::overview))
        .routes(routes!(backups::kit))
}

/// Services, and their releases.
fn of_services() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(services::list, services::install))
        .routes(routes!(services::show, services::remove))
        .routes(routes!(services::start))
        .routes(routes!(services::stop))
        .routes(routes!(services::restart))
        .routes(routes!(services::change_answers))
        .routes(routes!(domains::add))
        .routes(routes!(domains::set_main))
        .routes(routes!(domains::remove))
        .routes(routes!(updates::update))
        .routes(routes!(updates::rollback, updates::way_back))
        .routes(routes!(services::secrets))
        .routes(routes!(services::recipe))
        .routes(routes!(services::logs))
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

async fn described() -> Json<OpenApi> {
    Json(document())
}

async fn unknown(request: Request) -> Refusal {
    route_unknown(request.uri().path()).into()
}

async fn refused(request: Request) -> Refusal {
    method_refused(request.method().as_str(), request.uri().path()).into()
}
