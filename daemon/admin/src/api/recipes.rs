//! Recipes.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use catalogue::{Entry, State as EntryState};
use recipe::{Trouble, text};

use crate::asked::{Asked, Named, Nothing};
use crate::refusal::{Refusal, icon_unknown, recipe_unknown};
use crate::state::Shared;
use crate::views::{RecipeDetail, RecipeView, TroubleShape};

/// All recipes, by id; those that cannot be used say why.
#[utoipa::path(get, path = "/api/recipes", tag = "recipes", operation_id = "list_recipes",
    responses((status = 200, body = Vec<RecipeView>)))]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Json<Vec<RecipeView>> {
    let architecture = &shared.admin.identity.architecture;
    let view = |entry: &Entry| match entry.state() {
        EntryState::Ready { recipe, .. } => RecipeView::of(recipe, architecture),
        EntryState::Wrong(fault) => RecipeView::wrong(entry.id(), fault.said()),
    };
    Json(shared.admin.catalogue.list().iter().map(view).collect())
}

/// Most bytes of a picture; one that is larger is no icon.
const LARGEST_ICON: u64 = 256 * 1024;

/// A recipe's picture.
#[utoipa::path(get, path = "/api/recipes/{id}/icon", tag = "recipes", operation_id = "show_icon",
    params(("id" = String, Path)),
    responses((status = 200, description = "The picture", content_type = "image/svg+xml", body = String),
        (status = 404, description = "No such recipe, or it has no picture", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn icon(
    State(shared): State<Arc<Shared>>,
    Named(id): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Response, Refusal> {
    let entry = shared.admin.catalogue.find(&id).ok_or_else(|| recipe_unknown(&id))?;
    let small = |path: &PathBuf| path.metadata().is_ok_and(|it| it.len() <= LARGEST_ICON);
    let read = entry.icon().filter(small).and_then(|path| std::fs::read(path).ok());
    let picture = read.ok_or_else(|| icon_unknown(&id))?;
    // An SVG file is a document: opened by itself it may run nothing and load nothing.
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, max-age=3600"),
    ];
    Ok((headers, picture).into_response())
}

/// One recipe, with all that one may want to know before installing it.
#[utoipa::path(get, path = "/api/recipes/{id}", tag = "recipes", operation_id = "show_recipe",
    params(("id" = String, Path)),
    responses((status = 200, body = RecipeDetail),
        (status = 404, description = "No such recipe", body = TroubleShape, content_type = "application/problem+json"),
        (status = 422, description = "The recipe is wrong", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Named(id): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<RecipeDetail>, Refusal> {
    let entry = shared.admin.catalogue.find(&id).ok_or_else(|| recipe_unknown(&id))?;
    match entry.state() {
        EntryState::Ready { recipe, .. } => {
            Ok(Json(RecipeDetail::of(recipe, &shared.admin.identity.architecture)))
        }
        EntryState::Wrong(fault) => Err(Trouble::new(
            "recipe-wrong",
            text!("The recipe {id} cannot be used.", "La recette {id} ne peut pas être utilisée."),
            text!(
                "Correct it; each place that is wrong is named above.",
                "Corrigez-la ; chaque endroit fautif est nommé ci-dessus."
            ),
        )
        .because(fault.said())
        .into()),
    }
}
