//! The small words of a recipe: sizes, delays, names, paths. Each is a text in
//! the file, is read once, and says in both languages what is wrong with it.
//!
//! A scalar names its format in the JSON Schema; the structure check
//! (in `structure`) finds the reader by that name, so that a misread
//! word is reported at its place before serde sees it.

mod identity;
mod image;
mod law;
mod path;
mod quantity;
mod version;

pub use identity::{Key, Name, Owner, WebAddress};
pub use image::{BuildFolder, Digest, ImageName};
pub use law::{Capability, License};
pub use path::{AbsolutePath, Mode, UrlPath, VolumeFile};
pub use quantity::{Delay, Size};
pub use version::{Bound, Comparison, Major, Range, Version};

use crate::Text;

/// Why a word could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misread {
    /// Stable code of the error.
    pub(crate) code: &'static str,
    /// What is wrong.
    pub(crate) what: Text,
    /// What to write instead.
    pub(crate) hint: Text,
}

impl Misread {
    fn new(code: &'static str, what: Text, hint: Text) -> Self {
        Self { code, what, hint }
    }
}

/// A text in a recipe that has a form of its own.
pub(crate) trait Scalar: Sized {
    /// Its name in the JSON Schema's `format`.
    const FORMAT: &'static str;
    /// Reads it.
    fn read(text: &str) -> Result<Self, Misread>;
}

/// Gives a scalar its place in serde and in the JSON Schema.
macro_rules! scalar {
    ($type:ty, $format:literal, $description:literal, $read:expr) => {
        impl $crate::scalar::Scalar for $type {
            const FORMAT: &'static str = $format;
            fn read(text: &str) -> Result<Self, $crate::scalar::Misread> {
                let read: fn(&str) -> Result<Self, $crate::scalar::Misread> = $read;
                read(text)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                <Self as $crate::scalar::Scalar>::read(&text)
                    .map_err(|misread| serde::de::Error::custom(misread.what.en))
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "format": $format,
                    "description": $description
                })
            }
        }
    };
}
use scalar;

/// Checks one word by the name of its format; formats that are not ours pass.
pub(crate) fn check(format: &str, text: &str) -> Result<(), Misread> {
    fn try_as<S: Scalar>(text: &str) -> Result<(), Misread> {
        S::read(text).map(|_| ())
    }
    let reader = match format {
        Size::FORMAT => try_as::<Size>,
        Delay::FORMAT => try_as::<Delay>,
        Key::FORMAT => try_as::<Key>,
        Name::FORMAT => try_as::<Name>,
        Owner::FORMAT => try_as::<Owner>,
        WebAddress::FORMAT => try_as::<WebAddress>,
        BuildFolder::FORMAT => try_as::<BuildFolder>,
        Digest::FORMAT => try_as::<Digest>,
        ImageName::FORMAT => try_as::<ImageName>,
        Capability::FORMAT => try_as::<Capability>,
        License::FORMAT => try_as::<License>,
        AbsolutePath::FORMAT => try_as::<AbsolutePath>,
        Mode::FORMAT => try_as::<Mode>,
        UrlPath::FORMAT => try_as::<UrlPath>,
        VolumeFile::FORMAT => try_as::<VolumeFile>,
        Range::FORMAT => try_as::<Range>,
        Version::FORMAT => try_as::<Version>,
        _ => return Ok(()),
    };
    reader(text)
}

/// Whether every character of a text is of the allowed kind, and there is one.
fn all(text: &str, allowed: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(allowed)
}
