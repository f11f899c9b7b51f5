//! The sentences about structure.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeValue};

use super::shape::{Kind, Shape};
use crate::fault::Faults;
use crate::nearest::nearest;
use crate::{Text, text};

/// Longest list of keys that is still a hint and not a page.
const MOST_KEYS: usize = 40;

pub(super) fn unknown_key(shape: &Shape<'_>, key: &Spanned<DeString<'_>>, faults: &mut Faults<'_>) {
    let written = key.get_ref();
    let hint = match nearest(written, shape.keys()) {
        Some(known) => text!("Did you mean “{known}”?", "Vouliez-vous dire « {known} » ?"),
        None => {
            let known = shape.keys().take(MOST_KEYS).collect::<Vec<_>>().join(", ");
            text!("The keys here are: {known}.", "Les clés possibles ici : {known}.")
        }
    };
    faults.add(
        "key-unknown",
        &key.span(),
        text!("There is no key “{written}” here.", "Il n’y a pas de clé « {written} » ici."),
        hint,
    );
}

pub(super) fn missing_key(
    shape: &Shape<'_>,
    key: &str,
    table: &Range<usize>,
    faults: &mut Faults<'_>,
) {
    let language = match (shape.name, key) {
        (Some("Text"), "en") => Some(text!("English", "anglais")),
        (Some("Text"), "fr") => Some(text!("French", "français")),
        _ => None,
    };
    if let Some(Text { en, fr }) = language {
        return faults.add(
            "language-missing",
            table,
            Text::new(
                format!("This text is not said in {en}."),
                format!("Ce texte n’est pas dit en {fr}."),
            ),
            text!(
                "Give it both languages: {{ en = \"…\", fr = \"…\" }}.",
                "Donnez-lui les deux langues : {{ en = \"…\", fr = \"…\" }}."
            ),
        );
    }
    let example = example(shape, key);
    if (shape.name, key) == (Some("EgressRule"), "because") {
        return faults.add(
            "egress-without-reason",
            table,
            text!(
                "This container may reach the internet, and nobody is told why.",
                "Ce conteneur peut joindre internet, et rien ne dit pourquoi."
            ),
            text!("Say it: {example}", "Dites-le : {example}"),
        );
    }
    faults.add(
        "key-missing",
        table,
        text!("The key “{key}” is missing here.", "Il manque ici la clé « {key} »."),
        text!("Add it: {example}", "Ajoutez-la : {example}"),
    );
}

/// How the missing key is written.
fn example(shape: &Shape<'_>, key: &str) -> String {
    let shapes = shape.member_shapes(key);
    let first = shapes.first();
    let top = shape.is_root();
    match first.and_then(|shape| shape.kinds().first()) {
        Some(Kind::Table) if first.is_some_and(|shape| shape.name == Some("Text")) => {
            format!("{key} = {{ en = \"…\", fr = \"…\" }}")
        }
        Some(Kind::Table) if top && first.is_some_and(Shape::is_closed) => format!("[{key}]"),
        Some(Kind::Table) if top => format!("[{key}.…]"),
        Some(Kind::Table) => format!("{key} = {{ … }}"),
        Some(Kind::List) if top => format!("[[{key}]]"),
        Some(Kind::List) => format!("{key} = [\"…\"]"),
        Some(Kind::Integer | Kind::Float) => format!("{key} = 1"),
        Some(Kind::Boolean) => format!("{key} = true"),
        _ => format!("{key} = \"…\""),
    }
}

pub(super) fn wrong_type(
    shapes: &[Shape<'_>],
    kind: Kind,
    value: &Spanned<DeValue<'_>>,
    faults: &mut Faults<'_>,
) {
    let kinds: Vec<Kind> = shapes.iter().flat_map(|shape| shape.kinds().iter().copied()).collect();
    let wanted = Text::new(
        kinds.iter().map(|kind| kind.said().en).collect::<Vec<_>>().join(" or "),
        kinds.iter().map(|kind| kind.said().fr).collect::<Vec<_>>().join(" ou "),
    );
    let found = kind.said();
    let words = shapes.iter().flat_map(Shape::words).collect::<Vec<_>>().join("\", \"");
    let hint = match kinds.as_slice() {
        _ if !words.is_empty() => {
            text!("Choose one of: \"{words}\".", "Choisissez parmi : \"{words}\".")
        }
        [Kind::Text]
            if matches!(kind, Kind::Integer | Kind::Float | Kind::Boolean | Kind::Date) =>
        {
            text!("Put it between quotes.", "Mettez-le entre guillemets.")
        }
        [Kind::Integer | Kind::Float | Kind::Boolean] if kind == Kind::Text => {
            text!("Write it without quotes.", "Écrivez-le sans guillemets.")
        }
        [Kind::List] => text!("Put it between [ and ].", "Mettez-le entre [ et ]."),
        [Kind::Table] if shapes.iter().any(|shape| shape.name == Some("Text")) => text!(
            "Say it in both languages: {{ en = \"…\", fr = \"…\" }}.",
            "Dites-le dans les deux langues : {{ en = \"…\", fr = \"…\" }}."
        ),
        [Kind::Table] => text!(
            "Write a table, with its keys between {{ and }}.",
            "Écrivez une table, avec ses clés entre {{ et }}."
        ),
        _ => Text::new(format!("Write {}.", wanted.en), format!("Écrivez {}.", wanted.fr)),
    };
    faults.add(
        "type-wrong",
        &value.span(),
        Text::new(
            format!("This is {}; {} is expected here.", found.en, wanted.en),
            format!("C’est {} ; il faut ici {}.", found.fr, wanted.fr),
        ),
        hint,
    );
}

pub(super) fn unknown_word(
    words: &[&str],
    written: &str,
    close: Option<&str>,
    span: &Range<usize>,
    faults: &mut Faults<'_>,
) {
    let listed = words.join(", ");
    let hint = match close {
        Some(word) => text!("Did you mean “{word}”?", "Vouliez-vous dire « {word} » ?"),
        None => text!("Choose one of: {listed}.", "Choisissez parmi : {listed}."),
    };
    faults.add(
        "word-unknown",
        span,
        text!(
            "“{written}” cannot be chosen here.",
            "« {written} » n’est pas un choix possible ici."
        ),
        hint,
    );
}

pub(super) fn out_of_bounds(
    minimum: Option<f64>,
    maximum: Option<f64>,
    span: &Range<usize>,
    faults: &mut Faults<'_>,
) {
    let hint = match (minimum, maximum) {
        (Some(least), Some(most)) => {
            text!(
                "Write a number from {least} to {most}.",
                "Écrivez un nombre de {least} à {most}."
            )
        }
        (Some(least), None) => {
            text!("Write a number of at least {least}.", "Écrivez un nombre d’au moins {least}.")
        }
        (None, Some(most)) => {
            text!("Write a number of at most {most}.", "Écrivez un nombre d’au plus {most}.")
        }
        (None, None) => text!("Write a smaller number.", "Écrivez un nombre plus petit."),
    };
    faults.add(
        "number-out-of-bounds",
        span,
        text!("This number cannot stand here.", "Ce nombre ne convient pas ici."),
        hint,
    );
}
