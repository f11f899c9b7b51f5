//! What a service asks of people, and what the box makes up for it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Text;
use crate::scalar::Key;

/// Something asked when a service is installed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// How templates name the answer: `answer.<key>`.
    pub key: Key,
    /// What kind of answer it takes.
    pub kind: QuestionKind,
    /// The question, as people see it.
    pub label: Text,
    /// What helps to answer it.
    pub help: Option<Text>,
    /// The answer where none is given.
    pub default: Option<Plain>,
    /// Whether it must be answered when it has no default; without it, yes.
    pub required: Option<bool>,
    /// Whether the answer counts at the first start alone and cannot change later.
    #[serde(default)]
    pub only_at_install: bool,
    /// For `kind = "choice"`: the answers there are.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// For `kind = "number"`: the smallest answer. For texts: the fewest signs.
    pub minimum: Option<i64>,
    /// For `kind = "number"`: the largest answer. For texts: the most signs.
    pub maximum: Option<i64>,
}

impl Question {
    /// Whether somebody must answer it: it has no default and cannot be left out.
    #[must_use]
    pub fn must_be_answered(&self) -> bool {
        self.default.is_none() && self.required.unwrap_or(true)
    }
}

/// What kind of answer a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuestionKind {
    /// One line.
    Text,
    /// An address of electronic mail.
    Email,
    /// A secret that a person chooses: kept and handed over like one.
    Password,
    /// One of the choices.
    Choice,
    /// Yes or no: `true` or `false`.
    Boolean,
    /// A whole number.
    Number,
}

/// One answer of a choice.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What templates get.
    pub value: String,
    /// What people see.
    pub label: Text,
}

/// A plain value of a default: text, true or false, or a whole number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Plain {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
}

impl fmt::Display for Plain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(formatter),
            Self::Number(value) => value.fmt(formatter),
            Self::Text(value) => value.fmt(formatter),
        }
    }
}

/// A secret that the box makes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRule {
    /// How many signs.
    #[schemars(range(min = 16, max = 256))]
    pub length: u32,
    /// Made of which signs.
    #[serde(default)]
    pub alphabet: Alphabet,
    /// Whether it is shown to the administrator on demand.
    #[serde(default)]
    pub reveal: bool,
    /// What it opens, for who sees it; a secret that is shown says so.
    pub label: Option<Text>,
}

/// The signs that a secret is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Alphabet {
    /// Letters of both cases and digits: safe in addresses, files and shells.
    #[default]
    LettersAndDigits,
    /// Hexadecimal digits.
    Hex,
    /// Digits alone.
    Digits,
}
