//! Services: from their installation to the trash.

use clap::{Arg, ArgAction, Command, value_parser};
use recipe::text;

use super::Grammar;

impl Grammar {
    pub(super) fn services(&self) -> Vec<Command> {
        vec![
            self.install(),
            self.named(
                "list",
                text!("List the services of this box", "Lister les services de cette boîte"),
            ),
            self.show(),
            self.logs(),
            self.acted("start", text!("Start a service", "Démarrer un service")),
            self.acted("stop", text!("Stop a service", "Arrêter un service")),
            self.acted(
                "restart",
                text!("Stop and start a service", "Arrêter puis redémarrer un service"),
            ),
            self.set(),
            self.domain(),
            self.update(),
            self.rollback(),
            self.remove(),
            self.trash(),
        ]
    }

    pub(super) fn acted(&self, name: &'static str, about: recipe::Text) -> Command {
        self.named(name, about).arg(self.service()).arg(self.detach())
    }

    fn install(&self) -> Command {
        self.named(
            "install",
            text!("Install a service from a recipe", "Installer un service à partir d’une recette"),
        )
        .after_help(self.say(text!(
            "panier recipe show RECIPE tells what a recipe asks, and what it needs.",
            "panier recipe show RECETTE dit ce qu’une recette demande, et ce qu’il lui faut."
        )))
        .arg(
            self.value(
                "recipe",
                text!("RECIPE", "RECETTE"),
                text!(
                    "Which one, as panier recipe list shows it",
                    "Laquelle, comme panier recipe list la montre"
                ),
            )
            .required(true),
        )
        .arg(
            self.value(
                "service-name",
                text!("NAME", "NOM"),
                text!(
                    "The service's name; else the recipe's",
                    "Le nom du service ; sinon celui de la recette"
                ),
            )
            .long("name"),
        )
        .arg(
            self.value(
                "release",
                text!("VERSION", "VERSION"),
                text!("Which release; else the newest", "Quelle version ; sinon la plus récente"),
            )
            .long("release"),
        )
        .arg(
            self.value(
                "domain",
                text!("HOST", "HÔTE"),
                text!(
                    "A host name that leads to it; the first is the main one",
                    "Un nom d’hôte qui y mène ; le premier est le principal"
                ),
            )
            .long("domain")
            .action(ArgAction::Append),
        )
        .arg(
            self.value(
                "set",
                text!("KEY=VALUE", "CLÉ=VALEUR"),
                text!(
                    "An answer to one of the recipe's questions",
                    "Une réponse à une question de la recette"
                ),
            )
            .long("set")
            .action(ArgAction::Append),
        )
        .arg(self.detach())
    }

    fn show(&self) -> Command {
        self.named(
            "show",
            text!(
                "Show a service, with what it consists of",
                "Montrer un service et ce qui le compose"
            ),
        )
        .arg(self.service())
        .arg(self.flag(
            "secrets",
            text!(
                "Show also the passwords that the box made for you",
                "Montrer aussi les mots de passe que la boîte a faits pour vous"
            ),
        ))
    }

    fn logs(&self) -> Command {
        self.named("logs", text!("Show what a service wrote", "Montrer ce qu’un service a écrit"))
            .arg(self.service())
            .arg(
                self.flag(
                    "follow",
                    text!("Go on with what it writes", "Continuer avec ce qu’il écrit"),
                )
                .short('f'),
            )
            .arg(
                self.value(
                    "tail",
                    text!("NUMBER", "NOMBRE"),
                    text!(
                        "Only the last lines of each container",
                        "Seulement les dernières lignes de chaque conteneur"
                    ),
                )
                .long("tail")
                .value_parser(value_parser!(u32)),
            )
            .arg(
                self.value(
                    "container",
                    text!("CONTAINER", "CONTENEUR"),
                    text!("Only one of its containers", "Seulement un de ses conteneurs"),
                )
                .long("container"),
            )
    }

