use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::Timestamp;
use ledger::{Ledger, NewJob, Records, Text, Trouble};

use super::*;
use crate::{Content, FaultPoint, Faults, NoFaults};

/// What the world looks like to the steps: which of them are done to it.
type World = Arc<Mutex<Vec<String>>>;

struct Deed {
    name: &'static str,
    world: World,
}

#[async_trait]
impl Step for Deed {
    fn name(&self) -> &'static str {
        self.name
    }
    fn label(&self) -> Text {
        Text::new(self.name, self.name)
    }
    fn deadline(&self) -> Duration {
        Duration::from_secs(30)
    }
    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        scene.halfway().await?;
        let mut world = self.world.lock().unwrap();
        if !world.iter().any(|done| done == self.name) {
            world.push(self.name.to_owned());
        }
        Ok(())
    }
    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        records.set_setting(self.name, "done")
    }
    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        self.world.lock().unwrap().retain(|done| done != self.name);
        Ok(())
    }
    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        records.set_setting(self.name, "undone")
    }
}

struct Three(World);

impl Content for Three {
    fn steps(&self, _job: &JobRecord) -> Result<Vec<Box<dyn Step>>, Trouble> {
        let step = |name| Box::new(Deed { name, world: Arc::clone(&self.0) }) as Box<dyn Step>;
        Ok(vec![step("one"), step("two"), step("three")])
    }
    fn ledger_trouble(&self, error: &LedgerError) -> Trouble {
        trouble(&format!("ledger: {error}"))
    }
    fn deadline_trouble(&self, _step: &Text, _deadline: Duration) -> Trouble {
        trouble("deadline")
    }
    fn interrupted_trouble(&self, _step: &Text) -> Trouble {
        trouble("interrupted")
    }
    fn last_word(&self, _job: &JobRecord, trouble: Trouble) -> Trouble {
        let left = self.0.lock().unwrap().len();
        trouble.because_of(format!("{left} left"))
    }
}

fn trouble(code: &str) -> Trouble {
    Trouble::new(code, Text::new(code, code), Text::new("mend it", "réparez"))
}

/// Fails, or never comes back, at one named point; as often as `times` says.
struct At {
    point: &'static str,
    hang: bool,
    times: Mutex<u32>,
}

#[async_trait]
impl Faults for At {
    async fn reach(&self, point: &FaultPoint) -> Result<(), Trouble> {
        if point.to_string() != self.point {
            return Ok(());
        }
        {
            let mut times = self.times.lock().unwrap();
            if *times == 0 {
                return Ok(());
            }
            *times -= 1;
        }
        if self.hang {
            std::future::pending::<()>().await;
        }
        Err(trouble("asked-for"))
    }
}

fn at(point: &'static str, hang: bool, times: u32) -> Arc<dyn Faults> {
    Arc::new(At { point, hang, times: Mutex::new(times) })
}

fn open(folder: &Path, world: &World, faults: Arc<dyn Faults>) -> Arc<Journal> {
    let ledger = Arc::new(Ledger::open(folder).unwrap());
    let clock: crate::Clock = Arc::new(|| Timestamp::UNIX_EPOCH);
    Journal::new(ledger, Arc::new(Three(Arc::clone(world))), faults, clock)
}

fn submit(journal: &Arc<Journal>) -> Result<JobId, LedgerError> {
    journal.submit(|_records| {
        Ok(NewJob {
            kind: "test".into(),
            subject: "service/1".into(),
            subject_name: "pad".into(),
            request: serde_json::json!({}),
        })
    })
}

fn settings(journal: &Journal) -> BTreeMap<&'static str, Option<String>> {
    ["one", "two", "three"]
        .into_iter()
        .map(|name| (name, journal.ledger.read(|records| records.setting(name)).unwrap()))
        .collect()
}

#[tokio::test]
async fn a_job_without_trouble_does_and_records_every_step() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::default());
    let journal = open(folder.path(), &world, Arc::new(NoFaults));
    let id = submit(&journal).unwrap();
    let job = journal.wait(id).await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Done);
    assert_eq!(*world.lock().unwrap(), ["one", "two", "three"]);
    assert!(settings(&journal).values().all(|value| value.as_deref() == Some("done")));
}

#[tokio::test]
async fn a_failure_anywhere_takes_back_all_that_was_begun() {
    for point in ["test/one/before", "test/two/within", "test/three/after"] {
        let (folder, world) = (tempfile::tempdir().unwrap(), World::default());
        let journal = open(folder.path(), &world, at(point, false, 1));
        let id = submit(&journal).unwrap();
        let job = journal.wait(id).await.unwrap().unwrap();
        assert_eq!(job.state, JobState::Failed, "{point}");
        let told = job.trouble.unwrap();
        assert_eq!(told.code, "asked-for");
        assert_eq!(told.why.unwrap().en, "0 left", "the last word comes when all is undone");
        assert!(world.lock().unwrap().is_empty(), "{point}");
        let settings = settings(&journal);
        assert!(settings.values().all(|value| value.as_deref() != Some("done")), "{point}");
        assert_eq!(settings["one"].as_deref(), Some("undone"));
    }
}

