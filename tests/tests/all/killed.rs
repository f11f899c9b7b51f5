//! The daemon killed at any instant of an installation: afterwards the ledger
//! and the engine agree, and what people use was never away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use tests::{Client, Door, TestBox};

use super::agreement::agree;

/// Where `PANIER_FAULT` breaks an installation.
const STEPS: [&str; 7] =
    ["allot", "fetch-images", "make", "start", "run-commands", "prove", "show"];

/// Whether a service is there and answers; if not, its install job must have
/// failed, and say why.
async fn is_installed(own: &TestBox, name: &str) -> bool {
    let listed = own.json(&["list"]);
    if listed.as_array().unwrap().iter().any(|service| service["name"] == name) {
        let answer = own.client().when_open(&own.door(name), "/health").await;
        assert_eq!(answer.json()["status"], "pass");
        return true;
    }
    let jobs = own.json(&["jobs", "--most", "500"]);
    let job = jobs.as_array().unwrap().iter().find(|job| job["subject"] == name);
    // Killed before the request was written down: then nothing of it is known.
    if let Some(job) = job {
        assert_eq!((&job["kind"], &job["state"]), (&"install".into(), &"failed".into()));
        assert!(!job["trouble"]["what"]["en"].as_str().unwrap().is_empty(), "{job}");
    }
    false
}

/// Somebody who uses a service all the time, in a thread of their own.
pub(crate) struct Visitor {
    ended: Arc<AtomicBool>,
    asked: Arc<AtomicU32>,
    thread: Option<std::thread::JoinHandle<Vec<String>>>,
}

impl Visitor {
    pub(crate) fn of(client: Client, door: Door) -> Self {
        let (ended, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let (until, count) = (Arc::clone(&ended), Arc::clone(&asked));
        let visits = async move {
            let mut bad = Vec::new();
            while !until.load(Ordering::Relaxed) {
                match client.get(&door, "/health").await {
                    Ok(answer) if answer.status == 200 => {}
                    other => bad.push(format!("{other:?}")),
                }
                count.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            bad
        };
        let thread = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(visits)
        });
        Self { ended, asked, thread: Some(thread) }
    }

    /// Waits for some more visits: what was true before is true after them.
    pub(crate) fn is_served(&self) {
        let before = self.asked.load(Ordering::Relaxed);
        tests::wait_until("three more visits", Duration::from_secs(60), || {
            (self.asked.load(Ordering::Relaxed) >= before + 3).then_some(())
        });
    }

    /// Ends the visits; gives those that went wrong.
    pub(crate) fn gone_wrong(mut self) -> Vec<String> {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }

    /// Ends the visits; gives how many there were. None may have gone wrong.
    fn leave(self) -> u32 {
        let asked = Arc::clone(&self.asked);
        let bad = self.gone_wrong();
        assert!(bad.is_empty(), "{bad:#?}");
        asked.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn ten_kills_at_spread_instants_of_an_installation_leave_no_contradiction() {
    let Some(mut own) = TestBox::new("kills during an installation") else { return };
    own.panier(&["install", "tiny", "--name", "steady"]).well();
    let visitor = Visitor::of(own.client(), own.door("steady"));
    // A seed makes the instants the same in each run: xorshift, after Marsaglia (2003).
    let mut seed: u64 = 0x00c0_ffee_1234_5678;
    for round in 0..10_u64 {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        // One in each tenth of what an installation takes.
        let instant = Duration::from_millis(round * 100 + seed % 100);
        let name = format!("killed-{round}");
        own.panier(&["install", "tiny", "--name", &name, "--detach"]).well();
        tokio::time::sleep(instant).await;
        own.kill();
        visitor.is_served();
        own.start();
        own.jobs_at_rest();
        let there = is_installed(&own, &name).await;
        println!("killed after {instant:?}: {}", if there { "installed" } else { "undone" });
        agree(&own, "killed").await;
    }
    assert!(visitor.leave() > 30);
}

#[tokio::test]
async fn a_kill_at_any_step_of_an_installation_is_made_good_by_the_next_start() {
    let Some(mut own) = TestBox::new("kills at each step") else { return };
    for step in STEPS {
        for moment in ["before", "within", "after"] {
            // The last step shows the door, all at once.
            if (step, moment) == ("show", "within") {
                continue;
            }
            let name = format!("{step}-{moment}");
            let fault = format!("install/{step}/{moment}=kill");
            own.killed_at(&fault, &["install", "tiny", "--name", &name]);
            assert!(is_installed(&own, &name).await, "{name} was not taken up again");
            agree(&own, "killed").await;
            own.panier(&["remove", &name, "--purge", "--yes"]).well();
        }
    }
    agree(&own, "killed").await;
}

#[tokio::test]
async fn a_kill_while_a_failed_installation_is_undone_leaves_only_the_named_job() {
    let Some(mut own) = TestBox::new("kills during the undoing") else { return };
    for step in STEPS.iter().filter(|step| **step != "show") {
        for moment in ["before", "after"] {
            let name = format!("{step}-{moment}");
            let faults = format!("install/prove/after=fail,install/undo-{step}/{moment}=kill");
            own.killed_at(&faults, &["install", "tiny", "--name", &name]);
            assert!(!is_installed(&own, &name).await);
            let jobs = own.json(&["jobs"]);
            assert_eq!(jobs[0]["trouble"]["code"], "fault-asked-for", "{jobs}");
            agree(&own, "killed").await;
        }
    }
    let engine = own.engine().await;
    assert_eq!(engine.leftovers(&own.owner()).await, Vec::<String>::new());
}
