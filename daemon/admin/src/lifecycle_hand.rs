//! The real [`Hand`]: the lifecycle.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use health::Health;
use ledger::{JobId, Service, ServiceId, SnapshotNumber};
use lifecycle::{
    InstallRequest, Kept, Lifecycle, RestoreRequest, ServiceLogLine, UpdateRequest, WayBack,
};
use recipe::{Language, Trouble};

use crate::hand::{Hand, LogStream};
use crate::views::{
    BackupsView, ContainerView, DiskView, FindingView, HealthView, InsideView, InstallBody,
    KitView, LogLine, MeasureView, MovedView, PreviousView, ScheduledView, TargetView, UpdateBody,
    UpdateView, VolumeView, WayBackView,
};
use crate::{keeping_hand, kinds};

/// The lifecycle, in the API's words.
#[derive(Clone)]
pub struct LifecycleHand(Lifecycle, Arc<Health>);

impl LifecycleHand {
    /// A hand that does its work through this lifecycle, and asks these checks.
    #[must_use]
    pub fn new(lifecycle: Lifecycle, checks: Arc<Health>) -> Self {
        Self(lifecycle, checks)
    }
}

#[async_trait]
impl Hand for LifecycleHand {
    async fn install(&self, request: InstallBody) -> Result<JobId, Trouble> {
        let InstallBody { recipe, name, release, domains, answers } = request;
        self.0.install(InstallRequest { recipe, name, release, domains, answers }).await
    }

    async fn start(&self, name: &str) -> Result<JobId, Trouble> {
        self.0.start(name).await
    }

    async fn stop(&self, name: &str) -> Result<JobId, Trouble> {
        self.0.stop(name).await
    }

    async fn restart(&self, name: &str) -> Result<JobId, Trouble> {
        self.0.restart(name).await
    }

    async fn change_answers(
        &self,
        name: &str,
        answers: BTreeMap<String, String>,
    ) -> Result<JobId, Trouble> {
        self.0.change_answers(name, answers).await
    }

    async fn add_domain(&self, name: &str, domain: &str) -> Result<JobId, Trouble> {
        self.0.add_domain(name, domain).await
    }

    async fn remove_domain(&self, name: &str, domain: &str) -> Result<JobId, Trouble> {
        self.0.remove_domain(name, domain).await
    }

    async fn set_main_domain(&self, name: &str, domain: &str) -> Result<JobId, Trouble> {
        self.0.set_main_domain(name, domain).await
    }

    async fn update(&self, name: &str, request: UpdateBody) -> Result<JobId, Trouble> {
        let UpdateBody { release, answers } = request;
        self.0.update(name, UpdateRequest { release, answers }).await
    }

    async fn rollback(&self, name: &str) -> Result<JobId, Trouble> {
        self.0.rollback(name).await
    }

    async fn way_back(&self, name: &str) -> Result<WayBackView, Trouble> {
        let WayBack { to, moved } = self.0.way_back(name).await?;
        let moved = moved.into_iter().map(|it| MovedView {
            name: it.name,
            label: it.label,
            then: it.then,
            now: it.now,
        });
        Ok(WayBackView {
            release: to.release.version,
            revision: to.release.revision,
            kept: to.left,
            moved: moved.collect(),
        })
    }

    fn newer(&self, service: &Service) -> Option<UpdateView> {
        self.0.newer(service).map(|newer| UpdateView {
            release: newer.release.version,
            revision: newer.release.revision,
            way: newer.way.iter().map(ToString::to_string).collect(),
            notes: newer.notes,
        })
    }

    fn previous(&self, service: &Service) -> Option<PreviousView> {
        self.0.previous(service).map(|previous| PreviousView {
            release: previous.release.version,
            revision: previous.release.revision,
            kept: previous.left,
            measures: previous
                .measures
                .into_iter()
                .map(|it| MeasureView { name: it.name, label: it.label, value: it.value })
                .collect(),
        })
    }

    async fn remove(&self, name: &str, purge: bool) -> Result<JobId, Trouble> {
        self.0.remove(name, purge).await
    }

    async fn restore_from_trash(
        &self,
        id: ServiceId,
        name: Option<String>,
    ) -> Result<JobId, Trouble> {
        self.0.restore_from_trash(id, name).await
    }

