//! Templates: well-formed, asking for what there is, without secrets where
//! others can look. Then all is filled in once on trial.

use std::collections::BTreeMap;
use std::ops::Range;

use minijinja::ErrorKind;

use super::Check;
use crate::document::Place;
use crate::format::{Mail, Question, QuestionKind};
use crate::nearest::nearest;
use crate::render::{Kitchen, Misfilled, Spot, spots};
use crate::template::{Engine, literal_filters};
use crate::variables::{Facts, Names};
use crate::{Recipe, Setting, Text, text};

impl Check<'_, '_, '_, '_> {
    pub(super) fn templates(&mut self) {
        // Without a release there is nothing to fill in; that is told elsewhere.
        let Some(newest) = self.recipe.releases.last() else { return };
        let trial = Trial::of(self.recipe);
        let engine = Engine::new();
        let names = Names::of(&Facts::of(self.recipe, newest, &trial.setting("amd64")));
        let before = self.faults.count();
        for spot in spots(self.file) {
            self.spot(&spot, &engine, &names);
        }
        if self.faults.count() == before {
            self.fill_in(&trial);
            self.fill_in(&trial.bare(&self.file.question));
        }
    }

    /// Renders every release, without and with a forwarder of mail. One error
    /// is told: the same text would give it again for every release.
    fn fill_in(&mut self, trial: &Trial) {
        let before = self.faults.count();
        for release in &self.recipe.releases {
            for architecture in ["amd64", "arm64"] {
                let setting = trial.setting(architecture);
                let mut kitchen = Kitchen::new(self.recipe, release, &setting);
                // What cannot do without mail is never rendered without it.
                let needs_mail = self.file.mail == Mail::Required;
                let without = (!needs_mail).then(|| kitchen.render());
                kitchen.facts = kitchen.facts.with_mail();
                for tried in without.into_iter().chain([kitchen.render()]) {
                    if let Err(misfilled) = tried
                        && self.faults.count() == before
                    {
                        self.misfilled(&misfilled);
                    }
                }
            }
        }
    }

    fn spot(&mut self, spot: &Spot<'_>, engine: &Engine, names: &Names) {
        let asked = match engine.names(spot.template) {
            Ok(asked) => asked,
            Err(error) => {
                let place = spot.place.clone();
                return self.misfilled(&Misfilled { place, error });
            }
        };
        for name in asked {
            let known = if spot.secrets { &names.secret } else { &names.open };
            if known.contains(&name) {
                continue;
            }
            let range = self.inside(&spot.place, &name);
            if names.secret.contains(&name) {
                self.faults.add(
                    "secret-in-the-open",
                    &range,
                    text!(
                        "“{name}” is secret, and others can read this text.",
                        "« {name} » est secret, et d’autres peuvent lire ce texte."
                    ),
                    secret_hint(&name),
                );
            } else {
                self.faults.add(
                    "variable-unknown",
                    &range,
                    text!(
                        "There is no “{name}” for templates.",
                        "Il n’y a pas de « {name} » pour les modèles."
                    ),
                    variable_hint(&name, known.iter().map(String::as_str)),
                );
            }
        }
    }

    /// Where a name stands in a template; the whole template, where it is
    /// written in another way than it is named.
    fn inside(&self, place: &Place, name: &str) -> Range<usize> {
        let whole = self.document.value(place);
        let source = self.faults.text().get(whole.clone()).unwrap_or_default();
        match source.find(name) {
            Some(at) => whole.start + at..whole.start + at + name.len(),
            None => whole,
        }
    }

    fn misfilled(&mut self, misfilled: &Misfilled) {
        let whole = self.document.value(&misfilled.place);
        let source = self.faults.text().get(whole.clone()).unwrap_or_default();
        // A text of several lines begins on the line after its quotes.
        let begins = usize::from(source.starts_with("\"\"\"\n") || source.starts_with("'''\n"));
        let line = misfilled.error.line().unwrap_or(1).saturating_sub(1);
        let range = match source.split_inclusive('\n').nth(begins + line) {
            Some(text) if line + begins > 0 => {
                let before: usize =
                    source.split_inclusive('\n').take(begins + line).map(str::len).sum();
                let shown = text.trim();
                let indent = text.find(shown).unwrap_or_default();
                let start = whole.start + before + indent;
                start..start + shown.len()
            }
            _ => whole,
        };
        let (range, what, hint) = self.template_said(range, &misfilled.error);
        self.faults.add("template-wrong", &range, what, hint);
    }

