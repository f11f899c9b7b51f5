//! Containers: making, starting, stopping, listing.

use bollard::models::{
    ContainerInspectResponse, ContainerStateStatusEnum, ContainerSummary, ContainerSummaryStateEnum,
};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, InspectContainerOptions, KillContainerOptionsBuilder,
    ListContainersOptionsBuilder, RemoveContainerOptionsBuilder, StartContainerOptions,
    StopContainerOptionsBuilder, WaitContainerOptionsBuilder,
};
use futures_util::StreamExt;

use super::refusals::{status_of, words_of};
use super::{Docker, create, is_owned, label, owned_by};
use crate::engine::EngineResult;
use crate::error::{EngineError, Kind};
use crate::spec::{ContainerFacts, ContainerSpec, ContainerState, Owner};

impl Docker {
    pub(super) async fn list_containers(&self, owner: &Owner) -> EngineResult<Vec<ContainerFacts>> {
        let options =
            ListContainersOptionsBuilder::default().all(true).filters(&owned_by(owner)).build();
        let found = self.quick.list_containers(Some(options)).await;
        let found = found.map_err(|error| self.refusal("list the containers", error))?;
        let mut facts = Vec::with_capacity(found.len());
        for summary in found {
            facts.extend(self.facts_of(summary).await?);
        }
        Ok(facts)
    }

    pub(super) async fn weigh_layers(&self, owner: &Owner) -> EngineResult<Vec<(String, u64)>> {
        let options = ListContainersOptionsBuilder::default()
            .all(true)
            .size(true)
            .filters(&owned_by(owner))
            .build();
        let found = self.patient.list_containers(Some(options)).await;
        let found = found.map_err(|error| self.refusal("weigh the containers", error))?;
        let layers = found.into_iter().map(|summary| {
            let written = summary.size_rw.and_then(|bytes| u64::try_from(bytes).ok());
            (label(summary.labels.as_ref(), Owner::SERVICE), written.unwrap_or_default())
        });
        Ok(layers.collect())
    }

    /// The list tells all but exit codes: of those that have ended, the
    /// container itself is asked. One question for each that runs would be
    /// most of what a box at rest does.
    async fn facts_of(&self, summary: ContainerSummary) -> EngineResult<Option<ContainerFacts>> {
        let Some(id) = summary.id else { return Ok(None) };
        let state = match summary.state.and_then(listed_state) {
            Some(state) => state,
            None => match self.look_at(&id).await? {
                Some(told) => state_of(&told),
                None => return Ok(None),
            },
        };
        let labels = summary.labels.as_ref();
        Ok(Some(ContainerFacts {
            name: own_name(&summary.names.unwrap_or_default()),
            service: label(labels, Owner::SERVICE),
            part: label(labels, Owner::PART),
            fingerprint: label(labels, Owner::FINGERPRINT),
            state,
            id,
        }))
    }

    /// A container in full; none when it is gone.
    pub(super) async fn look_at(&self, id: &str) -> EngineResult<Option<ContainerInspectResponse>> {
        match self.quick.inspect_container(id, None::<InspectContainerOptions>).await {
            Ok(told) => Ok(Some(told)),
            Err(error) if status_of(&error) == Some(404) => Ok(None),
            Err(error) => Err(self.refusal_of(Kind::Container, id, "look at", error)),
        }
    }

    pub(super) async fn make_container(
        &self,
        owner: &Owner,
        spec: &ContainerSpec,
    ) -> EngineResult<String> {
        let Some(image) = self.look_at_image(&spec.image).await? else {
            return Err(EngineError::NotFound { kind: Kind::Image, name: spec.image.clone() });
        };
        let network = self.own_network(owner, &spec.network).await?;
        self.know_volumes(owner, spec).await?;
        let from_image = image.config.and_then(|config| config.entrypoint).unwrap_or_default();
        let init = create::wants_init(spec.entrypoint.as_ref().unwrap_or(&from_image));
        let body = create::request_for(owner, spec, &network, init);
        let options = CreateContainerOptionsBuilder::default().name(&spec.name).build();
        match self.quick.create_container(Some(options), body).await {
            Ok(made) => Ok(made.id),
            Err(error) if status_of(&error) == Some(409) => {
                Err(self.who_holds(owner, &spec.name).await?)
            }
            Err(error) => Err(self.refusal_of(Kind::Container, &spec.name, "make", error)),
        }
    }

    /// Names of networks are not unique in the engine, and a stranger may have one of ours: go by id.
    async fn own_network(&self, owner: &Owner, name: &str) -> EngineResult<String> {
        let found = self.list_networks(owner).await?.into_iter().find(|known| known.name == name);
        found
            .map(|network| network.id)
            .ok_or_else(|| EngineError::NotFound { kind: Kind::Network, name: name.to_owned() })
    }

    /// The engine would make a volume that is missing, empty and nobody's.
    async fn know_volumes(&self, owner: &Owner, spec: &ContainerSpec) -> EngineResult<()> {
        if spec.volumes.is_empty() {
            return Ok(());
        }
        let known = self.list_volumes(owner).await?;
        for mount in &spec.volumes {
            if !known.iter().any(|volume| volume.name == mount.volume) {
                let name = mount.volume.clone();
                return Err(EngineError::NotFound { kind: Kind::Volume, name });
            }
        }
        Ok(())
    }

    async fn who_holds(&self, owner: &Owner, name: &str) -> EngineResult<EngineError> {
        let holder = self.look_at(name).await?;
        let labels = holder.and_then(|told| told.config).and_then(|config| config.labels);
        let (kind, name) = (Kind::Container, name.to_owned());
        Ok(if is_owned(labels.as_ref(), owner) {
            EngineError::Exists { kind, name }
        } else {
            EngineError::NameTaken { kind, name }
        })
    }

