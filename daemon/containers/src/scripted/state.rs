//! What the scripted engine holds, and the rules by which it changes: the real
//! engine's, as far as a caller can see them.

use std::collections::BTreeMap;

use super::faults::Faults;
use super::subnet::Subnet;
use super::{Behaviour, Recorded};
use crate::engine::EngineResult;
use crate::error::{EngineError, Kind};
use crate::spec::{
    ContainerFacts, ContainerSpec, ContainerState, ExecOutcome, ImageFacts, LogLine, NetworkFacts,
    NetworkSpec, Owner, VolumeFacts, VolumeSpec,
};

/// Something that belongs to somebody.
#[derive(Debug)]
pub(super) struct Owned<T> {
    pub(super) identity: String,
    pub(super) thing: T,
}

/// A container, and what a test may want to know of it.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) facts: ContainerFacts,
    pub(super) spec: ContainerSpec,
    pub(super) lines: Vec<LogLine>,
    /// The id of the network that it was first started in. The engine looks for
    /// that very one at each start; another of its name will not do.
    network: Option<String>,
}

/// All that the engine holds.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) gone: bool,
    pub(super) images: BTreeMap<String, ImageFacts>,
    pub(super) registry: BTreeMap<String, ImageFacts>,
    pub(super) networks: Vec<Owned<NetworkFacts>>,
    pub(super) volumes: Vec<Owned<VolumeFacts>>,
    pub(super) containers: Vec<Owned<Held>>,
    pub(super) behaviours: Vec<(Vec<String>, Behaviour)>,
    pub(super) answers: Vec<(Vec<String>, ExecOutcome)>,
    pub(super) faults: Faults,
    pub(super) recorded: Vec<Recorded>,
    ids: u64,
}

impl State {
    /// An id as long as the engine's, each one once.
    pub(super) fn next_id(&mut self) -> String {
        self.ids += 1;
        format!("{:064x}", self.ids)
    }

    /// An image, by one of its names or by its id.
    pub(super) fn image(&self, reference: &str) -> Option<&ImageFacts> {
        let by_name = named(&self.images, reference);
        by_name.or_else(|| self.images.values().find(|facts| facts.id == reference))
    }

    pub(super) fn remove_image(&mut self, reference: &str) -> EngineResult<()> {
        let Some(id) = self.image(reference).map(|facts| facts.id.clone()) else { return Ok(()) };
        let names = self.images.values().filter(|facts| facts.id == id).count();
        let last = names == 1 || reference == id;
        // Even a container that has ended holds its image.
        let mut held = self.containers.iter().filter_map(|known| {
            let image = self.image(&known.thing.spec.image);
            image.map(|facts| &facts.id)
        });
        if last && held.any(|held| *held == id) {
            return Err(in_use(Kind::Image, reference));
        }
        self.images.retain(|name, facts| name != reference && (reference != id || facts.id != id));
        Ok(())
    }

    pub(super) fn create_network(
        &mut self,
        owner: &Owner,
        spec: &NetworkSpec,
    ) -> EngineResult<String> {
        let twin = self.networks.iter().find(|known| known.thing.name == spec.name);
        refuse_twin(twin.map(|known| &known.identity), owner, Kind::Network, &spec.name)?;
        let Some(wanted) = Subnet::parse(&spec.subnet) else {
            return Err(refused("make a network with such a subnet", &spec.subnet));
        };
        let known = self.networks.iter().filter_map(|known| Subnet::parse(&known.thing.subnet));
        if known.into_iter().any(|known| known.overlaps(&wanted)) {
            return Err(EngineError::SubnetTaken { subnet: spec.subnet.clone() });
        }
        let id = self.next_id();
        let thing = NetworkFacts {
            id: id.clone(),
            name: spec.name.clone(),
            service: spec.service.clone(),
            subnet: spec.subnet.clone(),
            internal: spec.internal,
        };
        self.networks.push(Owned { identity: owner.identity.clone(), thing });
        Ok(id)
    }

