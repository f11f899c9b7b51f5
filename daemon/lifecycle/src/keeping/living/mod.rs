//! A snapshot of a service that goes on running.
//!
//! | room | what is in it |
//! |---|---|
//! | `look` | the data looked at twice: what changed in between is captured |
//! | `instant` | standing still for the second look, with a hard deadline |
//! | `frozen` | the guard that thaws whatever happens |
//! | `session` | the database held at the same instant |
//! | `otherwise` | the steps that stop the service, where it could not be kept running |
//!
//! First restic reads the files as they lie, while people write: the **ground**,
//! which serves the next snapshot and nobody else. Then the service stands still
//! for as long as it takes to look what has changed since and to capture that.
//! What restic takes then is a likeness of the instant, in which whatever did
//! not change is a stand-in that restic knows from the ground by length and
//! time, and does not read. So the snapshot is one ordinary snapshot, whole in
//! itself: copies, restores and the kit know nothing of how it was made.
//!
//! Of a database there is its dump, and not its files.

mod frozen;
mod instant;
mod look;
mod otherwise;
mod session;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use containers::{ContainerFacts, ContainerState};
use jobs::{Scene, Step};
use ledger::{LedgerError, MeasureRecord, NewSnapshot, Records};
use recipe::{MeasureSource, Moment, Recipe, Text, Trouble, text};

use super::manifest::{FOLDER, Manifest};
use super::repositories::{Place as Repository, Source, Taking};
use super::stopped::{
    forget_of_job, host, kept_without, of_files, of_job, record_of, tags, take_back_of_job,
};
use super::{dump, measure, room};
use crate::site::{Folders, recipe_of};
use crate::stand;
use crate::steps::{DISK, run_one};
use crate::target::{Drawn, Target};
use crate::trouble;
use instant::Captured;
use look::{First, Place};
pub(crate) use otherwise::Otherwise;
use session::Session;

/// How often it is tried before the service is stopped instead.
const TRIES: usize = 3;
/// Under which key a job keeps why the service had to be stopped.
const STOPPED: &str = "stopped-to-keep";

/// Why there is no snapshot of the running service.
enum Failure {
    /// The job fails.
    Final(Trouble),
    /// The service is stopped, and kept that way.
    Otherwise(Trouble),
    /// As above, if it happens again and again.
    TooLong(Trouble),
}

/// Takes a snapshot of a service that runs and goes on running. Where that
/// cannot be, it says why, and leaves it to the steps behind it
/// ([`Otherwise`]) to stop the service for it.
pub(crate) struct KeepLiving {
    target: Target,
    reason: String,
    job: ledger::JobId,
    taken: Mutex<Option<(NewSnapshot, String)>>,
}

/// A service, and what is known of it while a snapshot is taken.
struct Subject {
    drawn: Drawn,
    recipe: Recipe,
    containers: Vec<ContainerFacts>,
    manifest: Manifest,
    place: Place,
    local: Repository,
}

impl Subject {
    fn instant(&self) -> PathBuf {
        self.place.root.join(FOLDER).join("instant")
    }
}

impl KeepLiving {
    /// A snapshot taken by `job` for `reason`, such as `nightly`.
    pub(crate) fn new(target: Target, reason: &str, job: ledger::JobId) -> Self {
        Self { target, reason: reason.to_owned(), job, taken: Mutex::default() }
    }

    async fn keep(&self, scene: &Scene) -> Result<(NewSnapshot, String), Failure> {
        let ground = &self.target.ground;
        let told = |label: Text, done: u64, total: u64| scene.progress(label, done, total);
        let local = ground.vault.local(ground, &told).await.map_err(Failure::Final)?;
        self.tidy(&local).await.map_err(Failure::Final)?;
        let mut subject = self.subject(local).await?;
        let mut tries = 1;
        let (captured, session, measures) = loop {
            let first = self.first(&subject, scene).await?;
            match self.capture(&subject, first, scene).await {
                Err(Failure::TooLong(trouble)) if tries >= TRIES => {
                    return Err(Failure::Otherwise(trouble));
                }
                Err(Failure::TooLong(trouble)) => scene.say(again(&trouble)),
                captured => break captured?,
            }
            tries += 1;
        };
        scene.say(stood_still(&captured));
        self.measure(&mut subject, session, &captured, measures, scene).await?;
        self.take(&subject, captured, scene).await
    }

