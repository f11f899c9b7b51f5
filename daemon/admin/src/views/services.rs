//! Services, what they consist of, and what lies in the trash.

use std::collections::BTreeMap;

use jiff::Timestamp;
use recipe::{Text, Trouble};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::updates::{PreviousView, UpdateView};
use super::words::{TextShape, TroubleShape};
use super::{JobView, LastRehearsalView};

/// A service, shortly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Service)]
pub struct ServiceView {
    /// Its number in the ledger.
    pub id: i64,
    /// Its name on this box.
    pub name: String,
    /// The recipe's id.
    pub recipe: String,
    /// The software's name, as it calls itself.
    pub software: String,
    /// What one does with it.
    #[schema(value_type = Option<TextShape>, required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Text>,
    /// The release's version.
    pub release: String,
    /// The release's revision.
    pub revision: u32,
    /// Where people find it.
    pub address: String,
    /// Its domains, the main one first.
    pub domains: Vec<String>,
    /// How it is, now.
    pub health: HealthView,
    /// What is wanted of it.
    pub wanted: WantedView,
    /// When it was asked for.
    pub created: Timestamp,
    /// When its newest snapshot was taken.
    #[schema(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_snapshot: Option<Timestamp>,
    /// The last rehearsal of a restore.
    #[schema(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_rehearsal: Option<LastRehearsalView>,
    /// Whether a snapshot is kept where it would outlive the box's own disk.
    #[serde(default)]
    pub backed_up: bool,
    /// The newest release that it can be moved to; none: it runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub update: Option<UpdateView>,
}

/// A service, with all that is known of it but its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ServiceDetail {
    /// The service.
    #[serde(flatten)]
    pub service: ServiceView,
    /// Answers to the recipe's questions; passwords are left out.
    pub answers: BTreeMap<String, String>,
    /// The secrets that are shown on demand, by name.
    pub secrets: Vec<String>,
    /// What it consists of in the engine; none while that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<InsideView>,
    /// The release that it can go back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub previous: Option<PreviousView>,
    /// Its newest jobs, the newest first.
    pub jobs: Vec<JobView>,
}

/// How a service is, now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "lowercase")]
#[schema(as = Health)]
pub enum HealthView {
    /// It answered the last time that it was asked.
    Up,
    /// It runs, and has not answered yet.
    Starting,
    /// It was stopped on purpose.
    Stopped,
    /// A job has its hand on it.
    Working {
        /// Which.
        job: i64,
        /// What kind of job.
        kind: String,
        /// What the job does, for people.
        #[schema(value_type = TextShape)]
        label: Text,
    },
    /// It should run, and does not.
    Ill {
        /// Why.
        #[schema(value_type = TroubleShape)]
        trouble: Trouble,
    },
}

/// What is wanted of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Wanted)]
pub enum WantedView {
    /// It should run.
    Running,
    /// It should not.
    Stopped,
}

/// What a service consists of in the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Inside)]
pub struct InsideView {
    /// Its containers, in the order of their start.
    pub containers: Vec<ContainerView>,
    /// Its volumes.
    pub volumes: Vec<VolumeView>,
    /// Its network, in CIDR notation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// What is run in it again and again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub schedule: Vec<ScheduledView>,
}

/// A command that is run again and again while the service is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Scheduled)]
pub struct ScheduledView {
    /// The container that it runs in.
    pub container: String,
    /// Program and arguments.
    pub run: Vec<String>,
    /// Seconds between two runs.
    pub every: u64,
    /// When it last began; none: it never ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub last: Option<Timestamp>,
    /// Why the last run failed; none: it did not.
    #[schema(value_type = Option<TroubleShape>, required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
}

/// One container of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Container)]
pub struct ContainerView {
    /// Its name in the service.
    pub name: String,
    /// Its image.
    pub image: String,
    /// Why it may reach the internet; none: nothing leaves it.
    #[schema(value_type = Option<TextShape>, required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress: Option<Text>,
    /// The user inside, where the recipe says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Most memory, in bytes.
    pub memory: u64,
}

/// One volume of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Volume)]
pub struct VolumeView {
    /// Its name in the service.
    pub name: String,
    /// Where its data lie on the box.
    pub folder: String,
}

/// Secrets that a recipe lets its administrator see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Secrets)]
pub struct SecretsView {
    /// By name.
    pub secrets: BTreeMap<String, String>,
    /// What each is for, by name, where the recipe says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, TextShape>, required = false)]
    pub labels: BTreeMap<String, Text>,
}

/// A service in the trash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Trashed)]
pub struct TrashView {
    /// Its number in the ledger.
    pub id: i64,
    /// The name that it had.
    pub name: String,
    /// The recipe's id.
    pub recipe: String,
    /// The release's version.
    pub release: String,
    /// Its domains, the main one first.
    pub domains: Vec<String>,
    /// When it was removed.
    pub removed: Timestamp,
}

/// One line that a service wrote, or why there are no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum LogEntry {
    /// A line.
    Line(LogLine),
    /// The end, before its time.
    Trouble {
        /// Why.
        #[schema(value_type = TroubleShape)]
        trouble: Trouble,
    },
}

/// One line that a service wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogLine {
    /// Which of its containers.
    pub container: String,
    /// When, where the engine says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub time: Option<Timestamp>,
    /// Whether it came by standard error.
    pub error: bool,
    /// What it says.
    pub text: String,
}

/// A service to install.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Install)]
pub struct InstallBody {
    /// The recipe's id.
    pub recipe: String,
    /// The service's name; none: the recipe's id, or the first free one after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which release; none: the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Its domains, the main one first; none: its name below the base domain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub domains: Vec<String>,
    /// Answers to the recipe's questions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    pub answers: BTreeMap<String, String>,
}

/// Answers to change; those that are not named stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Answers)]
pub struct AnswersBody {
    /// By key.
    pub answers: BTreeMap<String, String>,
}

/// A domain of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Domain)]
pub struct DomainBody {
    /// A host name, such as `pad.example.org`.
    pub domain: String,
}

/// How a service comes back from the trash.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Restore)]
pub struct RestoreBody {
    /// Another name; none: the one that it had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Which images to build at home.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Build)]
pub struct BuildBody {
    /// Names of folders under `images/`; none: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub folders: Vec<String>,
}
