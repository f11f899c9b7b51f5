//! `panier recipe check`: a recipe whose journey holds, and one whose does not.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tests::TestBox;

/// Keeps a line, and reads back the one that is expected.
const JOURNEY: &str = r#"#!/bin/sh
set -eu
ask() { curl --silent --show-error --fail --cacert "$CA" --resolve "$RESOLVE" "$@" "$ADDRESS/data"; }
case $1 in
    make) ask --data-binary "$SECRET_TOKEN $ANSWER_TITLE" >/dev/null ;;
    check) ask | grep -qxF "EXPECTED" || { echo "the line is lost" >&2; exit 1; } ;;
esac
echo "1 line"
"#;

/// The tests' own recipe in a folder of its own, with a journey beside it.
fn recipe(folder: &Path, expected: &str) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes/tiny/recipe.toml");
    let recipe = folder.join("tiny");
    std::fs::create_dir_all(&recipe).unwrap();
    std::fs::copy(from, recipe.join("recipe.toml")).unwrap();
    std::fs::write(recipe.join("journey"), JOURNEY.replace("EXPECTED", expected)).unwrap();
    recipe
}

fn verdict<'r>(report: &'r Value, line: &str) -> &'r str {
    let lines = report["lines"].as_array().unwrap();
    let found = lines.iter().find(|it| it["line"] == line);
    found.unwrap_or_else(|| panic!("no {line}: {report}"))["verdict"].as_str().unwrap()
}

#[test]
fn a_recipe_whose_data_stay_passes_and_one_whose_data_are_lost_is_told_where() {
    let Some(own) = TestBox::new("the check of a recipe") else { return };
    let folder = tempfile::tempdir().unwrap();
    // The title is the answer at the time of `make`, whatever is answered later.
    let good = recipe(folder.path(), "$SECRET_TOKEN Tiny");
    let ran = own.panier(&["--json", "recipe", "check", good.to_str().unwrap()]).well();
    let report = ran.json();
    for line in ["valid", "install", "journey-make", "journey-check", "second", "answers", "remove"]
    {
        assert_eq!(verdict(&report, line), "passed", "{line}: {report}");
    }
    assert!(!report["engine"].as_str().unwrap().is_empty(), "{report}");
    let left: Value = own.json(&["list"]);
    assert!(left.as_array().unwrap().is_empty(), "nothing is left of it: {left}");

    // A service that forgets what its first answer was: the check says where.
    let bad = recipe(folder.path(), "$SECRET_TOKEN $ANSWER_TITLE lost");
    let page = folder.path().join("report.md");
    let words = ["recipe", "check", bad.to_str().unwrap(), "--report", page.to_str().unwrap()];
    let ran = own.panier(&words).ended_with(1);
    assert!(ran.told.contains("✗ the data are read back"), "{ran}");
    assert!(ran.told.contains("the line is lost"), "{ran}");
    assert!(ran.told.contains("✓ its journey makes data"), "{ran}");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("| the data are read back | ✗"), "{page}");

    std::fs::write(bad.join("recipe.toml"), "format = 1\n").unwrap();
    own.panier(&["recipe", "check", bad.to_str().unwrap()]).ended_with(6);
}
