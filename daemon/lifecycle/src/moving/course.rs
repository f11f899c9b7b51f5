//! One move of a service: where to, by which releases, and what its steps found out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{JobId, LedgerError, Records, Service, ServiceId, SnapshotRecord};
use recipe::format::When;
use recipe::{ReleaseId, Text, Trouble};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::measured::Values;
use crate::fetch::Images;
use crate::request::Request;
use crate::site::{Ground, parse};
use crate::target::Target;
use crate::trouble;

/// A release with all that a service needs to run it, but its images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Version {
    pub(crate) recipe_text: String,
    pub(crate) release: ReleaseId,
    /// Answers to that recipe's questions.
    pub(crate) answers: BTreeMap<String, String>,
    /// Secrets that the service does not have yet.
    pub(crate) secrets: BTreeMap<String, String>,
}

/// What a way back leads to, beside the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Back {
    /// The number of the snapshot whose data come back.
    pub(crate) snapshot: i64,
    /// Container to reference and image id, as they were.
    pub(crate) images: Images,
    /// What was measured when the release was left.
    pub(crate) measures: Values,
    /// What was measured when the release after it was opened.
    pub(crate) measures_after: Values,
}

/// One move, as each of its steps sees it. Clones are the same move.
#[derive(Clone)]
pub(crate) struct Course {
    pub(crate) ground: Arc<Ground>,
    pub(crate) service: ServiceId,
    pub(crate) job: JobId,
    pub(crate) to: Version,
    /// The releases on the way, the last one being that of `to`.
    pub(crate) way: Vec<ReleaseId>,
    /// Set when the move is one back.
    pub(crate) back: Option<Back>,
    /// Nobody asked for it: the release after did not work.
    pub(crate) by_itself: bool,
}

/// What steps find out, by name.
pub(super) mod found {
    /// The measures before, as the job's snapshot has them.
    pub(in crate::moving) const BEFORE: &str = "measures-before";
    /// The measures of the release that was moved to.
    pub(in crate::moving) const AFTER: &str = "measures-after";
    /// Volumes that the service did not have before.
    pub(in crate::moving) const NEW_VOLUMES: &str = "new-volumes";
    /// The move is the service's own, and is not taken back any more.
    pub(in crate::moving) const COMMITTED: &str = "committed";
    /// How the old release was found when all was taken back.
    pub(in crate::moving) const RETURNED: &str = "returned";
}

impl Course {
    /// The move that a request asks for, if it asks for one.
    pub(crate) fn of(ground: &Arc<Ground>, job: JobId, request: &Request) -> Option<Self> {
        let (service, way, to, back, by_itself) = match request {
            Request::Update { service, way, to } => (service, way.clone(), to, None, false),
            Request::Rollback { service, to, back, by_itself } => {
                (service, vec![to.release.clone()], to, Some(back.clone()), *by_itself)
            }
            _ => return None,
        };
        let (ground, service, to) = (Arc::clone(ground), *service, to.clone());
        Some(Self { ground, service, job, to, way, back, by_itself })
    }

    /// The service as the ledger has it.
    pub(crate) fn now(&self) -> Target {
        Target::new(&self.ground, self.service)
    }

    /// The service as it would be at a release on the way.
    pub(crate) fn at(&self, release: &ReleaseId) -> Target {
        let version = Version { release: release.clone(), ..self.to.clone() };
        self.now().at_version(version, self.job)
    }

    /// The service as it would be at the end of the way.
    pub(super) fn there(&self) -> Target {
        self.at(&self.to.release)
    }

    /// All releases on the way.
    pub(super) fn hops(&self) -> Vec<ReleaseId> {
        self.way.clone()
    }

    pub(super) fn service(&self) -> Result<Service, Trouble> {
        self.ground.service(self.service)
    }

    /// Whether the recipe has commands for a moment.
    pub(super) fn has_commands(&self, when: When) -> bool {
        let recipe = parse("recipe.toml", &self.to.recipe_text);
        recipe.is_ok_and(|recipe| recipe.has_commands(when))
    }

    /// The snapshot that this job took.
    pub(super) fn snapshot(&self) -> Result<Option<SnapshotRecord>, Trouble> {
        self.ground.read(|records| records.snapshot_of_job(self.job))
    }

    /// What a step of this job found out.
    pub(super) fn found<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Trouble> {
        let found = self.ground.read(|records| records.finding(self.job, key))?;
        // What cannot be read was written by another version: it counts as not found.
        Ok(found.and_then(|value| serde_json::from_str(&value).ok()))
    }

    /// Writes down what a step found out.
    pub(super) fn find(&self, key: &str, value: &impl Serialize) -> Result<(), Trouble> {
        self.ground
            .ledger
            .write(|records| self.record(records, key, value))
            .map_err(|error| trouble::of_ledger(&error))
    }

    /// The same, within a step's own transaction.
    pub(super) fn record(
        &self,
        records: &Records<'_>,
        key: &str,
        value: &impl Serialize,
    ) -> Result<(), LedgerError> {
        let value =
            serde_json::to_string(value).map_err(|error| LedgerError::Value(error.to_string()))?;
        records.set_finding(self.job, key, &value)
    }

    pub(super) fn is_committed(&self) -> Result<bool, Trouble> {
        self.ground
            .read(|records| records.finding(self.job, found::COMMITTED))
            .map(|it| it.is_some())
    }
}

/// Under which key a job keeps the images of a release on its way.
pub(crate) fn images_of(release: &ReleaseId) -> String {
    format!("images {release}")
}

/// A step that is taken back only as long as the move is not committed.
pub(super) struct UntilCommitted {
    pub(super) step: Box<dyn Step>,
    pub(super) course: Course,
}

#[async_trait]
impl Step for UntilCommitted {
    fn name(&self) -> &'static str {
        self.step.name()
    }

    fn label(&self) -> Text {
        self.step.label()
    }

    fn deadline(&self) -> Duration {
        self.step.deadline()
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        self.step.run(scene).await
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        self.step.record(records)
    }

    async fn undo(&self, scene: &Scene) -> Result<(), Trouble> {
        if self.course.is_committed()? { Ok(()) } else { self.step.undo(scene).await }
    }

    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        match records.finding(self.course.job, found::COMMITTED)? {
            Some(_) => Ok(()),
            None => self.step.unrecord(records),
        }
    }
}
