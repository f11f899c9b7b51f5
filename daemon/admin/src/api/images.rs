//! Images built at home.

use std::sync::Arc;

use axum::extract::State;

use super::services::{Begun, begun};
use crate::asked::{Asked, Body, Nothing};
use crate::state::Shared;
use crate::views::{BuildBody, JobStarted, TroubleShape};

/// Begins to build images at home; those whose inputs have not changed are left.
#[utoipa::path(post, path = "/api/images/build", tag = "images", operation_id = "build_images",
    request_body = BuildBody,
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such folder", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn build(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
    Body(BuildBody { folders }): Body<BuildBody>,
) -> Begun {
    begun(shared.admin.hand.build_images(folders).await)
}
