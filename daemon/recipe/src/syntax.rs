//! What the TOML parser says, in our own words and in both languages.

use crate::fault::Faults;
use crate::{Text, text};

/// After a slip the parser often stumbles over what follows: the first few
/// errors are worth reading, the rest is noise.
const MOST: usize = 3;

/// Notes the parser's errors.
pub(crate) fn report(errors: &[toml::de::Error], faults: &mut Faults<'_>) {
    for error in errors.iter().take(MOST) {
        let range = error.span().unwrap_or_default();
        let (code, what, hint) = said(error.message());
        faults.add(code, &range, what, hint);
    }
}

/// Our sentence for the parser's description, which comes first in its
/// message, before what it expected.
fn said(message: &str) -> (&'static str, Text, Text) {
    let description = message.split(", expected").next().unwrap_or_default();
    let (what, hint) = match description {
        "duplicate key" => return duplicate(),
        "invalid basic string" | "invalid literal string" | "missing opening quote" => unclosed(),
        "invalid multi-line basic string" | "invalid multi-line literal string" => unclosed_lines(),
        "missing escaped value" | "too few unicode value digits" | "invalid value" => escape(),
        "string values must be quoted" | "unquoted string" | "invalid string" => unquoted(),
        "unclosed array"
        | "unclosed inline table"
        | "unclosed table"
        | "unclosed array table"
        | "missing array opening"
        | "missing inline table opening"
        | "missing table open" => bracket(),
        "missing comma between array elements"
        | "missing comma between key-value pairs"
        | "extra comma in array"
        | "extra comma in inline table" => comma(),
        "key with no value"
        | "missing value"
        | "missing value for key"
        | "missing assignment between key-value pairs"
        | "extra `=`"
        | "unexpected `=` in array"
        | "extra assignment between key-value pairs"
        | "missing key for inline table element"
        | "invalid key-value pair"
        | "invalid key"
        | "invalid unquoted key"
        | "unquoted keys cannot be empty" => pair(),
        description if description.starts_with("cannot extend value") => return extended(),
        description
            if description.contains("number")
                || description.contains("integer")
                || description.contains("leading zero")
                || description.contains("sign")
                || description.contains("float")
                || description.contains("date") =>
        {
            number()
        }
        _ => other(),
    };
    ("not-toml", what, hint)
}

fn duplicate() -> (&'static str, Text, Text) {
    (
        "key-twice",
        text!("This key stands here a second time.", "Cette clé est écrite ici une deuxième fois."),
        text!("Keep one of the two.", "Gardez l’une des deux."),
    )
}

fn extended() -> (&'static str, Text, Text) {
    (
        "key-twice",
        text!(
            "This key has its value already: nothing can be added to it here.",
            "Cette clé a déjà sa valeur : on ne peut rien y ajouter ici."
        ),
        text!("Write all of it in one place.", "Écrivez tout au même endroit."),
    )
}

fn unclosed() -> (Text, Text) {
    (
        text!("This text is not closed on its line.", "Ce texte n’est pas fermé sur sa ligne."),
        text!(
            "End it with the quote that it began with; a text of several lines stands between \"\"\" and \"\"\".",
            "Terminez-le par le guillemet du début ; un texte de plusieurs lignes se met entre \"\"\" et \"\"\"."
        ),
    )
}

fn unclosed_lines() -> (Text, Text) {
    (
        text!(
            "This text of several lines is not closed.",
            "Ce texte de plusieurs lignes n’est pas fermé."
        ),
        text!(
            "End it with the three quotes that it began with.",
            "Terminez-le par les trois guillemets du début."
        ),
    )
}

fn escape() -> (Text, Text) {
    (
        text!(
            "This backslash begins nothing that TOML knows.",
            "Cette barre oblique inverse ne commence rien que TOML connaisse."
        ),
        text!(
            "Write \\\\ for a backslash, or put the text between single quotes.",
            "Écrivez \\\\ pour une barre oblique inverse, ou mettez le texte entre apostrophes droites."
        ),
    )
}

fn unquoted() -> (Text, Text) {
    (
        text!("This text has no quotes.", "Ce texte n’a pas de guillemets."),
        text!(
            "Put it between straight quotes: \"…\".",
            "Mettez-le entre guillemets droits : \"…\"."
        ),
    )
}

fn bracket() -> (Text, Text) {
    (
        text!("A bracket is missing here.", "Il manque un crochet ou une accolade ici."),
        text!(
            "Lists stand in [ ], small tables in {{ }}, table headings in [ ] on a line of their own.",
            "Les listes se mettent entre [ ], les petites tables entre {{ }}, les titres de tables entre [ ] seuls sur leur ligne."
        ),
    )
}

fn comma() -> (Text, Text) {
    (
        text!(
            "There is a comma missing or too many here.",
            "Il manque une virgule ici, ou il y en a une de trop."
        ),
        text!("Put one comma between two elements.", "Mettez une virgule entre deux éléments."),
    )
}

fn pair() -> (Text, Text) {
    (
        text!("This is not a key with its value.", "Ce n’est pas une clé avec sa valeur."),
        text!(
            "Write key = value, one on a line; texts stand in quotes.",
            "Écrivez clé = valeur, une par ligne ; les textes se mettent entre guillemets."
        ),
    )
}

fn number() -> (Text, Text) {
    (
        text!(
            "This is neither a number nor a text in quotes.",
            "Ce n’est ni un nombre, ni un texte entre guillemets."
        ),
        text!(
            "Put it in quotes if it is a text; a number has no leading zero.",
            "Mettez-le entre guillemets si c’est un texte ; un nombre ne commence pas par zéro."
        ),
    )
}

fn other() -> (Text, Text) {
    (
        text!(
            "This cannot stand here in a TOML file.",
            "Ceci ne peut pas se trouver là dans un fichier TOML."
        ),
        text!(
            "Look for a missing quote, bracket or equals sign on this line or the one before.",
            "Cherchez un guillemet, un crochet ou un signe égal oublié sur cette ligne ou la précédente."
        ),
    )
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::said;

    fn first(text: &str) -> String {
        let (_, errors) = DeTable::parse_recoverable(text);
        said(errors[0].message()).1.en
    }

    #[test]
    fn common_slips_have_a_sentence_of_their_own() {
        assert_eq!(first("a = 1\na = 2"), "This key stands here a second time.");
        assert_eq!(first("a = \"b\nc = 1"), "This text is not closed on its line.");
        assert_eq!(first("a = \"\"\"b"), "This text of several lines is not closed.");
        assert_eq!(first("a = b"), "This text has no quotes.");
        assert_eq!(first("a = [1, 2"), "A bracket is missing here.");
        assert_eq!(first("a = [\"b\" \"c\"]"), "There is a comma missing or too many here.");
        assert_eq!(first("a"), "This is not a key with its value.");
        assert_eq!(first("a = 012"), "This is neither a number nor a text in quotes.");
        assert_eq!(first("a = \"\\d\""), "This backslash begins nothing that TOML knows.");
        assert_eq!(
            first("a = {}\n[a.b]"),
            "This key has its value already: nothing can be added to it here."
        );
    }
}
