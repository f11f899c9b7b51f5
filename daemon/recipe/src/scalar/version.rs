//! Versions, and ranges of them. A version is a name, not a number: which one
//! comes before which is said by the recipe's own order alone.

use std::borrow::{Borrow, Cow};
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Misread, all, scalar};
use crate::text;

/// The name of a version: `3.3.3`, `2024-02-06b`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Version(String);

impl Version {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Borrow<str> for Version {
    fn borrow(&self) -> &str {
        &self.0
    }
}

scalar!(Version, "version", "Upstream's own name of a version: 3.3.3", |text| {
    if is_version(text) {
        return Ok(Version(text.to_owned()));
    }
    Err(Misread::new(
        "version-unusable",
        text!("“{text}” cannot be a version.", "« {text} » ne peut pas être une version."),
        text!(
            "Use letters, digits and . _ + ~ -, a letter or digit first, 100 at most.",
            "Utilisez des lettres, des chiffres et . _ + ~ -, une lettre ou un chiffre d’abord, 100 signes au plus."
        ),
    ))
});

fn is_version(text: &str) -> bool {
    all(text, |c| c.is_ascii_alphanumeric() || "._+~-".contains(c))
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.len() <= 100
}

/// How a bound compares, by place in the recipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `>=`: at its place or later.
    AtLeast,
    /// `>`: later.
    After,
    /// `<=`: at its place or earlier.
    AtMost,
    /// `<`: earlier.
    Before,
    /// `=`: this version alone.
    Exactly,
}

/// One side of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// How it compares.
    pub comparison: Comparison,
    /// The version that it names.
    pub version: Version,
}

/// Which releases may move to a release in one step: `>=2.5.0, <3.3.3`. A
/// release must meet every bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Its bounds; never empty.
    pub bounds: Vec<Bound>,
}

scalar!(Range, "range", "Bounds separated by commas: >=2.5.0, <3.3.3", |text| {
    let bounds: Option<Vec<Bound>> = text.split(',').map(|part| read_bound(part.trim())).collect();
    bounds.map(|bounds| Range { bounds }).ok_or_else(|| {
        Misread::new(
            "range-unreadable",
            text!("“{text}” is not a range of versions.", "« {text} » n’est pas un intervalle de versions."),
            text!(
                "Write bounds with >=, >, <=, < or = and commas between them, such as \">=2.5.0, <3.3.3\".",
                "Écrivez des bornes avec >=, >, <=, < ou =, séparées par des virgules, par exemple \">=2.5.0, <3.3.3\"."
            ),
        )
    })
});

fn read_bound(text: &str) -> Option<Bound> {
    const SIGNS: [(&str, Comparison); 5] = [
        (">=", Comparison::AtLeast),
        ("<=", Comparison::AtMost),
        (">", Comparison::After),
        ("<", Comparison::Before),
        ("=", Comparison::Exactly),
    ];
    let (comparison, rest) = SIGNS
        .iter()
        .find_map(|(sign, comparison)| Some((*comparison, text.strip_prefix(sign)?)))?;
    let version = rest.trim();
    is_version(version).then(|| Bound { comparison, version: Version(version.to_owned()) })
}

/// A major version of a database, `17` or `"11.8"`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Major(String);

impl Major {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Major {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Major {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(u32),
            Text(String),
        }
        Ok(Self(match Written::deserialize(deserializer)? {
            Written::Number(number) => number.to_string(),
            Written::Text(text) => text,
        }))
    }
}

impl JsonSchema for Major {
    fn schema_name() -> Cow<'static, str> {
        "Major".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A major version of a database: 17, or \"11.8\" in quotes",
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": u32::MAX },
                { "type": "string" }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, Range, Version};
    use crate::scalar::Scalar;

    #[test]
    fn versions_are_names() {
        for good in ["3.3.3", "2024-02-06b", "1.0+debian~1"] {
            assert!(Version::read(good).is_ok(), "{good}");
        }
        for wrong in ["", " 1", "-1", "1,2", "é", "1/2"] {
            assert!(Version::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn ranges_are_bounds_with_commas() {
        let range = Range::read(">=2.5.0, <3.3.3").unwrap();
        assert_eq!(range.bounds[0].comparison, Comparison::AtLeast);
        assert_eq!(range.bounds[1].version.as_str(), "3.3.3");
        assert!(Range::read("= 1").is_ok());
        for wrong in ["", "1", ">= ", ">1,", ">1 <2", "^1.2", "~> 1", ">=1,,<2"] {
            assert!(Range::read(wrong).is_err(), "{wrong}");
        }
    }
}
