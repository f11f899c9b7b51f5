//! What people answered, held against the recipe's questions.

use std::collections::BTreeMap;

use crate::format::{Question, QuestionKind};
use crate::nearest::nearest;
use crate::{Recipe, Text, Trouble, text};

/// Longest text that is taken where the recipe says nothing.
const LONGEST: i64 = 1000;

impl Recipe {
    /// Checks answers, and fills in the defaults. Questions that need no
    /// answer and got none have the empty text.
    ///
    /// # Errors
    /// A trouble for each wrong, missing or unknown answer.
    pub fn check_answers(
        &self,
        given: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, String>, Vec<Trouble>> {
        let mut troubles: Vec<Trouble> = given
            .keys()
            .filter(|key| !self.questions().iter().any(|question| question.key.as_str() == *key))
            .map(|key| self.unknown_answer(key))
            .collect();
        let mut answers = BTreeMap::new();
        for question in self.questions() {
            let key = question.key.as_str();
            let answer = match given.get(key).filter(|answer| !answer.is_empty()) {
                Some(answer) => Some(answer.clone()),
                None => question.default.as_ref().map(ToString::to_string),
            };
            match answer {
                Some(answer) => match check(question, &answer) {
                    Ok(()) => {
                        answers.insert(key.to_owned(), answer);
                    }
                    Err(trouble) => troubles.push(*trouble),
                },
                None if question.must_be_answered() => troubles.push(missing(question)),
                None => {
                    answers.insert(key.to_owned(), String::new());
                }
            }
        }
        if troubles.is_empty() { Ok(answers) } else { Err(troubles) }
    }

    fn unknown_answer(&self, key: &str) -> Trouble {
        let name = self.name();
        let known = self.questions().iter().map(|question| question.key.as_str());
        let remedy = match nearest(key, known.clone()) {
            Some(close) => text!("Did you mean “{close}”?", "Vouliez-vous dire « {close} » ?"),
            None if self.questions().is_empty() => {
                text!("Leave it out: nothing is asked.", "Retirez-la : rien n’est demandé.")
            }
            None => {
                let known = known.collect::<Vec<_>>().join(", ");
                text!("The questions are: {known}.", "Les questions sont : {known}.")
            }
        };
        Trouble::new(
            "answer-unknown",
            text!("{name} does not ask for “{key}”.", "{name} ne demande pas « {key} »."),
            remedy,
        )
    }
}

fn trouble(code: &str, question: &Question, en: &str, fr: &str, remedy: Text) -> Trouble {
    let label = &question.label;
    let what = Text::new(format!("“{}”: {en}", label.en), format!("« {} » : {fr}", label.fr));
    Trouble::new(code, what, remedy)
}

fn missing(question: &Question) -> Trouble {
    let key = &question.key;
    trouble(
        "answer-missing",
        question,
        "this has no answer yet.",
        "il manque une réponse.",
        text!("Answer it: {key}=…", "Répondez : {key}=…"),
    )
}

/// Checks one answer against its question; also used for defaults.
pub(crate) fn check(question: &Question, answer: &str) -> Result<(), Box<Trouble>> {
    if answer.chars().any(char::is_control) {
        return Err(Box::new(trouble(
            "answer-several-lines",
            question,
            "the answer must be a single line.",
            "la réponse doit tenir sur une seule ligne.",
            text!("Write it on one line.", "Écrivez-la sur une ligne."),
        )));
    }
    match question.kind {
        QuestionKind::Text | QuestionKind::Password => length(question, answer),
        QuestionKind::Email if is_mail_address(answer) => length(question, answer),
        QuestionKind::Email => Err(Box::new(trouble(
            "answer-not-an-address",
            question,
            "this is not a mail address.",
            "ce n’est pas une adresse électronique.",
            text!("Write one such as name@example.org.", "Écrivez par exemple nom@example.org."),
        ))),
        QuestionKind::Choice => choice(question, answer),
        QuestionKind::Boolean if matches!(answer, "true" | "false") => Ok(()),
        QuestionKind::Boolean => Err(Box::new(trouble(
            "answer-not-yes-or-no",
            question,
            "the answer is yes or no.",
            "la réponse est oui ou non.",
            text!("Write true for yes, false for no.", "Écrivez true pour oui, false pour non."),
        ))),
        QuestionKind::Number => number(question, answer),
    }
}

/// Something, an @, a host: whether mail arrives there, only mail can tell.
fn is_mail_address(answer: &str) -> bool {
    answer.rsplit_once('@').is_some_and(|(person, host)| {
        !person.is_empty()
            && !person.contains('@')
            && !host.is_empty()
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !answer.contains(|c: char| c.is_whitespace() || "<>\"',;".contains(c))
    })
}

fn length(question: &Question, answer: &str) -> Result<(), Box<Trouble>> {
    let least = question.minimum.unwrap_or(1);
    let most = question.maximum.unwrap_or(LONGEST);
    let signs = i64::try_from(answer.chars().count()).unwrap_or(i64::MAX);
    if (least..=most).contains(&signs) {
        return Ok(());
    }
    Err(Box::new(trouble(
        "answer-length",
        question,
        "the answer is too short or too long.",
        "la réponse est trop courte ou trop longue.",
        text!("Write {least} to {most} characters.", "Écrivez de {least} à {most} caractères."),
    )))
}

fn choice(question: &Question, answer: &str) -> Result<(), Box<Trouble>> {
    if question.choices.iter().any(|choice| choice.value == answer) {
        return Ok(());
    }
    let values: Vec<&str> = question.choices.iter().map(|choice| choice.value.as_str()).collect();
    let values = values.join(", ");
    Err(Box::new(trouble(
        "answer-not-a-choice",
        question,
        "this is not one of the choices.",
        "ce n’est pas l’un des choix.",
        text!("Choose one of: {values}.", "Choisissez parmi : {values}."),
    )))
}

fn number(question: &Question, answer: &str) -> Result<(), Box<Trouble>> {
    let least = question.minimum.unwrap_or(i64::MIN);
    let most = question.maximum.unwrap_or(i64::MAX);
    if answer.parse::<i64>().is_ok_and(|number| (least..=most).contains(&number)) {
        return Ok(());
    }
    let remedy = match (question.minimum, question.maximum) {
        (Some(least), Some(most)) => text!(
            "Write a whole number from {least} to {most}.",
            "Écrivez un nombre entier de {least} à {most}."
        ),
        (Some(least), None) => text!(
            "Write a whole number of at least {least}.",
            "Écrivez un nombre entier d’au moins {least}."
        ),
        (None, Some(most)) => text!(
            "Write a whole number of at most {most}.",
            "Écrivez un nombre entier d’au plus {most}."
        ),
        (None, None) => text!("Write a whole number.", "Écrivez un nombre entier."),
    };
    Err(Box::new(trouble(
        "answer-not-a-number",
        question,
        "this number cannot be taken.",
        "ce nombre ne convient pas.",
        remedy,
    )))
}
