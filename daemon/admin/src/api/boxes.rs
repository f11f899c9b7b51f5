//! The box itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::asked::{Asked, Nothing};
use crate::state::Shared;
use crate::views::BoxView;

/// What this box is.
#[utoipa::path(get, path = "/api/box", tag = "box", operation_id = "show_box",
    responses((status = 200, body = BoxView)))]
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Json<BoxView> {
    let identity = shared.admin.identity.clone();
    Json(BoxView {
        version: identity.version,
        identity: identity.identity,
        base_domain: identity.base_domain,
        address: identity.address,
        architecture: identity.architecture,
        certificate_fingerprint: shared.admin.root.fingerprint.clone(),
        now: (shared.admin.clock)(),
    })
}
