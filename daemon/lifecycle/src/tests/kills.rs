//! Kills at every fault point of every job: the daemon's life ends there, and
//! the next one brings everything to a named end.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use containers::Scripted;
use jobs::{FaultPoint, Faults, NoFaults};
use ledger::{JobState, ServiceId};
use recipe::{Text, Trouble};
use tokio::sync::Notify;

use super::yard::{Yard, answers, folder};
use super::{keeping, moving};
use crate::UpdateRequest;

/// Remembers the points that were reached; at one of them, it tells so and
/// never comes back, or fails there.
#[derive(Default)]
struct At {
    point: Option<String>,
    fails: bool,
    reached: Notify,
    seen: Mutex<BTreeSet<String>>,
}

#[async_trait]
impl Faults for At {
    async fn reach(&self, point: &FaultPoint) -> Result<(), Trouble> {
        let point = point.to_string();
        let first = self.seen.lock().unwrap().insert(point.clone());
        if self.point.as_ref() != Some(&point) || !first {
            return Ok(());
        }
        if self.fails {
            let said = Text::new(point.clone(), point);
            return Err(Trouble::new("asked-for", said.clone(), said));
        }
        self.reached.notify_one();
        std::future::pending().await
    }
}

const KINDS: [&str; 12] = [
    "install",
    "start",
    "stop",
    "restart",
    "change-answers",
    "change-domains",
    "remove",
    "restore-from-trash",
    "back-up",
    "restore",
    "restore-beside",
    "rehearse",
];

/// Kinds of jobs that move a service to another release.
const MOVES: [&str; 2] = ["update", "rollback"];

/// Brings a yard to where a move to another release can begin.
async fn prepare_to_move(yard: &Yard, kind: &str) {
    moving::install_older(yard).await;
    write(yard, "kept");
    if kind == "rollback" {
        let job = yard.lifecycle.update("pad", UpdateRequest::default()).await.unwrap();
        assert_eq!(yard.end_of(job).await.state, JobState::Done);
        write(yard, "present");
    }
}

/// Brings a yard to where the job can begin.
async fn prepare(yard: &Yard, kind: &str) {
    if moves(kind) {
        return prepare_to_move(yard, kind).await;
    }
    if kind != "install" {
        yard.install().await;
    }
    if kind == "start" {
        let job = yard.lifecycle.stop("pad").await.unwrap();
        yard.end_of(job).await;
    }
    if kind == "restore-from-trash" {
        let job = yard.lifecycle.remove("pad", false).await.unwrap();
        yard.end_of(job).await;
    }
    if matches!(kind, "restore" | "restore-beside" | "rehearse") {
        write(yard, "kept");
        keeping::keep(yard).await;
        write(yard, "present");
    }
    if kind == "restore-beside" {
        let job = yard.lifecycle.remove("pad", true).await.unwrap();
        yard.end_of(job).await;
    }
}

/// Brings a yard to where the job can begin, and begins it.
async fn begin(yard: &Yard, kind: &str) -> ledger::JobId {
    prepare(yard, kind).await;
    let begun = match kind {
        "rehearse" => yard.lifecycle.rehearse("pad").await,
        "update" => yard.lifecycle.update("pad", UpdateRequest::default()).await,
        "rollback" => yard.lifecycle.rollback("pad").await,
        "back-up" => yard.lifecycle.back_up("pad").await,
        "restore" | "restore-beside" => keeping::restore(yard).await,
        "install" => yard.lifecycle.install(Yard::install_request()).await,
        "start" => yard.lifecycle.start("pad").await,
        "stop" => yard.lifecycle.stop("pad").await,
        "restart" => yard.lifecycle.restart("pad").await,
        "change-answers" => {
            yard.lifecycle.change_answers("pad", answers(&[("title", "Other")])).await
        }
        "change-domains" => yard.lifecycle.set_main_domain("pad", "new.example.org").await,
        "remove" => yard.lifecycle.remove("pad", false).await,
        _ => yard.lifecycle.restore_from_trash(ServiceId(1), None).await,
    };
    begun.unwrap()
}

/// The release that the ledger and the engine agree upon.
fn release(yard: &Yard) -> String {
    let service = yard.service("pad").unwrap();
    let image = yard.engine.spec("panier-012345-pad-app").unwrap().image;
    let images = yard.ledger.read(|records| records.images(service.id)).unwrap();
    assert_eq!(images["app"].1, image);
    service.release
}

