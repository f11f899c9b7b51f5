//! Keeping: snapshots of services, and bringing them back.
//!
//! | room | what is in it |
//! |---|---|
//! | `repositories`, `restic` | what is asked of repositories, and restic doing it |
//! | `vault` | the repository on the box itself: its key, made and opened at first need |
//! | `manifest` | what a snapshot says of the service that it is of |
//! | `facts` | what the ledger says of a service beside its data |
//! | `measure` | reading what must be equal before and after |
//! | `room` | counting before anything is written |
//! | `living` | the step that takes a snapshot of a service that goes on running |
//! | `stopped` | the step that stops a service and takes a snapshot of its folder as it is |
//! | `dump`, `load` | the database of a stopped service as a text; a database made from such a text |
//! | `put_back`, `compare` | putting a snapshot back, and holding what came back against what was kept |
//! | `rehearse` | the newest snapshot brought back where nobody sees it, and thrown away |
//! | `targets`, `copies` | places outside the box, and bringing copies there |
//! | `nightly`, `thin` | every night: keep, thin out, and once a month rehearse |
//! | `kit` | the key on paper |
//! | `asked`, `restore` | what is asked: a snapshot; one brought back, in place or beside |
//!
//! A snapshot holds, with paths relative to a service's folder: each volume as
//! `<volume>/data`, and in `.panier/` the manifest and a dump of the database.
//! Taken while the service ran, it holds the dump in the place of the database's
//! own volume, and the manifest says so. Identities of volumes are not in it: they stay where they lie, and belong to the place, not to the data.

mod asked;
mod compare;
mod copies;
mod disks;
mod dump;
mod facts;
mod kit;
mod living;
mod load;
mod manifest;
pub(crate) mod measure;
mod nightly;
mod put_back;
mod rehearse;
mod repositories;
mod restic;
mod restore;
mod room;
mod stopped;
mod targets;
mod thin;
mod vault;
mod words;

pub use asked::Kept;
pub(crate) use compare::{Compare, Phase};
pub(crate) use copies::{CheckTarget, CopyOut};
pub use disks::Disk;
pub(crate) use facts::ServiceFacts;
pub use kit::Kit;
pub(crate) use living::{KeepLiving, Otherwise};
pub(crate) use load::LoadDatabase;
pub(crate) use measure::DATABASE;
pub(crate) use put_back::{PutBack, put_back_numbered, put_back_of_job};
pub(crate) use rehearse::{Announce, Rehearsal, ThrowAway};
pub(crate) use repositories::Repositories;
#[cfg(test)]
pub(crate) use repositories::{Place, Source, Taken, Taking, Told};
pub(crate) use restic::Restics;
pub use restore::RestoreRequest;
pub(crate) use room::count;
pub(crate) use stopped::TakeStopped;
pub use targets::{TargetFacts, TargetState};
pub(crate) use thin::ThinOut;
pub(crate) use vault::Vault;
