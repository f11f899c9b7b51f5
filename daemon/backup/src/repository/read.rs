//! Reading one small file of a snapshot, without bringing it back.

use std::ffi::OsString;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::snapshot::is_inside;
use super::{Repository, RepositoryError, SnapshotId};
use crate::restic::Call;

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The snapshot has no such file.
    #[error("the snapshot has no {}", path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
    },
    /// It is larger than was allowed.
    #[error("{} is larger than {limit} bytes", path.display())]
    TooLarge {
        /// The path.
        path: PathBuf,
        /// Bytes.
        limit: usize,
    },
    /// The repository.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl Repository {
    /// The content of a file, of at most `limit` bytes.
    ///
    /// # Errors
    /// When there is none, it is larger, or the repository fails.
    pub async fn read(
        &self,
        snapshot: &SnapshotId,
        path: &Path,
        limit: usize,
    ) -> Result<Vec<u8>, ReadError> {
        if !is_inside(path) {
            return Err(ReadError::NoFile { path: path.to_owned() });
        }
        let mut absolute = OsString::from("/");
        absolute.push(path);
        let call = Call::new("dump")
            .reading()
            .arg("--no-lock")
            .arg("--")
            .arg(snapshot.as_str())
            .arg(absolute);
        let mut content = Vec::new();
        let mut take = |piece: &[u8]| {
            content.extend_from_slice(piece);
            if content.len() > limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let ended = match self.hear(call, &[], &mut take).await {
            Err(RepositoryError::Unheard) => {
                return Err(ReadError::TooLarge { path: path.to_owned(), limit });
            }
            ended => ended?,
        };
        if ended.complaints.iter().any(|one| one.message.contains("not found in snapshot")) {
            return Err(ReadError::NoFile { path: path.to_owned() });
        }
        self.succeeded(ended)?;
        Ok(content)
    }
}
