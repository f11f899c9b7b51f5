//! The daemon killed at every fault point of what moves, keeps and brings back
//! a service, on the real engine with the real restic: each job ends as the
//! ledger says, what people wrote is there, and nothing is left over.
//!
//! The points are not listed here: each kind of job is run once, and the daemon
//! tells which points it passed. In the suite some of them are tried, others
//! each time; all of them where `PANIER_EVERY_KILL` is set.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;
use tests::{Chance, TestBox, wait_until};

use super::agreement::{agree, the_repository_agrees};
use super::kept::box_with_restic;
use super::living::psql;

/// All points are tried, where this is set.
const EVERY: &str = "PANIER_EVERY_KILL";

/// Of how many kinds of jobs points are tried otherwise, and how many points.
const SOME_KINDS: usize = 1;
const SOME_POINTS: usize = 2;

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Update,
    Rollback,
    BackUp,
    BackUpStopped,
    Restore,
    RestoreBeside,
    Rehearse,
}

const MOVES: [Kind; 2] = [Kind::Update, Kind::Rollback];

const KEEPING: [Kind; 5] =
    [Kind::BackUp, Kind::BackUpStopped, Kind::Restore, Kind::RestoreBeside, Kind::Rehearse];

impl Kind {
    /// As the ledger and the fault points call it.
    fn word(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Rollback => "rollback",
            Self::BackUp | Self::BackUpStopped => "back-up",
            Self::Restore => "restore",
            Self::RestoreBeside => "restore-beside",
            Self::Rehearse => "rehearse",
        }
    }
}

/// Where the daemon is killed.
#[derive(Debug, Clone)]
struct Point {
    kind: Kind,
    /// What is asked for: the kill, and for one on the way back what leads there.
    faults: String,
    /// Whether the job is taken back.
    undone: bool,
}

/// What a job is expected to change.
struct Before {
    content: String,
    release: Value,
    snapshots: usize,
}

/// The newest snapshot that was asked for.
#[derive(Default)]
struct Kept {
    id: String,
    /// What the service held when it was taken.
    content: String,
    /// What ran then.
    release: Value,
}

/// One box with one service, through all of it.
struct Sweep {
    own: TestBox,
    /// Its recipe, and its name.
    service: &'static str,
    has_database: bool,
    lines: u32,
    kept: Kept,
    /// What the older release held when it was left.
    left: String,
    /// How the jobs ended.
    ends: BTreeMap<(&'static str, String), u32>,
}

/// The tests' own recipe with a database, with something to update to.
fn with_a_newer_release() -> String {
    let recipe = include_str!("../../recipes/tiny-database/recipe.toml");
    format!("{recipe}\n[[release]]\nversion = \"2.0\"\nfrom = \">=1.0, <2.0\"\ndatabase = [17]\n")
}

impl Sweep {
    fn set_up(service: &'static str, has_database: bool) -> Option<Self> {
        let mut own = box_with_restic("kills at every fault point")?;
        own.end();
        // What the daemon tells of the points that a job passes.
        own.set_environment("PANIER_LOG", "info,panier::faults=debug");
        own.set_environment("PANIER_FAULT", "");
        own.start();
        if has_database {
            own.put_recipe(service, &with_a_newer_release());
        }
        own.panier(&["install", service, "--release", "1.0"]).well();
        let (kept, left, ends) = (Kept::default(), String::new(), BTreeMap::new());
        Some(Self { own, service, has_database, lines: 0, kept, left, ends })
    }

    /// One more line, in all that the service keeps lines in.
    async fn write(&mut self) {
        self.lines += 1;
        let line = format!("line {}", self.lines);
        let answer = self.own.client().when_open(&self.own.door(self.service), "/health").await;
        assert_eq!(answer.status, 200);
        let door = self.own.door(self.service);
        let answer = self.own.client().post(&door, "/data", line.clone()).await.unwrap();
        assert_eq!(answer.status, 201);
        if self.has_database {
            let sql = format!(
                "create table if not exists pad (line text); insert into pad values ('{line}')"
            );
            psql(&self.own, self.service, &sql).await;
        }
    }

