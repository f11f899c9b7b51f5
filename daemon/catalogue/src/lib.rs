//! Where recipes come from: folders, each with one folder a recipe.
//!
//! # What it is for
//! Finding recipes, and reading them anew each time it is asked: a recipe that
//! was mended is there at the next look, without a restart.
//!
//! # What it takes and gives
//! It takes the folders to look in, the first of which wins where two hold the
//! same recipe. It gives an [`Entry`] for each recipe: checked, or what is
//! wrong with it. A wrong recipe never hides the others. The text as it was
//! read comes along: who installs a recipe keeps that very text.
//!
//! # What it deliberately does not know
//! What is in a recipe (the crate `recipe` does), which services exist, and
//! the network: indexes that come from elsewhere are another source, not built yet.

mod entry;
mod folders;

pub use entry::{Entry, Fault, State};
pub use folders::Catalogue;
