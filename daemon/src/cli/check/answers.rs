//! Answers to a recipe's questions, of the right kind, for a check.

use std::collections::BTreeMap;

use recipe::{Question, QuestionKind};

/// Answers to what must be answered; everything else keeps its default.
pub(super) fn needed(questions: &[Question]) -> BTreeMap<String, String> {
    let must = questions.iter().filter(|question| question.must_be_answered());
    must.map(|question| (question.key.as_str().to_owned(), one(question))).collect()
}

/// Another answer to the first question that may be answered anew.
pub(super) fn changed(
    questions: &[Question],
    answers: &BTreeMap<String, String>,
) -> Option<(String, String)> {
    questions.iter().filter(|question| !question.only_at_install).find_map(|question| {
        let now = answers.get(question.key.as_str()).cloned();
        let now = now.or_else(|| question.default.as_ref().map(ToString::to_string));
        let other = another(question, now.as_deref().unwrap_or_default())?;
        Some((question.key.as_str().to_owned(), other))
    })
}

fn one(question: &Question) -> String {
    match question.kind {
        QuestionKind::Text => fitting(question, "Panier"),
        QuestionKind::Email => "recipe-check@example.org".to_owned(),
        QuestionKind::Password => fitting(question, "Trois-chats-et-1-panier"),
        QuestionKind::Choice => {
            question.choices.first().map(|choice| choice.value.clone()).unwrap_or_default()
        }
        QuestionKind::Boolean => "true".to_owned(),
        QuestionKind::Number => question.minimum.or(question.maximum).unwrap_or(1).to_string(),
    }
}

/// An answer of the same kind that is not `now`; none where there is no other.
fn another(question: &Question, now: &str) -> Option<String> {
    match question.kind {
        QuestionKind::Choice => {
            let mut values = question.choices.iter().map(|choice| &choice.value);
            values.find(|value| *value != now).cloned()
        }
        QuestionKind::Boolean => Some((now != "true").to_string()),
        QuestionKind::Number => {
            let number: i64 = now.parse().ok().or(question.minimum)?;
            let within = |it: &i64| {
                question.minimum.is_none_or(|least| *it >= least)
                    && question.maximum.is_none_or(|most| *it <= most)
            };
            [number.saturating_add(1), number.saturating_sub(1)]
                .into_iter()
                .find(within)
                .map(|it| it.to_string())
        }
        QuestionKind::Email => Some(format!("other-{}", one(question))),
        QuestionKind::Text | QuestionKind::Password => {
            let other = fitting(question, "Chez nous & ailleurs");
            (other != now).then_some(other)
        }
    }
}

/// Words of a length that a question takes.
fn fitting(question: &Question, words: &str) -> String {
    let length = |bound: Option<i64>, without: usize| {
        bound.and_then(|it| usize::try_from(it).ok()).unwrap_or(without)
    };
    let most = length(question.maximum, usize::MAX);
    let least = length(question.minimum, 0);
    words
        .chars()
        .chain(std::iter::repeat('x'))
        .take(words.chars().count().max(least).min(most))
        .collect()
}
