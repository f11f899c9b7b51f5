//! What is asked of the engine, and what it tells.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Whose the things are: each carries the label [`Owner::LABEL`] with this box's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The box's identity.
    pub identity: String,
}

impl Owner {
    /// The label whose value is the box's identity.
    pub const LABEL: &str = "org.panier.box";
    /// The label whose value is the service's id in the ledger.
    pub const SERVICE: &str = "org.panier.service";
    /// The label whose value is the container's name in its recipe.
    pub const PART: &str = "org.panier.part";
    /// The label whose value is [`ContainerSpec::fingerprint`].
    pub const FINGERPRINT: &str = "org.panier.fingerprint";
    /// The label by which a build's earlier stages are found and removed after
    /// it: its value is the tag of the image that is built.
    pub const STAGE: &str = "org.panier.stage";
}

/// What an engine says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineFacts {
    /// Its own version, such as `20.10.24`.
    pub version: String,
    /// The architecture of what it runs, in its own words: `amd64`, `arm64`.
    pub architecture: String,
    /// The folder of its store on the host.
    pub store: PathBuf,
}

/// What an engine says of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFacts {
    /// `sha256:…` of its configuration.
    pub id: String,
    /// The `sha256:…` by which registries know it; empty for an image built at home.
    pub digests: Vec<String>,
    /// In the engine's words: `amd64`, `arm64`.
    pub architecture: String,
    /// Bytes, unpacked.
    pub size: u64,
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// The user that it runs as, as the image says; empty for root.
    pub user: String,
}

/// One step of a long call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So many of so many bytes have arrived; the total is 0 while unknown.
    Bytes {
        /// Bytes done.
        done: u64,
        /// Bytes in all, as far as the engine knows yet.
        total: u64,
    },
    /// A line of the builder's own output.
    Line(String),
}

/// An image to build.
#[derive(Debug, Clone)]
pub struct BuildRequest {
    /// The context as an uncompressed tar archive, `Dockerfile` at its root.
    pub context: PathBuf,
    /// Name and tag of the result.
    pub tag: String,
    /// Build arguments.
    pub arguments: Vec<(String, String)>,
    /// Labels of the result.
    pub labels: Vec<(String, String)>,
}

/// A network to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkSpec {
    /// Its name in the engine.
    pub name: String,
    /// The service's id in the ledger.
    pub service: String,
    /// The bridge's name on the host, at most 15 characters.
    pub bridge: String,
    /// IPv4 subnet in CIDR notation.
    pub subnet: String,
    /// No way out.
    pub internal: bool,
}

/// A network that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkFacts {
    /// The engine's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The service's id in the ledger, from its label.
    pub service: String,
    /// IPv4 subnet.
    pub subnet: String,
    /// No way out.
    pub internal: bool,
}

impl NetworkFacts {
    /// Whether it is what `spec` asks for.
    #[must_use]
    pub fn is_as(&self, spec: &NetworkSpec) -> bool {
        self.name == spec.name && self.subnet == spec.subnet && self.internal == spec.internal
    }
}

/// A volume to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeSpec {
    /// Its name in the engine.
    pub name: String,
    /// The service's id in the ledger.
    pub service: String,
    /// The host's folder that it is bound to; must exist.
    pub folder: PathBuf,
}

/// A volume that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeFacts {
    /// Its name.
    pub name: String,
    /// The service's id in the ledger, from its label.
    pub service: String,
    /// The host's folder that it is bound to.
    pub folder: PathBuf,
}

impl VolumeFacts {
    /// Whether it is what `spec` asks for.
    #[must_use]
    pub fn is_as(&self, spec: &VolumeSpec) -> bool {
        self.name == spec.name && self.folder == spec.folder
    }
}

