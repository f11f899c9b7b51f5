//! Whether two folders would be lost together.
//!
//! A filesystem is known by its device number; a disk by following what its
//! filesystem lies on, through partitions, encryption, volume groups and loop
//! files, down to what can be held in the hand (sysfs, `/sys/dev/block`).

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{major, minor};

/// How far two folders are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separation {
    /// One filesystem holds both.
    SameFilesystem,
    /// Two filesystems, one disk: when it dies, both are gone.
    SameDisk,
    /// Two disks, or one of them is not of this machine.
    Apart,
}

/// A filesystem deeper than this lies on itself.
const DEEPEST: u32 = 16;

/// Whether one filesystem holds both.
///
/// # Errors
/// When one of them cannot be looked at.
pub fn same_filesystem(one: &Path, other: &Path) -> io::Result<bool> {
    Ok(separation(one, other)? == Separation::SameFilesystem)
}

/// How far two folders are apart.
///
/// # Errors
/// When one of them cannot be looked at.
pub fn separation(one: &Path, other: &Path) -> io::Result<Separation> {
    if fs::metadata(one)?.dev() == fs::metadata(other)?.dev() {
        return Ok(Separation::SameFilesystem);
    }
    let machine = Machine::read()?;
    let (one, other) = (machine.mount_of(one)?, machine.mount_of(other)?);
    // Subvolumes of one filesystem have device numbers of their own.
    if one.source == other.source && one.source.starts_with("/dev") {
        return Ok(Separation::SameFilesystem);
    }
    let (one, other) = (machine.disks_of(one, 0), machine.disks_of(other, 0));
    Ok(if one.is_disjoint(&other) { Separation::Apart } else { Separation::SameDisk })
}

/// The identity that a filesystem was given when it was made, where it has one.
///
/// # Errors
/// When the folder cannot be looked at.
pub fn filesystem_uuid(folder: &Path) -> io::Result<Option<String>> {
    let machine = Machine::read()?;
    let device = machine.mount_of(folder)?.device();
    let Ok(entries) = fs::read_dir("/dev/disk/by-uuid") else { return Ok(None) };
    let is_it = |path: &PathBuf| fs::metadata(path).is_ok_and(|facts| Some(facts.rdev()) == device);
    let found = entries.filter_map(|entry| Some(entry.ok()?.path())).find(is_it);
    Ok(found.and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned())))
}

/// What is mounted, and where its devices are described.
struct Machine {
    mounts: Vec<Mount>,
    devices: PathBuf,
}

/// A line of `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mount {
    numbers: String,
    point: PathBuf,
    source: PathBuf,
}

impl Mount {
    fn of_line(line: &str) -> Option<Self> {
        let (before, after) = line.split_once(" - ")?;
        let mut before = before.split(' ').skip(2);
        let numbers = before.next()?.to_owned();
        let point = unescaped(before.nth(1)?);
        let source = unescaped(after.split(' ').nth(1)?);
        Some(Self { numbers, point: point.into(), source: source.into() })
    }

    /// The device number of what it lies on, where that is a device.
    fn device(&self) -> Option<u64> {
        let facts = fs::metadata(&self.source).ok()?;
        (facts.rdev() != 0).then(|| facts.rdev())
    }

    /// The same as sysfs names it. A filesystem over several devices has no number of its own.
    fn device_numbers(&self) -> String {
        if !self.numbers.starts_with("0:") {
            return self.numbers.clone();
        }
        match self.device() {
            Some(device) => format!("{}:{}", major(device), minor(device)),
            None => self.numbers.clone(),
        }
    }
}

/// Blanks are written as `\040` there.
fn unescaped(text: &str) -> String {
    text.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")
}

impl Machine {
    fn read() -> io::Result<Self> {
        let text = fs::read_to_string("/proc/self/mountinfo")?;
        let mounts = text.lines().filter_map(Mount::of_line).collect();
        Ok(Self { mounts, devices: "/sys/dev/block".into() })
    }

