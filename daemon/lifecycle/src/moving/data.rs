//! The data of the release before, put back.

use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::SnapshotNumber;
use recipe::{Text, Trouble, text};

use crate::keeping::{put_back, put_back_of_job, snapshot_gone};
use crate::steps::DISK;
use crate::target::Target;

/// Makes the service's volumes what they were in a snapshot. What the ledger
/// says of the service changes when it is proven, and not before. Taken back,
/// the data are those of the present, of which the same job took a snapshot.
pub(super) struct BringBack {
    pub(super) target: Target,
    pub(super) snapshot: SnapshotNumber,
}

#[async_trait]
impl Step for BringBack {
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
        let told = |label: Text, done: u64, total: u64| scene.progress(label, done, total);
        let found = self.target.ground.read(|records| records.snapshot(self.snapshot))?;
        let snapshot = found.ok_or_else(snapshot_gone)?;
        scene.halfway().await?;
        put_back(&self.target, &snapshot, &told).await.map(|_manifest| ())
    }

    async fn undo(&self, scene: &Scene) -> Result<(), Trouble> {
        put_back_of_job(&self.target, scene).await
    }
}