/// A container to make. The engine's restart policy is always `no`, its own
/// health check is always off, all capabilities but the named are dropped and
/// no new privileges can be had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContainerSpec {
    /// Its name in the engine.
    pub name: String,
    /// The service's id in the ledger.
    pub service: String,
    /// Its name in the recipe; also its host name in the network.
    pub part: String,
    /// Image id or reference; must be in the store.
    pub image: String,
    /// As whom; none: as the image says.
    pub user: Option<String>,
    /// Replaces the image's entrypoint.
    pub entrypoint: Option<Vec<String>>,
    /// Replaces the image's command.
    pub command: Option<Vec<String>>,
    /// `NAME=value` pairs, sorted.
    pub environment: Vec<(String, String)>,
    /// Engine volumes and where they are mounted.
    pub volumes: Vec<VolumeMount>,
    /// Files of the host's, bound read-only.
    pub binds: Vec<Bind>,
    /// Digest of what those files hold, so that a container whose files have
    /// changed is known to be another one.
    pub binds_digest: String,
    /// Paths that are a tmpfs of the container's own.
    pub tmpfs: Vec<String>,
    /// Capabilities kept, without `CAP_`.
    pub capabilities: Vec<String>,
    /// Whether the root filesystem is read-only.
    pub read_only_root: bool,
    /// Bytes of memory; swap is not added.
    pub memory: u64,
    /// Processor time in billionths of a core.
    pub nano_cpus: u64,
    /// Processes and threads.
    pub processes: u32,
    /// The network's name in the engine.
    pub network: String,
    /// Its own address in that network.
    pub address: String,
    /// Resolvers; none: the engine's.
    pub resolvers: Vec<String>,
    /// Ports published on the host: inside, outside, `tcp` or `udp`.
    pub ports: Vec<(u16, u16, String)>,
    /// Signal to hard signal, seconds.
    pub stop_grace_seconds: u32,
    /// Bytes of the container's log that the engine keeps.
    pub log_bytes: u64,
}

impl ContainerSpec {
    /// A short digest of all that this spec says: a container whose label
    /// [`Owner::FINGERPRINT`] differs is not the one that is wanted.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let said = serde_json::to_vec(self).unwrap_or_default();
        let digest = ring::digest::digest(&ring::digest::SHA256, &said);
        digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// An engine volume in a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeMount {
    /// The volume's name in the engine.
    pub volume: String,
    /// Where it is mounted.
    pub path: String,
    /// May only be read here.
    pub read_only: bool,
}

/// A file or folder of the host's in a container, read-only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bind {
    /// On the host.
    pub from: PathBuf,
    /// Inside.
    pub path: String,
}

/// A container that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerFacts {
    /// The engine's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The service's id in the ledger, from its label.
    pub service: String,
    /// Its name in the recipe, from its label.
    pub part: String,
    /// What it was made from, from its label.
    pub fingerprint: String,
    /// What it does now.
    pub state: ContainerState,
}

impl ContainerFacts {
    /// Whether it was made as `spec` asks; what it does now is another question.
    #[must_use]
    pub fn is_made_as(&self, spec: &ContainerSpec) -> bool {
        self.name == spec.name && self.fingerprint == spec.fingerprint()
    }
}

/// What a container does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerState {
    /// Made and never started.
    Created,
    /// Its first process runs.
    Running,
    /// Frozen.
    Paused,
    /// Ended.
    Exited {
        /// Of its first process.
        code: i64,
    },
    /// What the engine could not remove or start any more.
    Dead,
}

/// A program to run inside a container.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExecRequest {
    /// Program and arguments.
    pub command: Vec<String>,
    /// As whom; none: as the container's user.
    pub user: Option<String>,
    /// Added to the container's environment.
    pub environment: Vec<(String, String)>,
}

/// How a program inside a container ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecOutcome {
    /// Its exit code.
    pub code: i64,
    /// What it wrote to both outputs, at most the last 64 KiB.
    pub output: String,
}

/// Which lines of a container's output.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRequest {
    /// Go on with what comes.
    pub follow: bool,
    /// So many of the last lines; none: all.
    pub tail: Option<u32>,
}

/// A line of a container's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When, RFC 3339 with nanoseconds, as the engine wrote it down.
    pub time: String,
    /// Whether it came by the error output.
    pub error: bool,
    /// Without its line end.
    pub text: String,
}

/// Something that happened to a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineEvent {
    /// The engine's word for it: `start`, `die`, `oom`, `destroy`, … That memory
    /// was used up may be told after the death that came of it.
    pub action: String,
    /// The service's id in the ledger, from its label.
    pub service: String,
    /// The container's name in the recipe, from its label.
    pub part: String,
}
