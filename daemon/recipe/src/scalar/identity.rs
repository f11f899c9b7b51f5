//! Names that things have in a recipe.

use std::borrow::Borrow;
use std::fmt;

use super::{Misread, all, scalar};
use crate::text;

/// Longest name; host names and the engine's own names hold it with room to spare.
const LONGEST: usize = 32;

/// A name made of small letters, digits and hyphens, which begins with a
/// letter: of a recipe, a container, a volume.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

scalar!(Name, "name", "Small letters, digits and hyphens; begins with a letter", |text| {
    let good = all(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.len() <= LONGEST;
    if good {
        return Ok(Name(text.to_owned()));
    }
    Err(Misread::new(
        "name-unusable",
        text!("“{text}” cannot be a name here.", "« {text} » ne peut pas servir de nom ici."),
        text!(
            "Use small letters, digits and hyphens, a letter first, {LONGEST} at most.",
            "Utilisez des minuscules sans accent, des chiffres et des traits d’union, une lettre d’abord, {LONGEST} signes au plus."
        ),
    ))
});

/// A name that templates can say: small letters, digits and underscores.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

scalar!(Key, "key", "Small letters, digits and underscores; begins with a letter", |text| {
    let good = all(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= LONGEST;
    if good {
        return Ok(Key(text.to_owned()));
    }
    Err(Misread::new(
        "key-unusable",
        text!("“{text}” cannot be a key here.", "« {text} » ne peut pas servir de clé ici."),
        text!(
            "Use small letters, digits and underscores, a letter first, {LONGEST} at most: templates name it so.",
            "Utilisez des minuscules sans accent, des chiffres et des tirets bas, une lettre d’abord, {LONGEST} signes au plus : les modèles la nomment ainsi."
        ),
    ))
});

macro_rules! named {
    ($type:ty) => {
        impl $type {
            /// As it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
        impl Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}
named!(Name);
named!(Key);
named!(WebAddress);

/// A user and a group by their numbers, `33:33`: names mean nothing outside
/// the image, and files are handed over before it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// User.
    pub user: u32,
    /// Group.
    pub group: u32,
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.user, self.group)
    }
}

scalar!(Owner, "owner", "User and group by their numbers: 33:33", |text| {
    let number =
        |part: &str| all(part, |c| c.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten();
    text.split_once(':')
        .and_then(|(user, group)| Some(Owner { user: number(user)?, group: number(group)? }))
        .ok_or_else(|| {
            Misread::new(
                "owner-unreadable",
                text!(
                    "“{text}” does not say a user and a group by their numbers.",
                    "« {text} » ne dit pas un utilisateur et un groupe par leurs numéros."
                ),
                text!(
                    "Write two numbers with a colon between them, such as \"33:33\".",
                    "Écrivez deux nombres séparés par deux-points, par exemple \"33:33\"."
                ),
            )
        })
});

/// An address on the web, https.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAddress(String);

scalar!(WebAddress, "web-address", "An address that begins with https://", |text| {
    let host = text.strip_prefix("https://").unwrap_or_default();
    let good = host.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_graphic());
    if good {
        return Ok(WebAddress(text.to_owned()));
    }
    Err(Misread::new(
        "address-unusable",
        text!("“{text}” is not an https address.", "« {text} » n’est pas une adresse https."),
        text!(
            "Write the whole address, beginning with https://.",
            "Écrivez l’adresse entière, en commençant par https://."
        ),
    ))
});

#[cfg(test)]
mod tests {
    use super::{Key, Name, Owner, WebAddress};
    use crate::scalar::Scalar;

    #[test]
    fn names_suit_host_names() {
        assert!(Name::read("mumble-web2").is_ok());
        for wrong in ["", "Pad", "2pad", "pad_one", "pad-", "été", &"a".repeat(33)] {
            assert!(Name::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_suit_templates() {
        assert!(Key::read("admin_password").is_ok());
        for wrong in ["", "admin-password", "_a", "Été"] {
            assert!(Key::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn owners_are_two_numbers() {
        assert_eq!(Owner::read("5001:0").unwrap(), Owner { user: 5001, group: 0 });
        for wrong in ["33", "www-data", "33:", "+1:2", "33:www", "1:2:3", "4294967296:0"] {
            assert!(Owner::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_are_https() {
        assert!(WebAddress::read("https://example.org/a").is_ok());
        for wrong in ["http://example.org", "https://", "https://a b", "example.org"] {
            assert!(WebAddress::read(wrong).is_err(), "{wrong}");
        }
    }
}
