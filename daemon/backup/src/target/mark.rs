//! The mark of a target: a small file beside the repository.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{MARK, TargetError};

/// Which target: chosen by whoever makes it, kept in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TargetId(pub String);

/// What a target says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetMark {
    /// The format of this file: 1.
    format: u32,
    /// Which target it is.
    pub id: TargetId,
    /// The box that made it, by its name, for people.
    pub made_by: String,
    /// When.
    pub made: Timestamp,
}

impl TargetMark {
    const FORMAT: u32 = 1;

    /// A mark for a new target.
    #[must_use]
    pub fn new(id: TargetId, made_by: &str, made: Timestamp) -> Self {
        Self { format: Self::FORMAT, id, made_by: made_by.to_owned(), made }
    }

    /// Makes a folder a target. The folder must be there. Where it bears this very mark already,
    /// nothing is done.
    ///
    /// # Errors
    /// [`TargetError::Another`] when it is somebody else's; otherwise when it cannot be used.
    pub fn put(&self, folder: &Path) -> Result<(), TargetError> {
        match Self::of(folder) {
            Ok(found) if found.id == self.id => Ok(()),
            Ok(found) => another(folder, found),
            Err(TargetError::Unmarked { .. }) => {
                self.write(folder).map_err(|source| unusable(folder, source))
            }
            Err(error) => Err(error),
        }
    }

    /// The mark that a folder bears.
    ///
    /// # Errors
    /// When the folder is not there, bears none, or one that is not understood.
    pub fn of(folder: &Path) -> Result<Self, TargetError> {
        let named = || folder.to_owned();
        match fs::metadata(folder) {
            Ok(facts) if facts.is_dir() => {}
            Ok(_) => return Err(TargetError::Absent { folder: named() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(TargetError::Absent { folder: named() });
            }
            Err(source) => return Err(unusable(folder, source)),
        }
        let text = match fs::read_to_string(folder.join(MARK)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(TargetError::Unmarked { folder: named() });
            }
            Err(source) => return Err(unusable(folder, source)),
        };
        toml::from_str(&text)
            .map_err(|source| TargetError::Damaged { folder: named(), source: Box::new(source) })
    }

    /// Makes sure that a folder is the target that is meant, and gives its mark.
    ///
    /// # Errors
    /// When it is not there, bears no mark, or another one.
    pub fn check(folder: &Path, meant: &TargetId) -> Result<Self, TargetError> {
        let found = Self::of(folder)?;
        if found.id == *meant { Ok(found) } else { another(folder, found) }
    }

    /// Written beside, made durable, then put in its place.
    fn write(&self, folder: &Path) -> io::Result<()> {
        let text = toml::to_string(self).map_err(io::Error::other)?;
        let beside = folder.join(format!(".{MARK}.new"));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, folder.join(MARK))?;
        File::open(folder)?.sync_all()
    }
}

fn another<Found>(folder: &Path, found: TargetMark) -> Result<Found, TargetError> {
    Err(TargetError::Another { folder: PathBuf::from(folder), found: Box::new(found) })
}

fn unusable(folder: &Path, source: io::Error) -> TargetError {
    TargetError::Unusable { folder: PathBuf::from(folder), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(id: &str) -> TargetMark {
        TargetMark::new(TargetId(id.into()), "maison", Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn an_empty_folder_is_not_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let meant = TargetId("a".into());
        let check = || TargetMark::check(folder.path(), &meant);
        assert!(matches!(check(), Err(TargetError::Unmarked { .. })));
        mark("a").put(folder.path()).unwrap();
        mark("a").put(folder.path()).unwrap();
        assert_eq!(check().unwrap(), mark("a"));
        let absent = folder.path().join("absent");
        assert!(matches!(TargetMark::of(&absent), Err(TargetError::Absent { .. })));
        assert!(matches!(mark("a").put(&absent), Err(TargetError::Absent { .. })));
    }

    #[test]
    fn a_target_of_somebody_else_is_left_to_them() {
        let folder = tempfile::tempdir().unwrap();
        mark("theirs").put(folder.path()).unwrap();
        let put = mark("ours").put(folder.path());
        assert!(matches!(put, Err(TargetError::Another { found, .. }) if found.id.0 == "theirs"));
        assert_eq!(TargetMark::of(folder.path()).unwrap().id.0, "theirs");
    }

    #[test]
    fn a_damaged_mark_is_said_and_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(MARK), "format = ").unwrap();
        assert!(matches!(mark("a").put(folder.path()), Err(TargetError::Damaged { .. })));
        assert_eq!(fs::read_to_string(folder.path().join(MARK)).unwrap(), "format = ");
    }

    #[test]
    fn the_first_format_stays_readable() {
        let folder = tempfile::tempdir().unwrap();
        let text =
            "format = 1\nid = \"a\"\nmade_by = \"maison\"\nmade = \"1970-01-01T00:00:00Z\"\n";
        fs::write(folder.path().join(MARK), text).unwrap();
        assert_eq!(TargetMark::of(folder.path()).unwrap(), mark("a"));
    }
}
