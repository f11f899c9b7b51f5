//! Thinning out: which snapshots are kept, and giving back the room of the others.

use serde::Deserialize;

use super::names::all_of;
use super::{Repository, RepositoryError, SnapshotId, Tag};
use crate::restic::{Call, Pace};

/// How many snapshots are kept: the newest of each of so many days, weeks and months.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepRules {
    /// The newest so many, whatever their day.
    pub last: u32,
    /// Days.
    pub daily: u32,
    /// Weeks.
    pub weekly: u32,
    /// Months.
    pub monthly: u32,
    /// Snapshots that carry one of these are kept in any case.
    pub marked: Vec<Tag>,
}

impl KeepRules {
    /// Rules that keep nothing are no rules: restic would refuse them, or forget everything.
    fn keep_something(&self) -> bool {
        self.last > 0 || self.daily > 0 || self.weekly > 0 || self.monthly > 0
    }
}

#[derive(Deserialize)]
struct Group {
    remove: Option<Vec<Removed>>,
}

#[derive(Deserialize)]
struct Removed {
    id: SnapshotId,
}

impl Repository {
    /// Forgets, of the snapshots of `host` that carry all of `tags`, those that the rules do not
    /// keep, and gives them. Rules that would keep nothing keep everything. Their room comes
    /// back with [`prune`](Self::prune).
    ///
    /// # Errors
    /// As for every call.
    pub async fn thin_out(
        &self,
        host: &str,
        tags: &[Tag],
        rules: &KeepRules,
    ) -> Result<Vec<SnapshotId>, RepositoryError> {
        if !rules.keep_something() {
            return Ok(Vec::new());
        }
        // One group alone: marks differ from snapshot to snapshot, and each group would keep its own.
        let mut call = Call::new("forget").arg("--json").option("group-by", "host");
        call = call.option("host", host);
        if !tags.is_empty() {
            call = call.option("tag", all_of(tags));
        }
        for (option, number) in [
            ("keep-last", rules.last),
            ("keep-daily", rules.daily),
            ("keep-weekly", rules.weekly),
            ("keep-monthly", rules.monthly),
        ] {
            if number > 0 {
                call = call.option(option, number.to_string());
            }
        }
        call = rules.marked.iter().fold(call, |call, mark| call.option("keep-tag", mark.as_str()));
        let groups: Option<Vec<Group>> = self.ask(call).await?;
        let removed = groups.unwrap_or_default().into_iter().filter_map(|group| group.remove);
        Ok(removed.flatten().map(|removed| removed.id).collect())
    }

    /// Forgets these snapshots. One that is not there any more is no failure.
    ///
    /// # Errors
    /// As for every call.
    pub async fn forget(&self, snapshots: &[SnapshotId]) -> Result<(), RepositoryError> {
        if snapshots.is_empty() {
            return Ok(());
        }
        let there = self.snapshots(&[]).await?.snapshots;
        let wanted = |id: &SnapshotId| snapshots.iter().any(|one| one.is_same(id));
        let present: Vec<_> = there.iter().filter(|one| wanted(&one.id)).collect();
        if present.is_empty() {
            return Ok(());
        }
        let call = Call::new("forget").arg("--");
        let call = present.iter().fold(call, |call, one| call.arg(one.id.as_str()));
        let ended = self.listen(call, &[], &mut |_| {}).await?;
        self.succeeded(ended)
    }

    /// Gives back the room of what no snapshot needs any more. Nobody else can work in the
    /// repository meanwhile.
    ///
    /// # Errors
    /// As for every call.
    pub async fn prune(&self) -> Result<(), RepositoryError> {
        let call = Call::new("prune").pace(Pace::Gentle);
        let ended = self.listen(call, &[], &mut |_| {}).await?;
        self.succeeded(ended)
    }
}
