//! A parsed TOML document that knows where each of its keys and values stands.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fault::Faults;
use crate::syntax;

/// One step into a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Key(String),
    Index(usize),
}

/// A place in a document: `container`, `app`, `file`, the second, `path`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(Vec<Step>);

impl Place {
    pub(crate) fn root() -> Self {
        Self::default()
    }

    /// The place of one member of a table here.
    pub(crate) fn key(&self, key: &str) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Key(key.to_owned()));
        Self(steps)
    }

    /// The place of one element of a list here.
    pub(crate) fn index(&self, index: usize) -> Self {
        let mut steps = self.0.clone();
        steps.push(Step::Index(index));
        Self(steps)
    }
}

/// The document of one recipe.
pub(crate) struct Document<'a> {
    root: Spanned<DeTable<'a>>,
}

impl<'a> Document<'a> {
    /// Parses the text. `None` when it is not TOML; why is then among the faults.
    pub(crate) fn parse(faults: &mut Faults<'a>) -> Option<Self> {
        let (root, errors) = DeTable::parse_recoverable(faults.text());
        syntax::report(&errors, faults);
        faults.is_empty().then_some(Self { root })
    }

    pub(crate) fn table(&self) -> &DeTable<'a> {
        self.root.get_ref()
    }

    /// Where the value at a place stands; where there is none, where the
    /// deepest table or list on the way to it stands.
    pub(crate) fn value(&self, place: &Place) -> Range<usize> {
        self.walk(place).1
    }

    /// Where the key at the end of a place stands.
    pub(crate) fn key(&self, place: &Place) -> Range<usize> {
        self.walk(place).0
    }

    /// The spans of the last key on the way and of the value.
    fn walk(&self, place: &Place) -> (Range<usize>, Range<usize>) {
        let mut spans = (0..0, 0..0);
        let mut table = Some(self.root.get_ref());
        let mut value: Option<&Spanned<DeValue<'a>>> = None;
        for step in &place.0 {
            value = match step {
                Step::Key(wanted) => {
                    let found = table
                        .and_then(|table| table.iter().find(|(key, _)| key.get_ref() == wanted));
                    if let Some((key, _)) = found {
                        spans.0 = key.span();
                    }
                    found.map(|(_, value)| value)
                }
                Step::Index(index) => value
                    .and_then(|value| value.get_ref().as_array())
                    .and_then(|array| array.get(*index)),
            };
            let Some(found) = value else { break };
            spans.1 = found.span();
            if matches!(step, Step::Index(_)) {
                spans.0 = found.span();
            }
            table = found.get_ref().as_table();
        }
        spans
    }
}
