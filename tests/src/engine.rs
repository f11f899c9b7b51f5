//! The engine as the tests see it: from outside.

use std::path::{Path, PathBuf};

use containers::{ContainerFacts, Docker, Engine as _, EngineResult, Owner};

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
        Self { docker }
    }

    /// The engine itself, for what is not said here.
    pub fn docker(&self) -> &Docker {
        &self.docker
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
