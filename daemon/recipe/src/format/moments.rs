//! What is done and asked while a service lives: commands, the probe, measures.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::Text;
use crate::scalar::{Delay, Name, Owner, UrlPath, VolumeFile};

/// A command run in a container at a given moment.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandRule {
    /// When it is run.
    pub when: When,
    /// Time between two runs, for `when = "schedule"`.
    pub every: Option<Delay>,
    /// In which container.
    pub container: Name,
    /// Program and arguments. Templates; secrets may not stand here.
    pub run: Vec<String>,
    /// As whom; without it, as the container's user.
    pub user: Option<Owner>,
    /// How long it may take; without it 5 min.
    pub within: Option<Delay>,
}

/// A moment in a service's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Once, after the first start.
    AfterInstall,
    /// Before a snapshot's pause.
    BeforeSnapshot,
    /// After a snapshot's pause, whatever happened.
    AfterSnapshot,
    /// After data were restored, before the probe.
    AfterRestore,
    /// After each release on the way of an update, once it has answered well
    /// behind the closed door; it is probed again afterwards.
    AfterUpdate,
    /// After the service's domains have changed.
    DomainChange,
    /// Again and again, while the service runs.
    Schedule,
}

/// The question asked through the front door to know that a service works.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeRule {
    /// Path and query.
    pub path: UrlPath,
    /// Status that must come; without it 200.
    #[schemars(range(min = 100, max = 599))]
    pub status: Option<u16>,
    /// Members that the JSON body must have, at its top level.
    #[serde(default)]
    pub json: BTreeMap<String, serde_json::Value>,
    /// Text that the body must contain.
    pub contains: Option<String>,
    /// How long from the start to the first good answer; without it 2 min.
    pub within: Option<Delay>,
}

/// A number or text read from a service's data that must be equal before a
/// snapshot and after its restore, before an update and after it. Asked of the
/// database, of an SQLite file, or by a command.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Its name: the same in every release, as values are kept under it.
    pub name: String,
    /// What is measured, in people's words, shown beside the value; without it
    /// its name. The word for several, where it is a count.
    pub label: Option<Text>,
    /// The word for one of them. With it a whole number is part of sentences
    /// such as “your 214 bills are there”: for what people would know again.
    pub singular: Option<Text>,
    /// Whether an update may change it: what the software keeps for itself,
    /// such as accounts of its own. Restores never may.
    #[serde(default)]
    pub changes_with_update: bool,
    /// A question with one row and one column.
    pub sql: Option<String>,
    /// The SQLite file that is asked; without it the service's database.
    pub sqlite: Option<VolumeFile>,
    /// A command whose output is the value.
    pub command: Option<MeasureCommand>,
}

/// A command whose output is measured.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasureCommand {
    /// In which container.
    pub container: Name,
    /// Program and arguments.
    pub run: Vec<String>,
    /// As whom; without it, as the container's user.
    pub user: Option<Owner>,
}