    /// What is mounted where a folder lies: the longest point, and the last of those mounted there.
    fn mount_of(&self, folder: &Path) -> io::Result<&Mount> {
        let folder = fs::canonicalize(folder)?;
        let over = self.mounts.iter().filter(|mount| folder.starts_with(&mount.point));
        let nearest = over.max_by_key(|mount| mount.point.components().count());
        nearest.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn disks_of(&self, mount: &Mount, depth: u32) -> BTreeSet<PathBuf> {
        let mut disks = BTreeSet::new();
        let numbers = mount.device_numbers();
        if let Ok(device) = fs::canonicalize(self.devices.join(numbers)) {
            self.follow(&device, depth, &mut disks);
        }
        disks
    }

    /// Goes down from a device, a folder of sysfs, to the disks that it lies on.
    fn follow(&self, device: &Path, depth: u32, disks: &mut BTreeSet<PathBuf>) {
        if depth > DEEPEST {
            return;
        }
        if device.join("partition").exists() {
            if let Some(disk) = device.parent() {
                self.follow(disk, depth + 1, disks);
            }
            return;
        }
        if let Ok(file) = fs::read_to_string(device.join("loop/backing_file")) {
            if let Ok(mount) = self.mount_of(Path::new(file.trim_end())) {
                disks.extend(self.disks_of(mount, depth + 1));
            }
            return;
        }
        let slaves = fs::read_dir(device.join("slaves")).into_iter().flatten();
        let below: Vec<_> =
            slaves.filter_map(|entry| fs::canonicalize(entry.ok()?.path()).ok()).collect();
        if below.is_empty() {
            disks.insert(device.to_owned());
        }
        for device in below {
            self.follow(&device, depth + 1, disks);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A machine with one disk of two partitions, the second of them encrypted, and another disk.
    fn machine(root: &Path) -> Machine {
        let devices = root.join("block");
        for device in ["sda/sda1", "sda/sda2", "sdb/sdb1", "dm-0/slaves"] {
            fs::create_dir_all(devices.join(device)).unwrap();
        }
        for partition in ["sda/sda1", "sda/sda2", "sdb/sdb1"] {
            fs::write(devices.join(partition).join("partition"), "1").unwrap();
        }
        symlink(devices.join("sda/sda2"), devices.join("dm-0/slaves/sda2")).unwrap();
        for (numbers, device) in
            [("8:1", "sda/sda1"), ("8:2", "sda/sda2"), ("8:17", "sdb/sdb1"), ("253:0", "dm-0")]
        {
            symlink(devices.join(device), devices.join(numbers)).unwrap();
        }
        Machine { mounts: Vec::new(), devices }
    }

    fn mount(numbers: &str) -> Mount {
        Mount { numbers: numbers.into(), point: "/".into(), source: "none".into() }
    }

    #[test]
    fn two_partitions_of_one_disk_are_lost_together() {
        let root = tempfile::tempdir().unwrap();
        let machine = machine(&root.path().canonicalize().unwrap());
        let disks = |numbers| machine.disks_of(&mount(numbers), 0);
        assert_eq!(disks("8:1"), disks("8:2"));
        assert_eq!(disks("8:1"), disks("253:0"), "encryption makes no second disk");
        assert!(disks("8:1").is_disjoint(&disks("8:17")));
        assert!(disks("0:40").is_empty(), "a share of another machine lies on no disk of ours");
    }

    #[test]
    fn a_line_of_what_is_mounted_is_read() {
        let line = r"36 35 98:0 /mnt1 /media/my\040disk rw,noatime master:1 - ext3 /dev/sdb1 rw,errors=continue";
        let expected = Mount {
            numbers: "98:0".into(),
            point: "/media/my disk".into(),
            source: "/dev/sdb1".into(),
        };
        assert_eq!(Mount::of_line(line), Some(expected));
        assert_eq!(Mount::of_line("nonsense"), None);
    }

    #[test]
    fn a_folder_is_on_its_own_filesystem_and_memory_is_apart() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("inside");
        fs::create_dir(&inside).unwrap();
        assert!(same_filesystem(folder.path(), &inside).unwrap());
        assert_eq!(separation(folder.path(), Path::new("/proc")).unwrap(), Separation::Apart);
    }
}
