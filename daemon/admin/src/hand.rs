//! What the API has done by others, as a narrow trait: so that the API can be
//! tried without an engine.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use ledger::{JobId, Service, ServiceId, SnapshotNumber};
use lifecycle::Kept;
use recipe::{Language, Trouble};

use crate::views::{
    BackupsView, DiskView, FindingView, HealthView, InsideView, InstallBody, KitView, LogLine,
    PreviousView, TargetView, UpdateBody, UpdateView, WayBackView,
};

/// A service's lines, as they come.
pub type LogStream = BoxStream<'static, Result<LogLine, Trouble>>;

/// Does what the API is asked, mostly by beginning a job.
#[async_trait]
pub trait Hand: Send + Sync {
    /// Begins to install a service.
    ///
    /// # Errors
    /// What is wrong with the request, or why nothing can be begun now; here
    /// and in all that follow.
    async fn install(&self, request: InstallBody) -> Result<JobId, Trouble>;

    /// Begins to start a service.
    async fn start(&self, name: &str) -> Result<JobId, Trouble>;

    /// Begins to stop a service.
    async fn stop(&self, name: &str) -> Result<JobId, Trouble>;

    /// Begins to stop and start a service.
    async fn restart(&self, name: &str) -> Result<JobId, Trouble>;

    /// Begins to change answers; those that are not named stay.
    async fn change_answers(
        &self,
        name: &str,
        answers: BTreeMap<String, String>,
    ) -> Result<JobId, Trouble>;

    /// Begins to let another domain lead to a service.
    async fn add_domain(&self, name: &str, domain: &str) -> Result<JobId, Trouble>;

    /// Begins to let a domain no longer lead to a service.
    async fn remove_domain(&self, name: &str, domain: &str) -> Result<JobId, Trouble>;

    /// Begins to make a domain the main one of a service.
    async fn set_main_domain(&self, name: &str, domain: &str) -> Result<JobId, Trouble>;

    /// Begins to move a service to a newer release; none named: the newest.
    async fn update(&self, name: &str, request: UpdateBody) -> Result<JobId, Trouble>;

    /// Begins to go back to the release before.
    async fn rollback(&self, name: &str) -> Result<JobId, Trouble>;

    /// What was written since the update, as far as measures tell.
    async fn way_back(&self, name: &str) -> Result<WayBackView, Trouble>;

    /// The newest release that a service can be moved to.
    fn newer(&self, service: &Service) -> Option<UpdateView>;

    /// The release that a service can go back to.
    fn previous(&self, service: &Service) -> Option<PreviousView>;

    /// Begins to put a service into the trash, or to delete it for good.
    async fn remove(&self, name: &str, purge: bool) -> Result<JobId, Trouble>;

    /// Begins to take a service out of the trash, under another name if one is given.
    async fn restore_from_trash(
        &self,
        id: ServiceId,
        name: Option<String>,
    ) -> Result<JobId, Trouble>;

    /// Begins to delete what lies in the trash.
    async fn purge_from_trash(&self, id: ServiceId) -> Result<JobId, Trouble>;

    /// Begins to build images at home; no folders: all there are.
    async fn build_images(&self, folders: Vec<String>) -> Result<JobId, Trouble>;

    /// Begins to take a snapshot of a service.
    async fn back_up(&self, name: &str) -> Result<JobId, Trouble>;

    /// Begins to bring a snapshot back: in place, or with a name beside.
    async fn restore_snapshot(
        &self,
        id: SnapshotNumber,
        name: Option<String>,
        domain: Option<String>,
    ) -> Result<JobId, Trouble>;

    /// Begins to rehearse the restore of a service's newest snapshot.
    async fn rehearse(&self, name: &str) -> Result<JobId, Trouble>;

    /// All targets, and how they are now.
    async fn targets(&self) -> Result<Vec<TargetView>, Trouble>;

    /// Adds a target.
    async fn add_target(&self, name: &str, path: &str) -> Result<TargetView, Trouble>;

    /// Begins to check a target.
    async fn check_target(&self, name: &str) -> Result<JobId, Trouble>;

    /// Forgets a target.
    async fn remove_target(&self, name: &str) -> Result<(), Trouble>;

    /// The disks that could be a target.
    async fn disks(&self) -> Result<Vec<DiskView>, Trouble>;

    /// How the box keeps its services.
    async fn backups(&self) -> Result<BackupsView, Trouble>;

    /// Makes the recovery kit, and tries its key.
    async fn make_kit(&self, language: Language) -> Result<KitView, Trouble>;

    /// How well a service is kept; nothing where that cannot be read.
    fn kept(&self, service: &Service) -> Kept;

    /// What is wrong with the box, the most pressing first.
    async fn findings(&self) -> Vec<FindingView>;

    /// How a service is, now.
    fn health(&self, id: ServiceId) -> HealthView;

    /// Where people find a service.
    fn address(&self, service: &Service) -> String;

    /// What a service consists of in the engine.
    fn inside(&self, service: &Service) -> Result<InsideView, Trouble>;

    /// The secrets that the recipe lets its administrator see.
    fn revealed_secrets(&self, name: &str) -> Result<BTreeMap<String, String>, Trouble>;

    /// What a service wrote: all of its containers or one, the last `tail`
    /// lines or all, and with `follow` what comes after.
    async fn logs(
        &self,
        name: &str,
        container: Option<String>,
        follow: bool,
        tail: Option<u32>,
    ) -> Result<LogStream, Trouble>;
}
