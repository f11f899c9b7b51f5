//! What a piece of the JSON Schema accepts, with its references followed.

use serde_json::Value;
use toml::de::DeValue;

use crate::{Text, text};

/// The kind of a TOML value, as JSON Schema tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Float,
    Boolean,
    Date,
    List,
    Table,
}

impl Kind {
    pub(crate) fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(_) => Self::Text,
            DeValue::Integer(_) => Self::Integer,
            DeValue::Float(_) => Self::Float,
            DeValue::Boolean(_) => Self::Boolean,
            DeValue::Datetime(_) => Self::Date,
            DeValue::Array(_) => Self::List,
            DeValue::Table(_) => Self::Table,
        }
    }

    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::Text,
            "integer" => Self::Integer,
            "number" => Self::Float,
            "boolean" => Self::Boolean,
            "array" => Self::List,
            "object" => Self::Table,
            _ => return None,
        })
    }

    /// What people call it.
    pub(crate) fn said(self) -> Text {
        match self {
            Self::Text => text!("a text in quotes", "un texte entre guillemets"),
            Self::Integer => text!("a whole number", "un nombre entier"),
            Self::Float => text!("a number", "un nombre"),
            Self::Boolean => text!("true or false", "true ou false"),
            Self::Date => text!("a date", "une date"),
            Self::List => text!("a list", "une liste"),
            Self::Table => text!("a table", "une table"),
        }
    }
}

/// One way in which a value may look.
pub(crate) struct Shape<'s> {
    root: &'s Value,
    schema: &'s Value,
    /// The name of the Rust type, where the schema has one.
    pub(crate) name: Option<&'s str>,
    kinds: Vec<Kind>,
    words: Vec<&'s str>,
}

/// All the ways in which a value may look. None: any value will do.
pub(crate) fn alternatives<'s>(root: &'s Value, schema: &'s Value) -> Vec<Shape<'s>> {
    let (followed, _) = follow(root, schema);
    if let Some(branches) = followed.get("anyOf").and_then(Value::as_array) {
        return branches.iter().flat_map(|branch| alternatives(root, branch)).collect();
    }
    let shape = Shape::of(root, schema);
    if shape.kinds.is_empty() { Vec::new() } else { vec![shape] }
}

/// The schema that a reference leads to, and the name that it has there.
fn follow<'s>(root: &'s Value, schema: &'s Value) -> (&'s Value, Option<&'s str>) {
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| reference.strip_prefix("#/$defs/"))
        .and_then(|name| Some((root.get("$defs")?.get(name)?, Some(name))))
        .unwrap_or((schema, None))
}

impl<'s> Shape<'s> {
    pub(crate) fn of(root: &'s Value, schema: &'s Value) -> Self {
        let (schema, name) = follow(root, schema);
        let mut kinds: Vec<Kind> = match schema.get("type") {
            Some(Value::String(one)) => Kind::named(one).into_iter().collect(),
            Some(Value::Array(several)) => {
                several.iter().filter_map(Value::as_str).filter_map(Kind::named).collect()
            }
            _ => Vec::new(),
        };
        let words = words(schema);
        if kinds.is_empty() && !words.is_empty() {
            kinds.push(Kind::Text);
        }
        Self { root, schema, name, kinds, words }
    }

    pub(crate) fn takes(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind) || (kind == Kind::Integer && self.kinds.contains(&Kind::Float))
    }

    pub(crate) fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The words that alone may stand here; none: any text.
    pub(crate) fn words(&self) -> Vec<&'s str> {
        self.words.clone()
    }

    pub(crate) fn format(&self) -> Option<&'s str> {
        self.schema.get("format").and_then(Value::as_str)
    }

    pub(crate) fn bounds(&self) -> (Option<f64>, Option<f64>) {
        let bound = |name| self.schema.get(name).and_then(Value::as_f64);
        (bound("minimum"), bound("maximum"))
    }

    pub(crate) fn items(&self) -> Option<&'s Value> {
        self.schema.get("items")
    }

    /// What a member must look like, where the table knows it.
    pub(crate) fn member(&self, key: &str) -> Option<&'s Value> {
        self.schema
            .get("properties")
            .and_then(|properties| properties.get(key))
            .or_else(|| self.schema.get("additionalProperties").filter(|any| any.is_object()))
    }

    /// All the ways in which a member may look.
    pub(crate) fn member_shapes(&self, key: &str) -> Vec<Shape<'s>> {
        self.member(key).map(|member| alternatives(self.root, member)).unwrap_or_default()
    }

    /// Whether this is the whole file's shape.
    pub(crate) fn is_root(&self) -> bool {
        std::ptr::eq(self.root, self.schema)
    }

    /// Whether the table has no members but those it names.
    pub(crate) fn is_closed(&self) -> bool {
        self.schema.get("additionalProperties") == Some(&Value::Bool(false))
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &'s str> + use<'s> {
        self.schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|properties| properties.keys().map(String::as_str))
    }

    pub(crate) fn required(&self) -> impl Iterator<Item = &'s str> + use<'s> {
        self.schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
    }
}

/// The words of an enumeration, whichever way it is written down.
fn words(schema: &Value) -> Vec<&str> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let branches = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    listed
        .chain(branches.flat_map(|branch| {
            branch
                .get("const")
                .into_iter()
                .chain(branch.get("enum").and_then(Value::as_array).into_iter().flatten())
        }))
        .filter_map(Value::as_str)
        .collect()
}