    /// All that a service holds, read through itself.
    async fn content(&self, service: &str) -> String {
        self.own.wait_until_up(service);
        let lines = self.own.client().when_open(&self.own.door(service), "/data").await.text();
        if !self.has_database {
            return lines;
        }
        lines + &psql(&self.own, service, "select line from pad order by line").await
    }

    fn release(&self) -> Value {
        self.own.json(&["show", self.service])["release"].clone()
    }

    /// The snapshots that were asked for, the newest first.
    fn snapshots(&self) -> Vec<Value> {
        let all = self.own.json(&["snapshots"]);
        let asked = all.as_array().unwrap().iter().filter(|it| it["reason"] == "asked");
        asked.cloned().collect()
    }

    /// Runs a command to its end; somebody else may have a hand on the service
    /// for a moment.
    fn run(&self, words: &[&str]) {
        self.free(words).well();
    }

    fn free(&self, words: &[&str]) -> tests::Run {
        wait_until("nobody else is at work", Duration::from_secs(60), || {
            Some(self.own.panier(words)).filter(|run| run.code != Some(4))
        })
    }

    /// Brings the service to where a job of this kind can begin. None of what it
    /// runs is of that kind: the daemon may have been told to die in one.
    async fn prepare(&mut self, kind: Kind) -> Before {
        self.own.jobs_at_rest();
        match (kind, self.release().as_str().unwrap()) {
            (Kind::Update, "2.0") => self.run(&["rollback", self.service, "--yes"]),
            (Kind::Rollback, "1.0") => {
                self.left = self.content(self.service).await;
                self.run(&["update", self.service]);
            }
            (Kind::Restore | Kind::RestoreBeside | Kind::Rehearse, _)
                if self.kept.id.is_empty() =>
            {
                self.run(&["backup", self.service]);
                let content = self.content(self.service).await;
                self.keep(content);
            }
            _ => {}
        }
        self.write().await;
        let content = self.content(self.service).await;
        let (release, snapshots) = (self.release(), self.snapshots().len());
        if kind == Kind::BackUpStopped {
            self.run(&["stop", self.service]);
        }
        Before { content, release, snapshots }
    }

    /// What a person asks for.
    fn words(&self, kind: Kind) -> Vec<&str> {
        let (service, kept) = (self.service, self.kept.id.as_str());
        match kind {
            Kind::Update => vec!["update", service],
            Kind::Rollback => vec!["rollback", service, "--yes"],
            Kind::BackUp | Kind::BackUpStopped => vec!["backup", service],
            Kind::Restore => vec!["restore", service, "--snapshot", kept],
            Kind::RestoreBeside => {
                vec!["restore", service, "--snapshot", kept, "--as", "beside"]
            }
            Kind::Rehearse => vec!["rehearse", service],
        }
    }

    /// What is true after a job, whatever happened in it.
    async fn check(&mut self, kind: Kind, undone: bool, before: Before, when: &str) {
        let jobs = Value::from(self.own.jobs_at_rest());
        let jobs = jobs.as_array().unwrap();
        let job = jobs.iter().find(|job| job["kind"] == kind.word()).unwrap();
        let state = if undone { "failed" } else { "done" };
        assert_eq!(job["state"], state, "{when}: {job}");
        if undone {
            for language in ["en", "fr"] {
                let told = job["trouble"]["what"][language].as_str().unwrap();
                assert!(!told.is_empty(), "{when}: {job}");
            }
        }
        *self.ends.entry((kind.word(), state.to_owned())).or_default() += 1;
        if kind == Kind::BackUpStopped {
            self.run(&["start", self.service]);
        }
        let content = self.content(self.service).await;
        let expected = match kind {
            Kind::Restore if !undone => &self.kept.content,
            Kind::Rollback if !undone => &self.left,
            _ => &before.content,
        };
        assert_eq!(&content, expected, "{when}");
        let release = match kind {
            Kind::Update if !undone => "2.0".into(),
            Kind::Rollback if !undone => "1.0".into(),
            Kind::Restore if !undone => self.kept.release.clone(),
            _ => before.release,
        };
        assert_eq!(self.release(), release, "{when}");
        self.check_kept(kind, undone, before.snapshots, &content, when);
        if kind == Kind::Update && !undone {
            self.left = before.content;
        }
        self.check_beside(kind, undone, when).await;
        agree(&self.own, when).await;
        the_repository_agrees(&self.own, 2, when);
    }

