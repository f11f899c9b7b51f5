//! The steps of a snapshot that stop its service, passed over where it could be
//! kept running.

use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{LedgerError, Records};
use recipe::{Text, Trouble};

use super::STOPPED;

/// A step whose turn comes only where the running service could not be kept.
pub(crate) struct Otherwise {
    job: ledger::JobId,
    step: Box<dyn Step>,
}

impl Otherwise {
    pub(crate) fn new(job: ledger::JobId, step: impl Step + 'static) -> Self {
        Self { job, step: Box::new(step) }
    }
}

#[async_trait]
impl Step for Otherwise {
    fn name(&self) -> &'static str {
        self.step.name()
    }

    fn label(&self) -> Text {
        self.step.label()
    }

    fn deadline(&self) -> Duration {
        self.step.deadline()
    }

    fn is_due(&self, records: &Records<'_>) -> Result<bool, LedgerError> {
        Ok(records.finding(self.job, STOPPED)?.is_some())
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        self.step.run(scene).await
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        self.step.record(records)
    }

    async fn undo(&self, scene: &Scene) -> Result<(), Trouble> {
        self.step.undo(scene).await
    }

    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        self.step.unrecord(records)
    }
}
