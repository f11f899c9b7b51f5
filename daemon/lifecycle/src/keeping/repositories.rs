//! What is asked of the repositories that keep snapshots, as a narrow trait:
//! restic behind it on a box, plain folders in this crate's tests.

use std::collections::BTreeSet;
use std::path::PathBuf;

use async_trait::async_trait;
use recipe::{Text, Trouble};

/// A repository: where it lies, and what opens it.
#[derive(Clone)]
pub(crate) struct Place {
    /// What people call it: `local`, or a target's name.
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) key: backup::Secret,
}

/// Told how far a long call is: what is counted, bytes done, bytes in all (0
/// while unknown). Called often, must not block.
pub(crate) type Told<'a> = &'a (dyn Fn(Text, u64, u64) + Send + Sync);

/// What goes into a snapshot.
#[derive(Debug, Clone)]
pub(crate) struct Taking {
    /// The folder that the paths start from.
    pub(crate) root: PathBuf,
    /// What of it is taken.
    pub(crate) paths: Vec<PathBuf>,
    /// What it is marked with.
    pub(crate) tags: Vec<String>,
    /// The newest snapshot with this mark is the one before: what has not
    /// changed since is not read again.
    pub(crate) follows: String,
    /// The box.
    pub(crate) host: String,
    /// What the files are.
    pub(crate) source: Source,
}

/// What the files of a snapshot are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// The files themselves, at rest.
    AtRest,
    /// The files themselves, while somebody writes: what vanishes under way or
    /// cannot be read is passed over.
    Living,
    /// A likeness ([`system::tree`]). The contents of these stand-ins are those
    /// of the snapshot before; a snapshot in which one is not so is refused.
    Likeness(BTreeSet<PathBuf>),
}

/// A snapshot that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Its identity in the repository.
    pub(crate) identity: String,
    /// Bytes of all its files.
    pub(crate) bytes: u64,
}

/// The repositories of a box. Every call may be made again after any failure
/// or kill; one that is dropped ends its work and leaves the repository whole.
#[async_trait]
pub(crate) trait Repositories: Send + Sync {
    /// Makes the repository where there is none, else opens it. `like` makes
    /// copies between the two share what is equal.
    async fn ensure(&self, at: &Place, like: Option<&Place>, told: Told<'_>)
    -> Result<(), Trouble>;

    /// Takes a snapshot; what could not be read whole is forgotten and refused.
    async fn take(&self, at: &Place, what: &Taking, told: Told<'_>) -> Result<Taken, Trouble>;

    /// Makes `paths` below `into` exactly what they were, owners and all: what
    /// is not of the snapshot is deleted. What lies beside is not touched.
    async fn put_back(
        &self,
        at: &Place,
        identity: &str,
        into: &std::path::Path,
        paths: &[PathBuf],
        told: Told<'_>,
    ) -> Result<(), Trouble>;

    /// One small file of a snapshot.
    async fn read(
        &self,
        at: &Place,
        identity: &str,
        path: &std::path::Path,
    ) -> Result<Vec<u8>, Trouble>;

    /// The identities of the snapshots that carry a tag.
    async fn tagged(&self, at: &Place, tag: &str) -> Result<Vec<String>, Trouble>;

    /// Forgets these snapshots; one that is not there is no failure.
    async fn forget(&self, at: &Place, identities: &[String]) -> Result<(), Trouble>;

    /// Gives back the room of what no snapshot needs any more.
    async fn prune(&self, at: &Place) -> Result<(), Trouble>;

    /// Copies a snapshot, and gives its identity there. What is there already
    /// is not copied again.
    async fn copy(
        &self,
        from: &Place,
        to: &Place,
        identity: &str,
        told: Told<'_>,
    ) -> Result<String, Trouble>;

    /// Looks whether everything that is kept fits together.
    async fn check(&self, at: &Place, told: Told<'_>) -> Result<(), Trouble>;

    /// Has another key open it too, and sees that it does.
    async fn add_key(&self, at: &Place, key: &backup::Secret, name: &str) -> Result<(), Trouble>;
}