    pub(super) fn remove_network(&mut self, id: &str) -> EngineResult<()> {
        let named = |network: &NetworkFacts| network.id == id || network.name == id;
        let Some(found) = self.networks.iter().find(|known| named(&known.thing)) else {
            return Ok(());
        };
        let name = &found.thing.name;
        // Only a running container holds an end of its network.
        let held = self
            .containers
            .iter()
            .any(|known| known.thing.spec.network == *name && is_alive(&known.thing.facts.state));
        if held {
            return Err(in_use(Kind::Network, id));
        }
        self.networks.retain(|known| !named(&known.thing));
        Ok(())
    }

    pub(super) fn create_volume(&mut self, owner: &Owner, spec: &VolumeSpec) -> EngineResult<()> {
        let twin = self.volumes.iter().find(|known| known.thing.name == spec.name);
        refuse_twin(twin.map(|known| &known.identity), owner, Kind::Volume, &spec.name)?;
        let thing = VolumeFacts {
            name: spec.name.clone(),
            service: spec.service.clone(),
            folder: spec.folder.clone(),
        };
        self.volumes.push(Owned { identity: owner.identity.clone(), thing });
        Ok(())
    }

    pub(super) fn remove_volume(&mut self, name: &str) -> EngineResult<()> {
        // Even a container that has ended holds its volumes.
        let mut mounts = self.containers.iter().flat_map(|known| known.thing.spec.volumes.iter());
        if mounts.any(|mount| mount.volume == name) {
            return Err(in_use(Kind::Volume, name));
        }
        self.volumes.retain(|known| known.thing.name != name);
        Ok(())
    }

    pub(super) fn create_container(
        &mut self,
        owner: &Owner,
        spec: &ContainerSpec,
    ) -> EngineResult<String> {
        if self.image(&spec.image).is_none() {
            return Err(not_found(Kind::Image, &spec.image));
        }
        let ours = |identity: &String| *identity == owner.identity;
        let networks = self.networks.iter().filter(|known| ours(&known.identity));
        if !networks.into_iter().any(|known| known.thing.name == spec.network) {
            return Err(not_found(Kind::Network, &spec.network));
        }
        for mount in &spec.volumes {
            let volumes = self.volumes.iter().filter(|known| ours(&known.identity));
            if !volumes.into_iter().any(|known| known.thing.name == mount.volume) {
                return Err(not_found(Kind::Volume, &mount.volume));
            }
        }
        let twin = self.containers.iter().find(|known| known.thing.facts.name == spec.name);
        refuse_twin(twin.map(|known| &known.identity), owner, Kind::Container, &spec.name)?;
        if let Some(bind) = spec.binds.iter().find(|bind| !bind.from.exists()) {
            return Err(refused("bind what is not there", &bind.from.to_string_lossy()));
        }
        let id = self.next_id();
        let facts = ContainerFacts {
            id: id.clone(),
            name: spec.name.clone(),
            service: spec.service.clone(),
            part: spec.part.clone(),
            fingerprint: spec.fingerprint(),
            state: ContainerState::Created,
        };
        let thing = Held { facts, spec: spec.clone(), lines: Vec::new(), network: None };
        self.containers.push(Owned { identity: owner.identity.clone(), thing });
        Ok(id)
    }

    /// A container, by its id or its name.
    pub(super) fn container(&mut self, id: &str) -> EngineResult<&mut Owned<Held>> {
        self.containers
            .iter_mut()
            .find(|known| known.thing.facts.id == id || known.thing.facts.name == id)
            .ok_or_else(|| not_found(Kind::Container, id))
    }

