//! Making snapshots and listing them.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;

use super::error::INCOMPLETE;
use super::names::all_of;
use super::{Repository, RepositoryError, SnapshotId, Tag};
use crate::restic::{Call, Complaint, Message, Pace, Progress};

/// A snapshot in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its identity in this repository; a copy in another one has one of its own.
    pub id: SnapshotId,
    /// The snapshot that this is a copy of, where it is one.
    pub original: Option<SnapshotId>,
    /// When it was begun.
    pub time: Timestamp,
    /// The box that it is of.
    pub host: String,
    /// What it was marked with.
    pub tags: Vec<Tag>,
    /// Bytes of all its files; none when a restic before 0.17 made it.
    pub size: Option<u64>,
    /// Number of its files; none as above.
    pub files: Option<u64>,
    /// Bytes that it added to the repository it was made in, as stored; none as above.
    pub added: Option<u64>,
}

/// The snapshots of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotList {
    /// Oldest first.
    pub snapshots: Vec<Snapshot>,
    /// Those that are there and cannot be read: the repository is damaged. restic says so only
    /// when its cache does not hide it; [`check`](Repository::check) always does.
    pub unreadable: Vec<SnapshotId>,
}

/// How it is known that a file is as it was in the snapshot before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capture {
    /// The files themselves: by size, both times and inode.
    Living,
    /// A copy made for the snapshot, whose inodes and change times are new: by size and time of
    /// modification.
    Copy,
    /// Every file is read again.
    ReadAll,
}

/// What goes into a snapshot.
#[derive(Debug, Clone)]
pub struct SnapshotRequest {
    /// The folder that the paths start from. It does not matter to the snapshot where it lies.
    pub root: PathBuf,
    /// What of it is taken: relative paths, as they will be found in the snapshot.
    pub paths: Vec<PathBuf>,
    /// Paths below the root that are left out, as restic's patterns.
    pub left_out: Vec<String>,
    /// The box.
    pub host: String,
    /// What it is marked with.
    pub tags: Vec<Tag>,
    /// It follows the newest snapshot of this box that carries all of these: what has not changed
    /// since is not read again. Where there is none, every file is read.
    pub follows: Vec<Tag>,
    /// How unchanged files are known.
    pub capture: Capture,
}

/// Why there is no snapshot, or not a whole one.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A path is not relative, leads out of the root, or is not there.
    #[error("{} cannot be in a snapshot", path.display())]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// The snapshot was made, but some files could not be read: it is not one to rely on.
    #[error("{} files could not be read", unread.len())]
    Incomplete {
        /// What was made all the same. Whoever does not want it forgets it.
        snapshot: SnapshotId,
        /// The files, each with why.
        unread: BTreeMap<String, String>,
    },
    /// The repository.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// As restic lists it.
#[derive(Debug, Deserialize)]
struct Listed {
    id: SnapshotId,
    original: Option<SnapshotId>,
    time: Timestamp,
    #[serde(default)]
    hostname: String,
    tags: Option<Vec<String>>,
    summary: Option<ListedSummary>,
}

#[derive(Debug, Deserialize)]
struct ListedSummary {
    data_added_packed: Option<u64>,
    total_files_processed: Option<u64>,
    total_bytes_processed: Option<u64>,
}

impl From<Listed> for Snapshot {
    fn from(listed: Listed) -> Self {
        let summary = listed.summary.as_ref();
        let tags = listed.tags.unwrap_or_default();
        Self {
            size: summary.and_then(|summary| summary.total_bytes_processed),
            files: summary.and_then(|summary| summary.total_files_processed),
            added: summary.and_then(|summary| summary.data_added_packed),
            id: listed.id,
            original: listed.original,
            time: listed.time,
            host: listed.hostname,
            // A tag that we would not give is somebody else's, and says nothing to us.
            tags: tags.into_iter().filter_map(|tag| Tag::try_from(tag).ok()).collect(),
        }
    }
}

