//! What repositories say, in words for people.

use std::collections::BTreeMap;
use std::path::Path;

use backup::{ObtainError, ReadError, RepositoryError, RestoreError};
use ledger::PlaceRecord;
use recipe::{Text, Trouble, text};

use crate::trouble::chain;

/// There is no restic.
pub(super) fn of_obtain(error: &ObtainError) -> Trouble {
    let remedy = match error {
        ObtainError::NotDebian { .. } => text!(
            "Install restic 0.17 or later, then try again.",
            "Installez restic 0.17 ou plus récent, puis réessayez."
        ),
        ObtainError::Archive { .. } => text!(
            "Check the connection to the internet, then try again. Or install restic 0.17 or later yourself.",
            "Vérifiez la connexion à Internet, puis réessayez. Ou installez vous-même restic 0.17 ou plus récent."
        ),
        _ => text!(
            "Check that the box's disk has room, then try again.",
            "Vérifiez que le disque de la boîte a de la place, puis réessayez."
        ),
    };
    let what = text!(
        "Snapshots need the program restic, and it could not be had.",
        "Les sauvegardes ont besoin du programme restic, et il n’a pas pu être obtenu."
    );
    Trouble::new("restic-missing", what, remedy).because_of(chain(error))
}

/// The place, as a sentence names it.
fn named(place: &str) -> Text {
    if place == PlaceRecord::LOCAL {
        text!("the box's own repository", "le dépôt de la boîte")
    } else {
        text!("the target {place}", "la destination {place}")
    }
}

/// A repository did not do what it was asked.
pub(super) fn of_repository(place: &str, error: &RepositoryError) -> Trouble {
    let Text { en, fr } = named(place);
    let (code, what, remedy) = match error {
        RepositoryError::Missing { .. } | RepositoryError::TargetMissing { .. } => (
            "repository-away",
            text!("What {en} lies on is not there.", "Ce qui contient {fr} n’est pas là."),
            text!(
                "Plug it in or mount it, then try again.",
                "Branchez-le ou montez-le, puis réessayez."
            ),
        ),
        RepositoryError::WrongKey | RepositoryError::AlreadyThere { .. } => (
            "repository-strange",
            text!(
                "A repository lies there that this box's key does not open ({en}).",
                "Un dépôt que la clé de cette boîte n’ouvre pas se trouve à cet endroit ({fr})."
            ),
            text!(
                "Move it away if it is another box's; nothing in it was touched.",
                "Mettez-le ailleurs s’il est à une autre boîte ; rien n’y a été touché."
            ),
        ),
        RepositoryError::Locked { .. } => (
            "repository-busy",
            text!("Somebody else is at work in {en}.", "Quelqu’un d’autre travaille dans {fr}."),
            text!("Try again when that has ended.", "Réessayez quand ce sera fini."),
        ),
        RepositoryError::Full { .. } => return full(place),
        RepositoryError::Refused { .. } => (
            "repository-refused",
            text!("Nothing can be written to {en}.", "Impossible d’écrire dans {fr}."),
            text!(
                "Check that the disk is mounted for writing, and whose the folder is.",
                "Vérifiez que le disque est monté en écriture, et à qui est le dossier."
            ),
        ),
        RepositoryError::Failing { .. } => (
            "repository-failing",
            text!("The disk of {en} fails.", "Le disque de {fr} est défaillant."),
            text!("Put another disk in its place.", "Remplacez-le par un autre disque."),
        ),
        RepositoryError::Damaged { .. } => (
            "repository-damaged",
            text!(
                "What is kept in {en} is not what was written there.",
                "Ce que contient {fr} n’est pas ce qui y a été écrit."
            ),
            text!(
                "Check the disk. Other places may hold the snapshot: panier snapshots",
                "Vérifiez le disque. D’autres endroits ont peut-être la sauvegarde : panier snapshots"
            ),
        ),
        RepositoryError::SnapshotMissing { .. } => (
            "snapshot-missing",
            text!("The snapshot is no longer in {en}.", "La sauvegarde n’est plus dans {fr}."),
            text!(
                "Choose another one: panier snapshots",
                "Choisissez-en une autre : panier snapshots"
            ),
        ),
        _ => (
            "repository-failed",
            text!(
                "{en} did not do what it was asked.",
                "{fr} n’a pas fait ce qui lui était demandé."
            ),
            text!("Try again.", "Réessayez."),
        ),
    };
    Trouble::new(code, capital(&what), remedy).because_of(chain(error))
}

