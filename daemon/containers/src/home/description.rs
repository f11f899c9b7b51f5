//! `image.toml`: what an image built at home is made from.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;

use super::error::HomeImageError;

/// The file's name in an image's folder.
pub(super) const FILE: &str = "image.toml";

/// What one `image.toml` says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Description {
    /// A root filesystem straight from Debian's archive.
    Bootstrap {
        /// By the name of the version.
        version: BTreeMap<String, Bootstrap>,
    },
    /// A `Dockerfile` upon another image built at home.
    Dockerfile {
        /// The folder that `ARG BASE` is taken from, with `:version` where that has several;
        /// a version that stands on another says so itself.
        from: String,
        /// By the name of the version.
        version: BTreeMap<String, Built>,
    },
}

/// One version of a base.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bootstrap {
    /// Debian's name for the release: `trixie`.
    pub(super) suite: String,
    /// A date; a later one has the base made anew from what Debian offers then.
    pub(super) renewed: String,
}

/// One version of an image with a `Dockerfile`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Built {
    /// What this version stands on, where that is not what the others do.
    pub(super) from: Option<String>,
    /// Build arguments.
    #[serde(default)]
    pub(super) arguments: BTreeMap<String, String>,
}

impl Description {
    /// Reads the description in an image's folder.
    pub(super) fn read(folder: &Path) -> Result<Self, HomeImageError> {
        let path = folder.join(FILE);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| HomeImageError::unreadable(&path, error))?;
        toml::from_str(&text)
            .map_err(|error| HomeImageError::Description { path, source: Arc::new(error) })
    }

    /// The versions' names, sorted.
    pub(super) fn versions(&self) -> Vec<String> {
        match self {
            Self::Bootstrap { version } => version.keys().cloned().collect(),
            Self::Dockerfile { version, .. } => version.keys().cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let text = "kind = \"dockerfile\"\nfrom = \"debian\"\ncolour = \"red\"\n[version.1]\n";
        std::fs::write(folder.path().join(FILE), text).unwrap();
        let error = Description::read(folder.path()).unwrap_err();
        assert!(error.source().unwrap().to_string().contains("colour"), "{error:?}");
    }
}
