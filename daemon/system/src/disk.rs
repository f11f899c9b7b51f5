//! Disks: how much room, and which paths share a filesystem.

use std::path::Path;

use rustix::fs::{stat, statvfs};

use crate::CannotRead;

/// The room of the filesystem that holds a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes in all.
    pub total: u64,
    /// Bytes that someone without privileges may still write: the share that the
    /// filesystem keeps back for root is not counted.
    pub free: u64,
    /// Files that may still be made; `None` where the filesystem sets no such limit.
    pub free_files: Option<u64>,
}

/// Reads the room of the filesystem that holds `path`.
///
/// # Errors
/// [`CannotRead`] where `path` does not exist or cannot be reached.
pub fn room(path: &Path) -> Result<Room, CannotRead> {
    let found = statvfs(path).map_err(|error| CannotRead::new(path, error))?;
    Ok(Room {
        total: found.f_blocks.saturating_mul(found.f_frsize),
        free: found.f_bavail.saturating_mul(found.f_frsize),
        // btrfs and others without an inode table say 0 of 0.
        free_files: (found.f_files > 0).then_some(found.f_favail),
    })
}

/// Bytes that may still be written where `path` is; see [`Room::free`].
///
/// # Errors
/// As [`room`].
pub fn free(path: &Path) -> Result<u64, CannotRead> {
    room(path).map(|room| room.free)
}

/// Bytes in all of the filesystem that holds `path`.
///
/// # Errors
/// As [`room`].
pub fn total(path: &Path) -> Result<u64, CannotRead> {
    room(path).map(|room| room.total)
}

/// Which filesystem a path lies on. Two paths with equal values share one; a
/// disk that is not mounted gives the value of what lies beneath its folder.
/// Compared, never stored: device numbers are given out anew at each start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Filesystem {
    device: u64,
    id: u64,
}

/// Reads which filesystem `path` lies on.
///
/// # Errors
/// [`CannotRead`] where `path` does not exist or cannot be reached.
pub fn filesystem(path: &Path) -> Result<Filesystem, CannotRead> {
    let device = stat(path).map_err(|error| CannotRead::new(path, error))?.st_dev;
    let id = statvfs(path).map_err(|error| CannotRead::new(path, error))?.f_fsid;
    Ok(Filesystem { device, id })
}

#[cfg(test)]
mod tests {
    use super::{filesystem, free, room, total};
    use std::io::ErrorKind;
    use std::path::Path;

    #[test]
    fn a_disk_has_no_more_free_than_in_all() {
        let folder = tempfile::tempdir().unwrap();
        let room = room(folder.path()).unwrap();
        assert!(room.total > 0);
        assert!(room.free <= room.total);
        assert_eq!(total(folder.path()).unwrap(), room.total);
        assert!(free(folder.path()).unwrap() <= room.total);
    }

    #[test]
    fn a_folder_and_its_files_share_a_filesystem_and_proc_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x").unwrap();
        assert_eq!(filesystem(folder.path()).unwrap(), filesystem(&file).unwrap());
        assert_ne!(filesystem(folder.path()).unwrap(), filesystem(Path::new("/proc")).unwrap());
    }

    #[test]
    fn a_path_that_is_not_there_is_named() {
        let error = room(Path::new("/nowhere/at/all")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read /nowhere/at/all");
        assert_eq!(error.source.kind(), ErrorKind::NotFound);
    }
}
