//! The engine as the tests see it: from outside.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use containers::{ContainerFacts, Docker, Engine as _, EngineResult, Owner};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::UnixStream;

/// Where an engine is looked for when nothing else is said.
const USUAL_SOCKET: &str = "/var/run/docker.sock";

/// The engine's socket; none where `PANIER_ENGINE=none` says that the tests
/// must do without, which is printed with the name of what is left out.
pub fn engine_socket(left_out: &str) -> Option<PathBuf> {
    let said = std::env::var("PANIER_ENGINE").unwrap_or_else(|_| USUAL_SOCKET.to_owned());
    if said == "none" {
        println!("left out, as there is no engine: {left_out}");
        return None;
    }
    Some(said.into())
}

/// The real engine, beside the daemon that uses it too.
pub struct TestEngine {
    docker: Docker,
    socket: PathBuf,
}

impl TestEngine {
    /// Connects to the engine that the tests use; see [`engine_socket`].
    ///
    /// # Panics
    /// Where one was promised and does not answer.
    pub async fn new(left_out: &str) -> Option<Self> {
        let socket = engine_socket(left_out)?;
        Some(Self::at(&socket).await)
    }

    pub(crate) async fn at(socket: &Path) -> Self {
        let docker = Docker::connect(socket).await.unwrap_or_else(|error| {
            panic!(
                "no engine answers at {} ({error}): start one, or say PANIER_ENGINE=none to leave \
                 out what needs it",
                socket.display()
            )
        });
        Self { docker, socket: socket.to_owned() }
    }

    /// The engine itself, for what is not said here.
    pub fn docker(&self) -> &Docker {
        &self.docker
    }

    /// Asks the engine in its own words, for what Panier itself never asks:
    /// strangers' things, inspections, pushes. Gives what it says.
    ///
    /// Source: the Docker Engine API, version 1.41.
    ///
    /// # Panics
    /// When the engine does not answer, or refuses.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> String {
        let body = body.map(|body| Bytes::from(body.to_string()));
        let said = self.exchange(method, path, "application/json", body).await;
        String::from_utf8_lossy(&said).into_owned()
    }

    /// As [`TestEngine::ask`], for archives.
    pub(crate) async fn take(&self, method: &str, path: &str, archive: Option<Bytes>) -> Bytes {
        self.exchange(method, path, "application/x-tar", archive).await
    }

    async fn exchange(&self, method: &str, path: &str, kind: &str, body: Option<Bytes>) -> Bytes {
        let stream = UnixStream::connect(&self.socket).await.expect("the engine's socket");
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.expect("the engine speaks HTTP");
        tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(format!("/v1.41{path}"))
            .header("host", "engine")
            .header("content-type", kind)
            // Who pushes must say who they are; base64url of `{}` is nobody.
            .header("x-registry-auth", "e30=")
            .body(Full::new(body.unwrap_or_default()))
            .expect("a request");
        let answer = sender.send_request(request).await.expect("the engine answers");
        let status = answer.status();
        let said = answer.into_body().collect().await.expect("a whole answer").to_bytes();
        let text = || String::from_utf8_lossy(&said);
        assert!(status.is_success(), "{method} {path}: {status} {}", text());
        said
    }

    /// As [`TestEngine::ask`], by GET, for what is JSON.
    ///
    /// # Panics
    /// As [`TestEngine::ask`], and where that is no JSON.
    pub async fn inspect(&self, path: &str) -> Value {
        let said = self.ask("GET", path, None).await;
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("no JSON ({error}): {said}"))
    }

    /// Takes all images of a repository out of the store, however they are
    /// known there.
    ///
    /// # Panics
    /// As [`TestEngine::ask`].
    pub async fn forget_images(&self, repository: &str) {
        let filter = format!("%7B%22reference%22%3A%5B%22{repository}%22%5D%7D");
        let images = self.inspect(&format!("/images/json?filters={filter}")).await;
        for image in images.as_array().into_iter().flatten() {
            let id = image.get("Id").and_then(Value::as_str).unwrap_or_default();
            self.ask("DELETE", &format!("/images/{id}?force=true"), None).await;
        }
    }

    /// All containers of a box, running or not.
    ///
    /// # Panics
    /// When the engine does not answer.
    pub async fn containers(&self, owner: &Owner) -> Vec<ContainerFacts> {
        self.docker.containers(owner).await.expect("the engine lists containers")
    }

    /// What is left of a box, in words; empty when nothing is.
    ///
    /// # Panics
    /// When the engine does not answer.
    pub async fn leftovers(&self, owner: &Owner) -> Vec<String> {
        let containers = self.containers(owner).await;
        let networks = self.docker.networks(owner).await.expect("the engine lists networks");
        let volumes = self.docker.volumes(owner).await.expect("the engine lists volumes");
        let containers = containers.into_iter().map(|found| format!("container {}", found.name));
        let networks = networks.into_iter().map(|found| format!("network {}", found.name));
        let volumes = volumes.into_iter().map(|found| format!("volume {}", found.name));
        containers.chain(networks).chain(volumes).collect()
    }

    /// Removes all that is left of a box: containers, then what they hold on to.
    ///
    /// # Errors
    /// The engine's own.
    pub async fn sweep(&self, owner: &Owner) -> EngineResult<()> {
        for container in self.docker.containers(owner).await? {
            self.docker.remove_container(&container.id).await?;
        }
        for network in self.docker.networks(owner).await? {
            self.docker.remove_network(&network.id).await?;
        }
        for volume in self.docker.volumes(owner).await? {
            self.docker.remove_volume(&volume.name).await?;
        }
        Ok(())
    }
}
