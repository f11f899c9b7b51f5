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

    /// Takes it up where there is plenty of room and no whole one yet, and throws
    /// it off where there is nearly none: 64 MiB, on a small disk a fiftieth of it.
    /// Gives whether room was given back now.
    ///
    /// # Errors
    /// Where it can be neither made nor removed. A filesystem that cannot set
    /// room aside has an empty one, which is no error.
    pub fn trim(&self, room: &Room) -> io::Result<bool> {
        let whole = MOST.min(room.total / 50);
        match (room.level(), self.bytes()?) {
            (Level::NearlyNone, Some(_)) => std::fs::remove_file(&self.path).map(|()| true),
            (Level::Ample, None) => self.take_up(whole).map(|()| false),
            // One that was lightened, and then not thrown off.
            (Level::Ample, Some(bytes)) if bytes > 0 && bytes < whole => {
                self.take_up(whole).map(|()| false)
            }
            _ => Ok(false),
        }
    }

    /// Gives half of it back: enough to write down what is being done. Whoever
    /// filled the disk may fill this as well before it has ended, and not the rest.
    ///
    /// # Errors
    /// Where there is one that cannot be shortened.
    pub fn lighten(&self) -> io::Result<()> {
        let Some(bytes) = self.bytes()? else { return Ok(()) };
        File::options().write(true).open(&self.path)?.set_len(bytes / 2)
    }

    /// How long it is, if it is there.
    fn bytes(&self) -> io::Result<Option<u64>> {
        match self.path.metadata() {
            Ok(facts) => Ok(Some(facts.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
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

    #[test]
    fn half_of_it_is_given_back_first_and_it_is_made_whole_with_plenty() {
        let folder = tempfile::tempdir().unwrap();
        let ballast = Ballast::new(folder.path().join("ballast"));
        let blocks = || ballast.path().metadata().unwrap().blocks() * 512;
        let room = |free| Room { total: 1 << 30, free, free_files: None };
        ballast.lighten().unwrap();
        assert!(!ballast.path().exists(), "there is none to lighten");
        ballast.trim(&room(1 << 29)).unwrap();
        let whole = blocks();
        ballast.lighten().unwrap();
        assert!(blocks() <= whole / 2 + 4096, "{} of {whole}", blocks());
        ballast.trim(&room(1 << 29)).unwrap();
        assert_eq!(blocks(), whole);
        ballast.lighten().unwrap();
        assert!(ballast.trim(&room(1 << 20)).unwrap());
        assert!(!ballast.path().exists());
    }
}
