//! Jobs: what was done, and what is being done.

use clap::{Command, value_parser};
use recipe::text;

use super::Grammar;

impl Grammar {
    pub(super) fn jobs(&self) -> Vec<Command> {
        let most = self
            .value(
                "most",
                text!("NUMBER", "NOMBRE"),
                text!("How many at most; else 20", "Combien au plus ; sinon 20"),
            )
            .long("most")
            .value_parser(value_parser!(u32));
        let id = self
            .value(
                "id",
                text!("NUMBER", "NUMÉRO"),
                text!(
                    "Its number, as panier jobs shows it",
                    "Son numéro, comme panier jobs le montre"
                ),
            )
            .required(true)
            .value_parser(value_parser!(i64));
        let follow = self
            .flag("follow", text!("Follow it to its end", "La suivre jusqu’à sa fin"))
            .short('f');
        vec![
            self.named("jobs", text!("List the newest jobs", "Lister les tâches récentes"))
                .arg(most),
            self.named(
                "job",
                text!("Show one job, step by step", "Montrer une tâche, étape par étape"),
            )
            .arg(id)
            .arg(follow),
        ]
    }
}