    /// Notes the newest snapshot, of which the service held `content`.
    fn keep(&mut self, content: String) {
        let id = self.snapshots()[0]["id"].as_str().unwrap().to_owned();
        self.kept = Kept { id, content, release: self.release() };
    }

    /// One snapshot more, or none: never two, never half of one.
    fn check_kept(&mut self, kind: Kind, undone: bool, before: usize, content: &str, when: &str) {
        let snapshots = self.snapshots();
        let taken = matches!(kind, Kind::BackUp | Kind::BackUpStopped) && !undone;
        assert_eq!(snapshots.len(), before + usize::from(taken), "{when}");
        if taken {
            self.keep(content.to_owned());
        }
    }

    async fn check_beside(&mut self, kind: Kind, undone: bool, when: &str) {
        if kind == Kind::Rehearse {
            let rehearsal = &self.own.json(&["show", self.service])["last_rehearsal"];
            assert_eq!(rehearsal["passed"], !undone, "{when}: {rehearsal}");
        }
        if kind != Kind::RestoreBeside {
            return;
        }
        let listed = self.own.json(&["list"]);
        let is_there = listed.as_array().unwrap().iter().any(|it| it["name"] == "beside");
        assert_eq!(is_there, !undone, "{when}: {listed}");
        if is_there {
            assert_eq!(self.content("beside").await, self.kept.content, "{when}");
            agree(&self.own, when).await;
            self.run(&["remove", "beside", "--purge", "--yes"]);
        }
    }

    /// Runs one job without a kill; gives the points that it passed, in order.
    async fn passed(&mut self, kind: Kind, undone: bool) -> Vec<String> {
        let before = self.prepare(kind).await;
        let known = self.own.log().len();
        let run = self.free(&self.words(kind));
        assert_eq!(run.is_well(), !undone, "{run}");
        self.check(kind, undone, before, &format!("{kind:?}, not killed")).await;
        let log = self.own.log();
        let lines = log[known..].lines().filter_map(|line| line.split_once("fault point point="));
        let own = format!("{}/", kind.word());
        let mut seen = BTreeSet::new();
        lines
            .map(|(_, point)| point.trim().to_owned())
            .filter(|point| point.starts_with(&own) && seen.insert(point.clone()))
            .collect()
    }

    /// Finds out which points there are, by passing them all.
    async fn points(&mut self, kinds: &[Kind]) -> Vec<Point> {
        let mut points = Vec::new();
        let mut breaking = BTreeMap::new();
        for kind in kinds.iter().copied() {
            let passed = self.passed(kind, false).await;
            // Of steps that are passed over there is nothing; of the others all three.
            let befores = passed.iter().filter(|it| it.ends_with("/before")).count();
            let afters = passed.iter().filter(|it| it.ends_with("/after")).count();
            assert!(befores > 1 && befores == afters, "{kind:?}: {passed:?}");
            let kill = |point: &String| format!("{point}=kill");
            points.extend(passed.iter().map(|point| Point {
                kind,
                faults: kill(point),
                undone: false,
            }));
            // The last point at which a job that breaks is taken back as a whole.
            let last = passed.iter().rfind(|point| {
                point.ends_with("/after")
                    && !point.contains("/show/")
                    && (kind != Kind::BackUpStopped || point.contains("/keep/"))
            });
            breaking.insert(kind, format!("{}=fail", last.unwrap()));
        }
        let all: Vec<_> = breaking.values().cloned().collect();
        self.live_again(&all.join(","));
        for kind in kinds.iter().copied() {
            let passed = self.passed(kind, true).await;
            let back = passed.iter().filter(|point| point.contains("/undo-"));
            points.extend(back.map(|point| Point {
                kind,
                faults: format!("{},{point}=kill", breaking[&kind]),
                undone: true,
            }));
        }
        points
    }

