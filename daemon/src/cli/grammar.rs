//! What can be written on the command line, described in the person's language.

mod box_commands;
mod certificate_commands;
mod domain_commands;
mod job_commands;
mod keeping_commands;
mod people_commands;
mod recipe_commands;
mod service_commands;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, ValueHint, value_parser};
use recipe::{Language, Text, text};

/// The help topics that are no commands.
pub(super) const TOPICS: [&str; 2] = ["exit-codes", "json"];

/// The shells that completions are made for.
const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// The whole command line.
pub(super) fn command(language: Language) -> Command {
    let grammar = Grammar { language };
    let root = Command::new("panier")
        .version(env!("CARGO_PKG_VERSION"))
        .about(grammar.say(text!(
            "Panier hosts free-software services on your own machine.",
            "Panier héberge des services libres sur votre propre machine."
        )))
        .after_help(grammar.say(text!(
            "First steps:\n  panier recipe list           what can be installed\n  panier install ihatemoney    install it, and see it being done\n  panier list                  where it is\n  panier code                  the panel, in a browser\n\nMore: panier help COMMAND, panier help exit-codes, panier help json",
            "Premiers pas :\n  panier recipe list           ce qu’on peut installer\n  panier install ihatemoney    l’installer, en suivant les étapes\n  panier list                  où le trouver\n  panier code                  le panneau, dans un navigateur\n\nPour en savoir plus : panier help COMMANDE, panier help exit-codes, panier help json"
        )))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .max_term_width(100)
        .arg(grammar.version())
        .args(grammar.globals())
        .subcommands(grammar.services())
        .subcommands(grammar.keeping())
        .subcommands(grammar.jobs())
        .subcommands(grammar.recipes())
        .subcommands(grammar.people())
        .subcommand(grammar.certificates())
        .subcommands(grammar.of_the_box())
        .subcommand(grammar.help())
        .subcommand(grammar.completions());
    grammar.dress(root)
}

/// Writes the grammar in one language.
struct Grammar {
    language: Language,
}

impl Grammar {
    fn say(&self, text: Text) -> String {
        match self.language {
            Language::En => text.en,
            Language::Fr => text.fr,
        }
    }

    fn named(&self, name: &'static str, about: Text) -> Command {
        Command::new(name).about(self.say(about)).disable_help_flag(true)
    }

    fn value(&self, id: &'static str, shown: Text, help: Text) -> Arg {
        Arg::new(id).value_name(self.say(shown)).help(self.say(help))
    }

    fn flag(&self, name: &'static str, help: Text) -> Arg {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(self.say(help))
    }

    fn service(&self) -> Arg {
        self.value(
            "name",
            text!("NAME", "NOM"),
            text!(
                "The service's name, as panier list shows it",
                "Le nom du service, comme panier list le montre"
            ),
        )
        .required(true)
    }

    fn detach(&self) -> Arg {
        self.flag(
            "detach",
            text!("Do not wait for the job's end", "Ne pas attendre la fin de la tâche"),
        )
    }

    fn yes(&self) -> Arg {
        self.flag("yes", text!("Do not ask", "Ne pas demander confirmation")).short('y')
    }

    fn version(&self) -> Arg {
        Arg::new("version")
            .long("version")
            .short('V')
            .action(ArgAction::Version)
            .help(self.say(text!("Print the version", "Afficher la version")))
    }

    fn globals(&self) -> Vec<Arg> {
        vec![
            Arg::new("root")
                .long("root")
                .value_name(self.say(text!("FOLDER", "DOSSIER")))
                .value_parser(value_parser!(PathBuf))
                .value_hint(ValueHint::DirPath)
                .global(true)
                .display_order(900)
                .help(self.say(text!(
                    "The box that lies in this folder (also: PANIER_ROOT)",
                    "La boîte qui se trouve dans ce dossier (aussi : PANIER_ROOT)"
                ))),
            self.flag(
                "json",
                text!("Results as JSON, for programs", "Résultats en JSON, pour les programmes"),
            )
            .global(true)
            .display_order(901),
            Arg::new("language")
                .long("language")
                .value_name("fr|en")
                .value_parser(PossibleValuesParser::new(["fr", "en"]))
                .hide_possible_values(true)
                .global(true)
                .display_order(902)
                .help(self.say(text!(
                    "The language to speak; else that of the locale",
                    "La langue à parler ; sinon celle du système"
                ))),
            Arg::new("help-flag")
                .long("help")
                .short('h')
                .action(ArgAction::Help)
                .global(true)
                .display_order(903)
                .help(self.say(text!("Print this help", "Afficher cette aide"))),
        ]
    }

    fn help(&self) -> Command {
        self.named(
            "help",
            text!("Explain a command or a topic", "Expliquer une commande ou un sujet"),
        )
        .arg(
            self.value(
                "of",
                text!("COMMAND", "COMMANDE"),
                text!(
                    "A command, or one of the topics exit-codes and json",
                    "Une commande, ou l’un des sujets exit-codes et json"
                ),
            )
            .num_args(0..),
        )
    }

    fn completions(&self) -> Command {
        self.named(
            "completions",
            text!("Print completions for a shell", "Afficher les complétions pour un shell"),
        )
        .arg(
            self.value(
                "shell",
                text!("SHELL", "SHELL"),
                text!("bash, zsh or fish", "bash, zsh ou fish"),
            )
            .required(true)
            .hide_possible_values(true)
            .value_parser(PossibleValuesParser::new(SHELLS)),
        )
    }

    /// Gives a command and all below it help whose headings are in the language.
    fn dress(&self, command: Command) -> Command {
        let usage = self.say(text!("Usage:", "Utilisation :"));
        let mut template = format!("{{about}}\n\n{usage} {{usage}}");
        if command.get_positionals().next().is_some() {
            let heading = self.say(text!("Arguments:", "Arguments :"));
            template.push_str(&format!("\n\n{heading}\n{{positionals}}"));
        }
        if command.has_subcommands() {
            let heading = self.say(text!("Commands:", "Commandes :"));
            template.push_str(&format!("\n\n{heading}\n{{subcommands}}"));
        }
        let heading = self.say(text!("Options:", "Options :"));
        template.push_str(&format!("\n\n{heading}\n{{options}}{{after-help}}\n"));
        let value = self.say(text!("COMMAND", "COMMANDE"));
        command
            .help_template(template)
            .subcommand_value_name(value)
            .mut_subcommands(|below| self.dress(below))
    }
}
