//! Holds a document against the JSON Schema of recipes, and says in both
//! languages where it differs. The schema comes from the Rust types, so there
//! is one list of keys, not two.

mod said;
mod shape;

use std::ops::Range;
use std::sync::LazyLock;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::document::Document;
use crate::fault::Faults;
use crate::format::{FORMAT, RecipeFile};
use crate::nearest::nearest;
use crate::{scalar, text};
use shape::{Kind, Shape};

static SCHEMA: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(RecipeFile).to_value());

/// The JSON Schema (draft 2020-12) of a recipe file.
#[must_use]
pub fn schema() -> Value {
    SCHEMA.clone()
}

/// Notes all that is wrong with the structure of a document.
pub(crate) fn check(document: &Document<'_>, faults: &mut Faults<'_>) {
    if known_format(document.table(), faults) {
        let walker = Walker { root: &SCHEMA };
        walker.table(&walker.shape(&SCHEMA), document.table(), 0..0, faults);
    }
}

/// Whether the file says a format that is known here; other formats may have
/// other keys, so nothing else is worth saying of them.
fn known_format(table: &DeTable<'_>, faults: &mut Faults<'_>) -> bool {
    let Some(value) = table.get("format") else { return true };
    let Some(number) = value.get_ref().as_integer() else { return true };
    if number.as_str() == FORMAT.to_string() {
        return true;
    }
    faults.add(
        "format-unknown",
        &value.span(),
        text!(
            "This recipe is of format {number}; this Panier reads format {FORMAT}.",
            "Cette recette est au format {number} ; ce Panier lit le format {FORMAT}."
        ),
        text!(
            "Write format = {FORMAT}, or update Panier if the recipe is newer than it.",
            "Écrivez format = {FORMAT}, ou mettez Panier à jour si la recette est plus récente."
        ),
    );
    false
}

struct Walker<'s> {
    root: &'s Value,
}

impl<'s> Walker<'s> {
    fn shape(&self, schema: &'s Value) -> Shape<'s> {
        Shape::of(self.root, schema)
    }

    fn value(&self, schema: &'s Value, value: &Spanned<DeValue<'_>>, faults: &mut Faults<'_>) {
        let shapes = shape::alternatives(self.root, schema);
        let kind = Kind::of(value.get_ref());
        let Some(shape) = shapes.iter().find(|shape| shape.takes(kind)) else {
            if !shapes.is_empty() {
                said::wrong_type(&shapes, kind, value, faults);
            }
            return;
        };
        match value.get_ref() {
            DeValue::Table(table) => self.table(shape, table, value.span(), faults),
            DeValue::Array(array) => {
                if let Some(items) = shape.items() {
                    array.iter().for_each(|element| self.value(items, element, faults));
                }
            }
            DeValue::String(text) => Self::text(shape, text, value.span(), faults),
            DeValue::Integer(number) => {
                let number = i64::from_str_radix(number.as_str(), number.radix()).ok();
                Self::number(shape, number.map(as_float), value.span(), faults);
            }
            DeValue::Float(number) => {
                Self::number(shape, number.as_str().parse().ok(), value.span(), faults);
            }
            DeValue::Boolean(_) | DeValue::Datetime(_) => {}
        }
    }

    fn table(
        &self,
        shape: &Shape<'s>,
        table: &DeTable<'_>,
        span: Range<usize>,
        faults: &mut Faults<'_>,
    ) {
        for (key, value) in table {
            match shape.member(key.get_ref()) {
                Some(member) => self.value(member, value, faults),
                None if shape.is_closed() => said::unknown_key(shape, key, faults),
                None => {}
            }
        }
        // A misspelt key is told once, not as unknown and again as missing.
        let meant: Vec<&str> = table
            .keys()
            .filter(|key| shape.is_closed() && shape.member(key.get_ref()).is_none())
            .filter_map(|key| nearest(key.get_ref(), shape.keys()))
            .collect();
        let missing = |key: &&str| !table.contains_key(*key) && !meant.contains(key);
        for key in shape.required().filter(missing) {
            said::missing_key(shape, key, &span, faults);
        }
    }

    fn text(shape: &Shape<'s>, text: &str, span: Range<usize>, faults: &mut Faults<'_>) {
        let words = shape.words();
        if !words.is_empty() {
            if !words.contains(&text) {
                said::unknown_word(
                    &words,
                    text,
                    nearest(text, words.iter().copied()),
                    &span,
                    faults,
                );
            }
        } else if let Some(format) = shape.format()
            && let Err(misread) = scalar::check(format, text)
        {
            faults.add(misread.code, &span, misread.what, misread.hint);
        }
    }

    fn number(shape: &Shape<'s>, number: Option<f64>, span: Range<usize>, faults: &mut Faults<'_>) {
        let (minimum, maximum) = shape.bounds();
        let inside = number.is_some_and(|number| {
            number.is_finite()
                && minimum.is_none_or(|least| number >= least)
                && maximum.is_none_or(|most| number <= most)
        });
        if !inside {
            said::out_of_bounds(minimum, maximum, &span, faults);
        }
    }
}

/// For comparing with a bound only; the bounds here are far below what a
/// float cannot tell apart.
#[expect(clippy::cast_precision_loss, reason = "compared with bounds below 2^53 only")]
fn as_float(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::schema;

    #[test]
    fn the_schema_in_the_recipes_folder_is_that_of_the_types() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../recipes/recipe.schema.json");
        let fresh = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, &fresh).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            kept == fresh,
            "recipes/recipe.schema.json is old: run this test with UPDATE_SCHEMA=1"
        );
    }
}
