//! Questions: each once, with choices and bounds that fit its kind.

use std::collections::BTreeSet;

use super::Check;
use super::names::has_bounds;
use crate::document::Place;
use crate::format::{Question, QuestionKind};
use crate::{answers, text};

impl Check<'_, '_, '_, '_> {
    pub(super) fn questions(&mut self) {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for (index, question) in self.file.question.iter().enumerate() {
            let place = Place::root().key("question").index(index);
            let key = question.key.as_str();
            if !seen.insert(key) {
                self.wrong(
                    "question-twice",
                    &place.key("key"),
                    text!(
                        "“{key}” is asked a second time.",
                        "« {key} » est demandé une deuxième fois."
                    ),
                    text!(
                        "Keep one of the two, or name it otherwise.",
                        "Gardez l’une des deux, ou nommez-la autrement."
                    ),
                );
            }
            self.choices(question, &place);
            self.bounds(question, &place);
            self.default(question, &place);
        }
    }

    fn choices(&mut self, question: &Question, place: &Place) {
        let is_choice = question.kind == QuestionKind::Choice;
        let count = question.choices.len();
        if is_choice && count < 2 {
            self.wrong(
                "choices-missing",
                &place.key(if count == 0 { "kind" } else { "choices" }),
                text!("There is nothing to choose from.", "Il n’y a rien à choisir."),
                text!(
                    "List two choices or more: choices = [{{ value = \"…\", label = {{ en = \"…\", fr = \"…\" }} }}, …]",
                    "Donnez deux choix ou plus : choices = [{{ value = \"…\", label = {{ en = \"…\", fr = \"…\" }} }}, …]"
                ),
            );
        }
        if !is_choice && count > 0 {
            self.wrong_key(
                "choices-without-choice",
                &place.key("choices"),
                text!(
                    "Only a question of kind “choice” has choices.",
                    "Seule une question du genre « choice » a des choix."
                ),
                text!(
                    "Write kind = \"choice\", or take the choices out.",
                    "Écrivez kind = \"choice\", ou retirez les choix."
                ),
            );
        }
        let mut seen = BTreeSet::new();
        for (index, choice) in question.choices.iter().enumerate() {
            if !seen.insert(&choice.value) {
                self.twice(&choice.value, &place.key("choices").index(index).key("value"));
            }
        }
    }

    fn bounds(&mut self, question: &Question, place: &Place) {
        if let (Some(least), Some(most)) = (question.minimum, question.maximum)
            && least > most
        {
            self.wrong(
                "bounds-crossed",
                &place.key("maximum"),
                text!(
                    "The largest ({most}) is below the smallest ({least}).",
                    "Le maximum ({most}) est plus petit que le minimum ({least})."
                ),
                text!("Swap the two.", "Échangez les deux."),
            );
        }
        for (bound, value) in [("minimum", question.minimum), ("maximum", question.maximum)] {
            if value.is_some() && !has_bounds(question.kind) {
                self.wrong_key(
                    "bounds-without-number",
                    &place.key(bound),
                    text!(
                        "A question of this kind has no bounds.",
                        "Une question de ce genre n’a pas de bornes."
                    ),
                    text!("Take “{bound}” out.", "Retirez « {bound} »."),
                );
            }
        }
    }

    fn default(&mut self, question: &Question, place: &Place) {
        let Some(default) = &question.default else { return };
        if question.kind == QuestionKind::Password {
            return self.wrong(
                "password-with-default",
                &place.key("default"),
                text!(
                    "A password that everyone can read here is none.",
                    "Un mot de passe que chacun peut lire ici n’en est pas un."
                ),
                text!(
                    "Take it out, or let the box make a secret: [secret.…]",
                    "Retirez-le, ou laissez la boîte créer un secret : [secret.…]"
                ),
            );
        }
        if let Err(trouble) = answers::check(question, &default.to_string()) {
            self.wrong(
                "default-wrong",
                &place.key("default"),
                text!(
                    "The default is no answer to its own question.",
                    "La réponse par défaut ne répond pas à sa propre question."
                ),
                trouble.remedy,
            );
        }
    }
}
