//! # ledger: what the box knows for certain
//!
//! Durable state in one SQLite file: the box's identity and settings, its
//! services with their domains, answers, secrets, volumes and networks, the
//! trash, the snapshots, targets and rehearsals, the releases to go back to,
//! the jobs with their steps, findings and lines, when scheduled commands last
//! ran, and who may use the panel.
//!
//! **Takes** facts that are already decided. **Gives** them back as plain
//! values. Everything goes through [`Ledger::read`] or [`Ledger::write`]; what
//! happens inside one `write` is one transaction: all of it lasts, or none.
//!
//! **Guarantees.** WAL with `synchronous=FULL`: what `write` returned survives
//! a power cut. A damaged file is reported and left as it is, never replaced
//! ([`OpenError::Damaged`]). One unfinished job a subject, and one living
//! service a name, are held by unique indexes, not by good manners. Secrets
//! are sealed with a key that lies in a file of its own beside the ledger.
//!
//! **Does not know** the engine, the network, the clock (times are arguments)
//! or what a job does. Calls block for as long as one disk flush takes; the
//! daemon's runtime has several threads.

mod asking;
mod boxes;
mod findings;
mod images;
mod jobs;
mod kept;
mod networks;
mod open;
mod people;
mod rehearsals;
mod schedule;
mod schema;
mod seal;
mod services;
mod snapshots;
mod targets;
mod volumes;

pub use asking::ask_file;
pub use boxes::BoxFacts;
pub use jobs::{JobId, JobLine, JobRecord, JobState, NewJob, StepRecord, StepState};
pub use kept::KeptRelease;
pub use networks::{Network, SubnetPool};
pub use open::{Ledger, LedgerError, OpenError, Records};
pub use people::{Digest, FirstRunCode, Session, WrongTries};
pub use recipe::{Text, Trouble};
pub use rehearsals::{Compared, RehearsalRecord};
pub use schedule::LastRun;
pub use services::{NewService, Service, ServiceId, Standing, Wanted};
pub use snapshots::{MeasureRecord, NewSnapshot, PlaceRecord, SnapshotNumber, SnapshotRecord};
pub use targets::TargetRecord;
pub use volumes::VolumeRecord;
