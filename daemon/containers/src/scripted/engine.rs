//! The engine's calls, each upon the state in memory.

use std::path::Path;

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::sync::broadcast::error::RecvError;

use super::state::{is_alive, named, refused};
use super::{Call, Happened, Scripted, unreachable};
use crate::engine::{Engine, EngineResult, ProgressSink};
use crate::error::{EngineError, PullTrouble};
use crate::spec::{
    BuildRequest, ContainerFacts, ContainerSpec, ContainerState, EngineEvent, EngineFacts,
    ExecOutcome, ExecRequest, ImageFacts, LogLine, LogRequest, NetworkFacts, NetworkSpec, Owner,
    Progress, VolumeFacts, VolumeSpec,
};

#[async_trait]
impl Engine for Scripted {
    async fn facts(&self) -> EngineResult<EngineFacts> {
        self.call(Call::Facts, "", |_| {
            Ok(EngineFacts {
                version: "20.10.24".to_owned(),
                architecture: "amd64".to_owned(),
                store: "/".into(),
            })
        })
        .await
    }

    async fn image(&self, reference: &str) -> EngineResult<Option<ImageFacts>> {
        self.call(Call::Image, reference, |this| Ok(this.state().image(reference).cloned())).await
    }

    async fn pull(&self, reference: &str, progress: ProgressSink<'_>) -> EngineResult<ImageFacts> {
        self.call(Call::Pull, reference, |this| {
            let mut state = this.state();
            let Some(facts) = named(&state.registry, reference).cloned() else {
                let source = std::sync::Arc::new(std::io::Error::other("manifest unknown"));
                let (reference, trouble) = (reference.to_owned(), PullTrouble::UnknownImage);
                return Err(EngineError::PullFailed { reference, trouble, source });
            };
            progress(Progress::Bytes { done: 0, total: facts.size });
            progress(Progress::Bytes { done: facts.size, total: facts.size });
            state.images.insert(reference.to_owned(), facts.clone());
            Ok(facts)
        })
        .await
    }

    async fn build(
        &self,
        request: &BuildRequest,
        progress: ProgressSink<'_>,
    ) -> EngineResult<ImageFacts> {
        self.call(Call::Build, &request.tag, |this| {
            readable(&request.context)?;
            progress(Progress::Line(format!("Successfully tagged {}", request.tag)));
            let facts = this.new_image(sorted(&request.labels));
            this.state().images.insert(request.tag.clone(), facts.clone());
            Ok(facts)
        })
        .await
    }

    async fn import(
        &self,
        archive: &Path,
        tag: &str,
        labels: &[(String, String)],
    ) -> EngineResult<ImageFacts> {
        self.call(Call::Import, tag, |this| {
            readable(archive)?;
            let facts = this.new_image(sorted(labels));
            this.state().images.insert(tag.to_owned(), facts.clone());
            Ok(facts)
        })
        .await
    }

    async fn remove_image(&self, reference: &str) -> EngineResult<()> {
        self.call(Call::RemoveImage, reference, |this| this.state().remove_image(reference)).await
    }

    async fn networks(&self, owner: &Owner) -> EngineResult<Vec<NetworkFacts>> {
        self.call(Call::Networks, "", |this| {
            let state = this.state();
            let ours = state.networks.iter().filter(|known| known.identity == owner.identity);
            Ok(ours.map(|known| known.thing.clone()).collect())
        })
        .await
    }

    async fn create_network(&self, owner: &Owner, spec: &NetworkSpec) -> EngineResult<String> {
        self.call(Call::CreateNetwork, &spec.name, |this| this.state().create_network(owner, spec))
            .await
    }

    async fn remove_network(&self, id: &str) -> EngineResult<()> {
        self.call(Call::RemoveNetwork, id, |this| this.state().remove_network(id)).await
    }

