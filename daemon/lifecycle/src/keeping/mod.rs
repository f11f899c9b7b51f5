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
//! | `stopped` | the step that stops a service and takes a snapshot of its folder as it is |
//! | `put_back` | its reverse |
//! | `asked`, `restore` | what is asked: a snapshot; one brought back, in place or beside |
//!
//! A snapshot holds, with paths relative to a service's folder: each volume as
//! `<volume>/data`, and `.panier/manifest.json`. Identities of volumes are not
//! in it: they stay where they lie, and belong to the place, not to the data.

mod asked;
mod facts;
mod manifest;
mod measure;
mod put_back;
mod repositories;
mod restic;
mod restore;
mod room;
mod stopped;
mod vault;
mod words;

pub(crate) use facts::ServiceFacts;
pub(crate) use put_back::PutBack;
pub(crate) use repositories::Repositories;
#[cfg(test)]
pub(crate) use repositories::{Place, Taken, Taking, Told};
pub(crate) use restic::Restics;
pub use restore::RestoreRequest;
pub(crate) use stopped::TakeStopped;
pub(crate) use vault::Vault;