    /// What an earlier attempt left: a service that was told to get ready, files
    /// beside the volumes, and snapshots that the ledger never heard of.
    async fn tidy(&self, local: &Repository) -> Result<(), Trouble> {
        let Target { ground, id, .. } = &self.target;
        let steps = ground.read(|records| records.steps(self.job))?;
        if steps.iter().any(|step| step.name == self.name() && step.attempts > 1) {
            // After a power cut it does not even run.
            let drawn = self.target.draw()?;
            stand::up(ground, &drawn.service, &drawn.plan).await?;
            self.run_commands(Moment::AfterSnapshot).await?;
            forget_of_job(ground, local, self.job).await?;
        }
        let drawn = self.target.draw()?;
        let folder = ground.folders.of(&drawn.service);
        tracing::debug!(service = %id, "is kept while it runs");
        dump::tidy(&drawn.plan, &folder).await?;
        crate::volumes::delete(folder.join(FOLDER)).await
    }

    async fn subject(&self, local: Repository) -> Result<Subject, Failure> {
        let Target { ground, id, .. } = &self.target;
        let drawn = self.target.draw().map_err(Failure::Final)?;
        let recipe = recipe_of(&drawn.service).map_err(Failure::Final)?;
        stand::check_volumes(ground, &drawn.service).map_err(Failure::Final)?;
        let root = ground.folders.of(&drawn.service);
        let label = id.to_string();
        let there = ground.engine.containers(&ground.owner).await;
        let there = there.map_err(|error| Failure::Final(trouble::of_engine(&error)))?;
        let containers: Vec<_> = there.into_iter().filter(|it| it.service == label).collect();
        let runs = |name: &str| {
            let is_it = |it: &&ContainerFacts| it.name == name;
            containers.iter().find(is_it).is_some_and(|it| it.state == ContainerState::Running)
        };
        if !drawn.plan.containers.iter().all(|planned| runs(&planned.spec.name)) {
            return Err(Failure::Otherwise(not_whole()));
        }
        let manifest = Manifest::of(ground, &drawn.service, Vec::new(), &self.reason);
        let mut manifest = manifest.map_err(Failure::Final)?;
        if let Some((volume, _inside)) = dump::volume(&drawn.plan) {
            let counted = room::count(vec![Folders::data(&root, volume)], None).await;
            let bytes = counted.map_err(Failure::Otherwise)?.bytes;
            manifest = manifest.with_dump(volume.to_owned(), bytes);
        }
        let spool = root.join(FOLDER).join("spool");
        let place = Place { data: manifest.data(), spool, root };
        Ok(Subject { drawn, recipe, containers, manifest, place, local })
    }

    /// The first look, and the ground read by restic.
    async fn first(&self, subject: &Subject, scene: &Scene) -> Result<Arc<First>, Failure> {
        let Target { ground, id, .. } = &self.target;
        let told = |label: Text, done: u64, total: u64| scene.progress(label, done, total);
        let Place { root, spool, data } = &subject.place;
        crate::volumes::delete(root.join(FOLDER)).await.map_err(Failure::Final)?;
        let made = system::files::ensure_folder(&root.join(FOLDER), 0o700)
            .and_then(|()| system::files::ensure_folder(spool, 0o700));
        made.map_err(|error| Failure::Final(not_made(root, &error)))?;
        let first = look::first(subject.place.clone()).await.map_err(Failure::Otherwise)?;
        if !data.is_empty() {
            let taking = Taking {
                root: root.clone(),
                paths: data.clone(),
                tags: vec![of_files(*id), of_ground(*id), of_job(self.job)],
                follows: of_files(*id),
                host: host(ground),
                source: Source::Living,
            };
            let repositories = ground.vault.repositories();
            repositories.take(&subject.local, &taking, &told).await.map_err(Failure::Final)?;
        }
        let first = first.was_read(&subject.place).await.map_err(Failure::Otherwise)?;
        Ok(Arc::new(first))
    }