    async fn volumes(&self, owner: &Owner) -> EngineResult<Vec<VolumeFacts>> {
        self.call(Call::Volumes, "", |this| {
            let state = this.state();
            let ours = state.volumes.iter().filter(|known| known.identity == owner.identity);
            Ok(ours.map(|known| known.thing.clone()).collect())
        })
        .await
    }

    async fn create_volume(&self, owner: &Owner, spec: &VolumeSpec) -> EngineResult<()> {
        self.call(Call::CreateVolume, &spec.name, |this| this.state().create_volume(owner, spec))
            .await
    }

    async fn remove_volume(&self, name: &str) -> EngineResult<()> {
        self.call(Call::RemoveVolume, name, |this| this.state().remove_volume(name)).await
    }

    async fn containers(&self, owner: &Owner) -> EngineResult<Vec<ContainerFacts>> {
        self.call(Call::Containers, "", |this| {
            let state = this.state();
            let ours = state.containers.iter().filter(|known| known.identity == owner.identity);
            Ok(ours.map(|known| known.thing.facts.clone()).collect())
        })
        .await
    }

    async fn written(&self, owner: &Owner) -> EngineResult<Vec<(String, u64)>> {
        let all = self.containers(owner).await?;
        Ok(all.into_iter().map(|container| (container.service, 0)).collect())
    }

    async fn create_container(&self, owner: &Owner, spec: &ContainerSpec) -> EngineResult<String> {
        self.call(Call::CreateContainer, &spec.name, |this| {
            let id = this.state().create_container(owner, spec)?;
            this.tell(&id, "create");
            Ok(id)
        })
        .await
    }

    async fn start_container(&self, id: &str) -> EngineResult<()> {
        self.call(Call::StartContainer, id, |this| {
            let Some(behaviour) = this.state().start(id)? else { return Ok(()) };
            this.tell(id, "start");
            if let Some(code) = behaviour.ends {
                this.end(id, ContainerState::Exited { code });
            }
            Ok(())
        })
        .await
    }

    async fn stop_container(&self, id: &str, _grace_seconds: u32) -> EngineResult<()> {
        self.call(Call::StopContainer, id, |this| {
            let spec = match this.state().container(id) {
                Ok(known) if is_alive(&known.thing.facts.state) => known.thing.spec.clone(),
                _ => return Ok(()),
            };
            let code = this.state().code_at_stop(&spec);
            this.tell(id, "kill");
            this.end(id, ContainerState::Exited { code });
            this.tell(id, "stop");
            Ok(())
        })
        .await
    }

    async fn remove_container(&self, id: &str) -> EngineResult<()> {
        self.call(Call::RemoveContainer, id, |this| {
            let alive = match this.state().container(id) {
                Ok(known) => is_alive(&known.thing.facts.state),
                Err(_) => return Ok(()),
            };
            if alive {
                this.tell(id, "kill");
                this.end(id, ContainerState::Exited { code: 137 });
            }
            this.tell(id, "destroy");
            let gone = |facts: &ContainerFacts| facts.id == id || facts.name == id;
            this.state().containers.retain(|known| !gone(&known.thing.facts));
            Ok(())
        })
        .await
    }

    async fn pause_container(&self, id: &str) -> EngineResult<()> {
        self.call(Call::PauseContainer, id, |this| {
            match &mut this.state().container(id)?.thing.facts.state {
                ContainerState::Paused => return Ok(()),
                state @ ContainerState::Running => *state = ContainerState::Paused,
                _ => return Err(EngineError::NotRunning { name: id.to_owned() }),
            }
            this.tell(id, "pause");
            Ok(())
        })
        .await
    }

    async fn unpause_container(&self, id: &str) -> EngineResult<()> {
        self.call(Call::UnpauseContainer, id, |this| {
            match &mut this.state().container(id)?.thing.facts.state {
                state @ ContainerState::Paused => *state = ContainerState::Running,
                ContainerState::Running => return Ok(()),
                _ => return Err(EngineError::NotRunning { name: id.to_owned() }),
            }
            this.tell(id, "unpause");
            Ok(())
        })
        .await
    }

