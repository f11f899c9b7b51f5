//! The container engine: images, networks, volumes, containers.
//!
//! **What it is for.** It is the only crate that knows there is a Docker. The
//! rest of Panier says what it wants in plain words ([`ContainerSpec`],
//! [`NetworkSpec`], [`VolumeSpec`]) to an [`Engine`], and learns what is there
//! and what happens from the answers.
//!
//! **What it takes and gives.**
//! - [`Engine`] is the narrow face; [`Docker`] is the real engine behind it,
//!   [`Scripted`] one in memory that fails when a test tells it to. One suite of
//!   behaviours (`tests/engine`) is run against both.
//! - [`EngineError`] tells apart what a caller can act upon: taken names and
//!   subnets, a full disk, a registry that asks to wait, a build's last lines.
//! - [`Firewall`] holds the box's own table of the kernel's firewall: what may
//!   pass between services, the box and the world; [`Nftables`] is the kernel's.
//! - [`HomeImages`] builds images from Debian's archive, PyPI and npm, where no
//!   container registry is reached. An image is known by the digest of what it
//!   is made from, so what is there already is not built again.
//!
//! **What holds for everything it makes.**
//! - Each thing carries its [`Owner`]'s label. What does not is never listed,
//!   taken over or removed; many boxes can share one engine.
//! - Each container is shut in: all capabilities dropped but the named, no new
//!   privileges, bounded memory, processor, processes and log; the engine never
//!   starts it again by itself and never judges its health.
//! - Calls may be made again after any failure: what is there already is told
//!   apart from what somebody else has, and removing what is gone is success.
//! - Archives and logs are streamed; nothing large is held in memory.
//!
//! **What it deliberately does not know.** What a service or a recipe is (it
//! carries their ids as labels), what the ledger says ought to run, when to try
//! again, and what is told to people: its errors are typed, their sentences are
//! made by who asked.

mod docker;
mod engine;
mod error;
mod firewall;
mod home;
mod scripted;
mod spec;

pub use docker::Docker;
pub use engine::{Engine, EngineResult, ProgressSink};
pub use error::{Cause, EngineError, Kind, PullTrouble};
pub use firewall::{Firewall, FirewallError, FirewallRules, Held, Nftables, ScriptedFirewall};
pub use home::{HomeImage, HomeImageError, HomeImages, Host, INPUTS_LABEL};
pub use scripted::{Behaviour, Call, Fault, Gate, Recorded, Scripted};
pub use spec::{
    Bind, BuildRequest, ContainerFacts, ContainerSpec, ContainerState, EngineEvent, EngineFacts,
    ExecOutcome, ExecRequest, ImageFacts, LogLine, LogRequest, NetworkFacts, NetworkSpec, Owner,
    Progress, VolumeFacts, VolumeMount, VolumeSpec,
};
