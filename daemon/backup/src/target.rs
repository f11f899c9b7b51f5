//! Targets: folders outside the box's own disk that hold a repository, and
//! knowing one from another.

mod disks;
mod mark;

use std::io;
use std::path::{Path, PathBuf};

pub use disks::{Separation, filesystem_uuid, same_filesystem, separation};
pub use mark::{TargetId, TargetMark};

/// The file that tells a target from an empty folder, and from another target.
const MARK: &str = "panier-target.toml";

/// Why a folder is not the target that is meant.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The folder is not there: a disk that is not plugged in, a share that is not mounted.
    #[error("{} is not there", folder.display())]
    Absent {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder is there without a mark: most often a mount point with nothing mounted.
    #[error("{} bears no mark", folder.display())]
    Unmarked {
        /// The folder.
        folder: PathBuf,
    },
    /// It is a target, but not this one: another disk, or another box's.
    #[error("{} is another target, made by {}", folder.display(), found.made_by)]
    Another {
        /// The folder.
        folder: PathBuf,
        /// What it is.
        found: Box<TargetMark>,
    },
    /// Its mark is not whole. It is left as it is.
    #[error("the mark of {} is not understood", folder.display())]
    Damaged {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// It cannot be read or written.
    #[error("{} cannot be used", folder.display())]
    Unusable {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The room of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetRoom {
    /// Bytes that we may still write.
    pub free: u64,
    /// Bytes of the whole filesystem.
    pub total: u64,
    /// Whether it is mounted so that nothing can be written.
    pub read_only: bool,
}

impl TargetRoom {
    /// The room where a folder lies.
    ///
    /// # Errors
    /// When the folder cannot be looked at.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let facts = rustix::fs::statvfs(folder)?;
        let bytes = |blocks: u64| blocks.saturating_mul(facts.f_frsize);
        let read_only = facts.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY);
        Ok(Self { free: bytes(facts.f_bavail), total: bytes(facts.f_blocks), read_only })
    }
}
