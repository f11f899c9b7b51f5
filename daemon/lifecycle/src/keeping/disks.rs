//! The disks that could be a target.

use std::path::PathBuf;
use std::time::Duration;

use backup::Separation;
use recipe::Trouble;
use tokio::time::timeout;

use crate::lifecycle::Lifecycle;

/// A share that does not answer is left out.
const LOOK: Duration = Duration::from_secs(10);

/// A mounted disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// Where it is mounted.
    pub path: PathBuf,
    /// Its filesystem.
    pub filesystem: String,
    /// The name that it was given.
    pub label: Option<String>,
    /// Bytes in all.
    pub total: u64,
    /// Bytes that are still free.
    pub free: u64,
    /// Whether the services' data lie on the same disk.
    pub same_disk: bool,
}

impl Lifecycle {
    /// The mounted disks and shares that could keep copies.
    ///
    /// # Errors
    /// None so far: what cannot be looked at is left out.
    pub async fn disks(&self) -> Result<Vec<Disk>, Trouble> {
        let mounts = system::disk::mounts().unwrap_or_default();
        let mut found = Vec::new();
        for mount in mounts {
            let data = self.ground().folders.services.clone();
            let looked = tokio::task::spawn_blocking(move || {
                let room = system::disk::room(&mount.point).ok()?;
                let apart = backup::separation(&data, &mount.point).ok()? == Separation::Apart;
                Some(Disk {
                    path: mount.point,
                    filesystem: mount.filesystem,
                    label: mount.label,
                    total: room.total,
                    free: room.free,
                    same_disk: !apart,
                })
            });
            if let Ok(Ok(Some(disk))) = timeout(LOOK, looked).await {
                found.push(disk);
            }
        }
        Ok(found)
    }
}
