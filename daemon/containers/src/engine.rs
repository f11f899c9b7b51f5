//! The narrow face of a container engine: what Panier asks of one, and no more.

use std::path::Path;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

use crate::{
    BuildRequest, ContainerFacts, ContainerSpec, EngineError, EngineEvent, EngineFacts,
    ExecOutcome, ExecRequest, ImageFacts, LogLine, LogRequest, NetworkFacts, NetworkSpec, Owner,
    Progress, VolumeFacts, VolumeSpec,
};

/// What each call answers.
pub type EngineResult<T> = Result<T, EngineError>;

/// Where the steps of a long call are told: called often, must not block.
pub type ProgressSink<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// A container engine. Calls that make something take its labels from an
/// [`Owner`]; calls that list, list what that owner owns and nothing else.
///
/// Removing what is not there is success; making what is there already (same
/// name and owner) is [`EngineError::Exists`].
#[async_trait]
pub trait Engine: Send + Sync {
    /// Version, architecture, where it keeps its store.
    async fn facts(&self) -> EngineResult<EngineFacts>;

    /// The image of this reference or id, if it is in the engine's store.
    async fn image(&self, reference: &str) -> EngineResult<Option<ImageFacts>>;
    /// Pulls an image by name and tag, or by `name@sha256:…`.
    async fn pull(&self, reference: &str, progress: ProgressSink<'_>) -> EngineResult<ImageFacts>;
    /// Builds an image from a context.
    async fn build(
        &self,
        request: &BuildRequest,
        progress: ProgressSink<'_>,
    ) -> EngineResult<ImageFacts>;
    /// Makes an image from a tar archive of a root filesystem.
    async fn import(
        &self,
        archive: &Path,
        tag: &str,
        labels: &[(String, String)],
    ) -> EngineResult<ImageFacts>;
    /// Removes an image's tag, and the image when it was the last.
    async fn remove_image(&self, reference: &str) -> EngineResult<()>;

    /// The owner's networks.
    async fn networks(&self, owner: &Owner) -> EngineResult<Vec<NetworkFacts>>;
    /// Makes a network; gives its id. [`EngineError::SubnetTaken`] asks for another subnet.
    async fn create_network(&self, owner: &Owner, spec: &NetworkSpec) -> EngineResult<String>;
    /// Removes a network by id.
    async fn remove_network(&self, id: &str) -> EngineResult<()>;

    /// The owner's volumes.
    async fn volumes(&self, owner: &Owner) -> EngineResult<Vec<VolumeFacts>>;
    /// Makes a volume of the local driver that is bound to a folder of the host's.
    async fn create_volume(&self, owner: &Owner, spec: &VolumeSpec) -> EngineResult<()>;
    /// Removes a volume's name; the bound folder and its content stay.
    async fn remove_volume(&self, name: &str) -> EngineResult<()>;

    /// The owner's containers, running or not.
    async fn containers(&self, owner: &Owner) -> EngineResult<Vec<ContainerFacts>>;
    /// Bytes that the owner's containers wrote to their own root filesystems, by
    /// service. The engine looks through them for that: not to be asked often.
    async fn written(&self, owner: &Owner) -> EngineResult<Vec<(String, u64)>>;
    /// Makes a container, not started; gives its id.
    async fn create_container(&self, owner: &Owner, spec: &ContainerSpec) -> EngineResult<String>;
    /// Starts a container; success if it runs already.
    async fn start_container(&self, id: &str) -> EngineResult<()>;
    /// Stops a container: the polite signal, then after `grace_seconds` the hard
    /// one. Without any grace the hard one comes at once: the first process of a
    /// frozen container does nothing more, the others end as soon as that has.
    async fn stop_container(&self, id: &str, grace_seconds: u32) -> EngineResult<()>;
    /// Removes a container, by force if it runs.
    async fn remove_container(&self, id: &str) -> EngineResult<()>;
    /// Freezes a container's processes.
    async fn pause_container(&self, id: &str) -> EngineResult<()>;
    /// Thaws a container's processes; success if they were not frozen.
    async fn unpause_container(&self, id: &str) -> EngineResult<()>;
    /// Waits until a container has ended; gives its exit code.
    async fn wait_container(&self, id: &str) -> EngineResult<i64>;
    /// Runs a program inside a running container and waits for its end.
    async fn exec(&self, id: &str, request: &ExecRequest) -> EngineResult<ExecOutcome>;
    /// A container's output, as lines.
    fn logs(&self, id: &str, request: &LogRequest) -> BoxStream<'static, EngineResult<LogLine>>;
    /// What happens to the owner's containers from now on. Ends when the engine goes away.
    fn events(&self, owner: &Owner) -> BoxStream<'static, EngineResult<EngineEvent>>;
}