    /// Puts a container in its running state and says what its program does.
    /// Gives nothing when it ran already.
    pub(super) fn start(&mut self, id: &str) -> EngineResult<Option<Behaviour>> {
        let held = &self.container(id)?.thing;
        if is_alive(&held.facts.state) {
            return Ok(None);
        }
        let (network, address) = (held.spec.network.clone(), held.spec.address.clone());
        let (command, of_before) = (command_of(&held.spec), held.network.clone());
        let found = self.networks.iter().map(|known| &known.thing).find(|it| it.name == network);
        let found = found.filter(|found| of_before.as_ref().is_none_or(|id| *id == found.id));
        let found = found.ok_or_else(|| not_found(Kind::Network, &network))?.id.clone();
        let taken = self.containers.iter().any(|known| {
            let spec = &known.thing.spec;
            spec.network == network && spec.address == address && is_alive(&known.thing.facts.state)
        });
        if taken {
            return Err(refused("start a container at an address in use", &address));
        }
        let known = self.behaviours.iter().rev().find(|(wanted, _)| *wanted == command);
        let behaviour = known.map(|(_, behaviour)| behaviour.clone()).unwrap_or_default();
        let held = &mut self.container(id)?.thing;
        held.facts.state = ContainerState::Running;
        held.network = Some(found);
        for (error, text) in &behaviour.says {
            let time = said_at(held.lines.len());
            held.lines.push(LogLine { time, error: *error, text: text.clone() });
        }
        Ok(Some(behaviour))
    }

    /// With which code a container's program ends when it is told to.
    pub(super) fn code_at_stop(&self, spec: &ContainerSpec) -> i64 {
        let command = command_of(spec);
        let known = self.behaviours.iter().rev().find(|(wanted, _)| *wanted == command);
        known.and_then(|(_, behaviour)| behaviour.ends_when_stopped).unwrap_or(137)
    }
}

/// When a line was said: a second after the line before it. This engine has no clock.
pub(super) fn said_at(line: usize) -> String {
    format!("2026-01-01T{:02}:{:02}:{:02}.000000000Z", line / 3600 % 24, line / 60 % 60, line % 60)
}

/// Whether a container has processes.
pub(super) fn is_alive(state: &ContainerState) -> bool {
    matches!(state, ContainerState::Running | ContainerState::Paused)
}

fn command_of(spec: &ContainerSpec) -> Vec<String> {
    let words = spec.entrypoint.iter().flatten().chain(spec.command.iter().flatten());
    words.cloned().collect()
}

fn refuse_twin(holder: Option<&String>, owner: &Owner, kind: Kind, name: &str) -> EngineResult<()> {
    let name = name.to_owned();
    match holder {
        None => Ok(()),
        Some(identity) if *identity == owner.identity => Err(EngineError::Exists { kind, name }),
        Some(_) => Err(EngineError::NameTaken { kind, name }),
    }
}

pub(super) fn not_found(kind: Kind, name: &str) -> EngineError {
    EngineError::NotFound { kind, name: name.to_owned() }
}

fn in_use(kind: Kind, name: &str) -> EngineError {
    let source = std::sync::Arc::new(std::io::Error::other("still in use"));
    EngineError::InUse { kind, name: name.to_owned(), source }
}

pub(super) fn refused(what: &str, why: &str) -> EngineError {
    let source = std::sync::Arc::new(std::io::Error::other(why.to_owned()));
    EngineError::Api { what: what.to_owned(), source }
}

/// The image that a reference names: by name and tag as it was asked for, or by
/// `name@sha256:…` where an image of that name has that digest.
pub(super) fn named<'i>(
    images: &'i BTreeMap<String, ImageFacts>,
    reference: &str,
) -> Option<&'i ImageFacts> {
    let by_digest = || {
        let (name, digest) = reference.split_once('@')?;
        images
            .iter()
            .find(|(known, facts)| {
                known.starts_with(name) && facts.digests.iter().any(|it| it == digest)
            })
            .map(|(_, facts)| facts)
    };
    images.get(reference).or_else(by_digest)
}
