//! The box itself, and its processes.

use clap::Command;
use recipe::text;

use super::Grammar;

impl Grammar {
    pub(super) fn of_the_box(&self) -> Vec<Command> {
        let own = self
            .named(
                "box",
                text!(
                    "See, stop or delete the whole box",
                    "Voir, arrêter ou supprimer toute la boîte"
                ),
            )
            .subcommand_required(true)
            .subcommand(
                self.named("show", text!("Show what this box is", "Montrer ce qu’est cette boîte")),
            )
            .subcommand(self.named(
                "stop",
                text!(
                    "End the daemon, the front door and all services; data stay",
                    "Arrêter le démon, la porte d’entrée et tous les services ; les données restent"
                ),
            ))
            .subcommand(
                self.named(
                    "delete",
                    text!(
                        "Delete the whole box with all its data, for good",
                        "Supprimer définitivement toute la boîte, avec ses données"
                    ),
                )
                .arg(self.yes()),
            )
            .subcommand(
                self.named(
                    "thaw",
                    text!(
                        "Thaw what a killed daemon left frozen; its unit does this",
                        "Dégeler ce qu’un démon tué a laissé figé ; c’est l’affaire de son unité"
                    ),
                )
                .hide(true),
            );
        vec![
            own,
            self.named(
                "health",
                text!(
                    "Show what is wrong with the box, and what mends it",
                    "Montrer ce qui ne va pas sur la boîte, et ce qui y remédie"
                ),
            )
            .after_help(self.say(text!(
                "Ends with 1 when something is urgent.",
                "Se termine par 1 quand quelque chose est urgent."
            ))),
            self.named("daemon", text!("Run the daemon, in the foreground", "Faire tourner le démon, au premier plan"))
                .after_help(self.say(text!(
                    "Its log goes to standard error; PANIER_LOG sets how much is said (warn, info, debug).",
                    "Son journal va sur la sortie d’erreur ; PANIER_LOG règle son abondance (warn, info, debug)."
                ))),
            self.named("front-door", text!("Run the front door; the daemon does this", "Faire tourner la porte d’entrée ; c’est l’affaire du démon"))
                .hide(true),
        ]
    }
}