    /// The instant, with what comes just before and just after it.
    async fn capture(
        &self,
        subject: &Subject,
        first: Arc<First>,
        scene: &Scene,
    ) -> Result<(Captured, Option<Session>, Vec<MeasureRecord>), Failure> {
        let Target { ground, id, .. } = &self.target;
        let Place { root, .. } = &subject.place;
        let changed = first.changed(subject.place.clone()).await.map_err(Failure::Otherwise)?;
        let dumped = subject.manifest.dumped.as_ref().map_or(0, |dumped| dumped.bytes);
        room::demand(root, changed.saturating_add(dumped)).map_err(Failure::Otherwise)?;
        let before = measure::by_commands(ground, *id, &subject.recipe).await;
        let told = self.run_commands(Moment::BeforeSnapshot).await;
        let captured = match told {
            Ok(()) => self.stand_still(subject, &first, scene).await,
            Err(trouble) => Err(Failure::Otherwise(trouble)),
        };
        // Whatever became of it, people go on.
        self.run_commands(Moment::AfterSnapshot).await.map_err(Failure::Final)?;
        let (captured, session) = captured?;
        let after = measure::by_commands(ground, *id, &subject.recipe).await;
        Ok((captured, session, unmoved(before, after, scene)))
    }

    async fn stand_still(
        &self,
        subject: &Subject,
        first: &Arc<First>,
        scene: &Scene,
    ) -> Result<(Captured, Option<Session>), Failure> {
        let Target { ground, id, .. } = &self.target;
        let (recipe, place) = (&subject.recipe, &subject.place);
        let mut session = match recipe.database() {
            Some(kind) => {
                let plan = &subject.drawn.plan;
                let begun = Session::begin(ground, *id, kind, recipe, plan, &place.root).await;
                Some(begun.map_err(Failure::Otherwise)?)
            }
            None => None,
        };
        let always = measured_files(recipe);
        let captured = instant::capture(
            ground,
            scene,
            &subject.containers,
            first,
            place,
            always,
            session.as_mut(),
        );
        Ok((captured.await?, session))
    }

    /// Makes the likeness, with all that is read at leisure from what was held.
    async fn measure(
        &self,
        subject: &mut Subject,
        session: Option<Session>,
        captured: &Captured,
        mut measures: Vec<MeasureRecord>,
        scene: &Scene,
    ) -> Result<(), Failure> {
        let instant = subject.instant();
        let own = instant.join(FOLDER);
        let made = system::files::ensure_folder(&own, 0o700);
        made.map_err(|error| Failure::Final(not_made(&own, &error)))?;
        if let Some(session) = session {
            measures.extend(session.finish(&own).await.map_err(Failure::Otherwise)?);
        }
        match by_copied_files(subject, captured).await {
            Ok(read) => measures.extend(read),
            Err(trouble) => scene.say(kept_without(&trouble)),
        }
        subject.manifest.measures = measures;
        subject.manifest.taken = captured.at;
        subject.manifest.write(&instant).map_err(Failure::Final)
    }

