//! Names that are keys of tables, and texts that say nothing.

use super::Check;
use crate::document::Place;
use crate::format::{Alphabet, QuestionKind};
use crate::scalar::{Key, Name, Scalar};
use crate::{Text, text};

impl Check<'_, '_, '_, '_> {
    pub(super) fn names(&mut self) {
        let root = Place::root();
        let file = self.file;
        let containers = root.key("container");
        for (name, container) in &file.container {
            let place = containers.key(name);
            self.word::<Name>(name, &place);
            for volume in container.volumes.keys() {
                self.word::<Name>(volume, &place.key("volumes").key(volume));
            }
            for variable in container.environment.keys() {
                self.variable(variable, &place.key("environment").key(variable));
            }
            if let Some(rule) = &container.secret_environment {
                let place = place.key("secret_environment").key("variables");
                for variable in rule.variables.keys() {
                    self.variable(variable, &place.key(variable));
                    if container.environment.contains_key(variable) {
                        self.twice(variable, &place.key(variable));
                    }
                }
            }
        }
        for (name, secret) in &file.secret {
            let place = root.key("secret").key(name);
            self.word::<Key>(name, &place);
            if self.recipe.blocks().iter().any(|block| block.secret.contains_key(name)) {
                self.twice(name, &place);
            }
            if secret.reveal && secret.label.is_none() {
                self.wrong_key(
                    "secret-without-label",
                    &place,
                    text!(
                        "People are shown “{name}” and not told what it opens.",
                        "On montre « {name} » sans dire ce qu’il ouvre."
                    ),
                    text!(
                        "Add a label: label = {{ en = \"…\", fr = \"…\" }}",
                        "Ajoutez une étiquette : label = {{ en = \"…\", fr = \"…\" }}"
                    ),
                );
            }
            if secret.alphabet == Alphabet::Digits && secret.length < 32 {
                self.wrong(
                    "secret-too-weak",
                    &place.key("length"),
                    text!(
                        "A secret of digits alone needs more of them.",
                        "Un secret fait de chiffres seuls en demande davantage."
                    ),
                    text!("Make it 32 or longer.", "Donnez-lui 32 signes ou plus."),
                );
            }
        }
        self.texts();
    }

    /// A key of a table that must be a word of some form.
    fn word<S: Scalar>(&mut self, word: &str, place: &Place) {
        if let Err(misread) = S::read(word) {
            self.wrong_key(misread.code, place, misread.what, misread.hint);
        }
    }

    /// The name of an environment variable (POSIX, Base Definitions 8.1).
    fn variable(&mut self, name: &str, place: &Place) {
        let good = !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !good {
            self.wrong_key(
                "variable-unusable",
                place,
                text!(
                    "“{name}” cannot be the name of an environment variable.",
                    "« {name} » ne peut pas être le nom d’une variable d’environnement."
                ),
                text!(
                    "Use letters, digits and underscores, no digit first.",
                    "Utilisez des lettres, des chiffres et des tirets bas, sans chiffre au début."
                ),
            );
        }
    }

    pub(super) fn twice(&mut self, name: &str, place: &Place) {
        self.wrong_key(
            "name-taken",
            place,
            text!("The name “{name}” is taken already.", "Le nom « {name} » est déjà pris."),
            text!("Choose another name.", "Choisissez un autre nom."),
        );
    }

    /// Texts for people that are blank in one language.
    fn texts(&mut self) {
        let root = Place::root();
        let file = self.file;
        let mut texts: Vec<(Place, &Text)> = vec![
            (root.key("summary"), &file.summary),
            (root.key("export").key("how"), &file.export.how),
        ];
        for (index, question) in file.question.iter().enumerate() {
            let place = root.key("question").index(index);
            texts.push((place.key("label"), &question.label));
            texts.extend(question.help.iter().map(|help| (place.key("help"), help)));
            texts.extend(
                question.choices.iter().enumerate().map(|(at, choice)| {
                    (place.key("choices").index(at).key("label"), &choice.label)
                }),
            );
        }
        for (name, secret) in &file.secret {
            let place = root.key("secret").key(name).key("label");
            texts.extend(secret.label.iter().map(|label| (place.clone(), label)));
        }
        for (name, container) in &file.container {
            let place = root.key("container").key(name);
            let why = container.egress.as_ref().map(|egress| &egress.because);
            texts.extend(why.map(|because| (place.key("egress").key("because"), because)));
            texts.extend(container.port.iter().enumerate().map(|(index, port)| {
                (place.key("port").index(index).key("because"), &port.because)
            }));
        }
        for (index, release) in file.release.iter().enumerate() {
            let place = root.key("release").index(index).key("note");
            texts.extend(release.note.iter().map(|note| (place.clone(), note)));
        }
        for (place, Text { en, fr }) in texts {
            for (language, said) in [("en", en), ("fr", fr)] {
                if said.trim().is_empty() {
                    self.blank(&place.key(language));
                }
            }
        }
        if file.name.trim().is_empty() {
            self.blank(&root.key("name"));
        }
    }

    pub(super) fn blank(&mut self, place: &Place) {
        self.wrong(
            "text-blank",
            place,
            text!("This text says nothing.", "Ce texte ne dit rien."),
            text!(
                "Write a few words for the people who read it.",
                "Écrivez quelques mots pour qui le lira."
            ),
        );
    }
}

/// Whether a kind of question has bounds.
pub(super) fn has_bounds(kind: QuestionKind) -> bool {
    !matches!(kind, QuestionKind::Choice | QuestionKind::Boolean)
}