    /// Another daemon, with other faults.
    fn live_again(&mut self, faults: &str) {
        self.own.end();
        self.own.set_environment("PANIER_FAULT", faults);
        self.own.start();
    }

    /// Kills at each of these points, in an order in which the daemon that makes
    /// one kill good can be the one that the next kill hits.
    async fn kill_at(&mut self, points: Vec<Point>) {
        let mut points = in_turns(points).into_iter().peekable();
        if let Some(first) = points.peek() {
            self.live_again(&first.faults.clone());
        }
        while let Some(point) = points.next() {
            let before = self.prepare(point.kind).await;
            println!("{:?} {}", point.kind, point.faults);
            // The answer may be lost with the one who gives it.
            let _ended = self.free(&[self.words(point.kind), vec!["--detach"]].concat());
            self.own.wait_for_end();
            let next = points.peek().map(|next| (next.kind.word(), next.faults.clone()));
            let is_another = next.as_ref().is_some_and(|(word, _)| *word != point.kind.word());
            let armed = next.map(|(_, faults)| faults).unwrap_or_default();
            let faults = if is_another { armed.as_str() } else { "" };
            self.own.set_environment("PANIER_FAULT", faults);
            self.own.start();
            self.check(point.kind, point.undone, before, &point.faults).await;
            if !is_another && !armed.is_empty() {
                self.live_again(&armed);
            }
        }
    }
}

/// Puts points in an order in which neighbours are of two kinds, as long as
/// there are such.
fn in_turns(points: Vec<Point>) -> Vec<Point> {
    let mut kinds: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for point in points.into_iter().rev() {
        kinds.entry(point.kind.word()).or_default().push(point);
    }
    let mut order: Vec<Point> = Vec::new();
    loop {
        let last = order.last().map(|point| point.kind.word());
        let most = kinds
            .iter_mut()
            .filter(|(_, points)| !points.is_empty())
            .max_by_key(|(kind, points)| (last != Some(**kind), points.len()));
        let Some((_, points)) = most else { return order };
        order.extend(points.pop());
    }
}

/// All points of these kinds of jobs, or some.
async fn sweep(mut sweep: Sweep, kinds: &[Kind]) {
    let mut chance = Chance::new();
    let mut kinds = kinds.to_vec();
    let all = std::env::var_os(EVERY).is_some();
    if !all {
        chance.shuffle(&mut kinds);
        kinds.truncate(SOME_KINDS);
    }
    sweep.write().await;
    let mut points = sweep.points(&kinds).await;
    let mut found: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for point in &points {
        let way = if point.undone { "on the way back" } else { "forward" };
        *found.entry((point.kind.word(), way)).or_default() += 1;
    }
    println!("points: {found:?}");
    if !all {
        chance.shuffle(&mut points);
        points.truncate(SOME_POINTS);
    }
    let count = points.len();
    sweep.ends.clear();
    sweep.kill_at(points).await;
    println!("{count} kills; the jobs ended: {:?}", sweep.ends);
    // What served the kills is not kept for ever.
    let before = sweep.prepare(Kind::BackUp).await;
    sweep.run(&sweep.words(Kind::BackUp));
    sweep.check(Kind::BackUp, false, before, "at the end").await;
    the_repository_agrees(&sweep.own, 1, "at the end");
}

#[tokio::test]
async fn kills_at_points_of_updates_and_rollbacks_are_made_good() {
    let Some(new) = Sweep::set_up("tiny", false) else { return };
    sweep(new, &MOVES).await;
}

#[tokio::test]
async fn kills_at_points_of_snapshots_restores_and_rehearsals_are_made_good() {
    let Some(new) = Sweep::set_up("tiny", false) else { return };
    sweep(new, &KEEPING).await;
}

/// The same with a database, whose server and dump have steps of their own.
#[tokio::test]
async fn kills_at_points_of_a_service_with_a_database_are_made_good() {
    if std::env::var_os(EVERY).is_none() {
        println!("left out, as {EVERY} is not set: kills of a service with a database");
        return;
    }
    let Some(new) = Sweep::set_up("tiny-database", true) else { return };
    sweep(new, &[&MOVES[..], &KEEPING[..]].concat()).await;
}
