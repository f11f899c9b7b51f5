//! Why an image could not be built at home.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

use crate::error::{Cause, EngineError};

/// Why an image could not be built at home.
#[derive(Debug, Clone, Error)]
pub enum HomeImageError {
    /// No folder of this name holds an `image.toml`.
    #[error("there is no image {folder} to build; there is {}", known.join(", "))]
    NoSuchImage {
        /// The folder asked for.
        folder: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The folder's `image.toml` has no such version.
    #[error("the image {folder} has no version {version}; it has {}", known.join(", "))]
    NoSuchVersion {
        /// The image's folder.
        folder: String,
        /// The version asked for.
        version: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// An image is built from one that has several versions, and does not say which.
    #[error("the image {folder} is built from {parent}, which has several versions: say which")]
    WhichParent {
        /// The image's folder.
        folder: String,
        /// The folder that it is built from.
        parent: String,
    },
    /// An image is built, in the end, from itself.
    #[error("these images are built from each other: {}", folders.join(", "))]
    Circle {
        /// The folders, in the order met.
        folders: Vec<String>,
    },
    /// An `image.toml` is not as it should be.
    #[error("{} is not an image's description", path.display())]
    Description {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its line.
        #[source]
        source: Cause,
    },
    /// A file or folder that the build needs cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: Cause,
    },
    /// There is no room, or no right, to put the build's files together.
    #[error("{} cannot be written", path.display())]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: Cause,
    },
    /// A program that the build needs is not installed.
    #[error("the program {program} is missing (Debian's package {package} has it)")]
    ProgramMissing {
        /// The program.
        program: &'static str,
        /// The package that brings it.
        package: &'static str,
    },
    /// The base could not be put together from Debian's archive.
    #[error("Debian's base could not be put together: {}", last_lines.last().map_or("nothing was said", String::as_str))]
    BootstrapFailed {
        /// The last lines that the program said.
        last_lines: Vec<String>,
    },
    /// The engine refused; [`EngineError::BuildFailed`] holds the builder's last lines.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl HomeImageError {
    pub(super) fn unreadable(path: &Path, error: std::io::Error) -> Self {
        Self::Unreadable { path: path.to_path_buf(), source: Arc::new(error) }
    }

    pub(super) fn unwritable(path: &Path, error: std::io::Error) -> Self {
        Self::Unwritable { path: path.to_path_buf(), source: Arc::new(error) }
    }
}
