//! Folders that live in memory alone: where secrets lie while services run.
//!
//! An engine sees such a folder only where it shares this process's mounts,
//! which is so unless one of the two was put into a mount namespace of its own.

use std::ffi::CString;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{stat, statfs};
use rustix::io::Errno;
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};

/// Source: `TMPFS_MAGIC` in the kernel's `include/uapi/linux/magic.h`.
const TMPFS_MAGIC: i64 = 0x0102_1994;

/// Why there is no folder in memory.
#[derive(Debug, thiserror::Error)]
pub enum TmpfsError {
    /// Mounting needs rights that this process does not have.
    #[error("not permitted to mount at {}", path.display())]
    PermissionDenied {
        /// Where it was to be.
        path: PathBuf,
        /// What the kernel said.
        #[source]
        source: io::Error,
    },
    /// This kernel has no tmpfs.
    #[error("this kernel has no tmpfs to mount at {}", path.display())]
    Unsupported {
        /// Where it was to be.
        path: PathBuf,
        /// What the kernel said.
        #[source]
        source: io::Error,
    },
    /// Anything else: no such folder, a folder that cannot be looked at.
    #[error("cannot keep a folder in memory at {}", path.display())]
    Failed {
        /// Where it was to be.
        path: PathBuf,
        /// What the kernel said.
        #[source]
        source: io::Error,
    },
}

/// Sees to it that `path`, a folder that exists, is a tmpfs of at most `size`
/// bytes, mode 0700, empty at first. One that is there already stays with what
/// is in it, and with its size. What lay in the folder itself is hidden, not lost.
///
/// The mount is without devices and set-user-id; programs may be run from it, as
/// a recipe's file may be a script that its container runs.
///
/// # Errors
/// See [`TmpfsError`].
pub fn ensure(path: &Path, size: u64) -> Result<(), TmpfsError> {
    if !is_mounted(path).map_err(|error| failure(path, error))? {
        mount_at(path, size).map_err(|error| failure(path, error))?;
    }
    std::fs::set_permissions(path, Permissions::from_mode(0o700))
        .map_err(|source| TmpfsError::Failed { path: path.to_owned(), source })
}

/// Takes the tmpfs at `path` away with all that is in it; nothing to do where
/// there is none. Containers that still hold a file of it keep that file until
/// they end.
///
/// # Errors
/// See [`TmpfsError`].
pub fn remove(path: &Path) -> Result<(), TmpfsError> {
    match is_mounted(path) {
        Ok(false) | Err(Errno::NOENT) => Ok(()),
        Ok(true) => unmount(path, UnmountFlags::DETACH | UnmountFlags::NOFOLLOW)
            .map_err(|error| failure(path, error)),
        Err(error) => Err(failure(path, error)),
    }
}

/// Whether `path` itself is where a tmpfs was mounted: a tmpfs, and not that of
/// the folder above.
///
/// # Errors
/// [`CannotRead`](crate::CannotRead) where `path` cannot be looked at.
pub fn is_there(path: &Path) -> Result<bool, crate::CannotRead> {
    is_mounted(path).map_err(|error| crate::CannotRead::new(path, error))
}

fn is_mounted(path: &Path) -> Result<bool, Errno> {
    let own = stat(path)?.st_dev;
    let above = stat(path.join(".."))?.st_dev;
    Ok(own != above && statfs(path)?.f_type == TMPFS_MAGIC)
}

fn mount_at(path: &Path, size: u64) -> Result<(), Errno> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    let options = format!("size={size},mode=0700");
    // Secrets had better not reach a swap partition: Linux 6.4 can promise that.
    match mount_with(path, flags, format!("{options},noswap")) {
        Err(Errno::INVAL) => mount_with(path, flags, options),
        other => other,
    }
}

fn mount_with(path: &Path, flags: MountFlags, options: String) -> Result<(), Errno> {
    // Only a zero byte makes this fail, and there is none in a number.
    let options = CString::new(options).map_err(|_nul| Errno::INVAL)?;
    mount("tmpfs", path, "tmpfs", flags, options.as_c_str())
}

fn failure(path: &Path, error: Errno) -> TmpfsError {
    let (path, source) = (path.to_owned(), io::Error::from(error));
    match error {
        Errno::PERM | Errno::ACCESS => TmpfsError::PermissionDenied { path, source },
        Errno::NODEV | Errno::NOSYS => TmpfsError::Unsupported { path, source },
        _ => TmpfsError::Failed { path, source },
    }
}

#[cfg(test)]
mod tests {
    use super::{TmpfsError, ensure, is_there, remove};
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    /// Unmounts even where the test failed before it could.
    struct Mounted<'a>(&'a Path);

    impl Drop for Mounted<'_> {
        fn drop(&mut self) {
            let _ = remove(self.0);
        }
    }

    #[test]
    fn a_folder_is_put_into_memory_once_and_taken_out_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets");
        std::fs::create_dir(&path).unwrap();
        let guard = Mounted(&path);
        match ensure(&path, 1 << 20) {
            Err(TmpfsError::PermissionDenied { .. }) => {
                println!("left out: mounting needs root");
                return;
            }
            other => other.unwrap(),
        }
        std::fs::write(path.join("secret"), "s").unwrap();
        ensure(&path, 1 << 20).unwrap();
        assert_eq!(std::fs::read(path.join("secret")).unwrap(), b"s", "nothing was hidden");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o700);
        let room = crate::disk::room(&path).unwrap();
        assert_eq!(room.total, 1 << 20);
        assert!(is_there(&path).unwrap());

        remove(&path).unwrap();
        remove(&path).unwrap();
        assert!(!is_there(&path).unwrap());
        assert!(!path.join("secret").exists());
        drop(guard);
    }

    #[test]
    fn a_folder_inside_a_tmpfs_is_not_taken_for_one() {
        let folder = tempfile::tempdir_in("/dev/shm").unwrap();
        assert!(!is_there(folder.path()).unwrap());
    }

    #[test]
    fn a_path_that_is_not_there_is_an_error_to_fill_and_none_to_remove() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing");
        assert!(matches!(ensure(&path, 4096), Err(TmpfsError::Failed { .. })));
        remove(&path).unwrap();
    }
}
