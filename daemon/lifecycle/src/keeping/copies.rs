//! Copies: what the box's own repository keeps, brought to the targets.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use jobs::{Scene, Step};
use ledger::{LedgerError, PlaceRecord, Records, SnapshotRecord, TargetRecord};
use recipe::{Text, Trouble, text};

use super::repositories::{Place, Told};
use super::targets::TargetState;
use super::{kit, targets};
use crate::site::Ground;
use crate::steps::{DISK, FETCHING};
use crate::target::Target;
use crate::trouble;

/// Copies the newest snapshot of a service to every target that is there.
///
/// It never fails: the snapshot is taken, and serves to undo, whatever becomes
/// of the copies. What hinders one is said in the job's log, and stays with the
/// target until a copy goes well.
pub(crate) struct CopyOut(pub(crate) Target);

#[async_trait]
impl Step for CopyOut {
    fn name(&self) -> &'static str {
        "copy-out"
    }

    fn label(&self) -> Text {
        text!("Copying to the targets", "On copie vers les destinations")
    }

    fn deadline(&self) -> Duration {
        FETCHING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let Target { ground, id, .. } = &self.0;
        let (known, newest) = ground.read(|records| {
            Ok((records.targets()?, records.snapshots_of(*id)?.into_iter().next()))
        })?;
        scene.halfway().await?;
        let Some(newest) = newest else { return Ok(()) };
        if known.is_empty() {
            scene.say(only_here());
        }
        let told = |label: Text, done: u64, total: u64| scene.progress(label, done, total);
        for record in known {
            if let Err(trouble) = bring(ground, &record, std::slice::from_ref(&newest), &told).await
            {
                scene.say(trouble.what);
            }
        }
        Ok(())
    }
}

fn only_here() -> Text {
    text!(
        "It is kept on the box's own disk alone: that helps to undo, and is no backup. Add another disk: panier target add",
        "Elle n’est gardée que sur le disque de la boîte : cela aide à annuler, ce n’est pas une vraie sauvegarde. Ajoutez un autre disque : panier target add"
    )
}

/// Brings these snapshots to a target, and writes down how it went.
async fn bring(
    ground: &Ground,
    record: &TargetRecord,
    snapshots: &[SnapshotRecord],
    told: Told<'_>,
) -> Result<(), Trouble> {
    let brought = bring_each(ground, record, snapshots, told).await;
    let outcome = brought.as_ref().map(|copied| *copied).unwrap_or_default();
    let trouble = brought.as_ref().err();
    let write = |records: &Records<'_>| -> Result<(), LedgerError> {
        records.set_target_outcome(&record.name, outcome, trouble)
    };
    ground.ledger.write(write).map_err(|error| trouble::of_ledger(&error))?;
    brought.map(|_copied| ())
}

/// Gives when something was last copied.
async fn bring_each(
    ground: &Ground,
    record: &TargetRecord,
    snapshots: &[SnapshotRecord],
    told: Told<'_>,
) -> Result<Option<Timestamp>, Trouble> {
    let facts = targets::look(ground, record.clone()).await;
    if let Some(trouble) = targets::hindrance(&record.name, &record.path, facts.state) {
        return Err(trouble);
    }
    // Mounted elsewhere since, it may be another disk's now.
    let apart = facts.state == TargetState::Ready;
    let write = |records: &Records<'_>| -> Result<(), LedgerError> {
        records.set_target_apart(&record.name, apart)
    };
    ground.ledger.write(write).map_err(|error| trouble::of_ledger(&error))?;
    let local = ground.vault.local(ground, told).await?;
    let goal = open(ground, record, &local, told).await?;
    let mut copied = None;
    for snapshot in snapshots {
        let Some(identity) = snapshot.identity_in(PlaceRecord::LOCAL) else { continue };
        let there = ground.vault.repositories().copy(&local, &goal, identity, told).await?;
        let at = (ground.clock)();
        let write = |records: &Records<'_>| -> Result<(), LedgerError> {
            records.set_snapshot_place(snapshot.id, &record.name, &there, at)
        };
        ground.ledger.write(write).map_err(|error| trouble::of_ledger(&error))?;
        copied = Some(at);
    }
    Ok(copied)
}

/// A target's repository, made where there is none; the kit's key opens it too.
async fn open(
    ground: &Ground,
    record: &TargetRecord,
    local: &Place,
    told: Told<'_>,
) -> Result<Place, Trouble> {
    let goal = targets::place(ground, record)?;
    let repositories = ground.vault.repositories();
    let is_new = !goal.folder.join("config").exists();
    repositories.ensure(&goal, Some(local), told).await?;
    match kit::key(ground)? {
        Some(key) if is_new => repositories.add_key(&goal, &key.secret(), kit::KEY).await?,
        _ => {}
    }
    Ok(goal)
}

/// Checks a target's repository, and copies there the newest snapshot of each
/// service that it does not have.
pub(crate) struct CheckTarget {
    pub(crate) ground: std::sync::Arc<Ground>,
    pub(crate) name: String,
}

#[async_trait]
impl Step for CheckTarget {
    fn name(&self) -> &'static str {
        "check-target"
    }

    fn label(&self) -> Text {
        text!("Checking the target", "On vérifie la destination")
    }

    fn deadline(&self) -> Duration {
        FETCHING + DISK
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let ground = &self.ground;
        let told = |label: Text, done: u64, total: u64| scene.progress(label, done, total);
        let (record, all) =
            ground.read(|records| Ok((records.target(&self.name)?, records.snapshots()?)))?;
        scene.halfway().await?;
        // Taken away in the meantime: nothing is left to be checked.
        let Some(record) = record else { return Ok(()) };
        let missing = missing(all, &self.name);
        bring(ground, &record, &missing, &told).await?;
        let goal = targets::place(ground, &record)?;
        let checked = ground.vault.repositories().check(&goal, &told).await;
        if let Err(trouble) = &checked {
            let write = ground
                .ledger
                .write(|records| records.set_target_outcome(&self.name, None, Some(trouble)));
            write.map_err(|error| trouble::of_ledger(&error))?;
        }
        checked
    }
}

/// The newest snapshot of each service, where the place does not have it.
fn missing(all: Vec<SnapshotRecord>, place: &str) -> Vec<SnapshotRecord> {
    let mut seen = std::collections::BTreeSet::new();
    let newest = all.into_iter().filter(|one| seen.insert(one.of.service));
    newest.filter(|one| one.identity_in(place).is_none()).collect()
}
