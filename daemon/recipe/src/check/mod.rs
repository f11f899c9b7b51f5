//! Holds a recipe against itself: what no single value can tell.

mod containers;
mod moments;
mod mounts;
mod names;
mod questions;
mod releases;
mod templates;

use crate::document::{Document, Place};
use crate::fault::Faults;
use crate::format::RecipeFile;
use crate::nearest::nearest;
use crate::{Recipe, Text, text};

/// Notes all that is wrong with a recipe as a whole.
pub(crate) fn whole<'t>(recipe: &Recipe, document: &Document<'t>, faults: &mut Faults<'t>) {
    let mut check = Check { recipe, file: &recipe.file, document, faults };
    check.names();
    check.questions();
    check.containers();
    check.mounts();
    check.moments();
    check.releases();
    check.templates();
}

/// What every check needs at hand.
struct Check<'c, 'd, 'f, 't> {
    recipe: &'c Recipe,
    file: &'c RecipeFile,
    document: &'d Document<'t>,
    faults: &'f mut Faults<'t>,
}

impl Check<'_, '_, '_, '_> {
    /// Notes an error at the value of a place.
    fn wrong(&mut self, code: &str, place: &Place, what: Text, hint: Text) {
        self.faults.add(code, &self.document.value(place), what, hint);
    }

    /// Notes an error at the key of a place.
    fn wrong_key(&mut self, code: &str, place: &Place, what: Text, hint: Text) {
        self.faults.add(code, &self.document.key(place), what, hint);
    }

    /// Notes that a container is named which the recipe does not have. Building
    /// blocks count as containers where `blocks` says so.
    fn container_named(&mut self, name: &str, place: &Place, blocks: bool) {
        let mut known: Vec<&str> = self.file.container.keys().map(String::as_str).collect();
        if blocks {
            known.extend(self.recipe.blocks().into_iter().map(|block| block.name.as_str()));
        }
        if known.contains(&name) {
            return;
        }
        self.wrong(
            "container-unknown",
            place,
            text!("There is no container “{name}”.", "Il n’y a pas de conteneur « {name} »."),
            meant(name, &known),
        );
    }
}

/// The hint for a name that leads nowhere.
fn meant(written: &str, known: &[&str]) -> Text {
    let listed = known.join(", ");
    match nearest(written, known.iter().copied()) {
        Some(close) => text!("Did you mean “{close}”?", "Vouliez-vous dire « {close} » ?"),
        None if known.is_empty() => text!("There is none.", "Il n’y en a aucun."),
        None => text!("There is: {listed}.", "Il y a : {listed}."),
    }
}
