//! The real engine: Docker's, from 20.10 on, through its Unix socket.

mod bridge;
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
use futures_util::StreamExt as _;
use futures_util::future::ready;
use futures_util::stream::{self, BoxStream};
use tokio::sync::{Mutex, OnceCell};

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
    /// Set when a version of the API is agreed upon.
    agreed: Arc<OnceCell<()>>,
}

impl Docker {
    /// Speaks to the engine at `socket`, whether or not one answers there now:
    /// a version of the API is agreed upon at the first call that reaches it.
    ///
    /// # Errors
    /// [`EngineError::Unreachable`] when the path is no socket's.
    pub fn at(socket: &Path) -> EngineResult<Self> {
        let quick = bollard::Docker::connect_with_unix(
            &socket.to_string_lossy(),
            QUICK.as_secs(),
            API_DEFAULT_VERSION,
        )
        .map_err(|error| EngineError::Unreachable {
            socket: socket.to_path_buf(),
            source: Arc::new(error),
        })?;
        Ok(Self {
            // Both share what is agreed upon.
            patient: quick.clone().with_timeout(PATIENT),
            quick,
            socket: socket.to_path_buf(),
            networks: Arc::new(Mutex::new(())),
            agreed: Arc::default(),
        })
    }

    /// As [`Docker::at`], and an engine must answer now.
    ///
    /// # Errors
    /// [`EngineError::Unreachable`] when nobody answers there as an engine would.
    pub async fn connect(socket: &Path) -> EngineResult<Self> {
        let engine = Self::at(socket)?;
        engine.agreed().await?;
        Ok(engine)
    }

    /// This engine, once a version of the API is agreed upon: without that, an
    /// engine older than the client refuses every call but `/version`.
    async fn agreed(&self) -> EngineResult<&Self> {
        let agree = async {
            let agreed = self.quick.clone().negotiate_version().await;
            agreed.map(|_client| ()).map_err(|error| EngineError::Unreachable {
                socket: self.socket.clone(),
                source: Arc::new(error),
            })
        };
        self.agreed.get_or_try_init(|| agree).await?;
        Ok(self)
    }

    /// A stream that begins once a version is agreed upon.
    fn once_agreed<T: Send + 'static>(
        &self,
        begin: impl FnOnce(&Self) -> BoxStream<'static, EngineResult<T>> + Send + 'static,
    ) -> BoxStream<'static, EngineResult<T>> {
        let engine = self.clone();
        let beginning = async move {
            match engine.agreed().await {
                Ok(engine) => begin(engine),
                Err(error) => stream::once(ready(Err(error))).boxed(),
            }
        };
        stream::once(beginning).flatten().boxed()
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
        self.agreed().await?.ask_facts().await
    }

    async fn image(&self, reference: &str) -> EngineResult<Option<ImageFacts>> {
        self.agreed().await?.inspect_image(reference).await
    }

    async fn pull(&self, reference: &str, progress: ProgressSink<'_>) -> EngineResult<ImageFacts> {
        self.agreed().await?.pull_image(reference, progress).await
    }

    async fn build(
        &self,
        request: &BuildRequest,
        progress: ProgressSink<'_>,
    ) -> EngineResult<ImageFacts> {
        self.agreed().await?.build_image(request, progress).await
    }

    async fn import(
        &self,
        archive: &Path,
        tag: &str,
        labels: &[(String, String)],
    ) -> EngineResult<ImageFacts> {
        self.agreed().await?.import_image(archive, tag, labels).await
    }

    async fn remove_image(&self, reference: &str) -> EngineResult<()> {
        self.agreed().await?.delete_image(reference).await
    }

    async fn networks(&self, owner: &Owner) -> EngineResult<Vec<NetworkFacts>> {
        self.agreed().await?.list_networks(owner).await
    }

    async fn create_network(&self, owner: &Owner, spec: &NetworkSpec) -> EngineResult<String> {
        self.agreed().await?.make_network(owner, spec).await
    }

    async fn remove_network(&self, id: &str) -> EngineResult<()> {
        self.agreed().await?.delete_network(id).await
    }

    async fn volumes(&self, owner: &Owner) -> EngineResult<Vec<VolumeFacts>> {
        self.agreed().await?.list_volumes(owner).await
    }

    async fn create_volume(&self, owner: &Owner, spec: &VolumeSpec) -> EngineResult<()> {
        self.agreed().await?.make_volume(owner, spec).await
    }

    async fn remove_volume(&self, name: &str) -> EngineResult<()> {
        self.agreed().await?.delete_volume(name).await
    }

    async fn containers(&self, owner: &Owner) -> EngineResult<Vec<ContainerFacts>> {
        self.agreed().await?.list_containers(owner).await
    }

    async fn written(&self, owner: &Owner) -> EngineResult<Vec<(String, u64)>> {
        self.agreed().await?.weigh_layers(owner).await
    }

    async fn create_container(&self, owner: &Owner, spec: &ContainerSpec) -> EngineResult<String> {
        self.agreed().await?.make_container(owner, spec).await
    }

    async fn start_container(&self, id: &str) -> EngineResult<()> {
        self.agreed().await?.start(id).await
    }

    async fn stop_container(&self, id: &str, grace_seconds: u32) -> EngineResult<()> {
        self.agreed().await?.stop(id, grace_seconds).await
    }

    async fn remove_container(&self, id: &str) -> EngineResult<()> {
        self.agreed().await?.delete_container(id).await
    }

    async fn pause_container(&self, id: &str) -> EngineResult<()> {
        self.agreed().await?.pause(id).await
    }

    async fn unpause_container(&self, id: &str) -> EngineResult<()> {
        self.agreed().await?.unpause(id).await
    }

    async fn wait_container(&self, id: &str) -> EngineResult<i64> {
        self.agreed().await?.wait(id).await
    }

    async fn exec(&self, id: &str, request: &ExecRequest) -> EngineResult<ExecOutcome> {
        self.agreed().await?.run_inside(id, request).await
    }

    fn logs(&self, id: &str, request: &LogRequest) -> BoxStream<'static, EngineResult<LogLine>> {
        let (id, request) = (id.to_owned(), request.clone());
        self.once_agreed(move |engine| engine.read_logs(&id, &request))
    }

    fn events(&self, owner: &Owner) -> BoxStream<'static, EngineResult<EngineEvent>> {
        let owner = owner.clone();
        self.once_agreed(move |engine| engine.read_events(&owner))
    }
}
