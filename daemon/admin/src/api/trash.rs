//! What was removed and not purged.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ledger::{ServiceId, Standing};

use super::services::{Begun, begun};
use crate::asked::{Asked, Body, Named, Nothing};
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::views::{JobStarted, RestoreBody, TrashView, TroubleShape};

/// What lies in the trash, the newest first.
#[utoipa::path(get, path = "/api/trash", tag = "trash", operation_id = "list_trash",
    responses((status = 200, body = Vec<TrashView>)))]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<Vec<TrashView>>, Refusal> {
    let trash = shared.admin.ledger.read(|records| records.trash())?;
    let views = trash.into_iter().filter_map(|service| {
        let Standing::Removed { at } = service.standing else { return None };
        Some(TrashView {
            id: service.id.0,
            name: service.name,
            recipe: service.recipe,
            release: service.release,
            domains: service.domains,
            removed: at,
        })
    });
    Ok(Json(views.collect()))
}

/// Begins to take a service out of the trash.
#[utoipa::path(post, path = "/api/trash/{id}/restore", tag = "trash", operation_id = "restore_from_trash",
    params(("id" = i64, Path)), request_body = RestoreBody,
    responses((status = 202, body = JobStarted),
        (status = 404, description = "Nothing of that number in the trash", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "The name is taken", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn restore(
    State(shared): State<Arc<Shared>>,
    Named(id): Named<i64>,
    Asked(Nothing {}): Asked<Nothing>,
    Body(RestoreBody { name }): Body<RestoreBody>,
) -> Begun {
    begun(shared.admin.hand.restore_from_trash(ServiceId(id), name).await)
}

/// Begins to delete for good what lies in the trash.
#[utoipa::path(delete, path = "/api/trash/{id}", tag = "trash", operation_id = "purge_from_trash",
    params(("id" = i64, Path)),
    responses((status = 202, body = JobStarted),
        (status = 404, description = "Nothing of that number in the trash", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn purge(
    State(shared): State<Arc<Shared>>,
    Named(id): Named<i64>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Begun {
    begun(shared.admin.hand.purge_from_trash(ServiceId(id)).await)
}
