//! The volumes that a new release brings. Taken back, the service's data are
//! what they were when it was stopped.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{LedgerError, Records};
use recipe::{Text, Trouble, text};

use super::course::{Course, found};
use super::measured;
use crate::keeping::put_back_of_job;
use crate::plan::Plan;
use crate::steps::{DISK, volume_identity};
use crate::{stand, trouble, volumes};

/// Makes the volumes that the service does not have yet. One that it had once,
/// before it went back, is emptied: what lay in it is in the snapshot.
pub(super) struct MakeRoom(pub(super) Course);

fn names(plan: &Plan) -> BTreeSet<String> {
    plan.volumes.iter().map(|volume| volume.name.clone()).collect()
}

#[async_trait]
impl Step for MakeRoom {
    fn name(&self) -> &'static str {
        "make-room"
    }

    fn label(&self) -> Text {
        text!("Making room", "On fait de la place")
    }

    fn deadline(&self) -> Duration {
        // For the way back, which may write all of the data.
        DISK * 12
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let Course { ground, service: id, .. } = &self.0;
        let before = self.0.now().draw()?;
        let after = self.0.there().draw()?;
        let folder = ground.folders.of(&before.service);
        let known = ground.read(|records| records.volumes(*id))?;
        let mut new: BTreeSet<String> = self.0.found(found::NEW_VOLUMES)?.unwrap_or_default();
        for name in names(&after.plan).difference(&names(&before.plan)) {
            if known.iter().any(|volume| volume.name == *name) && !new.contains(name) {
                volumes::delete(folder.join(name).join("data")).await?;
            } else {
                new.insert(name.clone());
            }
            self.0.find(found::NEW_VOLUMES, &new)?;
            let identity = volume_identity()?;
            let identity = ground
                .ledger
                .write(|records| records.add_volume(*id, name, &identity))
                .map_err(|error| trouble::of_ledger(&error))?;
            volumes::make(&folder, name, &identity)?;
        }
        scene.halfway().await
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        // The snapshot's row goes when it is taken back; what was measured is told after that.
        let snapshot = records.snapshot_of_job(self.0.job)?;
        let measures = snapshot.map(|snapshot| measured::values(&snapshot.of.measures));
        self.0.record(records, found::BEFORE, &measures.unwrap_or_default())
    }

    async fn undo(&self, scene: &Scene) -> Result<(), Trouble> {
        let Course { ground, service: id, .. } = &self.0;
        let now = self.0.now();
        stand::clear(ground, *id).await.map_err(|error| trouble::of_engine(&error))?;
        let folder = ground.folders.of(&now.service()?);
        let new: BTreeSet<String> = self.0.found(found::NEW_VOLUMES)?.unwrap_or_default();
        for name in &new {
            ground
                .ledger
                .write(|records| records.forget_volume(*id, name))
                .map_err(|error| trouble::of_ledger(&error))?;
            volumes::delete(folder.join(name)).await?;
        }
        put_back_of_job(&now, scene).await
    }
}
