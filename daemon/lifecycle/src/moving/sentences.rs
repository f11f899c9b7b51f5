//! What people are told of a move: what happened, what runs now, and that
//! their data are there.

use recipe::{Measured, Recipe, Text, Trouble, text};

use super::course::{Course, Version, found};
use super::measured::{Values, moved};
use super::shut::Returned;
use crate::site::{parse, recipe_of};

/// What is told of a move that failed, once all is taken back.
pub(crate) fn last_word(course: &Course, trouble: Trouble) -> Trouble {
    match course.is_committed() {
        Ok(false) => told(course, trouble.clone()).unwrap_or(trouble),
        // The release is there: only what came after it failed.
        _ => trouble,
    }
}

fn told(course: &Course, trouble: Trouble) -> Result<Trouble, Trouble> {
    let service = course.service()?;
    let runs = recipe::ReleaseId::new(&service.release, service.revision).to_string();
    let cause = cause(&course.to.release.to_string(), &trouble.code);
    let before: Option<Values> = course.found(found::BEFORE)?;
    let returned: Option<Returned> = course.found(found::RETURNED)?;
    let untouched = returned.is_none();
    let state = match &returned {
        None => text!(
            "Nothing was touched: {runs} is as it was.",
            "Rien n’a été touché : la {runs} est comme avant."
        ),
        Some(returned) if !returned.runs => text!(
            "{runs} is there with its data, and stopped as it was.",
            "La {runs} est là avec ses données, à l’arrêt comme avant."
        ),
        Some(returned) if !returned.well => text!(
            "{runs} is back with its data, and does not answer.",
            "La {runs} est revenue avec ses données, mais ne répond pas."
        ),
        Some(returned) => {
            let recipe = recipe_of(&service)?;
            it_runs(&runs, &recipe, before.as_ref(), &returned.measures)
        }
    };
    let remedy = match &returned {
        Some(returned) if returned.runs && !returned.well => {
            let name = &service.name;
            text!(
                "Look into its log for the reason: panier logs {name}.",
                "Cherchez-en la raison dans son journal : panier logs {name}."
            )
        }
        _ if untouched => trouble.remedy.clone(),
        _ => {
            let job = course.job;
            text!(
                "Go on using it. What happened, for whoever writes the recipe: panier job {job}",
                "Continuez à l’utiliser. Ce qui s’est passé, pour qui écrit la recette : panier job {job}"
            )
        }
    };
    let code = if course.back.is_some() { "rollback-undone" } else { "update-undone" };
    let what = join(&cause, &state);
    let why = match &trouble.why {
        Some(why) => join(&trouble.what, why),
        None => trouble.what.clone(),
    };
    Ok(Trouble::new(code, what, remedy).because(why))
}

/// What went wrong with a release, by the code of its trouble.
fn cause(release: &str, code: &str) -> Text {
    match code {
        "service-unwell" => {
            text!("{release} did not answer.", "La {release} n’a pas répondu.")
        }
        "measures-differ" => text!(
            "{release} did not keep all of the data.",
            "La {release} n’a pas gardé toutes les données."
        ),
        "container-ended" | "block-not-ready" => {
            text!("{release} did not start.", "La {release} n’a pas démarré.")
        }
        "registry-busy" => {
            text!("{release} could not be fetched.", "La {release} n’a pas pu être téléchargée.")
        }
        code if code.starts_with("image-") => {
            text!("{release} could not be fetched.", "La {release} n’a pas pu être téléchargée.")
        }
        _ => text!(
            "Moving to {release} did not succeed.",
            "Le passage à la {release} n’a pas abouti."
        ),
    }
}

