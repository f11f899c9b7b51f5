//! Who reads: in which language, chosen by a link or by the browser.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use recipe::{Language, Text};

/// A reader of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reader {
    pub(crate) language: Language,
}

impl Reader {
    /// A text in the reader's language.
    pub(crate) fn say<'t>(&self, text: &'t Text) -> &'t str {
        text.in_language(self.language)
    }

    fn of(query: Option<&str>, accepted: Option<&str>) -> Self {
        let mut pairs = query.unwrap_or_default().split('&');
        let named = pairs.find_map(|pair| pair.strip_prefix("lang=")).and_then(known);
        let language = named.unwrap_or_else(|| preferred(accepted.unwrap_or_default()));
        Self { language }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let accepted = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        Ok(Self::of(parts.uri.query(), accepted))
    }
}

/// The language of a tag that we know: `fr`, `fr-CA`, `en-GB`.
fn known(tag: &str) -> Option<Language> {
    match tag.split('-').next()?.to_ascii_lowercase().as_str() {
        "fr" => Some(Language::Fr),
        "en" => Some(Language::En),
        _ => None,
    }
}

/// The known language of the greatest weight, the first of equals (RFC 9110,
/// 12.5.4); English where none is known.
fn preferred(accepted: &str) -> Language {
    let mut best = (0.0, Language::En);
    for part in accepted.split(',') {
        let mut pieces = part.split(';').map(str::trim);
        let Some(language) = pieces.next().and_then(known) else { continue };
        let weight = pieces.find_map(|piece| piece.strip_prefix("q="));
        let weight: f32 = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        if weight > best.0 {
            best = (weight, language);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use recipe::Language::{En, Fr};

    use super::{Reader, preferred};

    #[test]
    fn the_browsers_preference_counts() {
        assert_eq!(preferred("fr-FR,fr;q=0.9,en;q=0.8"), Fr);
        assert_eq!(preferred("de, en;q=0.4, fr;q=0.7"), Fr);
        assert_eq!(preferred("en-GB,fr"), En);
        assert_eq!(preferred("de"), En);
        assert_eq!(preferred("fr;q=0"), En);
        assert_eq!(preferred(""), En);
    }

    #[test]
    fn a_link_counts_more() {
        assert_eq!(Reader::of(Some("lang=en"), Some("fr")).language, En);
        assert_eq!(Reader::of(Some("lang=xx"), Some("fr")).language, Fr);
    }
}