#[test]
fn a_job_cut_short_at_any_point_goes_on_at_the_next_start() {
    for step in ["one", "two", "three"] {
        for moment in ["before", "within", "after"] {
            let point: &'static str = format!("test/{step}/{moment}").leak();
            let (folder, world) = (tempfile::tempdir().unwrap(), World::default());
            // The first life hangs at the point, and ends with its runtime.
            let first =
                tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            let id = first.block_on(async {
                let journal = open(folder.path(), &world, at(point, true, 1));
                let mut events = journal.events();
                let id = submit(&journal).unwrap();
                while !matches!(events.recv().await.unwrap(),
                    Event::Step { name, state: StepState::Begun, .. } if name == step)
                {
                }
                for _ in 0..8 {
                    tokio::task::yield_now().await;
                }
                id
            });
            drop(first);
            let second =
                tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            second.block_on(async {
                let journal = open(folder.path(), &world, Arc::new(NoFaults));
                assert_eq!(journal.recover().unwrap(), 1, "{point}");
                let job = journal.wait(id).await.unwrap().unwrap();
                assert_eq!(job.state, JobState::Done, "{point}");
                assert_eq!(*world.lock().unwrap(), ["one", "two", "three"], "{point}");
            });
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_that_does_not_end_is_undone_at_its_deadline() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::default());
    let journal = open(folder.path(), &world, at("test/two/within", true, 1));
    let id = submit(&journal).unwrap();
    let job = journal.wait(id).await.unwrap().unwrap();
    assert_eq!(job.trouble.unwrap().code, "deadline");
    assert!(world.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_undoing_that_fails_is_tried_until_it_succeeds() {
    struct Both(Arc<dyn Faults>, Arc<dyn Faults>);
    #[async_trait]
    impl Faults for Both {
        async fn reach(&self, point: &FaultPoint) -> Result<(), Trouble> {
            self.0.reach(point).await?;
            self.1.reach(point).await
        }
    }
    let (folder, world) = (tempfile::tempdir().unwrap(), World::default());
    let faults = Both(at("test/three/after", false, 1), at("test/undo-two/before", false, 9));
    let journal = open(folder.path(), &world, Arc::new(faults));
    let id = submit(&journal).unwrap();
    let job = journal.wait(id).await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Failed);
    assert!(world.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_second_job_on_a_subject_is_told_who_is_at_work() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::default());
    let journal = open(folder.path(), &world, at("test/one/within", true, 1));
    let first = submit(&journal).unwrap();
    let refused = submit(&journal).unwrap_err();
    assert!(
        matches!(&refused, LedgerError::Busy { job, kind } if *job == first.0 && kind == "test"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_step_that_was_interrupted_too_often_is_undone() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::default());
    let journal = open(folder.path(), &world, Arc::new(NoFaults));
    let id = journal
        .ledger
        .write(|records| {
            let new = NewJob {
                kind: "test".into(),
                subject: "service/1".into(),
                subject_name: "pad".into(),
                request: serde_json::json!({}),
            };
            let id = records.add_job(&new, Timestamp::UNIX_EPOCH)?;
            for _ in 0..MOST_ATTEMPTS {
                records.begin_step(id, 0, "one", Timestamp::UNIX_EPOCH)?;
            }
            Ok::<_, LedgerError>(id)
        })
        .unwrap();
    journal.recover().unwrap();
    let job = journal.wait(id).await.unwrap().unwrap();
    assert_eq!(job.trouble.unwrap().code, "interrupted");
}

#[tokio::test]
async fn a_job_that_is_recovered_while_it_runs_runs_once() {
    let (folder, world) = (tempfile::tempdir().unwrap(), World::default());
    let journal = open(folder.path(), &world, at("test/three/after", false, 1));
    let id = submit(&journal).unwrap();
    assert_eq!(journal.recover().unwrap(), 1);
    let mut ends = 0;
    let mut events = journal.events();
    let job = journal.wait(id).await.unwrap().unwrap();
    assert_eq!(job.state, JobState::Failed);
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    while let Ok(event) = events.try_recv() {
        ends += u32::from(event.is_end());
    }
    assert_eq!(ends, 1);
    assert!(world.lock().unwrap().is_empty(), "what was undone stays undone");
}
