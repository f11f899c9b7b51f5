//! What a recipe file may say: one Rust type for each table of it. The JSON
//! Schema is generated from these types, and so is the check of a file's
//! structure: a key that is not here cannot be written.

mod container;
mod description;
mod moments;
mod question;
mod release;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub use container::{
    Container, EgressRule, EgressTo, File, LimitRule, Mount, PortRule, SecretEnvironment,
    Transport, WebRule,
};
pub use description::{
    Cache, CacheKind, Category, Database, DatabaseKind, Export, FrontDoorRules, HostCanRead, Mail,
    Needs,
};
pub use moments::{CommandRule, Measure, MeasureCommand, ProbeRule, When};
pub use question::{Alphabet, Choice, Plain, Question, QuestionKind, SecretRule};
pub use release::{Architecture, ReleaseImage, ReleaseImages, ReleaseRule};

use crate::Text;
use crate::scalar::{License, Name, WebAddress};

/// The number of this format; `format = 1` is a recipe's first line.
pub const FORMAT: u32 = 1;

/// How to run one piece of free software, in all its releases.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Panier recipe")]
pub struct RecipeFile {
    /// The format's number: 1.
    pub format: u32,
    /// The recipe's own name; that of its folder.
    pub id: Name,
    /// The software's name, as it calls itself.
    pub name: String,
    /// What one does with it, in a few words.
    pub summary: Text,
    /// Well-known services that it can stand in for.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// Under which heading it is listed.
    pub category: Category,
    /// Its licence, an SPDX expression; free in the FSF's sense.
    pub license: License,
    /// Where its source code is.
    pub source: WebAddress,
    /// Whether who runs the box can read what people put in.
    pub host_can_read: HostCanRead,
    /// Whether it sends mail.
    #[serde(default)]
    pub mail: Mail,
    /// What it takes of the box.
    pub needs: Needs,
    /// How hosted people get their own data out.
    pub export: Export,
    /// What is asked when it is installed.
    #[serde(default)]
    pub question: Vec<Question>,
    /// Secrets, made by the box.
    #[serde(default)]
    pub secret: BTreeMap<String, SecretRule>,
    /// A database server of its own, in the container `database`.
    pub database: Option<Database>,
    /// A cache of its own, in the container `cache`.
    pub cache: Option<Cache>,
    /// Its containers.
    pub container: BTreeMap<String, Container>,
    /// Commands run in a container at given moments, in this order.
    #[serde(default)]
    pub command: Vec<CommandRule>,
    /// The question asked through the front door to know that it works.
    pub probe: ProbeRule,
    /// What must be equal before a snapshot and after its restore.
    #[serde(default)]
    pub measure: Vec<Measure>,
    /// What the front door does for it beside passing requests on.
    #[serde(default)]
    pub front_door: FrontDoorRules,
    /// Its releases, from the oldest to the newest.
    pub release: Vec<ReleaseRule>,
}
