//! A snapshot of a service that is stopped for it: its whole folder as it
//! lies, the files of its database included.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{LedgerError, MeasureRecord, NewSnapshot, Records, Wanted};
use recipe::{MeasureSource, Recipe, Text, Trouble, text};

use super::dump;
use super::manifest::{FOLDER, Manifest};
use super::measure::{self, DATABASE};
use super::repositories::{Place, Source, Taking};
use super::room;
use crate::site::{Ground, recipe_of};
use crate::stand;
use crate::steps::DISK;
use crate::target::{Drawn, Target};

/// Stops a service, takes a snapshot of it, and leaves it stopped.
///
/// It finds its way from wherever the service is: running, stopped, or half
/// stopped by an earlier attempt. What the recipe measures by a question to the
/// database or in a file is read while nobody but the database runs; what it
/// measures by a command, just before. A measure that a service which does not
/// work any more cannot give is left out: its data are worth keeping all the
/// same.
///
/// The door must be closed already. When the step is taken back, the snapshot
/// is forgotten, and a service that should run is started again. Steps behind
/// it that change the data bring them back first, by
/// [`put_back_of_job`](super::put_back_of_job).
pub(crate) struct TakeStopped {
    target: Target,
    reason: String,
    job: ledger::JobId,
    taken: Mutex<Option<(NewSnapshot, String)>>,
}

impl TakeStopped {
    /// A snapshot taken by `job` for `reason`, such as `before-update`.
    pub(crate) fn new(target: Target, reason: &str, job: ledger::JobId) -> Self {
        Self { target, reason: reason.to_owned(), job, taken: Mutex::default() }
    }

    /// Brings the service to rest, and measures it on the way.
    async fn rest(
        &self,
        scene: &Scene,
        drawn: &Drawn,
        recipe: &Recipe,
    ) -> Result<Vec<MeasureRecord>, Trouble> {
        let without = |trouble: &Trouble| {
            tracing::warn!(%trouble, "a service is kept without something");
            scene.say(kept_without(trouble));
        };
        let Target { ground, id, .. } = &self.target;
        let Drawn { service, plan } = drawn;
        let (is_database, is_other) =
            (|part: &str| part == DATABASE, |part: &str| part != DATABASE);
        let mut measured = Vec::new();
        if has_commands(recipe) && service.wanted == Wanted::Running {
            let asked = async {
                stand::up(ground, service, plan).await?;
                measure::by_commands(ground, *id, recipe).await
            };
            match asked.await {
                Ok(read) => measured.extend(read),
                Err(trouble) => without(&trouble),
            }
        }
        stand::stop_only(ground, plan, &is_other).await?;
        if let Some(kind) = recipe.database() {
            let folder = ground.folders.of(service);
            let asked = async {
                stand::up_only(ground, service, plan, &is_database).await?;
                let measured = measure::by_database(ground, *id, recipe, plan).await?;
                dump::take(ground, *id, kind, plan, &folder).await?;
                Ok::<_, Trouble>(measured)
            };
            match asked.await {
                Ok(read) => measured.extend(read),
                Err(trouble) => {
                    without(&trouble);
                    scene.say(by_its_files());
                }
            }
            dump::tidy(plan, &folder).await?;
        }
        stand::stop(ground, *id, plan).await?;
        match measure::by_files(recipe, &ground.folders.of(service)).await {
            Ok(read) => measured.extend(read),
            Err(trouble) => without(&trouble),
        }
        Ok(measured)
    }

    /// What an earlier attempt left: its files beside the volumes, and perhaps
    /// a snapshot that the ledger never heard of.
    async fn tidy(&self, folder: &std::path::Path, local: &Place) -> Result<(), Trouble> {
        let Target { ground, .. } = &self.target;
        let steps = ground.read(|records| records.steps(self.job))?;
        if steps.iter().any(|step| step.name == self.name() && step.attempts > 1) {
            forget_of_job(ground, local, self.job).await?;
        }
        crate::volumes::delete(folder.join(FOLDER)).await
    }

    /// Room for what changed since the snapshot before, which is what is stored anew.
    async fn demand_room(&self, folders: Vec<PathBuf>) -> Result<(), Trouble> {
        let Target { ground, id, .. } = &self.target;
        let before = ground.read(|records| records.snapshots_of(*id))?;
        let since = before.first().map(|it| it.of.taken);
        let counted = room::count(folders, since).await?;
        room::demand(&ground.folders.repository, counted.changed)
    }
}

/// The tag of what a job took.
pub(super) fn of_job(job: ledger::JobId) -> String {
    format!("job={job}")
}

/// Forgets what a job took so far, whether the ledger has heard of it or not.
pub(super) async fn forget_of_job(
    ground: &Ground,
    local: &Place,
    job: ledger::JobId,
) -> Result<(), Trouble> {
    let repositories = ground.vault.repositories();
    let found = repositories.tagged(local, &of_job(job)).await?;
    repositories.forget(local, &found).await
}

