//! Recipes.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use catalogue::{Entry, State as EntryState};
use recipe::{Trouble, text};

use crate::asked::{Asked, Named, Nothing};
use crate::refusal::{Refusal, recipe_unknown};
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
