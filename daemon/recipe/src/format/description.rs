//! What a recipe says of the software as a whole.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scalar::{Size, UrlPath};
use crate::{Text, text};

/// The heading under which a service is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Pads, notes, wikis.
    Writing,
    /// Files, calendars, contacts.
    Files,
    /// Shared expenses, accounts.
    Money,
    /// News feeds, things to read later.
    Reading,
    /// Dates, polls, forms.
    Planning,
    /// Messages, calls, lists.
    Talking,
    /// Photos, videos, music.
    Media,
    /// Web sites, and what serves them.
    Web,
    /// Code and its tools.
    Code,
    /// Members, money and mail of an association.
    Association,
    /// What fits nowhere else.
    Other,
}

impl Category {
    /// The heading itself.
    #[must_use]
    pub fn label(self) -> Text {
        match self {
            Self::Writing => text!("Writing", "Écrire"),
            Self::Files => text!("Files", "Fichiers"),
            Self::Money => text!("Money", "Argent"),
            Self::Reading => text!("Reading", "Lire"),
            Self::Planning => text!("Planning", "S’organiser"),
            Self::Talking => text!("Talking", "Discuter"),
            Self::Media => text!("Photos, video and music", "Photos, vidéos et musique"),
            Self::Web => text!("Web sites", "Sites web"),
            Self::Code => text!("Code", "Code"),
            Self::Association => text!("Associations", "Vie associative"),
            Self::Other => text!("Other", "Autres"),
        }
    }
}

/// Whether who runs the box can read what people put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HostCanRead {
    /// All of it.
    Yes,
    /// Some of it: the rest is encrypted before it comes.
    Partly,
    /// Nothing: all is encrypted before it comes.
    No,
}

/// Whether a service sends mail, through the box's own forwarder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mail {
    /// It cannot do without.
    Required,
    /// It works without, and uses it when there is one.
    Optional,
    /// It sends none.
    #[default]
    None,
}

/// What a service takes of the box.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// Memory of all its containers together; enforced. Containers without a
    /// limit of their own share what is left in equal parts.
    pub memory: Size,
    /// Room on the disk for its images and a year of ordinary use.
    pub disk: Size,
}

/// How hosted people get their own data out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// What to do, in a sentence or two.
    pub how: Text,
}

/// A database server of the service's own.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Which one. Each release says which majors of it it accepts.
    pub kind: DatabaseKind,
    /// Its memory limit, where the usual one does not fit.
    pub memory: Option<Size>,
}

/// Database servers that Panier runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseKind {
    /// PostgreSQL.
    Postgresql,
    /// MariaDB.
    Mariadb,
}

/// A cache of the service's own; what it holds may be lost.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// Which one.
    pub kind: CacheKind,
    /// Its memory limit, where the usual one does not fit.
    pub memory: Option<Size>,
}

/// Caches that Panier runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CacheKind {
    /// Valkey; speaks the Redis protocol.
    Valkey,
}

/// What the front door does for a service beside passing requests on.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrontDoorRules {
    /// Largest request body that is let through; without it there is no limit.
    pub upload_limit: Option<Size>,
    /// Headers added to each answer. Templates.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Fixed redirects, path to location. The locations are templates.
    #[serde(default)]
    pub redirects: BTreeMap<String, String>,
    /// Paths that are shut from outside, with all below them.
    #[serde(default)]
    pub shut: Vec<UrlPath>,
}
