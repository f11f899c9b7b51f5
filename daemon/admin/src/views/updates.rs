//! What a service can be moved to, and back to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use recipe::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MeasureView;
use super::words::TextShape;

/// The newest release that a service can be moved to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Update)]
pub struct UpdateView {
    /// Its version.
    pub release: String,
    /// Which rebuild of it, from 1.
    pub revision: u32,
    /// All releases on the way, that one included, as people call them.
    pub way: Vec<String>,
    /// What people should know before, in the order of the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<TextShape>, required = false)]
    pub notes: Vec<Text>,
}

/// The release that a service can go back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Previous)]
pub struct PreviousView {
    /// Its version.
    pub release: String,
    /// Which rebuild of it, from 1.
    pub revision: u32,
    /// When the release after it was opened.
    pub kept: Timestamp,
    /// What was measured when it was left.
    pub measures: Vec<MeasureView>,
}

/// Where a rollback leads, and what it leaves to a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WayBack)]
pub struct WayBackView {
    /// The version of the release before.
    pub release: String,
    /// Which rebuild of it, from 1.
    pub revision: u32,
    /// When the release after it was opened.
    pub kept: Timestamp,
    /// What has moved since then, measured now.
    pub moved: Vec<MovedView>,
}

/// A measure that is another one than at the opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Moved)]
pub struct MovedView {
    /// Its name in the recipe.
    pub name: String,
    /// What it counts, or else its name.
    #[schema(value_type = TextShape)]
    pub label: Text,
    /// What it was then; none: it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub then: Option<String>,
    /// What it is now; none: it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub now: Option<String>,
}

/// What to update to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UpdateRequest)]
pub struct UpdateBody {
    /// The release's version; none: the newest that can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub release: Option<String>,
    /// Answers to questions that the newer release asks; the others stay.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    pub answers: BTreeMap<String, String>,
}
