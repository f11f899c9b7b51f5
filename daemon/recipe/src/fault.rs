//! What is wrong with a recipe file: each error with its place, the offending
//! text and a hint, in both languages.

use std::fmt::{self, Write as _};
use std::ops::Range;

use serde::Serialize;

use crate::{Language, Text, text};

/// One thing that is wrong with a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecipeError {
    /// Stable, in kebab case.
    pub code: String,
    /// The file's name, as it was handed to [`crate::Recipe::parse`].
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// How many characters of the line are meant; at least 1.
    pub width: usize,
    /// The line itself.
    pub excerpt: String,
    /// What is wrong.
    pub what: Text,
    /// What to write instead.
    pub hint: Text,
}

/// All that was found wrong with a recipe, in the order of the file. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecipeErrors(Vec<RecipeError>);

impl RecipeErrors {
    /// Sorts them by place. `None` when there is nothing wrong.
    pub(crate) fn gather(mut errors: Vec<RecipeError>) -> Option<Self> {
        errors.sort_by_key(|error| (error.line, error.column));
        errors.dedup();
        (!errors.is_empty()).then_some(Self(errors))
    }

    /// For a file that was refused without a word: it cannot happen, and is
    /// still no reason to stop a daemon.
    pub(crate) fn unexplained(file: &str) -> Self {
        Self(vec![RecipeError {
            code: "unreadable".to_owned(),
            file: file.to_owned(),
            line: 1,
            column: 1,
            width: 1,
            excerpt: String::new(),
            what: text!(
                "This file cannot be read as a recipe.",
                "Ce fichier ne se lit pas comme une recette."
            ),
            hint: text!("Compare it with another recipe.", "Comparez-le avec une autre recette."),
        }])
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &RecipeError> {
        self.0.iter()
    }

    /// As a terminal shows them: place and code, the line with what is meant
    /// underlined, what is wrong, and the hint.
    #[must_use]
    pub fn in_language(&self, language: Language) -> String {
        let mut shown = String::new();
        for (place, error) in self.0.iter().enumerate() {
            if place > 0 {
                shown.push('\n');
            }
            error.show(language, &mut shown);
        }
        shown
    }
}

impl RecipeError {
    fn show(&self, language: Language, shown: &mut String) {
        let Self { code, file, line, column, width, excerpt, what, hint } = self;
        let gutter = line.to_string();
        let blank = " ".repeat(gutter.len());
        // Tabs before the place stay tabs, so that the caret stands below it
        // however wide the terminal draws them.
        let indent: String =
            excerpt.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let carets = "^".repeat(*width);
        let what = what.in_language(language);
        let hint = hint.in_language(language);
        // Writing to a String cannot fail.
        let _ = write!(
            shown,
            "{file}:{line}:{column}: {code}\n {blank} |\n {gutter} | {excerpt}\n {blank} | {indent}{carets}\n{what}\n{hint}\n"
        );
    }
}

impl fmt::Display for RecipeErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.in_language(Language::En))
    }
}

impl std::error::Error for RecipeErrors {}

/// A recipe's text and the errors found in it so far.
pub(crate) struct Faults<'a> {
    file: &'a str,
    text: &'a str,
    found: Vec<RecipeError>,
}

impl<'a> Faults<'a> {
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, found: Vec::new() }
    }

    /// The recipe's own text.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> usize {
        self.found.len()
    }

    pub(crate) fn gather(self) -> Option<RecipeErrors> {
        RecipeErrors::gather(self.found)
    }

    /// Notes an error at a range of bytes of the text. Ranges beyond the text,
    /// or over several lines, are cut to what one line can show.
    pub(crate) fn add(&mut self, code: &str, range: &Range<usize>, what: Text, hint: Text) {
        let start = floor(self.text, range.start.min(self.text.len()));
        let end = floor(self.text, range.end.clamp(start, self.text.len()));
        // A place after the last line's end is shown at the end of that line.
        let shown_start = if start == self.text.len() { self.text.trim_end().len() } else { start };
        let before = self.text.get(..shown_start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = self.text.get(line_start..).unwrap_or_default();
        let excerpt = rest.lines().next().unwrap_or_default();
        let line_end = line_start + excerpt.len();
        // Between the two signs of a line break is the end of the line, too.
        let shown_start = shown_start.min(line_end);
        let column = self.text.get(line_start..shown_start).unwrap_or_default().chars().count() + 1;
        let meant = self.text.get(shown_start..end.min(line_end)).unwrap_or_default();
        self.found.push(RecipeError {
            code: code.to_owned(),
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column,
            width: meant.chars().count().max(1),
            excerpt: excerpt.to_owned(),
            what,
            hint,
        });
    }
}

/// The last place at or before `index` where a character begins.
fn floor(text: &str, index: usize) -> usize {
    (0..=index).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Faults;
    use crate::{Language, text};

    fn shown(source: &str, range: std::ops::Range<usize>) -> String {
        let mut faults = Faults::new("recipe.toml", source);
        faults.add(
            "wrong",
            &range,
            text!("It is wrong.", "C’est faux."),
            text!("Mend it.", "Corrigez."),
        );
        faults.gather().unwrap().in_language(Language::Fr)
    }

    #[test]
    fn the_caret_stands_below_what_is_meant() {
        let source = "a = 1\né = \"ü\"\n";
        let place = source.find('"').unwrap();
        assert_eq!(
            shown(source, place..place + 4),
            "recipe.toml:2:5: wrong\n   |\n 2 | é = \"ü\"\n   |     ^^^\nC’est faux.\nCorrigez.\n"
        );
    }

    #[test]
    fn a_place_beyond_the_text_is_its_last_line() {
        assert!(shown("a = 1\n\n", 7..9).starts_with("recipe.toml:1:6: wrong"));
        assert!(shown("", 0..4).starts_with("recipe.toml:1:1: wrong"));
    }

    #[test]
    fn a_range_over_several_lines_shows_the_first() {
        assert!(shown("a = [\n1,\n]\n", 4..10).contains("\n   |     ^\n"));
    }
}
