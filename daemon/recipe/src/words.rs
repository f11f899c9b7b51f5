//! Sentences for people: every one in English and in French, side by side.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language that Panier speaks to people. Both are first languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    En,
    /// French.
    Fr,
}

impl Language {
    /// The language that a locale's name asks for (`fr_FR.UTF-8`, `fr`, `C`):
    /// French for every name that begins with `fr`, English for all others.
    #[must_use]
    pub fn of_locale(locale: &str) -> Self {
        let name = locale.split(['_', '.', '-', '@']).next().unwrap_or_default();
        if name.eq_ignore_ascii_case("fr") { Self::Fr } else { Self::En }
    }
}

/// One sentence (or a few) in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}

impl Text {
    /// A text from its two languages. The [`text!`](crate::text) macro formats both at once.
    pub fn new(en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self { en: en.into(), fr: fr.into() }
    }

    /// Bytes in the unit that fits: `512 MiB`, « 1,5 Gio ».
    #[must_use]
    pub fn of_bytes(bytes: u64) -> Self {
        const UNITS: [(&str, &str); 5] =
            [("B", "o"), ("KiB", "Kio"), ("MiB", "Mio"), ("GiB", "Gio"), ("TiB", "Tio")];
        let mut unit = 0;
        // In tenths, so that no rounding of floats shows.
        let mut tenths = u128::from(bytes) * 10;
        while tenths >= 10_240 && unit + 1 < UNITS.len() {
            tenths = (tenths + 512) / 1024;
            unit += 1;
        }
        let (en, fr) = UNITS.get(unit).copied().unwrap_or_default();
        match (tenths / 10, tenths % 10) {
            (whole, tenth) if tenth > 0 && whole < 10 => {
                Self::new(format!("{whole}.{tenth} {en}"), format!("{whole},{tenth} {fr}"))
            }
            (whole, tenth) => {
                let whole = whole + u128::from(tenth >= 5);
                Self::new(format!("{whole} {en}"), format!("{whole} {fr}"))
            }
        }
    }

    /// What to show to a person who reads `language`.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
        }
    }
}

/// Writes a [`Text`]: an English and a French format string that both capture
/// the variables around them.
///
/// ```
/// let name = "pad";
/// let said = recipe::text!("{name} is running.", "{name} tourne.");
/// assert_eq!(said.fr, "pad tourne.");
/// ```
#[macro_export]
macro_rules! text {
    ($en:literal, $fr:literal $(,)?) => {
        $crate::Text::new(format!($en), format!($fr))
    };
}

/// Something that is wrong, as a value: a code that never changes, what
/// happened, why, and what a person can do now.
///
/// The technical chain of causes goes to the log; what is here is for people,
/// and never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trouble {
    /// Stable, in kebab case (`image-missing`): scripts and translations hold to it.
    pub code: String,
    /// What happened, one sentence.
    pub what: Text,
    /// Why, as far as it is known: often the words of the engine or of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Text>,
    /// What to do now, one sentence in the imperative. A command that does or
    /// shows it stands in brackets, or last behind a colon: the panel leads to
    /// its own page for the same in the command's place.
    pub remedy: Text,
}

impl Trouble {
    /// A trouble without a known cause; add one with [`Trouble::because`].
    pub fn new(code: impl Into<String>, what: Text, remedy: Text) -> Self {
        Self { code: code.into(), what, why: None, remedy }
    }

    /// The same trouble with its cause.
    #[must_use]
    pub fn because(self, why: Text) -> Self {
        Self { why: Some(why), ..self }
    }

    /// The same trouble with a cause that came in one language only, such as
    /// the engine's own words.
    #[must_use]
    pub fn because_of(self, cause: impl fmt::Display) -> Self {
        let cause = cause.to_string();
        self.because(Text::new(cause.clone(), cause))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.what.en)?;
        if let Some(why) = &self.why {
            write!(formatter, " ({})", why.en)?;
        }
        Ok(())
    }
}

impl std::error::Error for Trouble {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_said_in_the_unit_that_fits() {
        let said = |bytes| {
            let Text { en, fr } = Text::of_bytes(bytes);
            (en, fr)
        };
        let texts = |en: &str, fr: &str| (en.to_owned(), fr.to_owned());
        assert_eq!(said(0), texts("0 B", "0 o"));
        assert_eq!(said(1023), texts("1023 B", "1023 o"));
        assert_eq!(said(512 << 20), texts("512 MiB", "512 Mio"));
        assert_eq!(said(3 << 29), texts("1.5 GiB", "1,5 Gio"));
        assert_eq!(said(150_000_000), texts("143 MiB", "143 Mio"));
        assert_eq!(said(u64::MAX), texts("16777216 TiB", "16777216 Tio"));
    }

    #[test]
    fn a_locale_that_begins_with_fr_is_french() {
        assert_eq!(Language::of_locale("fr_CA.UTF-8"), Language::Fr);
        assert_eq!(Language::of_locale("fr"), Language::Fr);
        assert_eq!(Language::of_locale("fur_IT"), Language::En);
        assert_eq!(Language::of_locale("C.UTF-8"), Language::En);
        assert_eq!(Language::of_locale(""), Language::En);
    }
}
