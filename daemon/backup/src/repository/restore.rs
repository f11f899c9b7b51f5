//! Bringing a snapshot back.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use super::snapshot::is_inside;
use super::{Repository, RepositoryError, SnapshotId};
use crate::restic::{Call, Complaint, Ended, Message, Progress, Summary};

/// How it is known that a file which is there is the right one already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// By size and time of modification: quick.
    SizeAndTime,
    /// By content: every byte that is there is read.
    Content,
}

/// What is done with what is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestoreMode {
    /// Nothing is there: the folder must be empty or absent.
    Beside,
    /// The paths named become what they were: what changed is written again, what was not there
    /// is deleted. What lies beside them in the folder is not touched.
    InPlace {
        /// The paths, as they were named when the snapshot was taken, or below those.
        paths: Vec<PathBuf>,
        /// How right files are known.
        compare: Compare,
    },
}

/// What is brought back, and where to.
#[derive(Debug, Clone)]
pub struct RestoreRequest {
    /// Which snapshot.
    pub snapshot: SnapshotId,
    /// The folder that the snapshot's paths start from.
    pub into: PathBuf,
    /// Whether something is there.
    pub mode: RestoreMode,
    /// Whether what was written is read again and compared with the snapshot.
    pub verify: bool,
}

/// What a restore did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RestoreFacts {
    /// Files, folders and links that were written.
    pub restored: u64,
    /// Those that were right already.
    pub right_already: u64,
    /// Those that were deleted.
    pub deleted: u64,
    /// Bytes that were written.
    pub bytes: u64,
    /// Bytes of all files.
    pub of_bytes: u64,
}

/// Why a snapshot was not brought back.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The folder is not one to restore into: relative, the machine's root, or not empty where it
    /// should be.
    #[error("{} is no folder to bring a snapshot back into", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
    },
    /// A path is not relative, or leads out of the folder.
    #[error("{} cannot be in a snapshot", path.display())]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// Some files could not be written, or are not what they should be.
    #[error("{} files were not brought back", files.len())]
    Incomplete {
        /// The files, each with why.
        files: BTreeMap<String, String>,
        /// What it comes from, where that is known.
        #[source]
        source: RepositoryError,
    },
    /// The repository, or the disk that is written to.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl Repository {
    /// Brings a snapshot back, with owners, modes, times, links and extended attributes.
    ///
    /// It may be made again after any failure, and goes on where it was when it is in place.
    ///
    /// # Errors
    /// [`RestoreError::Incomplete`] names what is missing.
    pub async fn restore(
        &self,
        request: &RestoreRequest,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<RestoreFacts, RestoreError> {
        let call = restore(request)?;
        let mut done = Summary::default();
        let mut each = |line: &[u8]| match Message::of_line(line) {
            Some(Message::Status(status)) => progress(status.progress()),
            Some(Message::Summary(summary)) => done = summary,
            _ => {}
        };
        let ended = self.listen(call, &[], &mut each).await?;
        if ended.code != Some(0) {
            return Err(self.not_restored(ended));
        }
        Ok(RestoreFacts {
            restored: done.files_restored,
            right_already: done.files_skipped,
            deleted: done.files_deleted,
            bytes: done.bytes_restored,
            of_bytes: done.total_bytes,
        })
    }

    fn not_restored(&self, ended: Ended) -> RestoreError {
        let of = |one: &Complaint| Some((one.item.clone()?, one.message.clone()));
        let files: BTreeMap<_, _> = ended.complaints.iter().filter_map(of).collect();
        let source = self.failure(ended);
        if files.is_empty() { source.into() } else { RestoreError::Incomplete { files, source } }
    }
}

fn restore(request: &RestoreRequest) -> Result<Call<'static>, RestoreError> {
    let folder = &request.into;
    let is_safe = folder.is_absolute() && folder.parent().is_some();
    if !is_safe || (request.mode == RestoreMode::Beside && !is_empty(folder)) {
        return Err(RestoreError::Folder { folder: folder.clone() });
    }
    let mut call = Call::new("restore").arg("--json").reading().option("target", folder);
    if let RestoreMode::InPlace { paths, compare } = &request.mode {
        let overwrite = match compare {
            Compare::SizeAndTime => "if-changed",
            Compare::Content => "always",
        };
        call = call.arg("--delete").option("overwrite", overwrite);
        if paths.is_empty() {
            // Without a path, what lies beside would be deleted too.
            return Err(RestoreError::Path { path: folder.clone() });
        }
        for path in paths {
            call = call.option("include", pattern(path)?);
        }
    }
    if request.verify {
        call = call.arg("--verify");
    }
    Ok(call.arg("--").arg(request.snapshot.as_str()))
}

fn is_empty(folder: &Path) -> bool {
    match folder.read_dir() {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// A path as a pattern that means this path alone.
fn pattern(path: &Path) -> Result<OsString, RestoreError> {
    if !is_inside(path) {
        return Err(RestoreError::Path { path: path.to_owned() });
    }
    let mut pattern = vec![b'/'];
    for byte in path.as_os_str().as_bytes() {
        if b"*?[]\\".contains(byte) {
            pattern.push(b'\\');
        }
        // restic puts variables of its environment in the place of `$NAME`.
        if *byte == b'$' {
            pattern.push(b'$');
        }
        pattern.push(*byte);
    }
    Ok(OsString::from_vec(pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(into: &str, mode: RestoreMode) -> RestoreRequest {
        let snapshot = SnapshotId::try_from("0f11f551").unwrap();
        RestoreRequest { snapshot, into: into.into(), mode, verify: true }
    }

    #[test]
    fn nothing_is_restored_over_the_machine_itself() {
        let in_place = |path: &str| RestoreMode::InPlace {
            paths: vec![path.into()],
            compare: Compare::SizeAndTime,
        };
        for (into, path) in [("/", "etc"), ("here", "data"), ("/srv/a", "/data"), ("/srv/a", "..")]
        {
            assert!(restore(&request(into, in_place(path))).is_err(), "{into} {path}");
        }
        assert!(restore(&request("/srv/a", in_place("data"))).is_ok());
        let nothing = RestoreMode::InPlace { paths: vec![], compare: Compare::Content };
        assert!(restore(&request("/srv/a", nothing)).is_err());
    }

    #[test]
    fn beside_means_that_nothing_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let into = folder.path().to_string_lossy().into_owned();
        assert!(restore(&request(&into, RestoreMode::Beside)).is_ok());
        std::fs::write(folder.path().join("file"), "").unwrap();
        assert!(restore(&request(&into, RestoreMode::Beside)).is_err());
    }

    #[test]
    fn a_path_is_a_pattern_of_itself_alone() {
        assert_eq!(pattern(Path::new("a*[b]$c")).unwrap(), r"/a\*\[b\]$$c");
    }
}
