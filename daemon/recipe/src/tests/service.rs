//! A service made up for tests, whose secrets are plain to see.

use std::collections::BTreeMap;

use crate::{Recipe, Setting};

/// The facts of a made-up service.
pub(super) struct Service {
    domains: Vec<String>,
    answers: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
    port: u16,
}

impl Service {
    /// A service with some answers; its secrets are `(the secret x)`.
    pub(super) fn of(recipe: &Recipe, answers: &[(&str, &str)]) -> Self {
        let given: BTreeMap<String, String> =
            answers.iter().map(|(key, answer)| ((*key).into(), (*answer).into())).collect();
        let secrets = recipe.secrets().into_iter();
        Self {
            domains: vec!["pad.example.org".into(), "écrire.example.org".into()],
            answers: recipe.check_answers(&given).unwrap(),
            secrets: secrets
                .map(|spec| (spec.name.clone(), format!("(the secret {})", spec.name)))
                .collect(),
            port: 8443,
        }
    }

    pub(super) fn setting(&self) -> Setting<'_> {
        Setting {
            service: "example",
            domains: &self.domains,
            https_port: self.port,
            answers: &self.answers,
            secrets: &self.secrets,
            architecture: "amd64",
            front_door: "172.30.0.1/32",
        }
    }
}

/// The text of a recipe kept for tests.
pub(super) fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// The text of one of the recipes that Panier comes with.
pub(super) fn own(name: &str) -> String {
    let path = format!("{}/../../recipes/{name}/recipe.toml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// Parses, or shows why not.
pub(super) fn parsed(name: &str, text: &str) -> Recipe {
    Recipe::parse(&format!("{name}.toml"), text).unwrap_or_else(|errors| panic!("{errors}"))
}
