//! Moving services to newer releases, and back.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::services::{Begun, begun};
use crate::asked::{Asked, Body, Named, Nothing};
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::views::{JobStarted, TroubleShape, UpdateBody, WayBackView};

/// Begins to move a service to a newer release, by all the releases on the way.
#[utoipa::path(post, path = "/api/services/{name}/update", tag = "services", operation_id = "update_service",
    params(("name" = String, Path)), request_body = UpdateBody,
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "A job is at work on it", body = TroubleShape, content_type = "application/problem+json"),
        (status = 422, description = "It cannot be moved there, or an answer is missing", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn update(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
    Body(body): Body<UpdateBody>,
) -> Begun {
    begun(shared.admin.hand.update(&name, body).await)
}

/// Begins to go back to the release before, with the data that it left.
#[utoipa::path(post, path = "/api/services/{name}/rollback", tag = "services", operation_id = "roll_back_service",
    params(("name" = String, Path)),
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "A job is at work on it", body = TroubleShape, content_type = "application/problem+json"),
        (status = 422, description = "There is no release before", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn rollback(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Begun {
    begun(shared.admin.hand.rollback(&name).await)
}

/// Where going back leads, and what was written since, measured now.
#[utoipa::path(get, path = "/api/services/{name}/rollback", tag = "services", operation_id = "show_way_back",
    params(("name" = String, Path)),
    responses((status = 200, body = WayBackView),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "A job is at work on it", body = TroubleShape, content_type = "application/problem+json"),
        (status = 422, description = "There is no release before", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn way_back(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<WayBackView>, Refusal> {
    Ok(Json(shared.admin.hand.way_back(&name).await?))
}
