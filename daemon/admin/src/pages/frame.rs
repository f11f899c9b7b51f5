//! What stands around a page: the head, the style, the way to the panel, the
//! other language.

use recipe::{Language, text};

use super::markup::Escaped;
use super::reader::Reader;

/// The whole style, small enough to travel with each page.
const STYLE: &str = include_str!("page.css");

/// Nothing but our own style and picture may be loaded or run; the hash is that of [`STYLE`].
pub(super) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
    style-src 'sha256-zk5W965BnH7zUHlmh6xk40yQWspM4Dsnmf8CQTestd0='; \
    img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A basket.
const BASKET: &str = r#"<svg viewBox="0 0 32 32" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M8 14a8 9 0 0 1 16 0M4 14h24l-2.6 11a3 3 0 0 1-2.9 2.3H9.5a3 3 0 0 1-2.9-2.3zM12 18.5l.8 5M20 18.5l-.8 5M16 18.5v5"/></svg>"#;

/// One page's frame.
pub(super) struct Frame<'p> {
    /// Who reads.
    pub(super) reader: &'p Reader,
    /// The page's own path.
    pub(super) path: &'p str,
    /// Its title.
    pub(super) title: &'p str,
}

impl Frame<'_> {
    /// The whole page around what it says; that is HTML already.
    pub(super) fn around(&self, body: &str) -> String {
        let Self { reader, path, title } = self;
        let (code, other_code, other) = match reader.language {
            Language::En => ("en", "fr", "Français"),
            Language::Fr => ("fr", "en", "English"),
        };
        let title = Escaped(title);
        let home = text!("Panier, to the panel", "Panier, vers le panneau");
        let home = reader.say(&home);
        let onward = text!("To the panel", "Vers le panneau");
        let onward = reader.say(&onward);
        let body = unbroken(reader.language, body);
        let about = text!("About this box", "À propos de cette boîte");
        let about = reader.say(&about);
        format!(
            "<!doctype html><html lang=\"{code}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\">\
             <link rel=\"icon\" href=\"/icon.svg\">\
             <title>{title} · Panier</title><style>{STYLE}</style></head><body>\
             <header><a class=\"brand\" href=\"/\" aria-label=\"{home}\">{BASKET}Panier</a>\
             <a href=\"{path}?lang={other_code}\" lang=\"{other_code}\" hreflang=\"{other_code}\">{other}</a></header>\
             <main>{body}</main>\
             <footer><nav aria-label=\"{about}\"><a href=\"/\">{onward}</a></nav></footer>\
             </body></html>"
        )
    }
}

/// French sets a space before its tall signs, at which no line ends.
fn unbroken(language: Language, body: &str) -> String {
    let signs = match language {
        Language::Fr => &[" :", " ;", " !", " ?", " »"][..],
        Language::En => &[],
    };
    let body = signs
        .iter()
        .fold(body.to_owned(), |body, sign| body.replace(sign, &sign.replace(' ', "\u{a0}")));
    body.replace("« ", "«\u{a0}")
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD as BASE64;
    use recipe::Language;
    use ring::digest::{SHA256, digest};

    use super::{CONTENT_SECURITY_POLICY, STYLE, unbroken};

    #[test]
    fn no_line_begins_with_a_tall_sign() {
        assert_eq!(
            unbroken(Language::Fr, "« Oui » : non ?"),
            "«\u{a0}Oui\u{a0}»\u{a0}: non\u{a0}?"
        );
        assert_eq!(unbroken(Language::En, "so: 1 ; 2"), "so: 1 ; 2");
    }

    #[test]
    fn the_policy_lets_our_own_style_in() {
        let hash = BASE64.encode(digest(&SHA256, STYLE.as_bytes()));
        assert!(
            CONTENT_SECURITY_POLICY.contains(&format!("'sha256-{hash}'")),
            "the style has changed: write sha256-{hash} into CONTENT_SECURITY_POLICY"
        );
    }
}
