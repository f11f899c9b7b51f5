//! A change of answers of a service that does not run: only written down.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{LedgerError, Records, ServiceId};
use recipe::{Text, Trouble, text};

use crate::steps::QUICK;

/// Writes answers down.
pub(crate) struct WriteDown {
    pub(crate) id: ServiceId,
    pub(crate) answers: BTreeMap<String, String>,
    /// Those before.
    pub(crate) before: BTreeMap<String, String>,
}

#[async_trait]
impl Step for WriteDown {
    fn name(&self) -> &'static str {
        "write-down"
    }

    fn label(&self) -> Text {
        text!("Writing the answers down", "On note les réponses")
    }

    fn deadline(&self) -> Duration {
        QUICK
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        scene.halfway().await
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        records.set_answers(self.id, &self.answers)
    }

    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        records.set_answers(self.id, &self.before)
    }
}
