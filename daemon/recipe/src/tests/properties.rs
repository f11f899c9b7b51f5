//! What holds for any text at all.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

use super::service::{Service, fixture, own, parsed};
use crate::{Mail, Recipe};

/// One change to a text, at any place.
#[derive(Debug, Clone)]
enum Change {
    TakeOut(Index, usize),
    PutIn(Index, String),
    SwapLines(Index, Index),
    TakeLineOut(Index),
    Double(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let pieces = prop_oneof![
        "[\\[\\]{}=\",.'#\n\\\\ 0-9a-zé]{1,6}",
        proptest::sample::select(vec![
            "{{ answer.x }}",
            "{% if %}",
            "[container.b]\n",
            "[[release]]\n",
            "= 1\n",
            "\"\"\"",
            "-1",
            "1e400",
            "1979-05-27",
            "99999999999999999999",
            "format = 2\n",
            "\r\n",
            "\u{feff}",
        ])
        .prop_map(str::to_owned),
    ];
    prop_oneof![
        (any::<Index>(), 1usize..20).prop_map(|(at, length)| Change::TakeOut(at, length)),
        (any::<Index>(), pieces).prop_map(|(at, piece)| Change::PutIn(at, piece)),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Change::SwapLines(a, b)),
        any::<Index>().prop_map(Change::TakeLineOut),
        any::<Index>().prop_map(Change::Double),
    ]
}

fn changed(text: &str, change: &Change) -> String {
    let signs: Vec<char> = text.chars().collect();
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    if signs.is_empty() {
        return "x".to_owned();
    }
    match change {
        Change::TakeOut(at, length) => {
            let at = at.index(signs.len());
            let end = (at + length).min(signs.len());
            signs[..at].iter().chain(&signs[end..]).collect()
        }
        Change::PutIn(at, piece) => {
            let at = at.index(signs.len());
            signs[..at]
                .iter()
                .copied()
                .chain(piece.chars())
                .chain(signs[at..].iter().copied())
                .collect()
        }
        Change::SwapLines(a, b) => {
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            lines.swap(a, b);
            lines.concat()
        }
        Change::TakeLineOut(at) => {
            lines.remove(at.index(lines.len()));
            lines.concat()
        }
        Change::Double(at) => {
            let at = at.index(lines.len());
            lines.insert(at, lines[at]);
            lines.concat()
        }
    }
}

/// Parses; what is refused must be told at a place that the text has.
fn parse_and_hold_to_it(text: &str) -> Result<Option<Recipe>, TestCaseError> {
    match Recipe::parse("recipe.toml", text) {
        Ok(recipe) => Ok(Some(recipe)),
        Err(errors) => {
            let lines: Vec<&str> = text.lines().collect();
            prop_assert!(errors.iter().next().is_some());
            for error in errors.iter() {
                prop_assert!(error.line >= 1 && error.line <= lines.len().max(1), "{errors}");
                let line = lines.get(error.line - 1).copied().unwrap_or_default();
                prop_assert_eq!(line, &error.excerpt);
                prop_assert!(error.column >= 1);
                prop_assert!(error.column <= line.chars().count() + 1, "{errors}");
                prop_assert!(!error.what.en.is_empty() && !error.what.fr.is_empty());
                // The last net, for what the structure's check let through.
                prop_assert_ne!(&error.code, "unreadable", "{}", errors);
            }
            Ok(None)
        }
    }
}

fn recipes() -> Vec<String> {
    let own =
        ["nextcloud", "etherpad", "framadate", "mediawiki", "ihatemoney", "miniflux"].map(own);
    own.into_iter().chain([fixture("synapse")]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_stops_the_parser(text in "\\PC{0,200}") {
        parse_and_hold_to_it(&text)?;
    }

    /// Whatever is done to a recipe, it is refused at a place that is there,
    /// or it is good; and a good one can be rendered.
    #[test]
    fn a_mangled_recipe_is_refused_well_or_renders(
        which in any::<Index>(),
        changes in proptest::collection::vec(change(), 1..5),
    ) {
        let recipes = recipes();
        let mut text = which.get(&recipes).clone();
        for change in &changes {
            text = changed(&text, change);
        }
        if let Some(recipe) = parse_and_hold_to_it(&text)? {
            let answers: BTreeMap<String, String> = recipe
                .questions()
                .iter()
                .filter(|question| question.must_be_answered())
                .map(|question| (question.key.as_str().to_owned(), "moi@example.org".to_owned()))
                .collect();
            if recipe.check_answers(&answers).is_err() {
                return Ok(());
            }
            let pairs: Vec<(&str, &str)> =
                answers.iter().map(|(key, answer)| (key.as_str(), answer.as_str())).collect();
            let service = Service::of(&recipe, &pairs);
            for release in recipe.releases() {
                if recipe.runs_on(release, "amd64") && recipe.mail() != Mail::Required {
                    let rendered = recipe.render(release, &service.setting());
                    prop_assert!(rendered.is_ok(), "{:?}", rendered);
                }
            }
        }
    }

    /// No answer gets out of the quotes that a configuration file puts round it.
    #[test]
    fn answers_stay_within_their_quotes(title in "[^\\p{Cc}]{1,60}") {
        let recipe = parsed("ihatemoney", &own("ihatemoney"));
        let service = Service::of(&recipe, &[("title", &title)]);
        let rendered = recipe.render(recipe.newest(), &service.setting()).unwrap();
        let content = &rendered.containers[0].files[0].content;
        let line = content.lines().find(|line| line.starts_with("SITE_NAME")).unwrap();
        let literal = line.strip_prefix("SITE_NAME = ").unwrap();
        // JSON's rules for these signs are Python's.
        prop_assert_eq!(serde_json::from_str::<String>(literal).unwrap(), title);
    }
}
