//! How kinds of jobs are called for people.

use recipe::{Text, text};

/// What a job of this kind does; the kind itself where it has no other name.
#[must_use]
pub fn label(kind: &str) -> Text {
    match kind {
        "install" => text!("installation", "installation"),
        "start" => text!("start", "démarrage"),
        "stop" => text!("stop", "arrêt"),
        "restart" => text!("restart", "redémarrage"),
        "change-answers" => text!("change of settings", "changement de réglages"),
        "change-domains" => text!("change of domain", "changement de domaine"),
        "remove" => text!("removal", "retrait"),
        "purge" => text!("removal for good", "retrait définitif"),
        "purge-from-trash" => text!("deletion for good", "suppression définitive"),
        "restore-from-trash" => text!("return from the trash", "retour de la corbeille"),
        "back-up" => text!("snapshot", "sauvegarde"),
        "restore" => text!("restore", "restauration"),
        "rehearse" => text!("rehearsal of a restore", "répétition d’une restauration"),
        "check-target" => text!("check of a target", "vérification d’une destination"),
        "thin-out" => text!("thinning out of snapshots", "tri des sauvegardes"),
        "restore-beside" => text!("restore beside", "restauration à côté"),
        "update" => text!("update", "mise à jour"),
        "rollback" => text!("return to the release before", "retour à la version précédente"),
        "set-aside" => text!("snapshot after an update", "sauvegarde après mise à jour"),
        "build-images" => text!("building of images", "construction d’images"),
        _ => text!("{kind}", "{kind}"),
    }
}
