//! The real engine: Docker's, from 20.10 on, through its Unix socket.

mod containers;
mod create;
mod events;
mod exec;
mod images;
mod logs;
mod networks;
mod progress;
mod refusals;
mod volumes;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bollard::API_DEFAULT_VERSION;
use futures_util::stream::BoxStream;
use tokio::sync::Mutex;

use crate::engine::{Engine, EngineResult, ProgressSink};
use crate::error::EngineError;
use crate::spec::{
    BuildRequest, ContainerFacts, ContainerSpec, EngineEvent, EngineFacts, ExecOutcome,
    ExecRequest, ImageFacts, LogLine, LogRequest, NetworkFacts, NetworkSpec, Owner, VolumeFacts,
    VolumeSpec,
};

/// How long a call that does little may take before its answer begins.
const QUICK: Duration = Duration::from_secs(120);
/// The same for calls that wait for a download, a build or a slow stop. Each
/// caller has a deadline of its own; this one only keeps a dead socket from
/// holding a task for ever.
const PATIENT: Duration = Duration::from_secs(6 * 3600);

/// Docker's engine at a Unix socket. Cheap to clone.
#[derive(Clone)]
pub struct Docker {
    quick: bollard::Docker,
    patient: bollard::Docker,
    socket: PathBuf,
    /// The engine makes two networks of one name without complaint, so looking
    /// and making must not be interleaved with another call's.
    networks: Arc<Mutex<()>>,
}

impl Docker {
    /// Speaks to the engine at `socket` and agrees with it upon a version of the API.
    ///
    /// # Errors
    /// [`EngineError::Unreachable`] when nobody answers there as an engine would.
    pub async fn connect(socket: &Path) -> EngineResult<Self> {
        let unreachable = |error: bollard::errors::Error| EngineError::Unreachable {
            socket: socket.to_path_buf(),
            source: Arc::new(error),
        };
        let client = bollard::Docker::connect_with_unix(
            &socket.to_string_lossy(),
            QUICK.as_secs(),
            API_DEFAULT_VERSION,
        )
        .map_err(unreachable)?;
        // Without this an engine older than the client refuses every call but `/version`.
        let quick = client.negotiate_version().await.map_err(unreachable)?;
        let patient = quick.clone().with_timeout(PATIENT);
        Ok(Self {
            quick,
            patient,
            socket: socket.to_path_buf(),
            networks: Arc::new(Mutex::new(())),
        })
    }

    async fn ask_facts(&self) -> EngineResult<EngineFacts> {
        let refused = |error| self.refusal("tell its version", error);
        let version = self.quick.version().await.map_err(refused)?;
        let info = self.quick.info().await.map_err(refused)?;
        Ok(EngineFacts {
            version: version.version.unwrap_or_default(),
            architecture: version.arch.unwrap_or_default(),
            store: info.docker_root_dir.unwrap_or_default().into(),
        })
    }
}

/// The filter that keeps what is not the owner's out of every list.
fn owned_by(owner: &Owner) -> HashMap<String, Vec<String>> {
    HashMap::from([("label".to_owned(), vec![format!("{}={}", Owner::LABEL, owner.identity)])])
}

/// The labels that everything made for a service carries.
fn labels_of(owner: &Owner, service: &str) -> HashMap<String, String> {
    HashMap::from([
        (Owner::LABEL.to_owned(), owner.identity.clone()),
        (Owner::SERVICE.to_owned(), service.to_owned()),
    ])
}

/// A label's value, empty where there is none.
fn label(labels: Option<&HashMap<String, String>>, name: &str) -> String {
    labels.and_then(|labels| labels.get(name)).cloned().unwrap_or_default()
}

/// Whether these labels are the owner's.
fn is_owned(labels: Option<&HashMap<String, String>>, owner: &Owner) -> bool {
    labels.and_then(|labels| labels.get(Owner::LABEL)) == Some(&owner.identity)
}

#[async_trait]
impl Engine for Docker {
    async fn facts(&self) -> EngineResult<EngineFacts> {
        self.ask_facts().await
    }

    async fn image(&self, reference: &str) -> EngineResult<Option<ImageFacts>> {
        self.inspect_image(reference).await
    }

    async fn pull(&self, reference: &str, progress: ProgressSink<'_>) -> EngineResult<ImageFacts> {
        self.pull_image(reference, progress).await
    }

    async fn build(
        &self,
        request: &BuildRequest,
        progress: ProgressSink<'_>,
    ) -> EngineResult<ImageFacts> {
        self.build_image(request, progress).await
    }

    async fn import(
        &self,
        archive: &Path,
        tag: &str,
        labels: &[(String, String)],
    ) -> EngineResult<ImageFacts> {
        self.import_image(archive, tag, labels).await
    }

    async fn remove_image(&self, reference: &str) -> EngineResult<()> {
        self.delete_image(reference).await
    }

    async fn networks(&self, owner: &Owner) -> EngineResult<Vec<NetworkFacts>> {
        self.list_networks(owner).await
    }

    async fn create_network(&self, owner: &Owner, spec: &NetworkSpec) -> EngineResult<String> {
        self.make_network(owner, spec).await
    }

    async fn remove_network(&self, id: &str) -> EngineResult<()> {
        self.delete_network(id).await
    }

    async fn volumes(&self, owner: &Owner) -> EngineResult<Vec<VolumeFacts>> {
        self.list_volumes(owner).await
    }

    async fn create_volume(&self, owner: &Owner, spec: &VolumeSpec) -> EngineResult<()> {
        self.make_volume(owner, spec).await
    }

    async fn remove_volume(&self, name: &str) -> EngineResult<()> {
        self.delete_volume(name).await
    }

    async fn containers(&self, owner: &Owner) -> EngineResult<Vec<ContainerFacts>> {
        self.list_containers(owner).await
    }

    async fn create_container(&self, owner: &Owner, spec: &ContainerSpec) -> EngineResult<String> {
        self.make_container(owner, spec).await
    }

    async fn start_container(&self, id: &str) -> EngineResult<()> {
        self.start(id).await
    }

    async fn stop_container(&self, id: &str, grace_seconds: u32) -> EngineResult<()> {
        self.stop(id, grace_seconds).await
    }

    async fn remove_container(&self, id: &str) -> EngineResult<()> {
        self.delete_container(id).await
    }

    async fn pause_container(&self, id: &str) -> EngineResult<()> {
        self.pause(id).await
    }

    async fn unpause_container(&self, id: &str) -> EngineResult<()> {
        self.unpause(id).await
    }

    async fn wait_container(&self, id: &str) -> EngineResult<i64> {
        self.wait(id).await
    }

    async fn exec(&self, id: &str, request: &ExecRequest) -> EngineResult<ExecOutcome> {
        self.run_inside(id, request).await
    }

    fn logs(&self, id: &str, request: &LogRequest) -> BoxStream<'static, EngineResult<LogLine>> {
        self.read_logs(id, request)
    }

    fn events(&self, owner: &Owner) -> BoxStream<'static, EngineResult<EngineEvent>> {
        self.read_events(owner)
    }
}
