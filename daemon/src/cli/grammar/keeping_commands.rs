//! Snapshots, bringing them back, and the places that keep them.

use clap::builder::PathBufValueParser;
use clap::{Arg, Command, ValueHint, value_parser};
use recipe::text;

use super::Grammar;

impl Grammar {
    pub(super) fn keeping(&self) -> Vec<Command> {
        vec![
            self.acted(
                "backup",
                text!(
                    "Take a snapshot of a service, and copy it to the targets",
                    "Sauvegarder un service, et copier la sauvegarde vers les destinations"
                ),
            ),
            self.named("snapshots", text!("List the snapshots", "Lister les sauvegardes"))
                .after_help(self.say(text!(
                    "Those of services that are gone are listed too: they can come back.",
                    "Celles des services disparus y sont aussi : ils peuvent revenir."
                )))
                .arg(self.service().required(false)),
            self.restore(),
            self.acted(
                "rehearse",
                text!(
                    "Try out whether the newest snapshot of a service comes back",
                    "Vérifier que la dernière sauvegarde d’un service revient bien"
                ),
            )
            .after_help(self.say(text!(
                "It comes back beside the living service, unseen, is asked and measured, and thrown away.",
                "Elle revient à côté du service, sans que personne la voie ; elle est interrogée, mesurée, puis jetée."
            ))),
            self.target(),
            self.key(),
        ]
    }

    fn restore(&self) -> Command {
        self.named(
            "restore",
            text!("Bring a snapshot back", "Faire revenir une sauvegarde"),
        )
        .after_help(self.say(text!(
            "In place, a snapshot of the present is taken first: what a restore replaced can come back too.",
            "Sur place, le présent est d’abord sauvegardé : ce qu’une restauration a remplacé peut revenir aussi."
        )))
        .arg(self.service())
        .arg(
            self.value(
                "snapshot",
                text!("NUMBER", "NUMÉRO"),
                text!(
                    "Which one, as panier snapshots shows it; else the newest, but for those of a present that was left by a restore or a rollback",
                    "Laquelle, comme panier snapshots la montre ; sinon la plus récente, hormis celles d’un présent quitté par une restauration ou un retour en arrière"
                ),
            )
            .long("snapshot")
            .value_parser(value_parser!(i64)),
        )
        .arg(
            self.value(
                "as",
                text!("NAME", "NOM"),
                text!(
                    "Bring it back as another service, beside",
                    "La faire revenir comme un autre service, à côté"
                ),
            )
            .long("as"),
        )
        .arg(
            self.value(
                "domain",
                text!("HOST", "HÔTE"),
                text!(
                    "The host name that leads to that other service",
                    "Le nom d’hôte qui mène à cet autre service"
                ),
            )
            .long("domain"),
        )
        .arg(self.detach())
    }

    fn target(&self) -> Command {
        let name = || -> Arg {
            self.value(
                "name",
                text!("NAME", "NOM"),
                text!("What you call it", "Comment vous l’appelez"),
            )
            .required(true)
        };
        self.named(
            "target",
            text!(
                "Disks and folders that keep copies of the snapshots",
                "Disques et dossiers qui gardent des copies des sauvegardes"
            ),
        )
        .subcommand(
            self.named(
                "add",
                text!(
                    "Add a disk or a folder, and copy there",
                    "Ajouter un disque ou un dossier, et y copier"
                ),
            )
            .arg(name())
            .arg(
                self.value(
                    "path",
                    text!("FOLDER", "DOSSIER"),
                    text!(
                        "A folder on another disk than the box's own",
                        "Un dossier sur un autre disque que celui de la boîte"
                    ),
                )
                .required(true)
                .value_parser(PathBufValueParser::new())
                .value_hint(ValueHint::DirPath),
            )
            .arg(self.detach()),
        )
        .subcommand(
            self.named("list", text!("List them, and how they are", "Les lister, avec leur état")),
        )
        .subcommand(
            self.named(
                "check",
                text!(
                    "Check one, and copy there what it does not have",
                    "En vérifier une, et y copier ce qui lui manque"
                ),
            )
            .arg(name())
            .arg(self.detach()),
        )
        .subcommand(
            self.named(
                "remove",
                text!(
                    "Forget one; what lies there stays",
                    "En oublier une ; ce qui s’y trouve reste"
                ),
            )
            .arg(name()),
        )
    }

    fn key(&self) -> Command {
        self.named(
            "key",
            text!("The key of the snapshots", "La clé des sauvegardes"),
        )
        .subcommand_required(true)
        .subcommand(
            self.named(
                "kit",
                text!(
                    "Make the recovery kit: a page with the key, to be kept on paper",
                    "Établir le kit de secours : une page avec la clé, à garder sur papier"
                ),
            )
            .after_help(self.say(text!(
                "The key is tried on every repository before the page is shown.",
                "La clé est essayée sur chaque dépôt avant que la page soit montrée."
            )))
            .arg(
                self.value(
                    "to",
                    text!("FILE", "FICHIER"),
                    text!(
                        "Write it there instead; a page for browsers where the name ends in .html",
                        "L’écrire plutôt là ; une page pour navigateur si le nom finit par .html"
                    ),
                )
                .long("to")
                .value_parser(PathBufValueParser::new())
                .value_hint(ValueHint::FilePath),
            ),
        )
    }
}