fn full(place: &str) -> Trouble {
    let Text { en, fr } = named(place);
    Trouble::new(
        "repository-full",
        text!("No room is left for {en}.", "Il n’y a plus de place pour {fr}."),
        text!(
            "Make room on that disk, then try again. What was kept before is still there.",
            "Faites de la place sur ce disque, puis réessayez. Ce qui était gardé y est toujours."
        ),
    )
}

/// A sentence begins with a capital, whatever its first word is.
fn capital(text: &Text) -> Text {
    let first = |said: &str| {
        let mut letters = said.chars();
        letters.next().map_or_else(String::new, |it| it.to_uppercase().chain(letters).collect())
    };
    Text::new(first(&text.en), first(&text.fr))
}

/// A snapshot was not brought back.
pub(super) fn of_restore(place: &str, error: &RestoreError) -> Trouble {
    match error {
        RestoreError::Repository(RepositoryError::Full { .. }) => disk_too_small(),
        RestoreError::Repository(error) => of_repository(place, error),
        RestoreError::Incomplete { files, .. } => {
            let count = files.len();
            let listed: Vec<String> =
                files.iter().take(3).map(|(file, why)| format!("{file}: {why}")).collect();
            Trouble::new(
                "restore-incomplete",
                text!(
                    "{count} files could not be put back.",
                    "{count} fichiers n’ont pas pu être remis."
                ),
                text!("Check the disk, then try again.", "Vérifiez le disque, puis réessayez."),
            )
            .because_of(listed.join("; "))
        }
        RestoreError::Folder { folder } => no_such_folder(folder),
        RestoreError::Path { path } => no_such_folder(path),
    }
}

fn disk_too_small() -> Trouble {
    Trouble::new(
        "disk-full",
        text!(
            "The disk is full: the data could not be put back.",
            "Le disque est plein : les données n’ont pas pu être remises."
        ),
        text!("Make room, then try again.", "Faites de la place, puis réessayez."),
    )
}

/// A file of a snapshot was not read.
pub(super) fn of_read(place: &str, error: ReadError) -> Trouble {
    match error {
        ReadError::Repository(error) => of_repository(place, &error),
        other => unknown_in_repository(&other),
    }
}

/// A name that no repository gives.
pub(super) fn unknown_in_repository(error: &dyn std::error::Error) -> Trouble {
    Trouble::new(
        "snapshot-unreadable",
        text!(
            "The snapshot is not one that this version of Panier can read.",
            "Cette version de Panier ne sait pas lire cette sauvegarde."
        ),
        text!("Choose another one: panier snapshots", "Choisissez-en une autre : panier snapshots"),
    )
    .because_of(chain(error))
}

/// Some files could not be read, so there is no snapshot.
pub(super) fn incomplete(unread: &BTreeMap<String, String>) -> Trouble {
    let count = unread.len();
    let listed: Vec<String> =
        unread.iter().take(3).map(|(file, why)| format!("{file}: {why}")).collect();
    Trouble::new(
        "snapshot-incomplete",
        text!(
            "{count} files could not be read, so there is no snapshot to rely on.",
            "{count} fichiers n’ont pas pu être lus : la sauvegarde ne serait pas fiable."
        ),
        text!("Check the disk, then try again.", "Vérifiez le disque, puis réessayez."),
    )
    .because_of(listed.join("; "))
}

/// What changed was not told apart from what did not.
pub(super) fn stand_in_read() -> Trouble {
    Trouble::new(
        "snapshot-incomplete",
        text!(
            "What had changed in the data could not be told apart from what had not.",
            "Ce qui avait changé dans les données n’a pas pu être distingué du reste."
        ),
        text!("Try again.", "Réessayez."),
    )
}

/// A folder that should be there is not, or is none to work in.
pub(super) fn no_such_folder(path: &Path) -> Trouble {
    let place = path.display();
    Trouble::new(
        "folder-missing",
        text!("The folder {place} is not there.", "Le dossier {place} n’est pas là."),
        text!("Check that its disk is mounted.", "Vérifiez que son disque est monté."),
    )
}
