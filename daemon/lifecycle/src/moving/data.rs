//! The data of the release before, put back.

use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::SnapshotNumber;
use recipe::{Text, Trouble, text};

use crate::keeping::{put_back_numbered, put_back_of_job};
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
        put_back_numbered(&self.target, self.snapshot, scene).await
    }

    async fn undo(&self, scene: &Scene) -> Result<(), Trouble> {
        put_back_of_job(&self.target, scene).await
    }
}
