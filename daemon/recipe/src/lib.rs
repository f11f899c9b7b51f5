//! The words of the domain: recipes, releases, and sentences for people.
//!
//! # What it is for
//! A recipe says how to run one piece of free software in all its releases.
//! This crate reads one, checks it as a whole, and turns it into plain facts
//! for one service: containers, files, commands, the probe, the door's rules.
//!
//! # What it takes and gives
//! - [`Recipe::parse`] takes the text of a `recipe.toml` and gives a checked
//!   [`Recipe`], or [`RecipeErrors`]: all that is wrong, each with its line,
//!   the offending text and a hint, in both languages.
//! - [`Recipe::check_answers`] takes what a person answered and gives the
//!   answers with defaults filled in, or a [`Trouble`] for each wrong one.
//! - [`Recipe::secrets`] lists what must be made up; [`SecretSpec::from_random`]
//!   makes it of bytes that the caller drew.
//! - [`Recipe::path`] finds the way from one release to another.
//! - [`Recipe::render`] takes a release and a [`Setting`] and gives [`Rendered`].
//! - [`schema`] gives the JSON Schema that editors know recipes by.
//! - [`mod@format`] holds the types of the file's tables, [`scalar`] those of its
//!   small words; [`Recipe`]'s own methods give what others need of them.
//! - [`Text`], [`Trouble`] and [`Language`] are how the whole project speaks
//!   to people.
//!
//! # How a file is read
//! The text becomes a document whose values know their place (`document`). It
//! is held against the JSON Schema generated from the types in `format`
//! (`structure`): unknown and missing keys, wrong types, misspelt words.
//! Then serde fills the types, which cannot fail any more, and `check` holds
//! the recipe against itself: names that lead nowhere, secrets in the open,
//! releases that nothing reaches. So all errors of a kind come at once.
//!
//! # What it deliberately does not know
//! The network, the engine, the clock, randomness, the filesystem: it is pure.
//! Which images exist under `images/`, and where recipes are kept, others know.

mod answers;
mod block;
mod check;
mod document;
mod fault;
pub mod format;
mod nearest;
mod recipe;
mod releases;
mod render;
mod rendered;
pub mod scalar;
mod secrets;
mod setting;
mod structure;
mod syntax;
mod template;
mod variables;
mod words;

pub use fault::{RecipeError, RecipeErrors};
pub use format::{
    Alphabet, Architecture, CacheKind, Category, Choice, DatabaseKind, FORMAT, HostCanRead, Mail,
    Question, QuestionKind,
};
pub use recipe::{EgressNotice, ImageNeed, MeasureSource, Measured, Recipe};
pub use releases::{Release, ReleaseId};
pub use rendered::{
    DoorRules, Egress, ImageSource, Limits, Moment, Probe, Protocol, PublishedPort, Rendered,
    RenderedCommand, RenderedContainer, RenderedFile, RenderedVolume, Web,
};
pub use secrets::SecretSpec;
pub use setting::Setting;
pub use structure::schema;
pub use words::{Language, Text, Trouble};

#[cfg(test)]
mod tests;