/// That a release runs, with the data that it had.
fn it_runs(release: &str, recipe: &Recipe, before: Option<&Values>, now: &Values) -> Text {
    let differ = before.is_some_and(|before| !moved(before, now).is_empty());
    if differ && let Some(before) = before {
        let Text { en, fr } = movements(recipe, before, now);
        return text!(
            "{release} runs; since it was stopped: {en}.",
            "La {release} tourne ; depuis son arrêt : {fr}."
        );
    }
    let Text { en, fr } = data_is_there(recipe, now);
    text!("{release} runs; {en}.", "La {release} tourne ; {fr}.")
}

/// What is told when a move has arrived.
pub(super) fn arrived(to: &Version, measures: &Values) -> Text {
    let release = to.release.to_string();
    let there = match parse("recipe.toml", &to.recipe_text) {
        Ok(recipe) => data_is_there(&recipe, measures),
        Err(_told_elsewhere) => text!("your data are there", "vos données sont là"),
    };
    let Text { en, fr } = there;
    text!("{release} runs; {en}.", "La {release} tourne ; {fr}.")
}

/// “your 214 bills are there”
fn data_is_there(recipe: &Recipe, measures: &Values) -> Text {
    let counted: Vec<(u64, Text)> = recipe
        .measures()
        .iter()
        .filter_map(|measure| counted(measure, measures.get(measure.name)?))
        .collect();
    match counted.as_slice() {
        [] => text!("your data are there", "vos données sont là"),
        [(1, Text { en, fr })] => text!("your {en} is there", "votre {fr} est là"),
        [(count, Text { en, fr })] => {
            let (count_en, count_fr) = (grouped(*count, ","), grouped(*count, "\u{202f}"));
            text!("your {count_en} {en} are there", "vos {count_fr} {fr} sont là")
        }
        several => {
            let en = listed(
                several.iter().map(|(count, text)| format!("{} {}", grouped(*count, ","), text.en)),
                "and",
            );
            let fr = listed(
                several
                    .iter()
                    .map(|(count, text)| format!("{} {}", grouped(*count, "\u{202f}"), text.fr)),
                "et",
            );
            text!("your data are there: {en}", "vos données sont là : {fr}")
        }
    }
}

/// A count that people would know again, with its word.
fn counted(measure: &Measured<'_>, value: &str) -> Option<(u64, Text)> {
    let (label, singular) = measure.label.zip(measure.singular)?;
    match value.parse().ok()? {
        0 => None,
        1 => Some((1, singular.clone())),
        count => Some((count, label.clone())),
    }
}

/// Thousands apart, as each language writes them.
fn grouped(number: u64, mark: &str) -> String {
    let digits = number.to_string();
    let mut said = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            said.push_str(mark);
        }
        said.push(digit);
    }
    said
}

fn listed(parts: impl Iterator<Item = String>, and: &str) -> String {
    let mut parts: Vec<String> = parts.collect();
    match parts.pop() {
        Some(last) if !parts.is_empty() => format!("{} {and} {last}", parts.join(", ")),
        Some(last) => last,
        None => String::new(),
    }
}

/// What has moved: “bills 214 → 216, people 3 → 4”.
pub(super) fn movements(recipe: &Recipe, then: &Values, now: &Values) -> Text {
    let said = |value: Option<&String>| value.cloned().unwrap_or_else(|| "?".to_owned());
    let parts: Vec<(Text, String)> = moved(then, now)
        .into_iter()
        .map(|name| {
            let values = format!("{} → {}", said(then.get(name)), said(now.get(name)));
            (recipe.words_for_measure(name), values)
        })
        .collect();
    let joined = |choose: fn(&Text) -> &str| {
        let parts = parts.iter().map(|(label, values)| format!("{} {values}", choose(label)));
        parts.collect::<Vec<_>>().join(", ")
    };
    Text::new(joined(|text| &text.en), joined(|text| &text.fr))
}

/// A measure is not what it was before the move.
pub(super) fn not_equal(measure: &Measured<'_>, then: &str, now: Option<&String>) -> Trouble {
    let Text { en, fr } =
        measure.label.cloned().unwrap_or_else(|| Text::new(measure.name, measure.name));
    let now = now.map_or("?", String::as_str);
    Trouble::new(
        "measures-differ",
        text!("{en}: {then} before, {now} after.", "{fr} : {then} avant, {now} après."),
        text!("Tell the recipe's maker.", "Prévenez l’auteur de la recette."),
    )
}

