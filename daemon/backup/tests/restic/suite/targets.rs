//! Targets that are full, and disks that are not what they seem.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use backup::{
    CheckDepth, Location, Repository, RepositoryError, RestoreError, RestoreMode, RestoreRequest,
    Secret, Separation, SnapshotError, TargetRoom, separation,
};

use super::tree::copy;
use super::yard::{KEY, with_yard};

/// Something that is mounted as long as this lives.
pub(super) struct Mount(PathBuf);

impl Mount {
    fn run(arguments: &[&str], point: &Path) -> Option<Self> {
        let ran = Command::new("mount").args(arguments).arg(point).output().unwrap();
        if !ran.status.success() {
            println!("left out, as nothing can be mounted here: {ran:?}");
            return None;
        }
        Some(Self(point.to_owned()))
    }

    pub(super) fn bind(from: &Path, point: &Path) -> Option<Self> {
        Self::run(&["--bind", from.to_str().unwrap()], point)
    }

    fn memory(point: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(point).unwrap();
        Self::run(&["-t", "tmpfs", "-o", &format!("size={size}"), "none"], point)
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(
            Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap().success()
        );
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_target_says_so_and_goes_on_when_it_has_room() {
    with_yard(async |yard| {
        let disk = yard.path("disk");
        let Some(mount) = Mount::memory(&disk, "16m") else { return };
        yard.fill(1, 1, 1 << 20);
        copy(&yard.volume(), &yard.path("original"));
        let repository = yard.repository("disk/repository").await;
        let first = yard.snapshot(&repository).await;
        yard.fill(2, 4, 8 << 20);
        let full = |error: &RepositoryError| matches!(error, RepositoryError::Full { .. });
        for _ in 0..2 {
            let made = repository.snapshot(&yard.request(), &|_| {}).await;
            assert!(
                matches!(&made, Err(SnapshotError::Repository(error)) if full(error)),
                "{made:?}"
            );
        }
        // What is there is still read from a disk without a byte of room.
        yard.is_whole(&repository, &first, &yard.path("original")).await;
        mount.remount("size=96m");
        let second = yard.snapshot(&repository).await;
        yard.is_whole(&repository, &second, &yard.volume()).await;
        repository.prune().await.unwrap();
        assert!(repository.check(CheckDepth::Everything).await.unwrap().is_whole());
        drop(mount);
        let unplugged = repository.open().await;
        assert!(matches!(unplugged, Err(RepositoryError::Missing { .. })), "{unplugged:?}");
    });
}

#[test]
fn a_copy_to_a_full_target_says_so_and_harms_nothing() {
    with_yard(async |yard| {
        let Some(mount) = Mount::memory(&yard.path("disk"), "16m") else { return };
        yard.fill(1, 4, 8 << 20);
        let local = yard.repository("repository").await;
        let snapshot = yard.snapshot(&local).await;
        let target = yard.at("disk/repository");
        target.init(Some(&local)).await.unwrap();
        let wanted = [snapshot.id.clone()];
        let copied = target.copy_from(&local, &wanted, &|_| {}).await;
        assert!(matches!(copied, Err(RepositoryError::Full { .. })), "{copied:?}");
        yard.is_whole(&local, &snapshot, &yard.volume()).await;
        mount.remount("size=96m");
        let copied = target.copy_from(&local, &wanted, &|_| {}).await.unwrap();
        yard.is_whole(&target, &copied[0].to, &yard.volume()).await;
    });
}

#[test]
fn a_restore_without_room_says_so() {
    with_yard(async |yard| {
        yard.fill(1, 4, 8 << 20);
        let repository = yard.repository("repository").await;
        let snapshot = yard.snapshot(&repository).await;
        let Some(_mount) = Mount::memory(&yard.path("small"), "8m") else { return };
        let request = RestoreRequest {
            snapshot: snapshot.id,
            into: yard.path("small/back"),
            mode: RestoreMode::Beside,
            verify: false,
        };
        let restored = repository.restore(&request, &|_| {}).await;
        let full = |error: &RepositoryError| matches!(error, RepositoryError::Full { .. });
        assert!(
            matches!(&restored, Err(RestoreError::Repository(error)) if full(error)),
            "{restored:?}"
        );
    });
}

#[test]
fn a_target_that_is_read_only_is_still_read() {
    with_yard(async |yard| {
        let disk = yard.path("disk");
        let Some(mount) = Mount::memory(&disk, "32m") else { return };
        yard.fill(1, 1, 1000);
        let repository = yard.repository("disk/repository").await;
        let snapshot = yard.snapshot(&repository).await;
        mount.remount("ro");
        assert!(TargetRoom::of(&disk).unwrap().read_only);
        repository.open().await.unwrap();
        let listed = repository.snapshots(&[]).await.unwrap().snapshots;
        assert_eq!(listed, std::slice::from_ref(&snapshot));
        yard.is_whole(&repository, &snapshot, &yard.volume()).await;
        let made = repository.snapshot(&yard.request(), &|_| {}).await;
        let refused = |error: &RepositoryError| matches!(error, RepositoryError::Refused { .. });
        assert!(
            matches!(&made, Err(SnapshotError::Repository(error)) if refused(error)),
            "{made:?}"
        );
    });
}

#[test]
fn another_filesystem_in_a_file_of_the_same_disk_is_no_other_disk() {
    with_yard(async |yard| {
        let image = yard.path("image");
        let file = fs::File::create(&image).unwrap();
        file.set_len(32 << 20).unwrap();
        let point = yard.path("loop");
        fs::create_dir(&point).unwrap();
        let made = Command::new("/usr/sbin/mke2fs").args(["-q", "-F"]).arg(&image).status();
        if !made.is_ok_and(|status| status.success()) {
            println!("left out, as no filesystem can be made here");
            return;
        }
        let options = ["-o", "loop", image.to_str().unwrap()];
        let Some(_mount) = Mount::run(&options, &point) else { return };
        let memory = yard.path("memory");
        let Some(_memory) = Mount::memory(&memory, "1m") else { return };
        let apart = |other: &Path| separation(&yard.path(""), other).unwrap();
        assert_eq!(apart(&yard.path("restic")), Separation::SameFilesystem);
        assert_eq!(apart(&memory), Separation::Apart);
        // Where the tests' own folder lies in memory, there is no disk to follow down to.
        if has_disk(&yard.path("")) {
            assert_eq!(apart(&point), Separation::SameDisk);
        }
        let location = Location::Folder(point.join("repository"));
        let repository = Repository::new(yard.restic.clone(), location, Secret::new(KEY));
        repository.init(None).await.unwrap();
    });
}

/// Whether a folder lies on a device that the kernel describes.
fn has_disk(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let device = fs::metadata(folder).unwrap().dev();
    let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
    Path::new(&format!("/sys/dev/block/{major}:{minor}")).exists()
}