    async fn take(
        &self,
        subject: &Subject,
        captured: Captured,
        scene: &Scene,
    ) -> Result<(NewSnapshot, String), Failure> {
        let Target { ground, id, .. } = &self.target;
        let told = |label: Text, done: u64, total: u64| scene.progress(label, done, total);
        let (root, likeness) = (subject.instant(), captured.likeness);
        let stand_ins = {
            let root = root.clone();
            look::in_a_thread(move |_stop| system::tree::make_likeness(&root, &likeness)).await
        };
        let stand_ins = stand_ins.map_err(Failure::Otherwise)?;
        let (repositories, local) = (ground.vault.repositories(), &subject.local);
        let data = subject.place.data.iter().cloned();
        let taking = Taking {
            root,
            paths: data.chain([FOLDER.into()]).collect(),
            tags: tags(&subject.drawn, &self.reason, self.job),
            follows: of_ground(*id),
            host: host(ground),
            // Where everything was captured, nothing need be known from the ground.
            source: match stand_ins.is_empty() {
                true => Source::AtRest,
                false => Source::Likeness(stand_ins),
            },
        };
        let taken = repositories.take(local, &taking, &told).await;
        let taken = taken.map_err(|trouble| match trouble.code.as_str() {
            "snapshot-incomplete" => Failure::Otherwise(trouble),
            _ => Failure::Final(trouble),
        })?;
        // The newest serves the next snapshot.
        let mut grounds =
            repositories.tagged(local, &of_ground(*id)).await.map_err(Failure::Final)?;
        grounds.pop();
        repositories.forget(local, &grounds).await.map_err(Failure::Final)?;
        let folder = subject.place.root.join(FOLDER);
        crate::volumes::delete(folder).await.map_err(Failure::Final)?;
        Ok((record_of(&subject.manifest, *id, taken.bytes, self.job), taken.identity))
    }

    /// Runs the recipe's commands of one moment, where it has any.
    async fn run_commands(&self, moment: Moment) -> Result<(), Trouble> {
        let Target { ground, id, .. } = &self.target;
        let drawn = self.target.draw()?;
        let commands = drawn.plan.rendered.commands.iter().filter(|it| it.moment == moment);
        for command in commands {
            let there = measure::running(ground, *id, &command.container).await?;
            run_one(ground, &there.id, command).await?;
        }
        Ok(())
    }

    fn set_taken(&self, taken: Option<(NewSnapshot, String)>) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = taken;
    }
}

/// The mark of the ground of a service's next snapshot.
pub(super) fn of_ground(service: ledger::ServiceId) -> String {
    format!("ground={service}")
}

/// The SQLite files that are measured, and what SQLite keeps beside them.
fn measured_files(recipe: &Recipe) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for measure in recipe.measures() {
        let MeasureSource::Sqlite { file, .. } = measure.source else { continue };
        for end in ["", "-wal", "-journal"] {
            let name = format!("{}{end}", file.path);
            files.insert(Folders::data(Path::new(""), &file.volume).join(name));
        }
    }
    files
}

/// Measures copies of the captured SQLite files: whoever asks one that was cut
/// off at work mends it.
async fn by_copied_files(
    subject: &Subject,
    captured: &Captured,
) -> Result<Vec<MeasureRecord>, Trouble> {
    let copy = subject.place.root.join(FOLDER).join("measured");
    let files: Vec<(PathBuf, PathBuf)> = measured_files(&subject.recipe)
        .into_iter()
        .filter_map(|path| Some((captured.likeness.captured.get(&path)?.clone(), copy.join(path))))
        .collect();
    look::in_a_thread(move |stop| {
        for (from, to) in files {
            std::fs::create_dir_all(to.parent().unwrap_or(&to))?;
            system::tree::capture(&from, &to, stop)?;
        }
        Ok(())
    })
    .await?;
    measure::by_files(&subject.recipe, &copy).await
}

