//! Recipes and images.

use std::path::PathBuf;

use clap::{Arg, Command, ValueHint, value_parser};
use recipe::{Text, text};

use super::Grammar;

impl Grammar {
    pub(super) fn recipes(&self) -> Vec<Command> {
        vec![self.recipe(), self.image()]
    }

    fn recipe(&self) -> Command {
        let id = self
            .value(
                "id",
                text!("RECIPE", "RECETTE"),
                text!(
                    "Which one, as panier recipe list shows it",
                    "Laquelle, comme panier recipe list la montre"
                ),
            )
            .required(true);
        let files = self
            .value(
                "file",
                text!("FILE", "FICHIER"),
                text!(
                    "A recipe.toml, or the folder that holds one",
                    "Un recipe.toml, ou le dossier qui en contient un"
                ),
            )
            .required(true)
            .num_args(1..)
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::AnyPath);
        self.named(
            "recipe",
            text!(
                "See what can be installed; check a recipe",
                "Voir ce qu’on peut installer ; vérifier une recette"
            ),
        )
        .subcommand_required(true)
        .subcommand(self.named("list", text!("List the recipes", "Lister les recettes")))
        .subcommand(
            self.named(
                "show",
                text!(
                    "Show a recipe: what it asks, what it needs",
                    "Montrer une recette : ce qu’elle demande, ce qu’il lui faut"
                ),
            )
            .arg(id),
        )
        .subcommand(
            self.named(
                "validate",
                text!(
                    "Check recipe files; needs no daemon",
                    "Vérifier des fichiers de recette ; sans démon"
                ),
            )
            .arg(files),
        )
        .subcommand(self.recipe_check())
        .subcommand(self.named(
            "schema",
            text!(
                "Print the JSON Schema of recipes, for editors",
                "Afficher le JSON Schema des recettes, pour les éditeurs"
            ),
        ))
    }

    fn recipe_check(&self) -> Command {
        let help = text!(
            "The recipe’s folder, or its recipe.toml",
            "Le dossier de la recette, ou son recipe.toml"
        );
        let file = self.path("file", text!("RECIPE", "RECETTE"), help);
        self.named(
            "check",
            text!(
                "Try a recipe on a box of its own, and report",
                "Essayer une recette sur une boîte à elle, et rendre compte"
            ),
        )
        .arg(file.required(true))
        .args(self.check_options())
    }

    fn check_options(&self) -> [Arg; 6] {
        let release = text!("RELEASE", "VERSION");
        let which =
            text!("Which one to try; else the newest", "Laquelle essayer ; sinon la plus récente");
        let from = text!("Which one to update from", "Depuis laquelle mettre à jour");
        let images = text!(
            "Where images are built from; else images/ beside recipes/",
            "D’où les images sont construites ; sinon images/ à côté de recipes/"
        );
        let engine = text!(
            "The engine’s; else /var/run/docker.sock",
            "Celle du moteur ; sinon /var/run/docker.sock"
        );
        let against = text!(
            "Where the images come from, for the report",
            "D’où viennent les images, pour le rapport"
        );
        let report =
            text!("Write the report there: .md, or .json", "Écrire le rapport là : .md ou .json");
        [
            self.value("release", release.clone(), which).long("release"),
            self.value("from", release, from).long("from"),
            self.path("images", text!("FOLDER", "DOSSIER"), images).long("images"),
            self.path("engine", text!("SOCKET", "SOCKET"), engine).long("engine"),
            self.value("against", text!("WORDS", "MOTS"), against).long("against"),
            self.path("report", text!("FILE", "FICHIER"), report).long("report"),
        ]
    }

    fn path(&self, name: &'static str, value: Text, help: Text) -> Arg {
        self.value(name, value, help)
            .value_parser(value_parser!(PathBuf))
            .value_hint(ValueHint::AnyPath)
    }

    fn image(&self) -> Command {
        let folders = self
            .value(
                "folder",
                text!("NAME", "NOM"),
                text!(
                    "Folders below images/; else all of them",
                    "Des dossiers de images/ ; sinon tous"
                ),
            )
            .num_args(0..);
        self.named("image", text!("Build images at home", "Construire des images sur place"))
            .subcommand_required(true)
            .subcommand(
                self.named(
                    "build",
                    text!(
                        "Build images whose inputs have changed",
                        "Construire les images dont les sources ont changé"
                    ),
                )
                .arg(folders)
                .arg(self.detach()),
            )
    }
}
