//! Snapshots, and bringing them back.

use std::sync::Arc;

use jobs::NoFaults;
use ledger::{JobId, JobState, SnapshotNumber, SnapshotRecord};
use recipe::Trouble;

use super::yard::{Yard, folder};
use crate::RestoreRequest;

/// Takes a snapshot of the service `pad`.
pub(super) async fn keep(yard: &Yard) {
    let job = yard.lifecycle.back_up("pad").await.unwrap();
    let job = yard.end_of(job).await;
    assert_eq!(job.state, JobState::Done, "{:?}", job.trouble);
}

/// Begins to bring back the first snapshot, in place or under its old name.
pub(super) async fn restore(yard: &Yard) -> Result<JobId, Trouble> {
    let snapshot = SnapshotNumber(1);
    yard.lifecycle.restore(RestoreRequest { snapshot, name: None, domain: None }).await
}

fn snapshots(yard: &Yard) -> Vec<SnapshotRecord> {
    yard.ledger.read(|records| records.snapshots()).unwrap()
}

/// Snapshots that the repository has and the ledger does not know.
pub(super) fn unknown(yard: &Yard) -> usize {
    let kept = std::fs::read_dir(yard.folder.join("repository")).into_iter().flatten().count();
    kept - snapshots(yard).len()
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_says_what_it_is_of_and_leaves_no_trace_beside_the_data() {
    let folder = folder();
    let yard = Yard::open(folder.path(), Yard::engine(), Arc::new(NoFaults));
    yard.install().await;
    keep(&yard).await;
    assert_eq!(yard.shown("pad"), "open");
    assert_eq!(yard.running().await.len(), 2);
    let found = snapshots(&yard).pop().unwrap();
    assert_eq!((&*found.of.name, &*found.of.release, &*found.of.reason), ("pad", "2.0", "asked"));
    assert_eq!(found.of.software, "Pad");
    assert!(!folder.path().join("services/pad/.panier").exists());
    assert_eq!(unknown(&yard), 0);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_was_purged_comes_back_with_its_secrets() {
    let folder = folder();
    let yard = Yard::open(folder.path(), Yard::engine(), Arc::new(NoFaults));
    yard.install().await;
    let before = yard.lifecycle.revealed_secrets("pad").unwrap();
    keep(&yard).await;
    let purged = yard.lifecycle.remove("pad", true).await.unwrap();
    yard.end_of(purged).await;
    let job = restore(&yard).await.unwrap();
    let job = yard.end_of(job).await;
    assert_eq!(job.state, JobState::Done, "{:?}", job.trouble);
    assert_eq!(yard.lifecycle.revealed_secrets("pad").unwrap(), before);
    assert_eq!(yard.service("pad").unwrap().domains, ["pad.box.localhost"]);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_comes_back_beside_under_another_name_and_domain() {
    let folder = folder();
    let yard = Yard::open(folder.path(), Yard::engine(), Arc::new(NoFaults));
    yard.install().await;
    keep(&yard).await;
    let ask = |name: &str, domain: &str| RestoreRequest {
        snapshot: SnapshotNumber(1),
        name: Some(name.to_owned()),
        domain: Some(domain.to_owned()),
    };
    let taken = yard.lifecycle.restore(ask("pad", "other.example.org")).await.unwrap_err();
    assert_eq!(taken.code, "name-taken");
    let taken = yard.lifecycle.restore(ask("second", "pad.box.localhost")).await.unwrap_err();
    assert_eq!(taken.code, "domain-taken");
    let job = yard.lifecycle.restore(ask("second", "other.example.org")).await.unwrap();
    let job = yard.end_of(job).await;
    assert_eq!(job.state, JobState::Done, "{:?}", job.trouble);
    assert_eq!(yard.service("second").unwrap().domains, ["other.example.org"]);
    assert_eq!((yard.shown("pad"), yard.shown("second")), ("open", "open"));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_brought_back_is_said_before_anything_is_done() {
    let folder = folder();
    let yard = Yard::open(folder.path(), Yard::engine(), Arc::new(NoFaults));
    yard.install().await;
    assert_eq!(restore(&yard).await.unwrap_err().code, "snapshot-unknown");
    keep(&yard).await;
    std::fs::remove_dir_all(folder.path().join("repository")).unwrap();
    assert_eq!(restore(&yard).await.unwrap_err().code, "snapshot-missing");
    assert_eq!(yard.shown("pad"), "open");
}
