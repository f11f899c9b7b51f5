//! Why a repository did not do what it was asked.

use std::io;
use std::path::PathBuf;

use super::locks::Lock;
use crate::restic::{Complaint, Ended};

/// restic's exit codes (<https://restic.readthedocs.io/en/stable/075_scripting.html#exit-codes>).
const MISSING: i32 = 10;
pub(super) const LOCKED: i32 = 11;
const WRONG_KEY: i32 = 12;
const INTERRUPTED: i32 = 130;
/// A snapshot was made, but not all could be read.
pub(super) const INCOMPLETE: i32 = 3;

/// What restic said where no better is known of it: for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unhandled {
    /// Its exit code.
    pub code: Option<i32>,
    /// Its last complaints.
    pub said: String,
}

/// Why a repository did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// The target is there, and holds no repository.
    #[error("there is no repository at {}", place.display())]
    Missing {
        /// Where it was looked for.
        place: PathBuf,
    },
    /// What should hold the repository is not there: a disk that is not plugged in.
    #[error("what should hold the repository {} is not there", place.display())]
    TargetMissing {
        /// Where the repository was looked for.
        place: PathBuf,
    },
    /// One is to be made where one is.
    #[error("a repository is already at {}", place.display())]
    AlreadyThere {
        /// Where.
        place: PathBuf,
    },
    /// The key is another repository's, or mistyped.
    #[error("the key does not open the repository")]
    WrongKey,
    /// Somebody else is at work in it, for longer than one had patience.
    #[error("somebody else is at work in the repository")]
    Locked {
        /// Who, as far as they were still there when they were looked at.
        by: Vec<Lock>,
    },
    /// No room is left, in the repository or where files are brought back to.
    #[error("no room is left: {said}")]
    Full {
        /// restic's words.
        said: String,
    },
    /// It cannot be written to or read from by us.
    #[error("access is refused: {said}")]
    Refused {
        /// restic's words.
        said: String,
    },
    /// The disk or the connection fails.
    #[error("the disk fails: {said}")]
    Failing {
        /// restic's words.
        said: String,
    },
    /// What is stored is not what was written.
    #[error("the repository is damaged: {said}")]
    Damaged {
        /// restic's words.
        said: String,
    },
    /// There is no such snapshot, or its identity was cut too short.
    #[error("there is no such snapshot: {said}")]
    SnapshotMissing {
        /// restic's words.
        said: String,
    },
    /// restic was ended from outside.
    #[error("restic was ended before its work was")]
    Ended,
    /// restic could not be started, or not be listened to.
    #[error("restic could not be run")]
    Run {
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It was ended as it had more to say than was wanted.
    #[error("restic had more to say than was wanted")]
    Unheard,
    /// What restic said is not what it should say.
    #[error("restic's answer is not understood")]
    Answer {
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The folder of the repository's locks could not be tidied.
    #[error("the locks at {} could not be looked through", place.display())]
    Locks {
        /// The folder.
        place: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// All else.
    #[error("restic failed ({:?}): {}", .0.code, .0.said)]
    Other(Unhandled),
}

type Meaning = fn(String) -> RepositoryError;

/// Words of the kernel and of restic, and what they mean. The first that is found counts.
const WORDS: [(&str, Meaning); 19] = [
    ("no space left on device", |said| RepositoryError::Full { said }),
    ("disk quota exceeded", |said| RepositoryError::Full { said }),
    ("read-only file system", |said| RepositoryError::Refused { said }),
    ("permission denied", |said| RepositoryError::Refused { said }),
    ("operation not permitted", |said| RepositoryError::Refused { said }),
    ("input/output error", |said| RepositoryError::Failing { said }),
    ("no such device", |said| RepositoryError::Failing { said }),
    ("transport endpoint is not connected", |said| RepositoryError::Failing { said }),
    ("stale file handle", |said| RepositoryError::Failing { said }),
    ("failed to find snapshot", |said| RepositoryError::SnapshotMissing { said }),
    ("no matching ID found", |said| RepositoryError::SnapshotMissing { said }),
    ("repository contains errors", |said| RepositoryError::Damaged { said }),
    ("ciphertext verification failed", |said| RepositoryError::Damaged { said }),
    ("invalid data returned", |said| RepositoryError::Damaged { said }),
    ("does not match", |said| RepositoryError::Damaged { said }),
    ("not found in repository", |said| RepositoryError::Damaged { said }),
    ("not found in index", |said| RepositoryError::Damaged { said }),
    ("unexpected EOF", |said| RepositoryError::Damaged { said }),
    ("no such file or directory", |said| RepositoryError::Damaged { said }),
];

/// The meaning of a run that failed.
pub(super) fn of_end(ended: Ended, place: PathBuf, holder_is_there: bool) -> RepositoryError {
    match ended.code {
        Some(MISSING) if holder_is_there => return RepositoryError::Missing { place },
        Some(MISSING) => return RepositoryError::TargetMissing { place },
        Some(WRONG_KEY) => return RepositoryError::WrongKey,
        Some(INTERRUPTED) | None => return RepositoryError::Ended,
        _ if !holder_is_there => return RepositoryError::TargetMissing { place },
        _ => {}
    }
    let said = words_of(&ended.complaints);
    let complains_of = |words: &str| ended.complaints.iter().any(|one| one.message.contains(words));
    match WORDS.iter().find(|(words, _)| complains_of(words)) {
        Some((_, meaning)) => meaning(said),
        None => RepositoryError::Other(Unhandled { code: ended.code, said }),
    }
}

/// The complaints in one text that is short enough for a log: the first, and the last.
fn words_of(complaints: &[Complaint]) -> String {
    const EACH: usize = 4;
    let head = complaints.iter().take(EACH);
    let tail = complaints.iter().skip(EACH.max(complaints.len().saturating_sub(EACH)));
    let words: Vec<&str> = head.chain(tail).map(|complaint| complaint.message.as_str()).collect();
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(code: Option<i32>, messages: &[&str]) -> Ended {
        let complaint = |message: &&str| Complaint { message: (*message).to_owned(), item: None };
        Ended { code, complaints: messages.iter().map(complaint).collect() }
    }

    #[test]
    fn a_missing_disk_is_told_from_a_missing_repository() {
        let of = |there| of_end(ended(Some(10), &[]), "/disk/repository".into(), there);
        assert!(matches!(of(true), RepositoryError::Missing { .. }));
        assert!(matches!(of(false), RepositoryError::TargetMissing { .. }));
    }

    #[test]
    fn a_full_disk_is_found_among_many_complaints() {
        let mut messages = vec!["unable to save snapshot"; 30];
        messages.push("write /disk/repository/tmp-1: no space left on device");
        messages.extend(["retrying"; 40]);
        let error = of_end(ended(Some(1), &messages), "/disk/repository".into(), true);
        assert!(matches!(error, RepositoryError::Full { .. }), "{error:?}");
    }

    #[test]
    fn what_is_not_known_keeps_restics_words() {
        let error = of_end(ended(Some(1), &["the moon is full"]), "/r".into(), true);
        assert_eq!(error.to_string(), "restic failed (Some(1)): the moon is full");
    }
}
