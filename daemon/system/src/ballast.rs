//! Room that is taken while there is plenty, to be given back when there is none.
//!
//! On a disk that somebody else has filled, the daemon must still be able to
//! write down what it does about it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate};

use crate::disk::{Level, Room};

/// Enough for the ledger and a job's files many times over.
const MOST: u64 = 64 << 20;

/// A file that takes up room and holds nothing.
#[derive(Debug)]
pub struct Ballast {
    path: PathBuf,
}

impl Ballast {
    /// A ballast that lies at `path` when it lies anywhere.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes it up where there is plenty of room and none yet, and throws it off
    /// where there is nearly none: 64 MiB, on a small disk a fiftieth of it, since
    /// whoever filled it may take a few of them more before it has ended. Gives
    /// whether room was given back now.
    ///
    /// # Errors
    /// Where it can be neither made nor removed. A filesystem that cannot set
    /// room aside has no ballast, which is no error.
    pub fn trim(&self, room: &Room) -> io::Result<bool> {
        let there = self.path.exists();
        match room.level() {
            Level::NearlyNone if there => std::fs::remove_file(&self.path).map(|()| true),
            Level::Ample if !there => self.take_up(MOST.min(room.total / 50)).map(|()| false),
            _ => Ok(false),
        }
    }

    fn take_up(&self, bytes: u64) -> io::Result<()> {
        let file = File::create(&self.path)?;
        match fallocate(&file, FallocateFlags::empty(), 0, bytes) {
            Ok(()) | Err(rustix::io::Errno::OPNOTSUPP) => Ok(()),
            Err(error) => {
                std::fs::remove_file(&self.path)?;
                Err(error.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    #[test]
    fn it_is_taken_up_with_plenty_and_thrown_off_with_none() {
        let folder = tempfile::tempdir().unwrap();
        let ballast = Ballast::new(folder.path().join("ballast"));
        let room = |free| Room { total: 1 << 30, free, free_files: None };
        assert!(!ballast.trim(&room(1 << 29)).unwrap());
        let taken = ballast.path().metadata().unwrap().blocks() * 512;
        assert!(taken >= (1 << 30) / 50, "{taken}");
        // Between plenty and none, it stays as it is.
        assert!(!ballast.trim(&room(50 << 20)).unwrap());
        assert!(ballast.path().exists());
        assert!(ballast.trim(&room(1 << 20)).unwrap());
        assert!(!ballast.path().exists());
        assert!(!ballast.trim(&room(50 << 20)).unwrap());
        assert!(!ballast.path().exists());
    }
}