    fn set(&self) -> Command {
        self.named(
            "set",
            text!(
                "Change answers to a recipe's questions",
                "Changer des réponses aux questions d’une recette"
            ),
        )
        .after_help(self.say(text!(
            "A value may be empty: panier set NAME key=",
            "Une valeur peut être vide : panier set NOM clé="
        )))
        .arg(self.service())
        .arg(
            self.value(
                "set",
                text!("KEY=VALUE", "CLÉ=VALEUR"),
                text!("What to change; the rest stays", "Ce qui change ; le reste demeure"),
            )
            .required(true)
            .num_args(1..),
        )
        .arg(self.detach())
    }

    fn update(&self) -> Command {
        self.named(
            "update",
            text!(
                "Move a service to a newer release",
                "Faire passer un service à une version plus récente"
            ),
        )
        .after_help(self.say(text!(
            "Its images come first, then a snapshot. If the new release does not work, the old one runs on with its data.",
            "D’abord ses images, puis une sauvegarde. Si la nouvelle version ne marche pas, l’ancienne continue avec ses données."
        )))
        .arg(self.service())
        .arg(
            self.value(
                "release",
                text!("VERSION", "VERSION"),
                text!(
                    "Which release; else the newest that can be had",
                    "Quelle version ; sinon la plus récente possible"
                ),
            )
            .long("to"),
        )
        .arg(
            self.value(
                "set",
                text!("KEY=VALUE", "CLÉ=VALEUR"),
                text!(
                    "An answer to a question of the newer release",
                    "Une réponse à une question de la nouvelle version"
                ),
            )
            .long("set")
            .action(ArgAction::Append),
        )
        .arg(self.detach())
    }

    fn rollback(&self) -> Command {
        self.named(
            "rollback",
            text!(
                "Go back to the release before the last update",
                "Revenir à la version d’avant la dernière mise à jour"
            ),
        )
        .after_help(self.say(text!(
            "The data go back too. What was written since stays in a snapshot: panier snapshots",
            "Les données reviennent aussi. Ce qui a été écrit depuis reste dans une sauvegarde : panier snapshots"
        )))
        .arg(self.service())
        .arg(self.yes())
        .arg(self.detach())
    }

    fn remove(&self) -> Command {
        self.named(
            "remove",
            text!("Put a service into the trash", "Mettre un service à la corbeille"),
        )
        .after_help(self.say(text!(
            "Its data stay in the trash until they are purged: panier trash",
            "Ses données restent dans la corbeille jusqu’à leur suppression : panier trash"
        )))
        .arg(self.service())
        .arg(self.flag(
            "purge",
            text!(
                "Delete it with all its data, for good",
                "Le supprimer définitivement, avec toutes ses données"
            ),
        ))
        .arg(self.yes())
        .arg(self.detach())
    }

    fn trash(&self) -> Command {
        let number = || {
            self.value(
                "id",
                text!("NUMBER", "NUMÉRO"),
                text!(
                    "Its number, as panier trash shows it",
                    "Son numéro, comme panier trash le montre"
                ),
            )
            .required(true)
            .value_parser(value_parser!(i64))
        };
        let name: Arg = self
            .value(
                "service-name",
                text!("NAME", "NOM"),
                text!("Another name than it had", "Un autre nom que celui qu’il avait"),
            )
            .long("name");
        self.named(
            "trash",
            text!(
                "See what was removed; restore or purge it",
                "Voir ce qui a été retiré ; le restaurer ou le supprimer"
            ),
        )
        .subcommand(
            self.named("list", text!("List what was removed", "Lister ce qui a été retiré")),
        )
        .subcommand(
            self.named(
                "restore",
                text!("Take a service out of the trash", "Sortir un service de la corbeille"),
            )
            .arg(number())
            .arg(name)
            .arg(self.detach()),
        )
        .subcommand(
            self.named(
                "purge",
                text!(
                    "Delete a removed service with its data, for good",
                    "Supprimer définitivement un service retiré, avec ses données"
                ),
            )
            .arg(number())
            .arg(self.yes())
            .arg(self.detach()),
        )
    }
}
