//! What the engine has of this box, listed once for a whole pass.
//!
//! Whether a service is as it should be is told from this, without a question
//! of its own to the engine: with fifty services, those questions were nearly
//! all that a box at rest did. What is seen here may be old by some seconds, so
//! it decides only that nothing is to be done; whatever has happened since
//! wakes the reconciler again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use containers::{ContainerFacts, ContainerState, EngineError, NetworkFacts, VolumeFacts};
use recipe::Trouble;

use crate::fetch::{self, Images};
use crate::plan::Plan;
use crate::site::Ground;

/// One look at the engine.
pub(crate) struct Sight {
    containers: BTreeMap<String, Vec<ContainerFacts>>,
    networks: BTreeMap<String, Vec<NetworkFacts>>,
    volumes: BTreeMap<String, VolumeFacts>,
    /// Images that the engine was found to have, by reference or id.
    images: Mutex<BTreeSet<String>>,
}

impl Sight {
    pub(crate) async fn take(ground: &Ground) -> Result<Self, EngineError> {
        let (engine, owner) = (&ground.engine, &ground.owner);
        let (mut containers, mut networks) = (BTreeMap::new(), BTreeMap::new());
        for found in engine.containers(owner).await? {
            let of_service: &mut Vec<_> = containers.entry(found.service.clone()).or_default();
            of_service.push(found);
        }
        for found in engine.networks(owner).await? {
            let of_service: &mut Vec<_> = networks.entry(found.service.clone()).or_default();
            of_service.push(found);
        }
        let volumes = engine.volumes(owner).await?.into_iter();
        let volumes = volumes.map(|found| (found.name.clone(), found)).collect();
        Ok(Self { containers, networks, volumes, images: Mutex::default() })
    }

    /// Whether all of a plan is true: nothing is missing, other or too many,
    /// and every container runs.
    pub(crate) fn shows(&self, plan: &Plan) -> bool {
        let wanted = &plan.network;
        let network = match self.networks.get(&wanted.service).map(Vec::as_slice) {
            Some([one]) => one.is_as(wanted),
            _ => false,
        };
        let volumes = plan.volumes.iter().all(|planned| {
            self.volumes.get(&planned.spec.name).is_some_and(|found| found.is_as(&planned.spec))
        });
        let there = self.containers.get(&wanted.service).map(Vec::as_slice).unwrap_or_default();
        let containers = plan.containers.iter().all(|planned| {
            there.iter().any(|found| {
                found.state == ContainerState::Running && found.is_made_as(&planned.spec)
            })
        });
        network && volumes && containers && there.len() == plan.containers.len()
    }

    /// Whether the engine's store holds all of these; each is asked for once.
    pub(crate) async fn has_images(
        &self,
        ground: &Ground,
        images: &Images,
    ) -> Result<bool, Trouble> {
        let unseen = images.iter().filter(|(_, (_, id))| !self.images().contains(id));
        let unseen: Images = unseen.map(|(name, image)| (name.clone(), image.clone())).collect();
        let all = fetch::are_there(ground, &unseen).await?;
        if all {
            self.images().extend(unseen.into_values().map(|(_, id)| id));
        }
        Ok(all)
    }

    /// By which services the engine's things are marked.
    pub(crate) fn labels(&self) -> BTreeSet<&str> {
        let volumes = self.volumes.values().map(|found| found.service.as_str());
        let others = self.containers.keys().chain(self.networks.keys()).map(String::as_str);
        others.chain(volumes).collect()
    }

    fn images(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.images.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
