//! Names that restic gives, or takes, on its command line: checked before.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text that is not such a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} cannot be {what}")]
pub struct InvalidName {
    text: String,
    what: &'static str,
}

/// Which snapshot: restic's identity of it, in hexadecimal digits, whole or its first eight or more.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SnapshotId(String);

/// Which key of a repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

/// A word that a snapshot carries, such as `service=etherpad`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tag(String);

fn is_identity(text: &str) -> bool {
    (8..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// restic separates tags by commas.
fn is_tag(text: &str) -> bool {
    let odd = |letter: char| letter == ',' || letter.is_whitespace() || letter.is_control();
    !text.is_empty() && !text.contains(odd)
}

macro_rules! name {
    ($name:ident, $holds:path, $what:literal) => {
        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                if $holds(&text) { Ok(Self(text)) } else { Err(InvalidName { text, what: $what }) }
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidName;

            fn try_from(text: &str) -> Result<Self, InvalidName> {
                text.to_owned().try_into()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl $name {
            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

name!(SnapshotId, is_identity, "a snapshot's identity");
name!(KeyId, is_identity, "a key's identity");
name!(Tag, is_tag, "a tag");

impl SnapshotId {
    /// The first eight digits, as restic shows it to people.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }

    /// Whether both name the same snapshot, one of them perhaps cut short.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0) || other.0.starts_with(&self.0)
    }
}

/// All of these tags, as restic's filter wants them.
pub(super) fn all_of(tags: &[Tag]) -> String {
    tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_an_option_or_a_path_is_no_identity() {
        for text in
            ["", "latest", "--target", "0f11f55", "0F11F551", "0f11f551:/etc", "../0f11f551"]
        {
            assert!(SnapshotId::try_from(text).is_err(), "{text}");
        }
        let whole = SnapshotId::try_from("0f11f5512fd506702c479db2e5ae79d5").unwrap();
        assert_eq!(whole.short(), "0f11f551");
        assert!(whole.is_same(&SnapshotId::try_from("0f11f5512f").unwrap()));
        assert!(!whole.is_same(&SnapshotId::try_from("0f11f55130").unwrap()));
    }

    #[test]
    fn a_tag_is_one_word() {
        assert!(Tag::try_from("service=etherpad").is_ok());
        for text in ["", "a,b", "a b", "a\n"] {
            assert!(Tag::try_from(text).is_err(), "{text}");
        }
    }
}
