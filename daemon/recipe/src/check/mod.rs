//! Holds a recipe against itself: what no single value can tell.

use crate::Recipe;
use crate::document::Document;
use crate::fault::Faults;

/// Notes all that is wrong with a recipe as a whole.
pub(crate) fn whole(_recipe: &Recipe, _document: &Document<'_>, _faults: &mut Faults<'_>) {}
