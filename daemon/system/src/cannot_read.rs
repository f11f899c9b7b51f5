//! The error of whatever only reads.

use std::io;
use std::path::{Path, PathBuf};

/// A path of the machine that could not be read, or not understood (then the
/// source is of kind [`io::ErrorKind::InvalidData`]).
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}", path.display())]
pub struct CannotRead {
    /// What was read.
    pub path: PathBuf,
    /// Why it failed.
    #[source]
    pub source: io::Error,
}

impl CannotRead {
    pub(crate) fn new(path: &Path, source: impl Into<io::Error>) -> Self {
        Self { path: path.to_owned(), source: source.into() }
    }

    pub(crate) fn odd(path: &Path, what: &'static str) -> Self {
        Self::new(path, io::Error::new(io::ErrorKind::InvalidData, what))
    }
}
