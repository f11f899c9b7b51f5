//! The container engine: images, networks, volumes, containers
mod docker;
mod engine;
mod error;
mod home;
mod scripted;
mod spec;

pub use docker::Docker;
pub use engine::{Engine, EngineResult, ProgressSink};
pub use error::{Cause, EngineError, Kind, PullTrouble};
pub use home::{HomeImage, HomeImageError, HomeImages, Host, INPUTS_LABEL};
pub use scripted::{Behaviour, Call, Fault, Gate, Recorded, Scripted};
pub use spec::{
    Bind, BuildRequest, ContainerFacts, ContainerSpec, ContainerState, EngineEvent, EngineFacts,
    ExecOutcome, ExecRequest, ImageFacts, LogLine, LogRequest, NetworkFacts, NetworkSpec, Owner,
    Progress, VolumeFacts, VolumeMount, VolumeSpec,
};
