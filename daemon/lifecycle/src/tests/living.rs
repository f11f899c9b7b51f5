//! Snapshots of a service that runs: it stands still for a moment, and is thawed
//! whatever happens.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use containers::{Call, EngineError, Fault, Gate};
use jobs::{FaultPoint, Faults};
use ledger::{JobRecord, JobState};
use recipe::Trouble;

use super::keeping::{keep, restore, unknown};
use super::yard::{Yard, folder};

const WITHIN: &str = "back-up/keep-living/within";

/// Somebody who writes until the service stands still.
struct Writes(PathBuf);

#[async_trait]
impl Faults for Writes {
    async fn reach(&self, point: &FaultPoint) -> Result<(), Trouble> {
        if point.to_string() == WITHIN {
            std::fs::write(self.0.join("pads"), "after!").unwrap();
            std::fs::write(self.0.join("new"), "new").unwrap();
            std::fs::remove_file(self.0.join("gone")).unwrap();
        }
        Ok(())
    }
}

/// A capture that takes longer than a service may stand still.
struct Slow;

#[async_trait]
impl Faults for Slow {
    async fn reach(&self, point: &FaultPoint) -> Result<(), Trouble> {
        if point.to_string() == WITHIN {
            tokio::time::sleep(Duration::from_secs(11)).await;
        }
        Ok(())
    }
}

async fn back_up(yard: &Yard) -> JobRecord {
    let job = yard.lifecycle.back_up("pad").await.unwrap();
    let job = yard.end_of(job).await;
    assert_eq!(job.state, JobState::Done, "{:?}", job.trouble);
    assert_eq!(yard.running().await.len(), 2, "nothing stays frozen or stopped");
    assert_eq!(yard.shown("pad"), "open");
    assert_eq!(unknown(yard), 0);
    job
}

/// Whether the service was stopped for a snapshot, and that was said.
fn was_stopped(yard: &Yard, job: &JobRecord) -> bool {
    let lines = yard.ledger.read(|records| records.job_lines(job.id)).unwrap();
    let said = lines.iter().any(|line| line.text.en.contains("is stopped for this snapshot"));
    let steps = yard.ledger.read(|records| records.steps(job.id)).unwrap();
    assert_eq!(said, steps.iter().any(|step| step.name == "keep"));
    assert_eq!(said, yard.calls(Call::StopContainer) > 0);
    said
}

#[tokio::test(start_paused = true)]
async fn what_was_written_until_the_pause_is_kept_and_nothing_is_stopped() {
    let folder = folder();
    let data = folder.path().join("services/pad/var/data");
    let yard = Yard::open(folder.path(), Yard::engine(), Arc::new(Writes(data.clone())));
    yard.install().await;
    for (name, text) in [("pads", "before"), ("still", "still"), ("gone", "gone")] {
        std::fs::write(data.join(name), text).unwrap();
    }
    let job = back_up(&yard).await;
    assert!(!was_stopped(&yard, &job));
    assert_eq!((yard.calls(Call::PauseContainer), yard.calls(Call::UnpauseContainer)), (2, 2));
    assert!(!folder.path().join("services/pad/.panier").exists());
    for name in ["pads", "still", "new"] {
        std::fs::write(data.join(name), "spoilt").unwrap();
    }
    let job = restore(&yard).await.unwrap();
    assert_eq!(yard.end_of(job).await.state, JobState::Done);
    let read = |name: &str| std::fs::read_to_string(data.join(name)).ok();
    let found = ["pads", "still", "new", "gone"].map(read);
    assert_eq!(
        found,
        [Some("after!"), Some("still"), Some("new"), None].map(|it| it.map(Into::into))
    );
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_lasts_too_long_is_ended_and_the_service_is_stopped_instead() {
    let folder = folder();
    let yard = Yard::open(folder.path(), Yard::engine(), Arc::new(Slow));
    yard.install().await;
    let job = back_up(&yard).await;
    assert!(was_stopped(&yard, &job));
    assert_eq!(yard.calls(Call::PauseContainer), 6, "it was tried three times");
    let lines = yard.ledger.read(|records| records.job_lines(job.id)).unwrap();
    assert!(lines.iter().any(|line| line.text.fr.contains("Nouvel essai")));
}

#[tokio::test(start_paused = true)]
async fn a_container_that_cannot_be_frozen_leaves_no_other_frozen() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    yard.install().await;
    let refused = EngineError::Frozen { name: "pad".into() };
    yard.engine.fail_at(Call::PauseContainer, 2, Fault::Refused(refused));
    let job = back_up(&yard).await;
    assert!(was_stopped(&yard, &job));
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_freezes_and_does_not_say_so_thaws_in_time() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    yard.install().await;
    let gate = Gate::shut();
    for nth in [2, 4, 6] {
        yard.engine.fail_at(Call::PauseContainer, nth, Fault::Hangs(gate.clone()));
    }
    let job = yard.lifecycle.back_up("pad").await.unwrap();
    let job = yard.end_of(job).await;
    assert_eq!(job.state, JobState::Done, "{:?}", job.trouble);
    assert!(was_stopped(&yard, &job));
    yard.until("all run", || async { yard.running().await.len() == 2 }).await;
}

#[tokio::test(start_paused = true)]
async fn a_service_of_which_a_part_does_not_run_is_kept_all_the_same() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    yard.install().await;
    let there = containers::Engine::containers(yard.engine.as_ref(), &yard.owner).await.unwrap();
    let worker = there.iter().find(|it| it.part == "worker").unwrap();
    containers::Engine::stop_container(yard.engine.as_ref(), &worker.id, 1).await.unwrap();
    let job = back_up(&yard).await;
    assert!(was_stopped(&yard, &job));
    assert_eq!(yard.calls(Call::PauseContainer), 0);
}

#[tokio::test(start_paused = true)]
async fn the_ground_of_a_service_serves_its_next_snapshot_and_goes_with_it() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    yard.install().await;
    let kept = || std::fs::read_dir(folder.path().join("repository")).unwrap().count();
    keep(&yard).await;
    assert_eq!(kept(), 2);
    keep(&yard).await;
    assert_eq!(kept(), 3, "one ground, and two snapshots");
    let job = yard.lifecycle.remove("pad", true).await.unwrap();
    yard.end_of(job).await;
    yard.ledger
        .write(|records| records.set_setting("nightly.last", "1969-12-20T03:00:00Z"))
        .unwrap();
    yard.lifecycle.night_if_due(&jiff::tz::TimeZone::UTC).await.unwrap();
    assert_eq!(unknown(&yard), 0);
    let snapshots = yard.ledger.read(|records| records.snapshots()).unwrap();
    assert_eq!(kept(), snapshots.len());
}
