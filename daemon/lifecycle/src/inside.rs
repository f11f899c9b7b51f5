//! What a service consists of, for people who want to look inside.

use std::collections::BTreeMap;
use std::path::PathBuf;

use containers::LogRequest;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use ledger::Service;
use recipe::{Egress, Text, Trouble, text};

use crate::board::MemoryEnded;
use crate::lifecycle::Lifecycle;
use crate::schedule::{self, Scheduled};
use crate::site::{Folders, recipe_of};
use crate::target::{Drawn, Target};
use crate::trouble;

/// What a service consists of.
#[derive(Debug, Clone, PartialEq)]
pub struct Inside {
    /// Its containers, in the order in which they start.
    pub containers: Vec<ContainerInside>,
    /// Its volumes.
    pub volumes: Vec<VolumeInside>,
    /// Its subnet, in CIDR notation; none while it is being installed.
    pub network: Option<String>,
    /// What is run in it again and again.
    pub schedule: Vec<Scheduled>,
}

/// One container of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerInside {
    /// Its name in the recipe.
    pub name: String,
    /// Its image, by name.
    pub image: String,
    /// Why it may reach the internet; none: nothing leaves it.
    pub egress: Option<Text>,
    /// As whom it runs; none: as its image says.
    pub user: Option<String>,
    /// Bytes of memory that it may take.
    pub memory: u64,
}

/// One volume of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeInside {
    /// Its name in the recipe.
    pub name: String,
    /// Where its data lie on the box.
    pub folder: PathBuf,
}

/// A line that a service wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceLogLine {
    /// The container's name in the recipe.
    pub container: String,
    /// When, RFC 3339.
    pub time: String,
    /// Whether it came by the error output.
    pub error: bool,
    /// Without its line end.
    pub text: String,
}

impl Lifecycle {
    /// Containers whose memory was used up since the daemon started.
    #[must_use]
    pub fn memory_ended(&self) -> Vec<MemoryEnded> {
        self.ground().board.memory_ended().clone()
    }

    /// Why the rules that shut services in do not hold; none while they do.
    pub async fn passage_trouble(&self) -> Option<Trouble> {
        self.ground().passages.trouble().await
    }

    /// What a service consists of.
    ///
    /// # Errors
    /// Those of the ledger and of the service's recipe.
    pub fn inside(&self, service: &Service) -> Result<Inside, Trouble> {
        let ground = self.ground();
        let (network, images, volumes) = ground.read(|records| {
            Ok((
                records.network(service.id)?,
                records.images(service.id)?,
                records.volumes(service.id)?,
            ))
        })?;
        let (containers, commands) = match Target::new(ground, service.id).draw() {
            Ok(Drawn { plan, .. }) => (plan.rendered.containers, plan.rendered.commands),
            Err(_not_yet) => (Vec::new(), Vec::new()),
        };
        let folder = ground.folders.of(service);
        Ok(Inside {
            containers: containers
                .into_iter()
                .map(|container| ContainerInside {
                    image: images
                        .get(&container.name)
                        .map(|(reference, _)| reference.clone())
                        .unwrap_or_default(),
                    egress: match container.egress {
                        Egress::Nothing => None,
                        Egress::Internet { reason } => Some(reason),
                    },
                    user: container.user,
                    memory: container.limits.memory,
                    name: container.name,
                })
                .collect(),
            volumes: volumes
                .into_iter()
                .map(|volume| VolumeInside {
                    folder: Folders::data(&folder, &volume.name),
                    name: volume.name,
                })
                .collect(),
            network: network.map(|network| network.subnet),
            schedule: schedule::of(ground, service.id, &commands)?,
        })
    }

    /// The secrets of a service that its recipe lets the administrator see.
    ///
    /// # Errors
    /// `service-unknown`, and those of the ledger and of the recipe.
    pub fn revealed_secrets(&self, name: &str) -> Result<BTreeMap<String, String>, Trouble> {
        let service = self.ground().service_named(name)?;
        let recipe = recipe_of(&service)?;
        let mut secrets = self.ground().read(|records| records.secrets(service.id))?;
        let revealed: Vec<String> = recipe
            .secrets()
            .into_iter()
            .filter(|secret| secret.reveal)
            .map(|secret| secret.name)
            .collect();
        secrets.retain(|name, _| revealed.contains(name));
        Ok(secrets)
    }

    /// What a service's containers wrote, and with `follow` what they write
    /// from now on; of one container, or of all, each in its own order.
    ///
    /// # Errors
    /// `service-unknown`, `container-unknown`, and those of the engine.
    pub async fn logs(
        &self,
        name: &str,
        container: Option<String>,
        follow: bool,
        tail: Option<u32>,
    ) -> Result<BoxStream<'static, Result<ServiceLogLine, Trouble>>, Trouble> {
        let ground = self.ground();
        let service = ground.service_named(name)?;
        let label = service.id.to_string();
        let there =
            ground.engine.containers(&ground.owner).await.map_err(|e| trouble::of_engine(&e))?;
        let chosen: Vec<_> = there
            .into_iter()
            .filter(|found| found.service == label)
            .filter(|found| container.as_ref().is_none_or(|wanted| *wanted == found.part))
            .collect();
        if let Some(wanted) = container
            && chosen.is_empty()
        {
            return Err(Trouble::new(
                "container-unknown",
                text!("{name} has no container {wanted}.", "{name} n’a pas de conteneur {wanted}."),
                text!(
                    "See its containers: panier show {name}",
                    "Voyez ses conteneurs : panier show {name}"
                ),
            ));
        }
        let request = LogRequest { follow, tail };
        let streams: Vec<_> = chosen
            .into_iter()
            .map(|found| {
                let part = found.part;
                ground
                    .engine
                    .logs(&found.id, &request)
                    .map_ok(move |line| ServiceLogLine {
                        container: part.clone(),
                        time: line.time,
                        error: line.error,
                        text: line.text,
                    })
                    .map_err(|error| trouble::of_engine(&error))
                    .boxed()
            })
            .collect();
        Ok(if follow {
            stream::select_all(streams).boxed()
        } else {
            // One container's past after the other's.
            stream::iter(streams).flatten().boxed()
        })
    }
}
