//! Disks: how much room, and which paths share a filesystem.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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

/// Below this, databases begin to refuse writes.
const NEARLY_NONE: u64 = 512 << 20;
/// Below this, an update or a snapshot may not find its room.
const LITTLE: u64 = 4 << 30;

/// How much room there is, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Below this, databases begin to refuse writes: 512 MiB, and on a small
    /// disk a fiftieth of it.
    NearlyNone,
    /// An update or a snapshot may not find its room: 4 GiB, and on a small disk
    /// a tenth of it.
    Little,
    /// Enough.
    Ample,
}

impl Room {
    /// How much that is, for a disk of this size.
    #[must_use]
    pub fn level(&self) -> Level {
        if self.free < self.nearly_none() {
            Level::NearlyNone
        } else if self.free < LITTLE.min(self.total / 10) {
            Level::Little
        } else {
            Level::Ample
        }
    }

    /// Bytes below which nearly nothing is free.
    #[must_use]
    pub fn nearly_none(&self) -> u64 {
        NEARLY_NONE.min(self.total / 50)
    }
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

/// A mounted filesystem that lies on a disk, or on another machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Where it is mounted.
    pub point: PathBuf,
    /// Its kind: `ext4`, `vfat`, `nfs4`.
    pub filesystem: String,
    /// The name that it was given, where it has one.
    pub label: Option<String>,
}

/// The mounted disks and shares, by where they are mounted; each once, and
/// without those of the system's own start.
///
/// # Errors
/// [`CannotRead`] where the kernel's list cannot be read.
pub fn mounts() -> Result<Vec<Mount>, CannotRead> {
    let list = Path::new("/proc/self/mounts");
    let text = std::fs::read_to_string(list).map_err(|error| CannotRead::new(list, error))?;
    let mut seen = BTreeSet::new();
    let mut found: Vec<Mount> = text
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            let (source, point, kind) = (words.next()?, words.next()?, words.next()?);
            let point = unescaped(point);
            // The first mount of a source counts: the others are parts of it, bound elsewhere.
            let keeps = is_keeper(source, kind, &point) && seen.insert(source.to_owned());
            keeps.then(|| Mount {
                point: point.into(),
                filesystem: kind.to_owned(),
                label: label_of(Path::new(source)),
            })
        })
        .collect();
    found.sort_by(|one, other| one.point.cmp(&other.point));
    Ok(found)
}

fn is_keeper(source: &str, kind: &str, point: &str) -> bool {
    const READ_ONLY: [&str; 3] = ["squashfs", "iso9660", "erofs"];
    let is_share = kind.starts_with("nfs") || kind == "cifs" || kind.starts_with("fuse.sshfs");
    let is_disk = source.starts_with("/dev/") && !READ_ONLY.contains(&kind);
    let is_start = ["/boot", "/efi", "/etc", "/snap"].iter().any(|start| {
        point.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    (is_disk || is_share) && !is_start
}

/// Blanks are written as `\040` there (proc_pid_mounts(5)).
fn unescaped(text: &str) -> String {
    text.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")
}

fn label_of(source: &Path) -> Option<String> {
    let device = std::fs::canonicalize(source).ok()?;
    let entries = std::fs::read_dir("/dev/disk/by-label").ok()?;
    let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let found = paths.find(|path| std::fs::canonicalize(path).is_ok_and(|it| it == device))?;
    Some(found.file_name()?.to_string_lossy().replace("\\x20", " "))
}

#[cfg(test)]
mod tests {
    use super::{filesystem, free, is_keeper, mounts, room, total, unescaped};
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

    #[test]
    fn disks_and_shares_can_keep_things_and_the_systems_own_cannot() {
        assert!(is_keeper("/dev/sdb1", "ext4", "/media/blue"));
        assert!(is_keeper("nas:/share", "nfs4", "/mnt/nas"));
        for (source, kind, point) in [
            ("tmpfs", "tmpfs", "/tmp"),
            ("/dev/sda1", "vfat", "/boot/efi"),
            ("/dev/loop3", "squashfs", "/mnt/image"),
            ("proc", "proc", "/proc"),
        ] {
            assert!(!is_keeper(source, kind, point), "{point}");
        }
        assert!(is_keeper("/dev/sda2", "ext4", "/bootleg"));
        assert_eq!(unescaped("/media/anne\\040blue"), "/media/anne blue");
        assert!(mounts().unwrap().iter().all(|mount| mount.point.is_absolute()));
    }
}
