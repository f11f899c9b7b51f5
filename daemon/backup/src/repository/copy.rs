//! Copying snapshots to another repository.

use super::{Repository, RepositoryError, Snapshot, SnapshotId};
use crate::restic::{Call, Pace};

/// How far a copy is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopyProgress {
    /// Snapshots that are there.
    pub snapshots: u64,
    /// Of so many that are asked for.
    pub of_snapshots: u64,
    /// Parcels of data of the snapshot at hand that were written.
    pub parcels: u64,
    /// Of so many.
    pub of_parcels: u64,
}

/// A snapshot, and its copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// What it is here.
    pub from: SnapshotId,
    /// What it is there.
    pub to: Snapshot,
}

impl Repository {
    /// Copies snapshots from `from` to here, each repository by its own key. What is here
    /// already is not copied again, so that a copy that was cut off goes on.
    ///
    /// # Errors
    /// As for every call; [`RepositoryError::SnapshotMissing`] when one is not there to be copied.
    pub async fn copy_from(
        &self,
        from: &Self,
        snapshots: &[SnapshotId],
        progress: &(dyn Fn(CopyProgress) + Send + Sync),
    ) -> Result<Vec<Copied>, RepositoryError> {
        if snapshots.is_empty() {
            return Ok(Vec::new());
        }
        let there = from.snapshots(&[]).await?.snapshots;
        let origins = origins(&there, snapshots)?;
        let call = from.as_source(Call::new("copy").pace(Pace::Gentle)).arg("--");
        let call = snapshots.iter().fold(call, |call, id| call.arg(id.as_str()));
        let of_snapshots = snapshots.len().try_into().unwrap_or(u64::MAX);
        let mut so_far = CopyProgress { of_snapshots, ..CopyProgress::default() };
        let mut each = |line: &[u8]| {
            if hear(&String::from_utf8_lossy(line), &mut so_far) {
                progress(so_far);
            }
        };
        let ended = self.listen(call, &[from], &mut each).await?;
        self.succeeded(ended)?;
        let here = self.snapshots(&[]).await?.snapshots;
        origins.into_iter().map(|origin| copy_of(origin, &here)).collect()
    }
}

/// The snapshots asked for, each with the identity that its copies remember.
fn origins<'a>(
    there: &'a [Snapshot],
    wanted: &[SnapshotId],
) -> Result<Vec<&'a Snapshot>, RepositoryError> {
    let find =
        |id: &SnapshotId| there.iter().find(|one| one.id.is_same(id)).ok_or_else(|| missing(id));
    wanted.iter().map(find).collect()
}

fn copy_of(origin: &Snapshot, here: &[Snapshot]) -> Result<Copied, RepositoryError> {
    let remembered = origin.original.as_ref().unwrap_or(&origin.id);
    let found = here
        .iter()
        .find(|one| one.original.as_ref() == Some(remembered) || one.id == *remembered)
        .ok_or_else(|| missing(&origin.id))?;
    Ok(Copied { from: origin.id.clone(), to: found.clone() })
}

fn missing(id: &SnapshotId) -> RepositoryError {
    RepositoryError::SnapshotMissing { said: format!("{} was not copied", id.short()) }
}

/// restic tells of a copy in words only: `[0:05] 50.00%  1 / 2 packs copied`, and a line for each
/// snapshot that is there. True when there is something new.
fn hear(line: &str, so_far: &mut CopyProgress) -> bool {
    if line.contains(" saved") || line.contains("skipping") {
        so_far.snapshots = (so_far.snapshots + 1).min(so_far.of_snapshots);
        return true;
    }
    let parcels = line.rsplit('\r').next().and_then(|last| last.split_once("packs copied"));
    let Some((before, _)) = parcels else { return false };
    let mut words = before.split_whitespace().rev();
    let (of, slash, done) = (words.next(), words.next(), words.next());
    let number = |word: Option<&str>| word.and_then(|word| word.parse().ok());
    let (Some(done), Some("/"), Some(of)) = (number(done), slash, number(of)) else { return false };
    (so_far.parcels, so_far.of_parcels) = (done, of);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_copy_are_counted() {
        let mut so_far = CopyProgress { of_snapshots: 2, ..CopyProgress::default() };
        assert!(!hear("  copy started, this may take a while...", &mut so_far));
        assert!(hear("[0:05] 50.00%  1 / 2 packs copied", &mut so_far));
        assert_eq!((so_far.parcels, so_far.of_parcels), (1, 2));
        assert!(hear("snapshot 0da05181 saved", &mut so_far));
        assert!(hear("skipping source snapshot 0da05181, was already copied", &mut so_far));
        assert_eq!((so_far.snapshots, so_far.of_snapshots), (2, 2));
    }
}
