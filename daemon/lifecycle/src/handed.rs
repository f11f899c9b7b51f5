//! Files handed to containers: secrets and rendered configuration, in a folder
//! that the appliance keeps in memory, written afresh before each start and
//! bound read-only.

use std::path::Path;

use recipe::{Trouble, text};
use system::user::User;

use crate::plan::{Plan, PlannedContainer};
use crate::site::Folders;
use crate::trouble;

/// Writes all files of a container.
pub(crate) fn write(container: &PlannedContainer) -> Result<(), Trouble> {
    for (path, file) in &container.files {
        let failed = |error: &dyn std::error::Error| {
            let inside = &file.path;
            trouble::of_file(
                text!(
                    "The file {inside} could not be prepared for the service.",
                    "Le fichier {inside} n’a pas pu être préparé pour le service."
                ),
                error,
            )
        };
        if let Some(folder) = path.parent() {
            system::files::ensure_folder(folder, 0o700).map_err(|error| failed(&error))?;
        }
        let owner = User { uid: file.owner.0, gid: file.owner.1 };
        system::files::write_whole_for(path, file.content.as_bytes(), file.mode, owner)
            .map_err(|error| failed(&error))?;
    }
    Ok(())
}

/// Takes away what was handed to a service's containers.
pub(crate) fn take_back(folders: &Folders, service: ledger::ServiceId) {
    let folder = folders.secrets.join(service.to_string());
    if let Err(error) = remove(&folder) {
        tracing::warn!(%error, folder = %folder.display(), "files were not taken back");
    }
}

/// Takes back what was handed to containers that a plan no longer has.
pub(crate) fn take_back_strays(plan: &Plan) {
    let kept: Vec<&Path> = plan
        .containers
        .iter()
        .flat_map(|container| container.files.iter().filter_map(|(path, _)| path.parent()))
        .collect();
    let Some(service) = kept.first().and_then(|folder| folder.parent()) else { return };
    let Ok(entries) = std::fs::read_dir(service) else { return };
    for entry in entries.flatten() {
        if !kept.contains(&entry.path().as_path()) {
            let _gone = remove(&entry.path());
        }
    }
}

fn remove(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
