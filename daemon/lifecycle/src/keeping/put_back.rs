//! Putting a snapshot's data back where they were.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{LedgerError, PlaceRecord, Records, SnapshotNumber, SnapshotRecord};
use recipe::{Text, Trouble, text};

use super::dump::KEPT;
use super::facts::ServiceFacts;
use super::load;
use super::manifest::{FILE, FOLDER, Manifest};
use super::repositories::Told;
use super::room;
use crate::site::Folders;
use crate::steps::DISK;
use crate::target::Target;
use crate::{stand, trouble};

/// Stops a service and makes its volumes exactly what they were in a snapshot
/// of it, owners and all; files that came after it are gone. May be done again
/// after any failure or kill: the data are then those of the snapshot, whole.
///
/// Of a snapshot that was taken while the service ran, the database's volume is
/// empty then, and its dump lies beside, for a
/// [`LoadDatabase`](super::LoadDatabase).
///
/// What the ledger says of the service (release, answers, secrets) is not
/// changed: that belongs into the same transaction as the end of whichever step
/// calls this.
///
/// # Errors
/// `snapshot-missing`, `disk-too-small`, `volume-missing`, those of the
/// repository and of the engine. The data may be half put back then.
async fn put_back(
    target: &Target,
    snapshot: &SnapshotRecord,
    told: Told<'_>,
) -> Result<(), Trouble> {
    let Target { ground, id, .. } = target;
    let local = ground.vault.local(ground, told).await?;
    let identity = snapshot.identity_in(PlaceRecord::LOCAL).ok_or_else(gone)?;
    let repositories = ground.vault.repositories();
    let manifest = repositories.read(&local, identity, Path::new(FILE)).await?;
    let manifest = Manifest::read(&manifest)?;
    let drawn = target.draw()?;
    let folder = ground.folders.of(&drawn.service);
    stand::check_volumes(ground, &drawn.service)?;
    stand::stop(ground, *id, &drawn.plan).await?;
    let mut paths = manifest.data();
    let there = room::count(paths.iter().map(|it| folder.join(it)).collect(), None).await?;
    let database = manifest.dumped.as_ref().map_or(0, |dumped| dumped.bytes);
    let needed = snapshot.of.bytes.saturating_add(database);
    room::demand(&folder, needed.saturating_sub(there.bytes))?;
    crate::volumes::delete(folder.join(FOLDER)).await?;
    if let Some(dumped) = &manifest.dumped {
        // Made anew from the dump, by a step that comes once the images are there.
        load::empty(Folders::data(&folder, &dumped.volume)).await?;
        system::files::ensure_folder(&folder.join(FOLDER), 0o700).map_err(|error| {
            let place = folder.display();
            trouble::of_file(
                text!("{place} could not be written.", "{place} n’a pas pu être écrit."),
                &error,
            )
        })?;
        paths.push(Path::new(FOLDER).join(KEPT));
    }
    repositories.put_back(&local, identity, &folder, &paths, told).await
}

/// Puts back the data of one snapshot, for the `run` of a step.
///
/// # Errors
/// As [`put_back`].
pub(crate) async fn put_back_numbered(
    target: &Target,
    number: SnapshotNumber,
    scene: &Scene,
) -> Result<(), Trouble> {
    let told = |label: Text, done: u64, total: u64| scene.progress(label, done, total);
    let found = target.ground.read(|records| records.snapshot(number))?;
    let snapshot = found.ok_or_else(gone)?;
    scene.halfway().await?;
    put_back(target, &snapshot, &told).await
}

/// Puts back the data of which this job took a snapshot, for the `undo` of a
/// step that changed them. Where the job has taken none yet, nothing was changed.
///
/// # Errors
/// As [`put_back`].
pub(crate) async fn put_back_of_job(target: &Target, scene: &Scene) -> Result<(), Trouble> {
    let told = |label: Text, done: u64, total: u64| scene.progress(label, done, total);
    match target.ground.read(|records| records.snapshot_of_job(scene.job()))? {
        Some(snapshot) => put_back(target, &snapshot, &told).await,
        None => Ok(()),
    }
}

pub(super) fn gone() -> Trouble {
    Trouble::new(
        "snapshot-missing",
        text!(
            "The box's own repository no longer has this snapshot.",
            "Le dépôt de la boîte n’a plus cette sauvegarde."
        ),
        text!("Choose another one: panier snapshots", "Choisissez-en une autre : panier snapshots"),
    )
}

/// Puts a snapshot's data back, and writes down the release, answers and
/// secrets that they belong to, with its end.
///
/// In place, a [`TakeStopped`](super::TakeStopped) of the same job comes before
/// it: taking this step back brings back what that one kept. For a service that
/// the same job made, nothing need be brought back.
pub(crate) struct PutBack {
    pub(crate) target: Target,
    pub(crate) snapshot: SnapshotNumber,
    /// What the ledger says from then on.
    pub(crate) after: ServiceFacts,
    /// What it said before; none for a service that the same job made.
    pub(crate) before: Option<ServiceFacts>,
}

#[async_trait]
impl Step for PutBack {
    fn name(&self) -> &'static str {
        "put-back"
    }

    fn label(&self) -> Text {
        text!("Putting the data back", "On remet les données")
    }

    fn deadline(&self) -> Duration {
        DISK * 12
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        put_back_numbered(&self.target, self.snapshot, scene).await
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        self.after.write(records, self.target.id)
    }

    async fn undo(&self, scene: &Scene) -> Result<(), Trouble> {
        match self.before {
            Some(_) => put_back_of_job(&self.target, scene).await,
            None => Ok(()),
        }
    }

    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        match &self.before {
            Some(before) => before.write(records, self.target.id),
            None => Ok(()),
        }
    }
}
