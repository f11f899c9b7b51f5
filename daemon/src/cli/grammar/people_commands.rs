//! Who may use the panel.

use clap::Command;
use recipe::text;

use super::Grammar;

impl Grammar {
    pub(super) fn people(&self) -> Vec<Command> {
        let code = self
            .named(
                "code",
                text!(
                    "Show where the panel is, and the code that opens it the first time",
                    "Montrer où est le panneau, et le code qui l’ouvre la première fois"
                ),
            )
            .after_help(self.say(text!(
                "Each code is made when it is asked for, and counts for a day or until the next one.",
                "Chaque code est fait à la demande, et vaut un jour ou jusqu’au suivant."
            )));
        let password = self
            .named(
                "password",
                text!("The password of the panel", "Le mot de passe du panneau"),
            )
            .subcommand_required(true)
            .subcommand(self.named(
                "reset",
                text!(
                    "Forget the password, sign everybody out, and show a code to choose another",
                    "Oublier le mot de passe, fermer toutes les sessions, et montrer un code pour en choisir un autre"
                ),
            ));
        vec![code, password]
    }
}