    /// What the template engine says, in our own words, and where as far as
    /// the text shows it.
    fn template_said(
        &self,
        range: Range<usize>,
        error: &minijinja::Error,
    ) -> (Range<usize>, Text, Text) {
        let unknown = error
            .detail()
            .and_then(|detail| detail.split_whitespace().nth(1))
            .unwrap_or_default()
            .to_owned();
        match error.kind() {
            ErrorKind::SyntaxError => (
                range,
                text!(
                    "This template is not well-formed here, or just before.",
                    "Ce modèle est mal formé ici, ou juste avant."
                ),
                text!(
                    "Close each {{{{ with }}}}, each {{% with %}}, each if with endif, each for with endfor.",
                    "Fermez chaque {{{{ par }}}}, chaque {{% par %}}, chaque if par endif, chaque for par endfor."
                ),
            ),
            ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction => {
                let source = self.faults.text().get(range.clone()).unwrap_or_default();
                let found = source.find(&unknown).map(|at| range.start + at);
                let range = found.map_or(range, |start| start..start + unknown.len());
                let known = literal_filters().chain([
                    "join", "lower", "upper", "replace", "trim", "length", "first", "last",
                ]);
                let hint = match nearest(&unknown, known) {
                    Some(close) => {
                        text!("Did you mean “{close}”?", "Vouliez-vous dire « {close} » ?")
                    }
                    None => {
                        let literals = literal_filters().collect::<Vec<_>>().join(", ");
                        text!(
                            "Besides the usual ones of Jinja there are: {literals}.",
                            "En plus de ceux de Jinja, il y a : {literals}."
                        )
                    }
                };
                (
                    range,
                    text!(
                        "Templates know no “{unknown}”.",
                        "Les modèles ne connaissent pas « {unknown} »."
                    ),
                    hint,
                )
            }
            ErrorKind::OutOfFuel => (
                range,
                text!("This template takes too long.", "Ce modèle prend trop de temps."),
                text!(
                    "Make it simpler: fewer loops in loops.",
                    "Simplifiez-le : moins de boucles dans des boucles."
                ),
            ),
            _ => (
                range,
                text!("This template cannot be filled in.", "Ce modèle ne peut pas être complété."),
                text!(
                    "Check that each value is of the kind that its filter or comparison takes.",
                    "Vérifiez que chaque valeur est du genre que prend son filtre ou sa comparaison."
                ),
            ),
        }
    }
}

fn secret_hint(name: &str) -> Text {
    let file = match name {
        "database.password" => Some("secret_file.database_password".to_owned()),
        name => name.strip_prefix("secret.").map(|name| format!("secret_file.{name}")),
    };
    match file {
        Some(file) => text!(
            "Hand it over as a file, whose path is {{{{ {file} }}}}; or, where the image takes none, by secret_environment.",
            "Donnez-le par un fichier, dont le chemin est {{{{ {file} }}}} ; ou, si l’image n’en veut pas, par secret_environment."
        ),
        None => text!(
            "Write it into a file; or, where the image takes none, into secret_environment.",
            "Écrivez-le dans un fichier ; ou, si l’image n’en veut pas, dans secret_environment."
        ),
    }
}

fn variable_hint<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> Text {
    if let Some(close) = nearest(name, known.clone()) {
        return text!("Did you mean “{close}”?", "Vouliez-vous dire « {close} » ?");
    }
    let root = name.split('.').next().unwrap_or_default();
    let family = format!("{root}.");
    let listed = |names: Vec<&str>| names.join(", ");
    let members: Vec<&str> = known.clone().filter(|known| known.starts_with(&family)).collect();
    if !members.is_empty() {
        let members = listed(members);
        return text!("There is: {members}.", "Il y a : {members}.");
    }
    match root {
        "answer" => text!("Ask for it first: [[question]]", "Demandez-la d’abord : [[question]]"),
        "secret" | "secret_file" => {
            text!("Say it first: [secret.…]", "Déclarez-le d’abord : [secret.…]")
        }
        "database" => text!("Add [database] first.", "Ajoutez d’abord [database]."),
        "cache" => text!("Add [cache] first.", "Ajoutez d’abord [cache]."),
        "mail" => text!("Say mail = \"optional\" first.", "Écrivez d’abord mail = \"optional\"."),
        _ => {
            let known = listed(known.collect());
            text!("There is: {known}.", "Il y a : {known}.")
        }
    }
}

/// A made-up service that templates are filled in for.
struct Trial {
    domains: [String; 2],
    answers: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
}

impl Trial {
    fn of(recipe: &Recipe) -> Self {
        let specs = recipe.secrets().into_iter();
        Self {
            domains: ["service.example".to_owned(), "second.example".to_owned()],
            answers: trial_answers(&recipe.file.question),
            secrets: specs.map(|spec| (spec.name, "x".repeat(spec.length))).collect(),
        }
    }

    /// The same, with nothing said where nothing must be.
    fn bare(mut self, questions: &[Question]) -> Self {
        let optional = questions
            .iter()
            .filter(|question| question.default.is_none() && !question.must_be_answered());
        for question in optional {
            self.answers.insert(question.key.as_str().to_owned(), String::new());
        }
        self
    }

    fn setting<'t>(&'t self, architecture: &'t str) -> Setting<'t> {
        Setting {
            service: "service",
            domains: &self.domains,
            https_port: 443,
            answers: &self.answers,
            secrets: &self.secrets,
            architecture,
            front_door: "192.0.2.1/32",
        }
    }
}

/// An answer to each question that its own rules accept, as far as one can be
/// made up; it only serves to fill templates in on trial.
fn trial_answers(questions: &[Question]) -> BTreeMap<String, String> {
    questions
        .iter()
        .map(|question| {
            let made_up = || match question.kind {
                QuestionKind::Boolean => "true".to_owned(),
                QuestionKind::Number => question.minimum.unwrap_or(1).to_string(),
                QuestionKind::Email => "someone@service.example".to_owned(),
                QuestionKind::Choice => {
                    question.choices.first().map(|choice| choice.value.clone()).unwrap_or_default()
                }
                QuestionKind::Text | QuestionKind::Password => "something".to_owned(),
            };
            let answer = question.default.as_ref().map_or_else(made_up, ToString::to_string);
            (question.key.as_str().to_owned(), answer)
        })
        .collect()
}
