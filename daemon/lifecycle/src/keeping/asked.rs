//! Taking a snapshot, and how well a service is kept: what is asked.

use jiff::Timestamp;
use ledger::{JobId, PlaceRecord, Service, SnapshotRecord};
use recipe::Trouble;

use crate::lifecycle::Lifecycle;
use crate::request::Request;

/// How well a service is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// When its newest snapshot was taken.
    pub last_snapshot: Option<Timestamp>,
    /// When a restore was last rehearsed, and whether that passed.
    pub last_rehearsal: Option<(Timestamp, bool)>,
    /// Whether a snapshot is kept where it would outlive the box's own disk.
    pub backed_up: bool,
}

impl Lifecycle {
    /// Takes a snapshot of a service, and copies it to the targets.
    ///
    /// # Errors
    /// `service-unknown`, `busy`.
    pub async fn back_up(&self, name: &str) -> Result<JobId, Trouble> {
        self.on(name, |service| Request::BackUp {
            service: service.id,
            reason: "asked".to_owned(),
            was: service.wanted,
        })
    }

    /// The services of the box, by name.
    ///
    /// # Errors
    /// Those of the ledger.
    pub fn services(&self) -> Result<Vec<Service>, Trouble> {
        self.ground().read(|records| records.services())
    }

    /// How well a service is kept.
    ///
    /// # Errors
    /// Those of the ledger.
    pub fn kept(&self, service: &Service) -> Result<Kept, Trouble> {
        let (snapshots, rehearsals, targets) = self.ground().read(|records| {
            Ok((
                records.snapshots_of(service.id)?,
                records.rehearsals(service.id)?,
                records.targets()?,
            ))
        })?;
        let is_outside = |place: &PlaceRecord| {
            targets.iter().any(|target| target.name == place.place && target.apart)
        };
        let is_backed_up = |one: &SnapshotRecord| one.places.iter().any(is_outside);
        Ok(Kept {
            last_snapshot: snapshots.first().map(|one| one.of.taken),
            last_rehearsal: rehearsals.first().map(|one| (one.at, one.passed)),
            backed_up: snapshots.iter().any(is_backed_up),
        })
    }
}
