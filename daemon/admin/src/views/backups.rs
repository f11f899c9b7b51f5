//! Snapshots, rehearsals, targets, and the recovery kit.

use jiff::Timestamp;
use recipe::{Text, Trouble};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::RoomView;
use super::words::{TextShape, TroubleShape};

/// One snapshot of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Snapshot)]
pub struct SnapshotView {
    /// Its number, never given twice.
    pub id: String,
    /// The name that the service had.
    pub service: String,
    /// The recipe's id.
    pub recipe: String,
    /// The software's name, as it calls itself.
    pub software: String,
    /// The release's version.
    pub release: String,
    /// The release's revision.
    pub revision: u32,
    /// The instant that it shows.
    pub taken: Timestamp,
    /// Why it was taken: asked, nightly, before-update, before-restore.
    pub reason: String,
    /// Bytes of all its files.
    pub bytes: u64,
    /// What was measured at that instant.
    pub measures: Vec<MeasureView>,
    /// Where it is kept: local, and the names of targets.
    pub places: Vec<String>,
    /// The last rehearsal with it, where there was one.
    #[schema(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rehearsed: Option<LastRehearsalView>,
}

/// Something that was read from a service's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Measure)]
pub struct MeasureView {
    /// Its name in the recipe.
    pub name: String,
    /// What is counted, in people's words, where the recipe says.
    #[schema(value_type = Option<TextShape>, required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// What was read.
    pub value: String,
}

/// A restore that was tried out beside the living service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Rehearsal)]
pub struct RehearsalView {
    /// When it ended.
    pub at: Timestamp,
    /// Which snapshot.
    pub snapshot: String,
    /// Whether it came back well, with every measure equal.
    pub passed: bool,
    /// What was compared.
    pub compared: Vec<ComparedView>,
    /// Why it did not pass.
    #[schema(value_type = Option<TroubleShape>, required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
}

/// A measure held against what it was when the snapshot was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Compared)]
pub struct ComparedView {
    /// Its name in the recipe.
    pub name: String,
    /// What is counted, in people's words, where the recipe says.
    #[schema(value_type = Option<TextShape>, required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// What it was.
    pub expected: String,
    /// What came back.
    pub found: String,
    /// Whether both are the same.
    pub equal: bool,
}

/// The last rehearsal, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LastRehearsal)]
pub struct LastRehearsalView {
    /// When it ended.
    pub at: Timestamp,
    /// Whether it passed.
    pub passed: bool,
}

/// A place outside the box that keeps copies of snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Target)]
pub struct TargetView {
    /// What people call it.
    pub name: String,
    /// The folder, as the box sees it.
    pub path: String,
    /// How it is now: ready, same-disk, away, strange, full, read-only.
    pub state: String,
    /// Its room, where it is there.
    #[schema(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomView>,
    /// When something was last copied there.
    #[schema(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_copy: Option<Timestamp>,
    /// Why the last copy or check failed.
    #[schema(value_type = Option<TroubleShape>, required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
}

/// A disk that could be a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Disk)]
pub struct DiskView {
    /// Where it is mounted.
    pub path: String,
    /// Its filesystem: ext4, vfat, nfs4.
    pub filesystem: String,
    /// The name that it was given.
    #[schema(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Bytes in all.
    pub total: u64,
    /// Bytes that are still free.
    pub free: u64,
    /// Whether the services' data lie on the same disk: copies there are no backup.
    pub same_disk: bool,
}

/// How the box keeps its services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Backups)]
pub struct BackupsView {
    /// Where copies are kept.
    pub targets: Vec<TargetView>,
    /// When a recovery kit was last made.
    #[schema(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kit_made: Option<Timestamp>,
    /// When the next night's snapshots are due.
    #[schema(required = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_nightly: Option<Timestamp>,
    /// What is wrong.
    #[schema(value_type = Vec<TroubleShape>)]
    pub problems: Vec<Trouble>,
}

/// The recovery kit. It holds the key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Kit)]
pub struct KitView {
    /// The page as a whole HTML file, to be printed or kept.
    pub page: String,
    /// The same as plain text.
    pub text: String,
    /// When it was made.
    pub made: Timestamp,
    /// Whether the key was tried on every repository.
    pub tried: bool,
}

impl std::fmt::Debug for KitView {
    // It holds the key: it is never printed.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("KitView").field("made", &self.made).finish_non_exhaustive()
    }
}

/// Where a snapshot is brought back to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RestoreSnapshot)]
pub struct RestoreSnapshotBody {
    /// The name of a service to be made beside; none: in place, or under its
    /// old name where it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The domain of the service that is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
}

/// A target to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTarget)]
pub struct NewTargetBody {
    /// What people call it.
    pub name: String,
    /// The folder, as the box sees it.
    pub path: String,
}

/// In which language a page is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MakeKit)]
pub struct KitBody {
    /// `fr` or `en`; none: French.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}