    pub(super) async fn start(&self, id: &str) -> EngineResult<()> {
        let started = self.quick.start_container(id, None::<StartContainerOptions>).await;
        started.map_err(|error| self.refusal_of(Kind::Container, id, "start", error))
    }

    pub(super) async fn stop(&self, id: &str, grace_seconds: u32) -> EngineResult<()> {
        if grace_seconds == 0 {
            return self.end_at_once(id).await;
        }
        let grace = i32::try_from(grace_seconds).unwrap_or(i32::MAX);
        let options = StopContainerOptionsBuilder::default().t(grace).build();
        let stopped = self.patient.stop_container(id, Some(options)).await;
        match stopped.map_err(|error| self.refusal_of(Kind::Container, id, "stop", error)) {
            // What is not there does not run.
            Err(EngineError::NotFound { .. }) => Ok(()),
            other => other,
        }
    }

    /// Without the polite signal before, which would thaw one that is frozen.
    async fn end_at_once(&self, id: &str) -> EngineResult<()> {
        let options = KillContainerOptionsBuilder::default().signal("SIGKILL").build();
        match self.patient.kill_container(id, Some(options)).await {
            Ok(()) => Ok(()),
            // What is not there, or has ended, does not run.
            Err(error) if matches!(status_of(&error), Some(404 | 409)) => Ok(()),
            Err(error) => Err(self.refusal_of(Kind::Container, id, "end", error)),
        }
    }

    pub(super) async fn delete_container(&self, id: &str) -> EngineResult<()> {
        // `v` takes the nameless volumes that the image asked for along, never a named one.
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
        match self.patient.remove_container(id, Some(options)).await {
            Ok(()) => Ok(()),
            Err(error) if status_of(&error) == Some(404) => Ok(()),
            // Another call is at it: wait until it is done.
            Err(error) if words_of(&error).contains("already in progress") => {
                self.until_removed(id).await
            }
            Err(error) => Err(self.refusal_of(Kind::Container, id, "remove", error)),
        }
    }

    async fn until_removed(&self, id: &str) -> EngineResult<()> {
        let options = WaitContainerOptionsBuilder::default().condition("removed").build();
        let mut told = self.patient.wait_container(id, Some(options));
        match told.next().await {
            Some(Err(error)) if waited_code(&error).is_none() && status_of(&error) != Some(404) => {
                Err(self.refusal_of(Kind::Container, id, "remove", error))
            }
            _ => Ok(()),
        }
    }

    pub(super) async fn pause(&self, id: &str) -> EngineResult<()> {
        match self.quick.pause_container(id).await {
            Ok(()) => Ok(()),
            Err(error) if words_of(&error).contains("already paused") => Ok(()),
            Err(error) => Err(self.refusal_of(Kind::Container, id, "freeze", error)),
        }
    }

    pub(super) async fn unpause(&self, id: &str) -> EngineResult<()> {
        match self.quick.unpause_container(id).await {
            Ok(()) => Ok(()),
            Err(error) if words_of(&error).contains("not paused") => Ok(()),
            Err(error) => Err(self.refusal_of(Kind::Container, id, "thaw", error)),
        }
    }

    pub(super) async fn wait(&self, id: &str) -> EngineResult<i64> {
        let options = WaitContainerOptionsBuilder::default().condition("not-running").build();
        let mut told = self.patient.wait_container(id, Some(options));
        match told.next().await {
            Some(Ok(answer)) => Ok(answer.status_code),
            Some(Err(error)) => match waited_code(&error) {
                Some(code) => Ok(code),
                None => Err(self.refusal_of(Kind::Container, id, "wait for", error)),
            },
            None => Err(EngineError::NotFound { kind: Kind::Container, name: id.to_owned() }),
        }
    }
}

/// The client takes an exit code other than 0 for an error; it is an answer.
fn waited_code(error: &bollard::errors::Error) -> Option<i64> {
    match error {
        bollard::errors::Error::DockerContainerWaitError { code, .. } => Some(*code),
        _ => None,
    }
}

/// What a container is called; a name with a second slash is a link's.
fn own_name(names: &[String]) -> String {
    let mut plain = names.iter().map(|name| name.trim_start_matches('/'));
    plain.find(|name| !name.contains('/')).unwrap_or_default().to_owned()
}

/// The state that the list tells; none where the container must be asked.
const fn listed_state(state: ContainerSummaryStateEnum) -> Option<ContainerState> {
    match state {
        ContainerSummaryStateEnum::CREATED => Some(ContainerState::Created),
        ContainerSummaryStateEnum::PAUSED => Some(ContainerState::Paused),
        ContainerSummaryStateEnum::RUNNING
        | ContainerSummaryStateEnum::RESTARTING
        | ContainerSummaryStateEnum::STOPPING => Some(ContainerState::Running),
        _ => None,
    }
}

fn state_of(told: &ContainerInspectResponse) -> ContainerState {
    let Some(state) = &told.state else { return ContainerState::Dead };
    match state.status {
        Some(ContainerStateStatusEnum::CREATED) => ContainerState::Created,
        Some(ContainerStateStatusEnum::PAUSED) => ContainerState::Paused,
        Some(
            ContainerStateStatusEnum::RUNNING
            | ContainerStateStatusEnum::RESTARTING
            | ContainerStateStatusEnum::STOPPING,
        ) => ContainerState::Running,
        // That it was killed for memory is told by an event alone: here, only if
        // the engine heard of that before it heard of the death.
        Some(ContainerStateStatusEnum::EXITED) => {
            ContainerState::Exited { code: state.exit_code.unwrap_or_default() }
        }
        _ => ContainerState::Dead,
    }
}