/// A release stopped working after people had written to it: they choose.
pub(super) fn in_doubt(
    name: &str,
    runs: &str,
    kept: &str,
    written: &Text,
    trouble: &Trouble,
) -> Trouble {
    let Text { en, fr } = written;
    let why = match &trouble.why {
        Some(why) => join(&trouble.what, why),
        None => trouble.what.clone(),
    };
    Trouble::new(
        "update-in-doubt",
        text!(
            "Since its update, {name} {runs} does not work any more. Since then: {en}.",
            "Depuis sa mise à jour, {name} {runs} ne fonctionne plus. Entre-temps : {fr}."
        ),
        text!(
            "To go back to {kept} without these changes: panier rollback {name}. A snapshot keeps them.",
            "Pour revenir à la {kept} sans ces changements : panier rollback {name}. Une sauvegarde les garde."
        ),
    )
    .because(why)
}

fn join(one: &Text, other: &Text) -> Text {
    Text::new(format!("{} {}", one.en, other.en), format!("{} {}", one.fr, other.fr))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(measures: &str) -> Recipe {
        let text = crate::tests::yard::PAD.replace(
            "[[release]]\nversion = \"1.0\"",
            &format!("{measures}\n[[release]]\nversion = \"1.0\""),
        );
        parse("pad", &text).unwrap()
    }

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    const BILLS: &str = "[[measure]]\nname = \"bills\"\nlabel = { en = \"bills\", fr = \"dépenses\" }\n\
         singular = { en = \"bill\", fr = \"dépense\" }\ncommand = { container = \"app\", run = [\"x\"] }\n";
    const PEOPLE: &str = "[[measure]]\nname = \"people\"\nlabel = { en = \"people\", fr = \"personnes\" }\n\
         singular = { en = \"person\", fr = \"personne\" }\n\
         command = { container = \"app\", run = [\"y\"] }\n";

    #[test]
    fn people_find_their_counts_in_the_sentence() {
        let one = recipe(BILLS);
        let said = |recipe: &Recipe, pairs: &[(&str, &str)]| data_is_there(recipe, &values(pairs));
        assert_eq!(said(&one, &[("bills", "214")]).fr, "vos 214 dépenses sont là");
        assert_eq!(said(&one, &[("bills", "214")]).en, "your 214 bills are there");
        assert_eq!(said(&one, &[("bills", "1")]).fr, "votre dépense est là");
        assert_eq!(
            said(&one, &[("bills", "1234567")]).fr,
            "vos 1\u{202f}234\u{202f}567 dépenses sont là"
        );
        assert_eq!(said(&one, &[("bills", "1234567")]).en, "your 1,234,567 bills are there");
        // Nothing to count is no lie to be told.
        assert_eq!(said(&one, &[("bills", "0")]).fr, "vos données sont là");
        assert_eq!(said(&one, &[]).en, "your data are there");
        let two = recipe(&format!("{BILLS}{PEOPLE}"));
        let said = said(&two, &[("bills", "1"), ("people", "3")]);
        assert_eq!(said.fr, "vos données sont là : 1 dépense et 3 personnes");
        assert_eq!(said.en, "your data are there: 1 bill and 3 people");
    }

    #[test]
    fn what_was_written_since_is_named() {
        let recipe = recipe(&format!("{BILLS}{PEOPLE}"));
        let then = values(&[("bills", "214"), ("people", "3")]);
        let now = values(&[("bills", "216")]);
        let said = movements(&recipe, &then, &now);
        assert_eq!(said.fr, "dépenses 214 → 216, personnes 3 → ?");
        assert_eq!(said.en, "bills 214 → 216, people 3 → ?");
    }
}