    async fn purge_from_trash(&self, id: ServiceId) -> Result<JobId, Trouble> {
        self.0.purge_from_trash(id).await
    }

    async fn build_images(&self, folders: Vec<String>) -> Result<JobId, Trouble> {
        self.0.build_images(folders).await
    }

    async fn back_up(&self, name: &str) -> Result<JobId, Trouble> {
        self.0.back_up(name).await
    }

    async fn restore_snapshot(
        &self,
        snapshot: SnapshotNumber,
        name: Option<String>,
        domain: Option<String>,
    ) -> Result<JobId, Trouble> {
        self.0.restore(RestoreRequest { snapshot, name, domain }).await
    }

    async fn rehearse(&self, name: &str) -> Result<JobId, Trouble> {
        self.0.rehearse(name).await
    }

    async fn targets(&self) -> Result<Vec<TargetView>, Trouble> {
        Ok(self.0.targets().await?.into_iter().map(keeping_hand::target).collect())
    }

    async fn add_target(&self, name: &str, path: &str) -> Result<TargetView, Trouble> {
        self.0.add_target(name, path).await.map(keeping_hand::target)
    }

    async fn check_target(&self, name: &str) -> Result<JobId, Trouble> {
        self.0.check_target(name).await
    }

    async fn remove_target(&self, name: &str) -> Result<(), Trouble> {
        self.0.remove_target(name).await
    }

    async fn disks(&self) -> Result<Vec<DiskView>, Trouble> {
        keeping_hand::disks(&self.0).await
    }

    async fn backups(&self) -> Result<BackupsView, Trouble> {
        keeping_hand::overview(&self.0, self.1.look_at_backups().await).await
    }

    async fn make_kit(&self, language: Language) -> Result<KitView, Trouble> {
        let word = match language {
            Language::En => "en",
            Language::Fr => "fr",
        };
        let kit = self.0.make_kit(language).await?;
        Ok(keeping_hand::kit(kit, word))
    }

    fn kept(&self, service: &Service) -> Kept {
        self.0.kept(service).unwrap_or_default()
    }

    async fn findings(&self) -> Vec<FindingView> {
        self.1.look().await.into_iter().map(FindingView::from).collect()
    }

    fn health(&self, id: ServiceId) -> HealthView {
        match self.0.health(id) {
            lifecycle::Health::Up => HealthView::Up,
            lifecycle::Health::Starting => HealthView::Starting,
            lifecycle::Health::Stopped => HealthView::Stopped,
            lifecycle::Health::Working { job, kind } => {
                HealthView::Working { job: job.0, label: kinds::label(&kind), kind }
            }
            lifecycle::Health::Ill { trouble } => HealthView::Ill { trouble },
        }
    }

    fn address(&self, service: &Service) -> String {
        self.0.address(service)
    }

    fn inside(&self, service: &Service) -> Result<InsideView, Trouble> {
        let inside = self.0.inside(service)?;
        let containers = inside.containers.into_iter().map(|container| ContainerView {
            name: container.name,
            image: container.image,
            egress: container.egress,
            user: container.user,
            memory: container.memory,
        });
        let volumes = inside.volumes.into_iter().map(|volume| VolumeView {
            name: volume.name,
            folder: volume.folder.display().to_string(),
        });
        let schedule = inside.schedule.into_iter().map(|command| ScheduledView {
            container: command.container,
            run: command.run,
            every: command.every.as_secs(),
            last: command.last,
            trouble: command.trouble,
        });
        Ok(InsideView {
            containers: containers.collect(),
            volumes: volumes.collect(),
            network: inside.network,
            schedule: schedule.collect(),
        })
    }

    fn revealed_secrets(&self, name: &str) -> Result<BTreeMap<String, String>, Trouble> {
        self.0.revealed_secrets(name)
    }

    async fn logs(
        &self,
        name: &str,
        container: Option<String>,
        follow: bool,
        tail: Option<u32>,
    ) -> Result<LogStream, Trouble> {
        let lines = self.0.logs(name, container, follow, tail).await?;
        Ok(lines.map(|line| line.map(log_line)).boxed())
    }
}

fn log_line(line: ServiceLogLine) -> LogLine {
    let ServiceLogLine { container, time, error, text } = line;
    LogLine { container, time: time.parse().ok(), error, text }
}
