//! Counting bytes before anything is written.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use recipe::{Trouble, text};

use crate::trouble;

/// So much of the disk stays free in any case: the ledger and the services need it.
const RESERVE: u64 = 256 * 1024 * 1024;

/// What lies below some folders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Bytes that its files take up on the disk.
    pub(crate) bytes: u64,
    /// The same, of files that changed since the given instant.
    pub(crate) changed: u64,
}

/// Counts what lies below these folders; links are not followed.
pub(crate) async fn count(
    folders: Vec<PathBuf>,
    since: Option<Timestamp>,
) -> Result<Counted, Trouble> {
    let since = since.map(Timestamp::as_second);
    let counted = tokio::task::spawn_blocking(move || {
        let mut counted = Counted::default();
        for folder in &folders {
            add(folder, since, &mut counted)?;
        }
        Ok::<_, io::Error>(counted)
    });
    let failed = |error: &dyn std::error::Error| {
        trouble::of_file(
            text!(
                "The data could not be looked through.",
                "Les données n’ont pas pu être parcourues."
            ),
            error,
        )
    };
    match counted.await {
        Ok(Ok(counted)) => Ok(counted),
        Ok(Err(error)) => Err(failed(&error)),
        Err(error) => Err(failed(&error)),
    }
}

fn add(folder: &Path, since: Option<i64>, counted: &mut Counted) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        // What vanishes while one looks takes no room.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let facts = match entry.metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            facts => facts?,
        };
        if facts.is_dir() {
            add(&entry.path(), since, counted)?;
        } else if facts.is_file() {
            // A file with holes takes up less than it is long.
            let bytes = facts.len().min(facts.blocks().saturating_mul(512));
            counted.bytes += bytes;
            if since.is_none_or(|since| facts.ctime() >= since) {
                counted.changed += bytes;
            }
        }
    }
    Ok(())
}

/// Refuses what the disk of `folder` has no room for.
pub(super) fn demand(folder: &Path, needed: u64) -> Result<(), Trouble> {
    // A folder that is not made yet will lie where the one above it lies.
    let there = folder.ancestors().find(|it| it.exists()).unwrap_or(folder);
    let free = system::disk::free(there).map_err(|error| trouble::room_unknown(&error))?;
    if free >= needed.saturating_add(RESERVE) {
        return Ok(());
    }
    let mebibytes = |bytes: u64| bytes / (1024 * 1024);
    let (place, needed, free) =
        (there.display(), mebibytes(needed.saturating_add(RESERVE)), mebibytes(free));
    Err(trouble::disk_too_small(text!(
        "{needed} MiB are needed at {place}, and {free} MiB are free.",
        "Il faut {needed} Mio dans {place}, et {free} Mio sont libres."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_did_not_change_needs_no_room() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("inner")).unwrap();
        fs::write(folder.path().join("inner/file"), vec![7; 10_000]).unwrap();
        std::os::unix::fs::symlink("/", folder.path().join("away")).unwrap();
        let count = |since| count(vec![folder.path().to_owned()], since);
        let all = count(None).await.unwrap();
        assert_eq!((all.bytes, all.changed), (10_000, 10_000));
        let later: Timestamp = "2200-01-01T00:00:00Z".parse().unwrap();
        let unchanged = count(Some(later)).await.unwrap();
        assert_eq!((unchanged.bytes, unchanged.changed), (10_000, 0));
    }

    #[test]
    fn what_no_disk_can_hold_is_refused_before() {
        let folder = tempfile::tempdir().unwrap();
        let not_yet = folder.path().join("not/yet");
        assert_eq!(demand(&not_yet, u64::MAX / 2).unwrap_err().code, "disk-too-small");
    }
}
