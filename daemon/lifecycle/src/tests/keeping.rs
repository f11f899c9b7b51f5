//! Snapshots, and bringing them back.

use containers::ExecOutcome;
use jiff::tz::TimeZone;
use ledger::{JobId, JobRecord, JobState, ServiceId, SnapshotNumber, SnapshotRecord};
use recipe::{Language, Trouble};

use super::yard::{Yard, folder};
use crate::{RestoreRequest, TargetState};

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
    let kept = std::fs::read_dir(yard.folder.join("repository")).into_iter().flatten();
    let is_of_service = |folder: &std::path::PathBuf| {
        let tags = std::fs::read_to_string(folder.join("tags")).unwrap();
        tags.lines().any(|tag| tag.starts_with("service="))
    };
    let kept = kept.map(|entry| entry.unwrap().path()).filter(is_of_service).count();
    kept - snapshots(yard).len()
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_says_what_it_is_of_and_leaves_no_trace_beside_the_data() {
    let folder = folder();
    let yard = Yard::new(folder.path());
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
    let yard = Yard::new(folder.path());
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
    let yard = Yard::new(folder.path());
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
    let yard = Yard::new(folder.path());
    yard.install().await;
    assert_eq!(restore(&yard).await.unwrap_err().code, "snapshot-unknown");
    keep(&yard).await;
    std::fs::remove_dir_all(folder.path().join("repository")).unwrap();
    assert_eq!(restore(&yard).await.unwrap_err().code, "snapshot-missing");
    assert_eq!(yard.shown("pad"), "open");
}

async fn rehearse(yard: &Yard) -> JobRecord {
    let job = yard.lifecycle.rehearse("pad").await.unwrap();
    yard.end_of(job).await
}

/// What the recipe measures by a command.
fn measure(yard: &Yard, output: &str) {
    let outcome = ExecOutcome { code: 0, output: output.to_owned() };
    yard.engine.answer(&["count-pads"], outcome);
}

#[tokio::test(start_paused = true)]
async fn a_rehearsal_that_passes_leaves_a_date_and_nothing_else() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    yard.install().await;
    assert_eq!(yard.lifecycle.rehearse("pad").await.unwrap_err().code, "snapshot-none");
    measure(&yard, "3\n");
    keep(&yard).await;
    let before = yard.engine_counts().await;
    let job = rehearse(&yard).await;
    assert_eq!(job.state, JobState::Done, "{:?}", job.trouble);
    assert_eq!(yard.engine_counts().await, before);
    assert_eq!(yard.shown("pad"), "open");
    let found = yard.ledger.read(|records| records.rehearsals(ServiceId(1))).unwrap();
    assert!(found[0].passed);
    assert_eq!((&*found[0].compared[0].expected, &*found[0].compared[0].found), ("3", "3"));
    let names: Vec<_> = std::fs::read_dir(folder.path().join("services")).unwrap().collect();
    assert_eq!(names.len(), 1);
    let service = yard.service("pad").unwrap();
    assert!(yard.lifecycle.kept(&service).unwrap().last_rehearsal.unwrap().1);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_is_missing_in_what_comes_back_is_said() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    yard.install().await;
    measure(&yard, "3");
    keep(&yard).await;
    measure(&yard, "2");
    let job = rehearse(&yard).await;
    let trouble = job.trouble.unwrap();
    assert_eq!((job.state, &*trouble.code), (JobState::Failed, "restore-differs"));
    assert!(trouble.what.en.contains("pads: 3 when it was taken, 2 now"), "{trouble}");
    let found = yard.ledger.read(|records| records.rehearsals(ServiceId(1))).unwrap();
    assert!(!found[0].passed);
    assert_eq!(found[0].trouble.as_ref().unwrap().code, "restore-differs");
    assert_eq!(found[0].compared[0].found, "2");
    // In place, it decides too: the present comes back.
    let job = restore(&yard).await.unwrap();
    assert_eq!(yard.end_of(job).await.trouble.unwrap().code, "restore-differs");
    assert_eq!(yard.shown("pad"), "open");
}

#[tokio::test(start_paused = true)]
async fn a_copy_goes_to_every_target_that_is_there_and_the_others_are_said() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    yard.install().await;
    for name in ["blue", "red"] {
        let path = folder.path().join(name);
        std::fs::create_dir(&path).unwrap();
        let added = yard.lifecycle.add_target(name, path.to_str().unwrap()).await.unwrap();
        assert_eq!(added.state, TargetState::SameDisk);
    }
    let again = yard.lifecycle.add_target("blue", "/nowhere").await.unwrap_err();
    assert_eq!(again.code, "target-away");
    // What an unmounted disk leaves: the folder, empty.
    std::fs::remove_file(folder.path().join("red/panier-target.toml")).unwrap();
    keep(&yard).await;
    let kept = snapshots(&yard).pop().unwrap();
    let places: Vec<&str> = kept.places.iter().map(|it| it.place.as_str()).collect();
    assert_eq!(places, ["local", "blue"]);
    assert_eq!(std::fs::read_dir(folder.path().join("red")).unwrap().count(), 0);
    let targets = yard.lifecycle.targets().await.unwrap();
    let red = targets.iter().find(|one| one.record.name == "red").unwrap();
    assert_eq!(red.state, TargetState::Away);
    assert_eq!(red.record.trouble.as_ref().unwrap().code, "target-away");
    // On the disk of the data it serves to undo, and is no backup.
    let service = yard.service("pad").unwrap();
    assert!(!yard.lifecycle.kept(&service).unwrap().backed_up);
    yard.lifecycle.remove_target("blue").await.unwrap();
    assert_eq!(snapshots(&yard).pop().unwrap().places.len(), 1);
    let gone = yard.lifecycle.check_target("blue").await.unwrap_err();
    assert_eq!(gone.code, "target-unknown");
}

#[tokio::test(start_paused = true)]
async fn a_kit_names_every_place_and_its_key_stays() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    yard.install().await;
    keep(&yard).await;
    let kit = yard.lifecycle.make_kit(Language::Fr).await.unwrap();
    let again = yard.lifecycle.make_kit(Language::En).await.unwrap();
    assert!(kit.tried);
    assert_eq!(backup::key_in_page(&kit.page).unwrap(), backup::key_in_page(&again.page).unwrap());
    assert!(kit.page.contains("service=pad"), "{}", kit.page);
    assert!(!format!("{kit:?}").contains("La clé"));
    assert!(yard.lifecycle.kit_made().unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_night_that_was_slept_through_is_made_up_for_once() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    yard.install().await;
    let night = async || yard.lifecycle.night_if_due(&TimeZone::UTC).await;
    night().await.unwrap();
    assert_eq!(snapshots(&yard).len(), 0, "a box's first night is the one that comes");
    yard.ledger
        .write(|records| records.set_setting("nightly.last", "1969-12-20T03:00:00Z"))
        .unwrap();
    night().await.unwrap();
    night().await.unwrap();
    let kept = snapshots(&yard);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].of.reason, "nightly");
    let rehearsed = yard.ledger.read(|records| records.rehearsals(ServiceId(1))).unwrap();
    assert_eq!(rehearsed.len(), 1, "the newest is rehearsed once a month");
}
