//! What is wrong with the box.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::asked::{Asked, Nothing};
use crate::state::Shared;
use crate::views::FindingView;

/// All that is wrong now, the most pressing first; nothing when all is well.
#[utoipa::path(get, path = "/api/findings", tag = "box", operation_id = "list_findings",
    responses((status = 200, body = Vec<FindingView>)))]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Json<Vec<FindingView>> {
    Json(shared.admin.hand.findings().await)
}
