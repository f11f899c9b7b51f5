//! Snapshots: taking them, keeping them, copying them out, bringing them back.
//!
//! **What it is for.** It is the only crate that knows there is a restic. The
//! program is found on the machine or fetched from Debian for us alone
//! ([`Restic::obtain`]), run as a child, and its words are turned into ours.
//!
//! **What it takes and gives.**
//! - [`Repository`] is a place and its key: snapshots are made, listed, copied
//!   to another repository, brought back, thinned out and checked.
//! - [`RepositoryError`] tells apart what a caller can act upon: a wrong key, a
//!   repository or a target that is not there, a full disk, one that fails,
//!   damage, somebody else at work.
//! - [`TargetMark`] tells one target from another, so that an empty mount point
//!   is never taken for the disk; [`separation`] says whether two folders would
//!   be lost together.
//! - [`KitKey`] is a key that a person can type, and [`kit_page`] the page that
//!   tells how to get everything back without Panier.
//!
//! **What holds.**
//! - What is written can be read by restic 0.14 and later, by anybody who has a
//!   key: nobody needs us to have their data back.
//! - Paths in a snapshot are relative: it does not matter where the captured
//!   copy lay, nor where it is brought back to.
//! - A key is never an argument, never in the environment, never on a disk: the
//!   child reads it from memory of ours ([`Secret`]).
//! - No child outlives us, and dropping a future ends its child: asked first,
//!   then made to. The repository stays whole, and a lock that is left behind
//!   is healed by the next who comes, if its holder is dead and was of this
//!   machine.
//!
//! **What it deliberately does not know.** What a service is, what belongs into
//! its snapshot, when one is due, pauses, dumps and measures, and what is told
//! to people: its errors are typed, their sentences are made by who asked. Only
//! the recovery kit is written here, as it must say the exact commands.

mod kit;
mod repository;
mod restic;
mod secret;
mod target;

pub use kit::{KitFacts, KitKey, KitKeyError, KitLanguage, KitPlace, key_in_page, kit_page};
pub use repository::{
    Capture, CheckDepth, CheckReport, Compare, Copied, CopyProgress, InvalidName, KeepRules,
    KeyFacts, KeyId, Location, Lock, ReadError, Repository, RepositoryError, RepositoryFacts,
    RestoreError, RestoreFacts, RestoreMode, RestoreRequest, Snapshot, SnapshotError, SnapshotId,
    SnapshotList, SnapshotRequest, Space, Tag, Unhandled,
};
pub use restic::{ObtainError, Obtaining, Progress, Restic, Version};
pub use secret::Secret;
pub use target::{
    Separation, TargetError, TargetId, TargetMark, TargetRoom, filesystem_uuid, same_filesystem,
    separation,
};
