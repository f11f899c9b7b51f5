//! What a recipe becomes for one service: plain facts that the lifecycle hands
//! to the engine and to the front door. Nothing here knows either.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::Text;

/// All of one service, ready to be made real.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rendered {
    /// In the order in which they start: building blocks first, the container
    /// that answers the web last.
    pub containers: Vec<RenderedContainer>,
    /// Who answers the front door.
    pub web: Web,
    /// The question that proves that the service works.
    pub probe: Probe,
    /// What the front door does for this service beside passing requests on.
    pub door: DoorRules,
    /// Commands run in a container at given moments, in order.
    pub commands: Vec<RenderedCommand>,
}

/// Which container answers the front door, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Web {
    /// The container's name in the recipe.
    pub container: String,
    /// TCP port inside it, plain HTTP.
    pub port: u16,
}

/// One container of a service.
///
/// Serialised, its environment holds the secrets that some images take from
/// nowhere else; shown for debugging, it holds the variables' names only.
#[derive(Clone, PartialEq, Serialize)]
pub struct RenderedContainer {
    /// Its name in the recipe (`app`, `database`); also its host name inside
    /// the service's network.
    pub name: String,
    /// Where its image comes from.
    pub image: ImageSource,
    /// `uid`, `uid:gid` or a name; none: what the image says.
    pub user: Option<String>,
    /// Replaces the image's entrypoint.
    pub entrypoint: Option<Vec<String>>,
    /// Replaces the image's command.
    pub command: Option<Vec<String>>,
    /// Environment. A secret is here only where the image offers nothing else.
    pub environment: BTreeMap<String, String>,
    /// Volumes and where they are mounted.
    pub volumes: Vec<RenderedVolume>,
    /// Configuration files and secrets, bound read-only from a tmpfs of the host's.
    pub files: Vec<RenderedFile>,
    /// Paths inside that are a tmpfs of the container's own.
    pub tmpfs: Vec<String>,
    /// Capabilities kept, by their names without `CAP_`; all others are dropped.
    pub capabilities: Vec<String>,
    /// Whether the root filesystem can be written to.
    pub writable_root: bool,
    /// Enforced limits.
    pub limits: Limits,
    /// What may leave it.
    pub egress: Egress,
    /// Ports published on the box itself, beside the front door.
    pub ports: Vec<PublishedPort>,
    /// Run inside it until it exits with 0, before the next container starts.
    pub ready: Option<Vec<String>>,
    /// Time between the polite signal and the hard one.
    pub stop_grace: Duration,
}

impl std::fmt::Debug for RenderedContainer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("RenderedContainer")
            .field("name", &self.name)
            .field("image", &self.image)
            .field("environment", &self.environment.keys().collect::<Vec<_>>())
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

/// Where an image comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageSource {
    /// From a registry, by upstream's own name.
    Registry {
        /// Name and tag, such as `docker.io/etherpad/etherpad:3.3.3`.
        reference: String,
        /// `sha256:…` for this box's architecture, where the recipe names one.
        digest: Option<String>,
    },
    /// Built at home.
    Build {
        /// The folder's name under `images/`, such as `ihatemoney`.
        folder: String,
        /// Which of its versions.
        version: String,
    },
}

/// A volume of the service, mounted in one container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RenderedVolume {
    /// The volume's name in the service; two containers that name the same share it.
    pub volume: String,
    /// Where it is mounted.
    pub path: String,
    /// Whether this container may only read it.
    pub read_only: bool,
}

/// A file given to a container.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct RenderedFile {
    /// Absolute path inside the container.
    pub path: String,
    /// What it holds.
    #[serde(skip)]
    pub content: String,
    /// `uid:gid` that owns it, numbers only.
    pub owner: (u32, u32),
    /// Permission bits, such as `0o400`.
    pub mode: u32,
}

impl std::fmt::Debug for RenderedFile {
    // The content may hold a secret: it is never printed.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("RenderedFile")
            .field("path", &self.path)
            .field("owner", &self.owner)
            .field("mode", &format_args!("{:o}", self.mode))
            .finish_non_exhaustive()
    }
}

/// Enforced limits of one container.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Limits {
    /// Bytes of memory; swap is not added to it.
    pub memory: u64,
    /// Processor cores, such as 1.5.
    pub cpus: f64,
    /// Processes and threads.
    pub processes: u32,
}

/// What may leave a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Egress {
    /// Nothing: it sees its own service's containers and no more.
    Nothing,
    /// The internet alone: never the box, another service, or private addresses.
    Internet {
        /// Why, as the panel shows it.
        reason: Text,
    },
}

/// A port published on the box itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedPort {
    /// Port inside the container.
    pub inside: u16,
    /// Port on the box.
    pub outside: u16,
    /// Transport.
    pub protocol: Protocol,
}

/// A transport protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// The question asked through the front door to know that the service works.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Probe {
    /// Path and query.
    pub path: String,
    /// Status that must come.
    pub status: u16,
    /// Members that the JSON body must have, at its top level.
    pub json: BTreeMap<String, serde_json::Value>,
    /// Text that the body must contain.
    pub contains: Option<String>,
    /// How long the service may take from its start to its first good answer.
    pub within: Duration,
}

/// What the front door does for a service beside passing requests on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DoorRules {
    /// Largest request body, in bytes; none: no limit.
    pub upload_limit: Option<u64>,
    /// Headers added to each answer.
    pub headers: BTreeMap<String, String>,
    /// Fixed redirects: path to location, answered with 301.
    pub redirects: BTreeMap<String, String>,
    /// Paths (with all below them) that are shut from outside.
    pub shut: Vec<String>,
}

/// A command run inside a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RenderedCommand {
    /// When it is run.
    pub moment: Moment,
    /// In which container.
    pub container: String,
    /// Program and arguments.
    pub run: Vec<String>,
    /// As whom; none: as the container's user.
    pub user: Option<String>,
    /// How long it may take.
    pub within: Duration,
}

/// When a recipe's command is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Once, after the first start.
    AfterInstall,
    /// Before a snapshot's pause.
    BeforeSnapshot,
    /// After a snapshot's pause, whatever happened.
    AfterSnapshot,
    /// After data were restored, before the probe.
    AfterRestore,
    /// After each release on the way of an update has answered well, while the
    /// door is still closed.
    AfterUpdate,
    /// After the service's domains have changed.
    DomainChange,
    /// Again and again, while the service runs.
    Every {
        /// Time between two runs.
        period: Duration,
    },
}
