//! One container of a service, as a recipe writes it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::Text;
use crate::scalar::{
    AbsolutePath, BuildFolder, Capability, Delay, ImageName, License, Mode, Name, Owner, Size,
};

/// One container. Exactly one of `image`, `build` and `same_image_as` is said.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Container {
    /// Its image's name in a registry.
    pub image: Option<ImageName>,
    /// The folder of its image, when that is built at home.
    pub build: Option<BuildFolder>,
    /// Another container whose image this one uses.
    pub same_image_as: Option<Name>,
    /// The image's tag, or the version to build: a template; without it the
    /// release's version.
    pub tag: Option<String>,
    /// Its software's licence, where that is not the recipe's.
    pub license: Option<License>,
    /// Where it answers the front door. One container of a recipe does.
    pub web: Option<WebRule>,
    /// User and group that it runs as, by numbers; without it, what the image says.
    pub user: Option<Owner>,
    /// Replaces the image's entrypoint. Templates.
    pub entrypoint: Option<Vec<String>>,
    /// Replaces the image's command. Templates.
    pub command: Option<Vec<String>>,
    /// Environment. Templates; secrets may not stand here.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Environment that holds secrets, where the image offers nothing else.
    pub secret_environment: Option<SecretEnvironment>,
    /// Volumes by name, and where they are mounted.
    #[serde(default)]
    pub volumes: BTreeMap<String, Mount>,
    /// Files written before each start.
    #[serde(default)]
    pub file: Vec<File>,
    /// Ports published on the box itself, beside the front door.
    #[serde(default)]
    pub port: Vec<PortRule>,
    /// What may leave it; without it nothing may.
    pub egress: Option<EgressRule>,
    /// Capabilities that it keeps; all others are dropped.
    #[serde(default)]
    pub capabilities: Vec<Capability>,
    /// Folders that are empty at each start and lie in memory.
    #[serde(default)]
    pub tmpfs: Vec<AbsolutePath>,
    /// Whether it must write outside its volumes and tmpfs.
    #[serde(default)]
    pub writable_root: bool,
    /// Enforced limits.
    #[serde(default)]
    pub limits: LimitRule,
    /// A command that ends well once the container can be used. Templates.
    pub ready: Option<Vec<String>>,
    /// Containers that start before this one.
    #[serde(default)]
    pub after: Vec<Name>,
    /// How long it may take to stop politely; without it 10 s.
    pub stop_grace: Option<Delay>,
}

/// Where a container answers the front door.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebRule {
    /// TCP port inside it, plain HTTP.
    #[schemars(range(min = 1))]
    pub port: u16,
}

/// Secrets in the environment, where the image offers nothing else: whoever
/// may look at the container sees them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretEnvironment {
    /// Why no file can do it.
    pub because: String,
    /// The variables. Templates.
    pub variables: BTreeMap<String, String>,
}

/// Where a volume is mounted: a path alone, or with more to say.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Mount {
    /// The path alone: the container may write there.
    Path(AbsolutePath),
    /// With more to say.
    Full(FullMount),
}

/// A mount with more to say than its path.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FullMount {
    /// Where it is mounted.
    pub path: AbsolutePath,
    /// Whether this container may only read it.
    #[serde(default)]
    pub read_only: bool,
}

impl Mount {
    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> &AbsolutePath {
        match self {
            Self::Path(path) => path,
            Self::Full(full) => &full.path,
        }
    }

    /// Whether this container may only read it.
    #[must_use]
    pub fn read_only(&self) -> bool {
        matches!(self, Self::Full(FullMount { read_only: true, .. }))
    }
}

/// A file written before each start and bound read-only.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Where it is, inside the container.
    pub path: AbsolutePath,
    /// What it holds; secrets may stand here.
    pub template: String,
    /// Who owns it; without it the container's user, or root.
    pub owner: Option<Owner>,
    /// Its permissions; without it 0400.
    pub mode: Option<Mode>,
}

/// A port published on the box itself.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PortRule {
    /// Port inside the container.
    #[schemars(range(min = 1))]
    pub inside: u16,
    /// Port on the box; without it the same.
    #[schemars(range(min = 1))]
    pub outside: Option<u16>,
    /// Which transport.
    pub protocol: Transport,
    /// What people use it for.
    pub because: Text,
}

/// A transport protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// What may leave a container.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EgressRule {
    /// Where to.
    pub to: EgressTo,
    /// Why, as the panel shows it.
    pub because: Text,
}

/// Where a container may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EgressTo {
    /// The internet alone: never the box, another service, or private addresses.
    Internet,
}

/// Limits of one container.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitRule {
    /// Memory; without it a share of what the service needs.
    pub memory: Option<Size>,
    /// Processor cores, such as 0.5; without it 1.
    #[schemars(range(min = 0.05, max = 64.0))]
    pub cpus: Option<f64>,
    /// Processes and threads; without it 256.
    #[schemars(range(min = 1, max = 32768))]
    pub processes: Option<u32>,
}