/// What the service's own programs said before and after, where that is the
/// same: only then is it known what was true in between.
fn unmoved(
    before: Result<Vec<MeasureRecord>, Trouble>,
    after: Result<Vec<MeasureRecord>, Trouble>,
    scene: &Scene,
) -> Vec<MeasureRecord> {
    let (before, after) = match (before, after) {
        (Ok(before), Ok(after)) => (before, after),
        (Err(trouble), _) | (_, Err(trouble)) => {
            scene.say(kept_without(&trouble));
            return Vec::new();
        }
    };
    let (same, moved): (Vec<_>, Vec<_>) = before.into_iter().partition(|it| after.contains(it));
    for MeasureRecord { name, .. } in moved {
        scene.say(text!(
            "{name} changed while the snapshot was taken: it will not be compared.",
            "{name} a changé pendant la sauvegarde : la comparaison s’en passera."
        ));
    }
    same
}

fn stood_still(captured: &Captured) -> Text {
    let tenths = captured.lasted.as_millis().div_ceil(100).max(1);
    let (seconds, tenth) = (tenths / 10, tenths % 10);
    let count = captured.likeness.captured.len();
    text!(
        "The service stood still for {seconds}.{tenth} s; files captured because they had changed: {count}.",
        "Le service a été figé pendant {seconds},{tenth} s ; fichiers modifiés entre-temps et saisis : {count}."
    )
}

fn again(trouble: &Trouble) -> Text {
    let Text { en, fr } = &trouble.what;
    text!("{en} It is tried again.", "{fr} Nouvel essai.")
}

fn not_whole() -> Trouble {
    Trouble::new(
        "not-whole",
        text!(
            "Not all of the service’s containers run.",
            "Une partie des conteneurs du service ne tourne pas."
        ),
        text!(
            "Look into the service’s log: panier logs NAME",
            "Regardez le journal du service : panier logs NOM"
        ),
    )
}

fn not_made(folder: &Path, error: &dyn std::error::Error) -> Trouble {
    let place = folder.display();
    trouble::of_file(
        text!("{place} could not be written.", "{place} n’a pas pu être écrit."),
        error,
    )
}

#[async_trait]
impl Step for KeepLiving {
    fn name(&self) -> &'static str {
        "keep-living"
    }

    fn label(&self) -> Text {
        text!("Taking a snapshot", "On fait une sauvegarde")
    }

    fn deadline(&self) -> Duration {
        DISK * 12
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let ground = &self.target.ground;
        self.set_taken(None);
        let trouble = match self.keep(scene).await {
            Ok(taken) => {
                self.set_taken(Some(taken));
                return Ok(());
            }
            Err(Failure::Final(trouble)) => return Err(trouble),
            Err(Failure::Otherwise(trouble) | Failure::TooLong(trouble)) => trouble,
        };
        tracing::warn!(%trouble, "a service is stopped for its snapshot");
        let Text { en, fr } = &trouble.what;
        scene.say(text!(
            "The service is stopped for this snapshot. {en}",
            "Le service est arrêté pour cette sauvegarde. {fr}"
        ));
        let service = self.target.service()?;
        crate::volumes::delete(ground.folders.of(&service).join(FOLDER)).await?;
        let write = |records: &Records<'_>| records.set_finding(self.job, STOPPED, &trouble.code);
        ground.ledger.write(write).map_err(|error| trouble::of_ledger(&error))
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        match self.taken.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some((new, identity)) => records.add_snapshot(new, identity).map(|_number| ()),
            None => Ok(()),
        }
    }

    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        let Target { ground, id, .. } = &self.target;
        let drawn = self.target.draw()?;
        let commands = &drawn.plan.rendered.commands;
        if commands.iter().any(|it| it.moment == Moment::AfterSnapshot) {
            let told = async {
                stand::up(ground, &drawn.service, &drawn.plan).await?;
                self.run_commands(Moment::AfterSnapshot).await
            };
            if let Err(trouble) = told.await {
                tracing::warn!(%trouble, service = %id, "was not told that its snapshot is over");
            }
        }
        take_back_of_job(ground, self.job).await?;
        let folder = ground.folders.of(&drawn.service);
        dump::tidy(&drawn.plan, &folder).await?;
        crate::volumes::delete(folder.join(FOLDER)).await
    }

    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        records.forget_snapshots_of_job(self.job)
    }
}
