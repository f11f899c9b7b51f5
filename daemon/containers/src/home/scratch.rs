//! A folder for a build's large files, gone when the build is over, and swept
//! by the next build when a kill or a power cut left it behind.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::error::HomeImageError;

const PREFIX: &str = "panier-image-";
const LOCK: &str = "lock";

/// A build's folder.
pub(super) struct Scratch {
    folder: PathBuf,
    /// Held as long as the build lives; the system lets go of it whatever happens.
    _lock: File,
}

impl Scratch {
    /// Makes a folder under `parent`, after removing what dead builds left there.
    pub(super) fn make(parent: &Path) -> Result<Self, HomeImageError> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        sweep(parent);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = parent.join(format!("{PREFIX}{}-{number}", std::process::id()));
        let unwritable = |error| HomeImageError::unwritable(&folder, error);
        std::fs::create_dir_all(parent)
            .map_err(|error| HomeImageError::unwritable(parent, error))?;
        std::fs::create_dir(&folder).map_err(unwritable)?;
        std::fs::set_permissions(&folder, Permissions::from_mode(0o700)).map_err(unwritable)?;
        let lock = File::create(folder.join(LOCK)).map_err(unwritable)?;
        lock.lock().map_err(unwritable)?;
        Ok(Self { folder, _lock: lock })
    }

    /// A file of this name in it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(folder = %self.folder.display(), %error, "a build's files are left behind");
        }
    }
}

/// Removes the folders whose build does not live any more.
fn sweep(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if ours && is_dead(&entry.path()) && std::fs::remove_dir_all(entry.path()).is_ok() {
            tracing::info!(folder = %entry.path().display(), "removed what a dead build left");
        }
    }
}

/// A folder whose lock is not there yet belongs to a build that begins.
fn is_dead(folder: &Path) -> bool {
    File::open(folder.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_builds_folder_is_swept_and_a_living_ones_is_not() {
        let parent = tempfile::tempdir().unwrap();
        let dead = parent.path().join("panier-image-1-0");
        std::fs::create_dir(&dead).unwrap();
        std::fs::write(dead.join(LOCK), "").unwrap();
        let living = Scratch::make(parent.path()).unwrap();
        let other = Scratch::make(parent.path()).unwrap();
        assert!(!dead.exists() && living.folder.exists() && other.folder.exists());
        let gone = living.folder.clone();
        drop(living);
        assert!(!gone.exists());
    }
}