    async fn wait_container(&self, id: &str) -> EngineResult<i64> {
        let mut changes = self.changes.subscribe();
        self.call(Call::WaitContainer, id, |this| this.state().container(id).map(|_| ())).await?;
        loop {
            changes.mark_unchanged();
            {
                let mut state = self.state();
                if state.gone {
                    return Err(unreachable());
                }
                match state.container(id)?.thing.facts.state {
                    ContainerState::Exited { code } => return Ok(code),
                    ContainerState::Created | ContainerState::Dead => return Ok(0),
                    ContainerState::Running | ContainerState::Paused => {}
                }
            }
            // The sender lives in `self`: it cannot have gone.
            let _ = changes.changed().await;
        }
    }

    async fn exec(&self, id: &str, request: &ExecRequest) -> EngineResult<ExecOutcome> {
        let about = format!("{id} {}", request.command.join(" "));
        self.call(Call::Exec, about, |this| {
            let mut state = this.state();
            let name = id.to_owned();
            match state.container(id)?.thing.facts.state {
                ContainerState::Running => {}
                ContainerState::Paused => return Err(EngineError::Frozen { name }),
                _ => return Err(EngineError::NotRunning { name }),
            }
            let known = state.answers.iter().rev();
            let known = known.into_iter().find(|(command, _)| *command == request.command);
            let silent = ExecOutcome { code: 0, output: String::new() };
            Ok(known.map_or(silent, |(_, outcome)| outcome.clone()))
        })
        .await
    }

    fn logs(&self, id: &str, request: &LogRequest) -> BoxStream<'static, EngineResult<LogLine>> {
        let (this, id, follow) = (self.clone(), id.to_owned(), request.follow);
        let first = match self.state().container(&id) {
            Err(error) => return stream::iter([Err(error)]).boxed(),
            Ok(known) => {
                let tail = request.tail.map_or(usize::MAX, |tail| tail as usize);
                known.thing.lines.len().saturating_sub(tail)
            }
        };
        let changes = self.changes.subscribe();
        stream::unfold((first, changes), move |(next, mut changes)| {
            let (this, id) = (this.clone(), id.clone());
            async move {
                loop {
                    changes.mark_unchanged();
                    {
                        let mut state = this.state();
                        // A container that was removed says no more.
                        let held = &state.container(&id).ok()?.thing;
                        if let Some(line) = held.lines.get(next).cloned() {
                            return Some((Ok(line), (next + 1, changes)));
                        }
                        if !follow || !is_alive(&held.facts.state) || state.gone {
                            return None;
                        }
                    }
                    changes.changed().await.ok()?;
                }
            }
        })
        .boxed()
    }

    fn events(&self, owner: &Owner) -> BoxStream<'static, EngineResult<EngineEvent>> {
        if self.state().gone {
            return stream::iter([Err(unreachable())]).boxed();
        }
        let identity = owner.identity.clone();
        stream::unfold(self.events.subscribe(), move |mut events| {
            let identity = identity.clone();
            async move {
                loop {
                    match events.recv().await {
                        Ok(Happened::Event { identity: whose, event }) if whose == identity => {
                            return Some((Ok(event), events));
                        }
                        Ok(Happened::Event { .. }) => {}
                        Ok(Happened::End) | Err(RecvError::Closed) => return None,
                        Err(RecvError::Lagged(missed)) => {
                            let error = refused("keep so many events", &missed.to_string());
                            return Some((Err(error), events));
                        }
                    }
                }
            }
        })
        .boxed()
    }
}

fn readable(path: &Path) -> EngineResult<()> {
    match std::fs::File::open(path) {
        Ok(_) => Ok(()),
        Err(error) => Err(EngineError::Unreadable {
            path: path.to_path_buf(),
            source: std::sync::Arc::new(error),
        }),
    }
}

fn sorted(labels: &[(String, String)]) -> Vec<(String, String)> {
    let mut labels = labels.to_vec();
    labels.sort();
    labels
}
