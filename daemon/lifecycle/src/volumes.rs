//! Volumes on the disk: folders that a person finds, each with its identity beside.
//!
//! A service never starts on an empty mount: the identity lies beside `data`,
//! on the same filesystem, and the ledger knows it. Where it is missing or
//! another one, the disk is not the one that is meant.

use std::io;
use std::path::{Path, PathBuf};

use recipe::{Trouble, text};

use crate::trouble;

/// The file beside `data`.
const IDENTITY: &str = "identity";

/// Makes a volume's folder with its identity, unless it is there.
pub(crate) fn make(service_folder: &Path, name: &str, identity: &str) -> Result<(), Trouble> {
    let folder = service_folder.join(name);
    let failed = |error: &dyn std::error::Error| {
        let place = folder.display();
        trouble::of_file(
            text!(
                "The folder {place} could not be made.",
                "Le dossier {place} n’a pas pu être créé."
            ),
            error,
        )
    };
    system::files::ensure_folder(service_folder, 0o711).map_err(|error| failed(&error))?;
    system::files::ensure_folder(&folder, 0o711).map_err(|error| failed(&error))?;
    if !folder.join("data").exists() {
        // Its owner and mode are the image's affair: the engine takes them over
        // when it first mounts the empty folder.
        system::files::ensure_folder(&folder.join("data"), 0o755)
            .map_err(|error| failed(&error))?;
    }
    system::files::write_whole(&folder.join(IDENTITY), identity.as_bytes(), 0o644)
        .map_err(|error| failed(&error))
}

/// Sees to it that the volume is the one that the ledger means.
pub(crate) fn check(service_folder: &Path, name: &str, identity: &str) -> Result<(), Trouble> {
    let folder = service_folder.join(name);
    let (file, data) = (folder.join(IDENTITY), folder.join("data"));
    match std::fs::read_to_string(&file) {
        Ok(found) if found.trim() == identity && data.is_dir() => {
            // Beside the data and on another disk, it would say that all is well
            // when the data's own is missing.
            let one_disk = || Ok::<_, io::Error>(disk_of(&file)? == disk_of(&data)?);
            match one_disk() {
                Ok(true) => Ok(()),
                Ok(false) => Err(elsewhere(&folder)),
                Err(error) => Err(missing(&file).because_of(error)),
            }
        }
        Ok(_other) => Err(missing(&file).because(text!(
            "The data found there belong to something else.",
            "Les données trouvées là appartiennent à autre chose."
        ))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing(&file)),
        Err(error) => Err(missing(&file).because_of(error)),
    }
}

/// The filesystem that something lies on (stat(2), `st_dev`).
fn disk_of(path: &Path) -> io::Result<u64> {
    use std::os::unix::fs::MetadataExt as _;
    Ok(std::fs::metadata(path)?.dev())
}

fn elsewhere(folder: &Path) -> Trouble {
    let place = folder.display();
    Trouble::new(
        "volume-elsewhere",
        text!(
            "A disk is mounted inside {place}, in a place where nobody would notice that it is missing.",
            "Un disque est monté dans {place}, à un endroit où personne ne verrait qu’il manque."
        ),
        text!(
            "Mount it at {place} itself, with the file “identity” and the folder “data” on it.",
            "Montez-le sur {place} même, avec le fichier « identity » et le dossier « data » dessus."
        ),
    )
}

fn missing(file: &Path) -> Trouble {
    let folder: PathBuf = file.parent().map(Path::to_owned).unwrap_or_default();
    let place = folder.display();
    Trouble::new(
        "volume-missing",
        text!(
            "The service's data are not at {place}.",
            "Les données du service ne sont pas dans {place}."
        ),
        text!(
            "Mount the disk that holds them; the service starts by itself then.",
            "Montez le disque qui les contient ; le service démarrera alors tout seul."
        ),
    )
}

/// Moves a service's folder, within one filesystem; nothing to do when that is done.
pub(crate) fn move_folder(from: &Path, to: &Path) -> Result<(), Trouble> {
    if !from.exists() && to.exists() {
        return Ok(());
    }
    let (from_place, to_place) = (from.display(), to.display());
    let failed = |error: &dyn std::error::Error| {
        trouble::of_file(
            text!(
                "{from_place} could not be moved to {to_place}.",
                "{from_place} n’a pas pu être déplacé vers {to_place}."
            ),
            error,
        )
    };
    if let Some(parent) = to.parent() {
        system::files::ensure_folder(parent, 0o711).map_err(|error| failed(&error))?;
    }
    match std::fs::rename(from, to) {
        Ok(()) => Ok(()),
        // A service without volumes has no folder.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(&error)),
    }
}

/// Deletes a folder and all below it, without following links out of it.
pub(crate) async fn delete(folder: PathBuf) -> Result<(), Trouble> {
    let place = folder.display().to_string();
    let outcome = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(folder)).await;
    match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Ok(Err(error)) => Err(trouble::of_file(
            text!("{place} could not be deleted.", "{place} n’a pas pu être supprimé."),
            &error,
        )),
        Err(error) => Err(trouble::of_file(
            text!("{place} could not be deleted.", "{place} n’a pas pu être supprimé."),
            &error,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_is_known_by_what_lies_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let service = folder.path().join("pad");
        make(&service, "var", "a1").unwrap();
        check(&service, "var", "a1").unwrap();
        assert_eq!(check(&service, "var", "b2").unwrap_err().code, "volume-missing");
        assert_eq!(check(&service, "other", "a1").unwrap_err().code, "volume-missing");
        // What a missing mount leaves: the folder, empty.
        std::fs::remove_dir_all(service.join("var")).unwrap();
        std::fs::create_dir(service.join("var")).unwrap();
        assert_eq!(check(&service, "var", "a1").unwrap_err().code, "volume-missing");
        assert_eq!(std::fs::read_dir(service.join("var")).unwrap().count(), 0);
    }

    #[test]
    fn a_move_may_be_done_twice() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("pad"), folder.path().join("trash/3"));
        std::fs::create_dir(&from).unwrap();
        std::fs::write(from.join("kept"), "dear").unwrap();
        move_folder(&from, &to).unwrap();
        move_folder(&from, &to).unwrap();
        assert_eq!(std::fs::read_to_string(to.join("kept")).unwrap(), "dear");
    }
}
