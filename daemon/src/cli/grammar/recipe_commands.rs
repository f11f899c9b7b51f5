//! Recipes and images.

use std::path::PathBuf;

use clap::{Command, ValueHint, value_parser};
use recipe::text;

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
        .subcommand(self.named(
            "schema",
            text!(
                "Print the JSON Schema of recipes, for editors",
                "Afficher le JSON Schema des recettes, pour les éditeurs"
            ),
        ))
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
