//! Wrong recipes, and all that is said about them, in both languages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::{Language, Recipe, RecipeErrors};

/// Reads every file of the folder of wrong recipes.
fn wrong_recipes() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/wrong");
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn refused(name: &str, text: &str) -> RecipeErrors {
    match Recipe::parse("recipe.toml", text) {
        Err(errors) => errors,
        Ok(_) => panic!("{name} is taken for a good recipe"),
    }
}

#[test]
fn every_wrong_recipe_is_refused_in_both_languages() {
    let recipes = wrong_recipes();
    assert!(recipes.len() >= 20, "there are only {}", recipes.len());
    for (name, text) in recipes {
        let errors = refused(&name, &text);
        let shown = format!(
            "{}\n================ fr ================\n\n{}",
            errors.in_language(Language::En),
            errors.in_language(Language::Fr)
        );
        insta::assert_snapshot!(format!("wrong_{}", name.replace('-', "_")), shown);
    }
}

#[test]
fn each_error_points_at_what_is_written_there() {
    for (name, text) in wrong_recipes() {
        let lines: Vec<&str> = text.lines().collect();
        for error in refused(&name, &text).iter() {
            assert_eq!(lines[error.line - 1], error.excerpt, "{name}");
            assert!(
                error.column - 1 + error.width <= error.excerpt.chars().count().max(error.column)
            );
            assert_ne!(error.what.en, error.what.fr, "{name}");
            assert_ne!(error.hint.en, error.hint.fr, "{name}");
        }
    }
}

#[test]
fn the_wrong_recipes_show_different_errors() {
    let codes: BTreeSet<String> = wrong_recipes()
        .iter()
        .flat_map(|(name, text)| {
            refused(name, text).iter().map(|error| error.code.clone()).collect::<Vec<_>>()
        })
        .collect();
    assert!(codes.len() >= 20, "only {codes:?}");
}
