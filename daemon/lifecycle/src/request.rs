//! What can be asked of the lifecycle, as the ledger keeps it with each job.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ledger::{NewJob, Service, ServiceId, SnapshotNumber, Wanted};
use recipe::{ReleaseId, Trouble};
use serde::{Deserialize, Serialize};

use crate::domains::DomainChange;
use crate::keeping::ServiceFacts;
use crate::moving::{Back, Version};
use crate::site::subject;

/// A job's request. Kept as JSON: a job that was begun by one version of
/// Panier may be finished by the next, so variants and fields are only added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub(crate) enum Request {
    Install {
        service: ServiceId,
    },
    Start {
        service: ServiceId,
        /// What was wanted before, to go back to when the job is undone.
        was: Wanted,
    },
    Stop {
        service: ServiceId,
        was: Wanted,
    },
    Restart {
        service: ServiceId,
        was: Wanted,
    },
    ChangeAnswers {
        service: ServiceId,
        answers: BTreeMap<String, String>,
        /// The answers before, to go back to when the job is undone.
        before: BTreeMap<String, String>,
    },
    ChangeDomains {
        service: ServiceId,
        change: DomainChange,
    },
    Remove {
        service: ServiceId,
        purge: bool,
        at: Timestamp,
    },
    RestoreFromTrash {
        service: ServiceId,
        removed: Timestamp,
        /// Its name in the trash, to go back to when the job is undone.
        name: String,
    },
    PurgeFromTrash {
        service: ServiceId,
    },
    BackUp {
        service: ServiceId,
        /// Why: `asked`, `nightly`.
        reason: String,
        was: Wanted,
    },
    RestoreInPlace {
        service: ServiceId,
        snapshot: SnapshotNumber,
        /// What the ledger says of the service when its data are the snapshot's.
        after: ServiceFacts,
        /// What it said before, to go back to when the job is undone.
        before: ServiceFacts,
        /// Whether its domains are others than those it had.
        moved: bool,
        was: Wanted,
    },
    RestoreBeside {
        service: ServiceId,
        snapshot: SnapshotNumber,
        facts: ServiceFacts,
        /// Whether its domains are others than those it had.
        moved: bool,
    },
    Rehearse {
        /// The service that is brought back for a while.
        service: ServiceId,
        /// The living one.
        of: ServiceId,
        snapshot: SnapshotNumber,
        facts: ServiceFacts,
    },
    CheckTarget {
        name: String,
    },
    ThinOut {},
    Update {
        service: ServiceId,
        /// The releases on the way, the last one being that of `to`.
        way: Vec<ReleaseId>,
        to: Version,
    },
    Rollback {
        service: ServiceId,
        to: Version,
        back: Back,
        /// Nobody asked for it: the release after did not work.
        by_itself: bool,
    },
    /// A snapshot of a service that does not work after its update, before
    /// somebody chooses.
    SetAside {
        service: ServiceId,
    },
    BuildImages {
        /// Folder and version.
        images: Vec<(String, String)>,
    },
}

impl Request {
    /// The job's kind, as people and fault points name it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Install { .. } => "install",
            Self::Start { .. } => "start",
            Self::Stop { .. } => "stop",
            Self::Restart { .. } => "restart",
            Self::ChangeAnswers { .. } => "change-answers",
            Self::ChangeDomains { .. } => "change-domains",
            Self::Remove { purge: true, .. } => "purge",
            Self::Remove { .. } => "remove",
            Self::RestoreFromTrash { .. } => "restore-from-trash",
            Self::PurgeFromTrash { .. } => "purge-from-trash",
            Self::BackUp { .. } => "back-up",
            Self::RestoreInPlace { .. } => "restore",
            Self::RestoreBeside { .. } => "restore-beside",
            Self::Rehearse { .. } => "rehearse",
            Self::CheckTarget { .. } => "check-target",
            Self::ThinOut {} => "thin-out",
            Self::Update { .. } => "update",
            Self::Rollback { .. } => "rollback",
            Self::SetAside { .. } => "set-aside",
            Self::BuildImages { .. } => "build-images",
        }
    }

    /// The job on a service.
    pub(crate) fn on(&self, service: &Service) -> NewJob {
        self.job(subject(service.id), service.name.clone())
    }

    /// The job on any subject.
    pub(crate) fn job(&self, subject: String, subject_name: String) -> NewJob {
        NewJob {
            kind: self.kind().to_owned(),
            subject,
            subject_name,
            // Only a map with keys that are no text cannot become JSON; there is none.
            request: serde_json::to_value(self).unwrap_or_default(),
        }
    }

    /// Reads a request back.
    pub(crate) fn read(value: &serde_json::Value) -> Result<Self, Trouble> {
        serde_json::from_value(value.clone()).map_err(|error| {
            Trouble::new(
                "job-unreadable",
                recipe::text!(
                    "What this job was asked cannot be read by this version of Panier.",
                    "Cette version de Panier ne sait pas lire ce qui était demandé à cette tâche."
                ),
                recipe::text!("Ask for it again.", "Demandez-la de nouveau."),
            )
            .because_of(error)
        })
    }
}
