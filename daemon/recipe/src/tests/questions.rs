//! Answers, held against a recipe's questions.

use std::collections::BTreeMap;

use super::service::{fixture, own, parsed};
use crate::{Recipe, Trouble};

fn check(
    recipe: &Recipe,
    given: &[(&str, &str)],
) -> Result<BTreeMap<String, String>, Vec<Trouble>> {
    recipe.check_answers(
        &given.iter().map(|(key, answer)| ((*key).into(), (*answer).into())).collect(),
    )
}

fn codes(recipe: &Recipe, given: &[(&str, &str)]) -> Vec<String> {
    check(recipe, given).unwrap_err().into_iter().map(|trouble| trouble.code).collect()
}

#[test]
fn defaults_are_filled_in() {
    let recipe = parsed("framadate", &own("framadate"));
    let answers = check(&recipe, &[("contact", "moi@example.org"), ("keep_days", "7")]).unwrap();
    assert_eq!(answers["language"], "fr");
    assert_eq!(answers["keep_days"], "7");
    assert_eq!(answers.len(), recipe.questions().len());
}

#[test]
fn a_question_that_needs_no_answer_has_the_empty_one() {
    let recipe = parsed("synapse", &fixture("synapse"));
    assert_eq!(check(&recipe, &[("server_name", "example.org")]).unwrap()["contact"], "");
}

#[test]
fn every_wrong_answer_is_told_at_once() {
    let recipe = parsed("framadate", &own("framadate"));
    let given = [("titel", "x"), ("contact", "nobody"), ("language", "de"), ("keep_days", "0")];
    assert_eq!(
        codes(&recipe, &given),
        ["answer-unknown", "answer-not-an-address", "answer-not-a-choice", "answer-not-a-number"]
    );
    let troubles = check(&recipe, &given).unwrap_err();
    assert_eq!(troubles[0].remedy.fr, "Vouliez-vous dire « title » ?");
    assert_eq!(troubles[3].remedy.en, "Write a whole number from 1 to 365.");
}

#[test]
fn an_answer_that_must_be_given_is_missed() {
    let recipe = parsed("framadate", &own("framadate"));
    assert_eq!(codes(&recipe, &[]), ["answer-missing"]);
    assert_eq!(codes(&recipe, &[("contact", "")]), ["answer-missing"]);
}

#[test]
fn texts_have_a_length_and_one_line() {
    let recipe = parsed("ihatemoney", &own("ihatemoney"));
    assert_eq!(codes(&recipe, &[("title", &"é".repeat(61))]), ["answer-length"]);
    assert!(check(&recipe, &[("title", &"é".repeat(60))]).is_ok());
    assert_eq!(codes(&recipe, &[("title", "a\nb")]), ["answer-several-lines"]);
    assert_eq!(codes(&recipe, &[("open", "yes")]), ["answer-not-yes-or-no"]);
}

#[test]
fn secrets_of_building_blocks_are_among_the_secrets() {
    let recipe = parsed("miniflux", &own("miniflux"));
    let secrets = recipe.secrets();
    let names: Vec<(&str, bool)> =
        secrets.iter().map(|spec| (spec.name.as_str(), spec.reveal)).collect();
    assert_eq!(names, [("admin_password", true), ("database_password", false)]);
}