/// The same for a job that is taken back. Without restic there is no snapshot to
/// be forgotten either.
pub(super) async fn take_back_of_job(ground: &Ground, job: ledger::JobId) -> Result<(), Trouble> {
    let told = |_label: Text, _done: u64, _total: u64| {};
    match ground.vault.local(ground, &told).await {
        Ok(local) => forget_of_job(ground, &local, job).await,
        Err(_no_restic) => Ok(()),
    }
}

/// The mark of what was taken of a service's files themselves, and so knows
/// them again by their numbers in the filesystem.
pub(super) fn of_files(service: ledger::ServiceId) -> String {
    format!("files={service}")
}

fn has_commands(recipe: &Recipe) -> bool {
    recipe.measures().iter().any(|it| matches!(it.source, MeasureSource::Command { .. }))
}

#[async_trait]
impl Step for TakeStopped {
    fn name(&self) -> &'static str {
        "keep"
    }

    fn label(&self) -> Text {
        text!("Taking a snapshot", "On fait une sauvegarde")
    }

    fn deadline(&self) -> Duration {
        DISK * 12
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let ground = &self.target.ground;
        let told = |label: Text, done: u64, total: u64| scene.progress(label, done, total);
        // First what may have to come from afar: the service runs on meanwhile.
        let local = ground.vault.local(ground, &told).await?;
        let drawn = self.target.draw()?;
        let recipe = recipe_of(&drawn.service)?;
        let folder = ground.folders.of(&drawn.service);
        stand::check_volumes(ground, &drawn.service)?;
        self.tidy(&folder, &local).await?;
        let measures = self.rest(scene, &drawn, &recipe).await?;
        let manifest = Manifest::of(ground, &drawn.service, measures, &self.reason)?;
        self.demand_room(manifest.data().iter().map(|it| folder.join(it)).collect()).await?;
        manifest.write(&folder)?;
        scene.halfway().await?;
        let taking = Taking {
            paths: manifest.data().into_iter().chain([FOLDER.into()]).collect(),
            root: folder.clone(),
            tags: tags(&drawn, &self.reason, self.job)
                .into_iter()
                .chain([of_files(self.target.id)])
                .collect(),
            follows: of_files(self.target.id),
            host: host(ground),
            source: Source::AtRest,
        };
        let taken = ground.vault.repositories().take(&local, &taking, &told).await?;
        crate::volumes::delete(folder.join(FOLDER)).await?;
        let new = record_of(&manifest, self.target.id, taken.bytes, self.job);
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = Some((new, taken.identity));
        Ok(())
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        match self.taken.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some((new, identity)) => records.add_snapshot(new, identity).map(|_number| ()),
            None => Ok(()),
        }
    }

    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        let Target { ground, id, .. } = &self.target;
        take_back_of_job(ground, self.job).await?;
        let service = self.target.service()?;
        crate::volumes::delete(ground.folders.of(&service).join(FOLDER)).await?;
        if service.wanted == Wanted::Running {
            let drawn = self.target.draw()?;
            // One that did not work before does not work now: that is no reason to stay here.
            if let Err(trouble) = stand::up(ground, &drawn.service, &drawn.plan).await {
                tracing::warn!(%trouble, service = %id, "was not started again");
            }
        }
        Ok(())
    }

    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        records.forget_snapshots_of_job(self.job)
    }
}

/// Something of a service could not be had: its data are kept all the same.
pub(super) fn kept_without(trouble: &Trouble) -> Text {
    let Text { en, fr } = &trouble.what;
    text!("{en} The snapshot is taken without it.", "{fr} La sauvegarde se fait sans cela.")
}

fn by_its_files() -> Text {
    text!(
        "The database is kept by its files as they lie, without a dump.",
        "La base est gardée par ses fichiers tels quels, sans export."
    )
}

/// What a snapshot of a service is marked with.
pub(super) fn tags(drawn: &Drawn, reason: &str, job: ledger::JobId) -> Vec<String> {
    let service = &drawn.service;
    vec![
        // The recovery kit asks for it by this.
        format!("service={}", service.name),
        format!("number={}", service.id),
        format!("reason={reason}"),
        of_job(job),
    ]
}

/// The box, as its snapshots name it.
pub(super) fn host(ground: &crate::site::Ground) -> String {
    format!("panier-{}", ground.facts.short_identity())
}

/// The ledger's row of a snapshot.
pub(super) fn record_of(
    manifest: &Manifest,
    service: ledger::ServiceId,
    bytes: u64,
    job: ledger::JobId,
) -> NewSnapshot {
    NewSnapshot {
        service,
        name: manifest.name.clone(),
        recipe: manifest.recipe.clone(),
        software: manifest.software(),
        release: manifest.release.clone(),
        revision: manifest.revision,
        taken: manifest.taken,
        reason: manifest.reason.clone(),
        bytes,
        measures: manifest.measures.clone(),
        job,
    }
}
