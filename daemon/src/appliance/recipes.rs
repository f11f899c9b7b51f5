//! The catalogue, as the lifecycle needs it.

use catalogue::Catalogue;
use lifecycle::{RecipeText, Recipes};
use recipe::{Trouble, text};

/// Recipes from the catalogue's folders.
pub(crate) struct FromCatalogue(pub(crate) Catalogue);

impl Recipes for FromCatalogue {
    fn text(&self, id: &str) -> Result<RecipeText, Trouble> {
        let entry = self.0.find(id).ok_or_else(|| {
            Trouble::new(
                "recipe-unknown",
                text!("There is no recipe named {id}.", "Il n’y a pas de recette nommée {id}."),
                text!(
                    "See those that there are: panier recipe list",
                    "Voyez celles qu’il y a : panier recipe list"
                ),
            )
        })?;
        match (entry.text(), entry.state()) {
            (Some(text), _) => Ok(RecipeText {
                file: entry.folder().join("recipe.toml").display().to_string(),
                text: text.to_owned(),
            }),
            (None, catalogue::State::Wrong(fault)) => Err(Trouble::new(
                "recipe-wrong",
                text!("The recipe {id} cannot be used.", "La recette {id} ne peut pas servir."),
                text!(
                    "Correct it: panier recipe validate shows each place.",
                    "Corrigez-la : panier recipe validate montre chaque endroit."
                ),
            )
            .because(fault.said())),
            (None, _) => Err(Trouble::new(
                "recipe-wrong",
                text!("The recipe {id} cannot be used.", "La recette {id} ne peut pas servir."),
                text!("Look into its folder.", "Regardez dans son dossier."),
            )),
        }
    }
}