impl Repository {
    /// Takes a snapshot. What is there already is not stored again.
    ///
    /// # Errors
    /// [`SnapshotError::Incomplete`] when not everything could be read; nothing is kept otherwise.
    pub async fn snapshot(
        &self,
        request: &SnapshotRequest,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Snapshot, SnapshotError> {
        // Refused before the repository is asked for anything.
        backup(request, None)?;
        let parent = self.newest(&request.host, &request.follows).await?;
        let call = backup(request, parent.as_ref())?;
        let mut made = None;
        let mut each = |line: &[u8]| match Message::of_line(line) {
            Some(Message::Status(status)) => progress(status.progress()),
            Some(Message::Summary(summary)) => made = summary.snapshot_id,
            _ => {}
        };
        let ended = self.listen(call, &[], &mut each).await?;
        let id = made.and_then(|id| SnapshotId::try_from(id).ok());
        match (ended.code, id) {
            (Some(0), Some(id)) => Ok(self.snapshot_facts(&id).await?),
            (Some(INCOMPLETE), Some(snapshot)) => {
                let of = |one: Complaint| Some((one.item?, one.message));
                let unread = ended.complaints.into_iter().filter_map(of).collect();
                Err(SnapshotError::Incomplete { snapshot, unread })
            }
            _ => Err(self.failure(ended).into()),
        }
    }

    /// The snapshots that carry all of these tags, oldest first. One that cannot be read hides
    /// none of the others.
    ///
    /// # Errors
    /// As for every call.
    pub async fn snapshots(&self, tags: &[Tag]) -> Result<SnapshotList, RepositoryError> {
        let mut call = Call::new("snapshots").arg("--json").arg("--no-lock").reading();
        if !tags.is_empty() {
            call = call.option("tag", all_of(tags));
        }
        let (listed, complaints): (Vec<Listed>, _) = self.ask_with_complaints(call).await?;
        let mut snapshots: Vec<Snapshot> = listed.into_iter().map(Snapshot::from).collect();
        snapshots.sort_by_key(|one| one.time);
        let unreadable = complaints.iter().filter_map(|one| passed_over(&one.message)).collect();
        Ok(SnapshotList { snapshots, unreadable })
    }

    async fn newest(
        &self,
        host: &str,
        tags: &[Tag],
    ) -> Result<Option<SnapshotId>, RepositoryError> {
        if tags.is_empty() {
            return Ok(None);
        }
        let list = self.snapshots(tags).await?.snapshots;
        Ok(list.into_iter().rev().find(|one| one.host == host).map(|one| one.id))
    }

    /// One snapshot.
    ///
    /// # Errors
    /// [`RepositoryError::SnapshotMissing`] where it is not.
    pub async fn snapshot_facts(&self, id: &SnapshotId) -> Result<Snapshot, RepositoryError> {
        let call = Call::new("snapshots").arg("--json").arg("--no-lock").reading().arg(id.as_str());
        let listed: Vec<Listed> = self.ask(call).await?;
        let found = listed.into_iter().find(|listed| listed.id.is_same(id));
        found.map(Snapshot::from).ok_or_else(|| RepositoryError::SnapshotMissing {
            said: format!("{} is not listed", id.short()),
        })
    }
}

fn backup(
    request: &SnapshotRequest,
    parent: Option<&SnapshotId>,
) -> Result<Call<'static>, SnapshotError> {
    for path in &request.paths {
        let there = request.root.join(path).symlink_metadata().is_ok();
        if !is_inside(path) || !there {
            return Err(SnapshotError::Path { path: path.clone() });
        }
    }
    if request.paths.is_empty() {
        return Err(SnapshotError::Path { path: request.root.clone() });
    }
    let mut call = Call::new("backup").arg("--json").pace(Pace::Gentle).within(&request.root);
    call = call.option("host", &request.host);
    if !request.tags.is_empty() {
        call = call.option("tag", all_of(&request.tags));
    }
    call = request.left_out.iter().fold(call, |call, pattern| call.option("exclude", pattern));
    // Left to find its parent, restic gives up when any snapshot at all is unreadable.
    call = match (parent, request.capture) {
        (None, _) | (_, Capture::ReadAll) => call.arg("--force"),
        (Some(parent), Capture::Living) => call.option("parent", parent.as_str()),
        (Some(parent), Capture::Copy) => {
            call.option("parent", parent.as_str()).arg("--ignore-ctime").arg("--ignore-inode")
        }
    };
    Ok(request.paths.iter().fold(call.arg("--"), |call, path| call.arg(path)))
}

/// Whether a path names something below the root: not the root itself, whose owner and mode
/// restic would not keep.
pub(super) fn is_inside(path: &Path) -> bool {
    let mut parts = path.components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// `Ignoring "2f2ce8df…": failed to load snapshot …`
fn passed_over(message: &str) -> Option<SnapshotId> {
    let (id, _) = message.strip_prefix("Ignoring \"")?.split_once('"')?;
    SnapshotId::try_from(id).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_that_cannot_be_read_is_named() {
        let message = "Ignoring \"2f2ce8df2e467f34\": failed to load snapshot 2f2ce8df: invalid";
        assert_eq!(passed_over(message).unwrap().short(), "2f2ce8df");
        assert_eq!(passed_over("Fatal: Ignoring nothing"), None);
    }

    #[test]
    fn only_what_lies_below_the_root_goes_into_a_snapshot() {
        for path in ["data", "vol/data", "-data"] {
            assert!(is_inside(Path::new(path)), "{path}");
        }
        for path in ["", ".", "..", "/etc", "vol/../../etc"] {
            assert!(!is_inside(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn what_an_old_restic_listed_is_read_too() {
        let text = r#"{"time":"2022-10-09T21:11:45.123456789+02:00","tree":"f787e947","paths":["/a"],
            "hostname":"box","username":"root","id":"0f11f5512fd506702c479db2e5ae79d55c62ce6d512bb964cffc55364ee2687c"}"#;
        let snapshot = Snapshot::from(serde_json::from_str::<Listed>(text).unwrap());
        assert_eq!(snapshot.time.to_string(), "2022-10-09T19:11:45.123456789Z");
        assert_eq!((snapshot.size, snapshot.tags.len()), (None, 0));
    }
}