/// Whether a kind of job moves a service to another release.
fn moves(kind: &str) -> bool {
    MOVES.contains(&kind)
}

/// What people have put into the service.
fn write(yard: &Yard, text: &str) {
    let data = yard.folder.join("services/pad/var/data");
    std::fs::write(data.join("pads"), text).unwrap();
    std::fs::write(data.join(format!("only-{text}")), text).unwrap();
}

/// What people find in the service.
fn written(yard: &Yard) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(yard.folder.join("services/pad/var/data")) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), text)
        })
        .collect();
    found.sort();
    found
}

/// What they should find after a job of this kind, and after one that failed.
fn expected(kind: &str, failed: bool) -> Vec<(String, String)> {
    let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    match (kind, failed) {
        ("restore" | "rollback", true) | ("rehearse", _) => vec![
            pair("only-kept", "kept"),
            pair("only-present", "present"),
            pair("pads", "present"),
        ],
        ("restore" | "restore-beside" | "rollback", false) | ("update", _) => {
            vec![pair("only-kept", "kept"), pair("pads", "kept")]
        }
        _ => Vec::new(),
    }
}

/// The fault points of a job that goes well: three for each of its steps.
fn points_of(kind: &str) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let folder = folder();
    let seen = Arc::new(At::default());
    runtime.block_on(async {
        let yard = Yard::open(folder.path(), Yard::engine(), Arc::clone(&seen) as Arc<dyn Faults>);
        let job = begin(&yard, kind).await;
        let job = yard.end_of(job).await;
        assert_eq!(job.state, JobState::Done, "{kind}: {:?}", job.trouble);
        let steps = yard.ledger.read(|records| records.steps(job.id)).unwrap();
        let points: Vec<String> = steps
            .iter()
            .flat_map(|step| {
                ["before", "within", "after"].map(|it| format!("{kind}/{}/{it}", step.name))
            })
            .collect();
        let seen = seen.seen.lock().unwrap();
        for point in &points {
            assert!(seen.contains(point), "{point} is never reached");
        }
        points
    })
}

/// The first life: ends at the point.
fn live_until(point: &str, kind: &str, folder: &Path, engine: &Arc<Scripted>) -> ledger::JobId {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let at = Arc::new(At { point: Some(point.to_owned()), ..At::default() });
    runtime.block_on(async {
        let faults = Arc::clone(&at) as Arc<dyn Faults>;
        let yard = Yard::open(folder, Arc::clone(engine), faults);
        let job = begin(&yard, kind).await;
        at.reached.notified().await;
        job
    })
}

/// The life after: recovers, and every job ends with the world as the ledger says.
fn live_on(point: &str, kind: &str, folder: &Path, engine: Arc<Scripted>, job: ledger::JobId) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let yard = Yard::open(folder, engine, Arc::new(NoFaults));
        let running = yard.start();
        let job = yard.end_of(job).await;
        assert_eq!(job.state, JobState::Done, "{point}: {:?}", job.trouble);
        agree(&yard, point, kind).await;
        assert_eq!(written(&yard), expected(kind, false), "{point}");
        assert_eq!(keeping::unknown(&yard), 0, "{point}");
        if moves(kind) {
            assert_eq!(release(&yard), if kind == "update" { "2.0" } else { "1.0" }, "{point}");
        }
        running.abort();
    });
}

/// Ledger, engine, folders and door say the same.
async fn agree(yard: &Yard, point: &str, kind: &str) {
    let (running, shown, counts) = match kind {
        "stop" => (0, "stopped", (2, 1, 1)),
        "remove" => (0, "nothing", (0, 0, 0)),
        _ => (2, "open", (2, 1, 1)),
    };
    yard.until(point, || async {
        yard.running().await.len() == running
            && yard.engine_counts().await == counts
            && yard.shown("pad") == shown
    })
    .await;
    let service = yard.service("pad");
    assert_eq!(service.is_some(), kind != "remove", "{point}");
    if let Some(service) = service {
        domains_agree(yard, &service, point, kind);
    }
}

/// The ledger, the service's settings and the door name the same domains.
fn domains_agree(yard: &Yard, service: &ledger::Service, point: &str, kind: &str) {
    let expected: &[&str] = match kind {
        "change-domains" => &["new.example.org", "pad.box.localhost"],
        _ => &["pad.box.localhost"],
    };
    assert_eq!(service.domains, expected, "{point}");
    let address = ("ADDRESS".to_owned(), format!("https://{}", expected[0]));
    let spec = yard.engine.spec("panier-012345-pad-app").unwrap();
    assert!(spec.environment.contains(&address), "{point}: {:?}", spec.environment);
    assert_eq!(yard.hosts("pad"), expected, "{point}");
}

#[test]
fn every_job_that_is_killed_at_any_point_goes_on_to_its_end() {
    kill_each(&KINDS);
}

#[test]
fn every_move_that_is_killed_at_any_point_goes_on_to_its_end() {
    kill_each(&MOVES);
}

#[test]
fn a_door_that_was_closed_is_closed_again_before_anything_else() {
    for (kind, point, shown) in [
        ("change-domains", "change-domains/replace/within", "closed"),
        ("update", "update/replace/within", "closed"),
        ("stop", "stop/stop/within", "stopped"),
        ("back-up", "back-up/copy-out/before", "open"),
    ] {
        let (folder, engine) = (folder(), Yard::engine());
        live_until(point, kind, folder.path(), &engine);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let yard = Yard::open(folder.path(), engine, Arc::new(NoFaults));
            crate::routes::close_again(yard.lifecycle.ground()).unwrap();
            crate::routes::publish(yard.lifecycle.ground()).await;
            assert_eq!(yard.shown("pad"), shown, "{point}");
        });
    }
}

fn kill_each(kinds: &[&str]) {
    for kind in kinds {
        for point in points_of(kind) {
            let folder = folder();
            let engine = Yard::engine();
            let job = live_until(&point, kind, folder.path(), &engine);
            live_on(&point, kind, folder.path(), engine, job);
        }
    }
}

#[test]
fn an_install_that_fails_at_any_point_leaves_nothing() {
    for point in points_of("install") {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let folder = folder();
        let at = Arc::new(At { point: Some(point.clone()), fails: true, ..At::default() });
        runtime.block_on(async {
            let yard = Yard::open(folder.path(), Yard::engine(), at);
            let job = begin(&yard, "install").await;
            let job = yard.end_of(job).await;
            assert_eq!(job.state, JobState::Failed, "{point}");
            assert_eq!(job.trouble.unwrap().code, "asked-for", "{point}");
            assert_eq!(yard.engine_counts().await, (0, 0, 0), "{point}");
            assert!(yard.service("pad").is_none(), "{point}");
            assert!(!folder.path().join("services/pad").exists(), "{point}");
        });
    }
}

#[test]
fn every_other_job_that_fails_at_any_point_leaves_the_service_as_it_was() {
    let kinds: Vec<&str> = KINDS.into_iter().filter(|kind| *kind != "install").collect();
    fail_each(&kinds);
}

#[test]
fn every_move_that_fails_at_any_point_leaves_the_service_as_it_was() {
    fail_each(&MOVES);
}

fn fail_each(kinds: &[&str]) {
    for kind in kinds.iter().copied() {
        for point in points_of(kind) {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap();
            let folder = folder();
            let at = Arc::new(At { point: Some(point.clone()), fails: true, ..At::default() });
            runtime.block_on(async {
                let yard = Yard::open(folder.path(), Yard::engine(), at);
                let job = begin(&yard, kind).await;
                let job = yard.end_of(job).await;
                assert_eq!(job.state, JobState::Failed, "{point}");
                // The reconciler gives back what was taken on the way.
                let reconciling = yard.start();
                let before = match kind {
                    "start" => "stop",
                    "restore-from-trash" | "restore-beside" => "remove",
                    _ => "install",
                };
                agree(&yard, &point, before).await;
                // Once the new release is open, nothing is taken back any more.
                let failed = !point.contains("/show/") || !moves(kind);
                assert_eq!(written(&yard), expected(kind, failed), "{point}");
                if moves(kind) {
                    let moved = (kind == "update") != failed;
                    assert_eq!(release(&yard), if moved { "2.0" } else { "1.0" }, "{point}");
                }
                assert_eq!(keeping::unknown(&yard), 0, "{point}");
                reconciling.abort();
            });
        }
    }
}
