//! From one release to another, forward and back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use containers::{Call, EngineError, ExecOutcome, Fault, Kind};
use ledger::{JobRecord, JobState, Service, Wanted};

use super::yard::{PAD, Yard, answers, folder};
use crate::{Health, InstallRequest, UpdateRequest};

/// Installs the release before the newest.
pub(super) async fn install_older(yard: &Yard) {
    let request = InstallRequest { release: Some("1.0".into()), ..Yard::install_request() };
    let job = yard.lifecycle.install(request).await.unwrap();
    let job = yard.end_of(job).await;
    assert_eq!(job.state, JobState::Done, "{:?}", job.trouble);
}

const LINES: &str = "[[measure]]\nname = \"lines\"\nlabel = { en = \"lines\", fr = \"lignes\" }\n\
     singular = { en = \"line\", fr = \"ligne\" }\n\
     command = { container = \"app\", run = [\"count\"] }\n\n";

/// The yard's recipe with something before its releases, and something at its end.
fn recipe(before: &str, end: &str) -> String {
    PAD.replacen("[[release]]", &format!("{before}[[release]]"), 1) + end
}

/// A recipe whose app has one volume more.
fn with_index(recipe: &str) -> String {
    let volumes = "volumes = { var = \"/var/pad\" }";
    let place = recipe.rfind(volumes).unwrap();
    let more = "volumes = { var = \"/var/pad\", index = \"/var/index\" }";
    [&recipe[..place], more, &recipe[place + volumes.len()..]].concat()
}

struct Own {
    _folder: tempfile::TempDir,
    yard: Yard,
}

impl std::ops::Deref for Own {
    type Target = Yard;
    fn deref(&self) -> &Yard {
        &self.yard
    }
}

impl Own {
    /// The older release installed by a recipe that counts lines, with data.
    async fn new() -> Self {
        let own = Self::empty();
        *own.recipe.lock().unwrap() = recipe(LINES, "");
        own.count(214);
        install_older(&own).await;
        own.write("pads", "dear");
        own
    }

    fn empty() -> Self {
        let folder = folder();
        let yard = Yard::new(folder.path());
        Self { _folder: folder, yard }
    }

    fn count(&self, lines: u32) {
        let output = format!("{lines}\n");
        self.engine.answer(&["count"], ExecOutcome { code: 0, output });
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.join("services/pad/var/data")
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.data().join(name), text).unwrap();
    }

    fn written(&self) -> BTreeMap<String, String> {
        let entries = std::fs::read_dir(self.data()).unwrap().map(|entry| entry.unwrap().path());
        let pair = |path: std::path::PathBuf| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), text)
        };
        entries.map(pair).collect()
    }

    fn pad(&self) -> Service {
        self.service("pad").unwrap()
    }

    /// The image that the service runs, by the engine's account.
    fn image(&self) -> String {
        self.engine.spec("panier-012345-pad-app").unwrap().image
    }

    async fn update(&self) -> JobRecord {
        let job = self.lifecycle.update("pad", UpdateRequest::default()).await.unwrap();
        self.end_of(job).await
    }

    async fn rollback(&self) -> JobRecord {
        let job = self.lifecycle.rollback("pad").await.unwrap();
        self.end_of(job).await
    }

    /// Has every release but this image answer badly, and damage the data.
    fn only_well_as(&self, image: String) {
        let (engine, pads) = (Arc::clone(&self.engine), self.data().join("pads"));
        let asked = move || {
            let runs = engine.spec("panier-012345-pad-app").map(|spec| spec.image);
            let well = runs.as_ref() == Some(&image);
            if !well {
                std::fs::write(&pads, "half-migrated").unwrap();
                std::fs::write(pads.with_file_name("leftover"), "x").unwrap();
            }
            well
        };
        *self.door.asked.lock().unwrap() = Some(Arc::new(asked));
    }

    fn snapshots(&self) -> Vec<String> {
        let all = self.ledger.read(|records| records.snapshots()).unwrap();
        all.into_iter().map(|it| format!("{} {}", it.of.reason, it.of.release)).collect()
    }
}

fn done(job: &JobRecord) {
    assert_eq!((job.state, &job.trouble), (JobState::Done, &None));
}

#[tokio::test(start_paused = true)]
async fn an_update_can_be_taken_back_and_done_again() {
    let own = Own::new().await;
    let before = own.image();
    let newer = own.lifecycle.newer(&own.pad()).unwrap();
    assert_eq!((newer.release.version.as_str(), newer.way.len()), ("2.0", 1));
    done(&own.update().await);
    assert_eq!((own.pad().release.as_str(), own.shown("pad")), ("2.0", "open"));
    let after = own.image();
    assert_ne!(before, after);
    assert_eq!(own.lifecycle.newer(&own.pad()), None);
    let previous = own.lifecycle.previous(&own.pad()).unwrap();
    assert_eq!((previous.release.version.as_str(), &*previous.measures[0].value), ("1.0", "214"));

    own.write("pads", "dearer");
    own.count(216);
    let moved = own.lifecycle.way_back("pad").await.unwrap().moved;
    assert_eq!((moved[0].label.fr.as_str(), moved.len()), ("lignes", 1));
    assert_eq!((moved[0].then.as_deref(), moved[0].now.as_deref()), (Some("214"), Some("216")));
    // What the older release counts is its own data.
    own.engine.answer(&["count"], ExecOutcome { code: 0, output: "216".into() });
    let own_count = (Arc::clone(&own.engine), own.data().join("pads"));
    let counts = move || {
        let dear = std::fs::read_to_string(&own_count.1).unwrap() == "dear";
        let output = if dear { "214" } else { "216" }.to_owned();
        own_count.0.answer(&["count"], ExecOutcome { code: 0, output });
        true
    };
    *own.door.asked.lock().unwrap() = Some(Arc::new(counts));
    done(&own.rollback().await);
    assert_eq!((own.pad().release.as_str(), own.image()), ("1.0", before));
    assert_eq!(own.written(), BTreeMap::from([("pads".into(), "dear".into())]));
    assert_eq!(own.snapshots(), ["before-rollback 2.0", "before-update 1.0"]);
    assert_eq!(own.lifecycle.previous(&own.pad()), None);
    assert_eq!(own.lifecycle.rollback("pad").await.unwrap_err().code, "release-none-before");

    done(&own.update().await);
    assert_eq!((own.pad().release.as_str(), own.image()), ("2.0", after));
    assert_eq!(own.written()["pads"], "dear");
    let lines = own.ledger.read(|records| records.job_lines(ledger::JobId(4))).unwrap();
    assert_eq!(lines.last().unwrap().text.fr, "La 2.0 tourne ; vos 214 lignes sont là.");
}

#[tokio::test(start_paused = true)]
async fn a_release_that_does_not_answer_leaves_the_old_one_with_its_data() {
    let own = Own::new().await;
    let before = own.image();
    own.only_well_as(before.clone());
    let job = own.update().await;
    assert_eq!(job.state, JobState::Failed);
    let trouble = job.trouble.unwrap();
    assert_eq!(trouble.code, "update-undone");
    assert_eq!(trouble.what.fr, "La 2.0 n’a pas répondu. La 1.0 tourne ; vos 214 lignes sont là.");
    assert_eq!(trouble.what.en, "2.0 did not answer. 1.0 runs; your 214 lines are there.");
    assert!(trouble.why.unwrap().fr.contains("a répondu 500"));
    assert_eq!((own.pad().release.as_str(), own.image()), ("1.0", before));
    assert_eq!(own.written(), BTreeMap::from([("pads".into(), "dear".into())]));
    assert_eq!((own.shown("pad"), own.running().await.len()), ("open", 2));
    assert!(own.snapshots().is_empty());
    assert_eq!(own.lifecycle.previous(&own.pad()), None);
    assert_eq!(own.lifecycle.health(own.pad().id), Health::Up);
}

#[tokio::test(start_paused = true)]
async fn a_rollback_that_does_not_work_leaves_what_ran() {
    let own = Own::new().await;
    done(&own.update().await);
    own.write("pads", "dearer");
    let runs = own.image();
    own.only_well_as(runs.clone());
    let trouble = own.rollback().await.trouble.unwrap();
    assert_eq!(trouble.code, "rollback-undone");
    assert!(trouble.what.fr.starts_with("La 1.0 n’a pas répondu. La 2.0 tourne"));
    assert_eq!((own.image(), own.written()["pads"].as_str()), (runs, "dearer"));
    assert_eq!(own.written().len(), 1);
    assert!(own.lifecycle.previous(&own.pad()).is_some(), "it can be tried again");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_touched_before_all_images_are_there() {
    let own = Own::new().await;
    let refused = EngineError::NotFound { kind: Kind::Image, name: "away".into() };
    own.engine.fail(Call::Pull, Fault::Refused(refused));
    let stops = own.calls(Call::StopContainer);
    let trouble = own.update().await.trouble.unwrap();
    assert_eq!(
        trouble.what.fr,
        "Le passage à la 2.0 n’a pas abouti. Rien n’a été touché : la 1.0 est comme avant."
    );
    assert_eq!((own.calls(Call::StopContainer), own.shown("pad")), (stops, "open"));
    done(&own.update().await);
}

#[tokio::test(start_paused = true)]
async fn a_longer_way_is_walked_release_by_release() {
    let own = Own::new().await;
    let commands = "[[command]]\nwhen = \"after-update\"\ncontainer = \"app\"\n\
         run = [\"migrate\", \"{{ release.version }}\"]\n\n";
    let third = "\n[[release]]\nversion = \"3.0\"\nfrom = \">=2.0, <3.0\"\n\
         note = { en = \"Slow.\", fr = \"Lent.\" }\n\
         images.app.amd64 = { download = \"1 MB\", unpacked = \"2 MB\" }\n";
    *own.recipe.lock().unwrap() = recipe(&format!("{LINES}{commands}"), third);
    let newer = own.lifecycle.newer(&own.pad()).unwrap();
    assert_eq!(newer.way.iter().map(|hop| &*hop.version).collect::<Vec<_>>(), ["2.0", "3.0"]);
    assert_eq!(newer.notes[0].fr, "Lent.");
    done(&own.update().await);
    assert_eq!(own.pad().release, "3.0");
    let migrated: Vec<String> = own
        .engine
        .calls()
        .into_iter()
        .filter_map(|call| Some(call.about.split_once(" migrate ")?.1.to_owned()))
        .collect();
    assert_eq!(migrated, ["2.0", "3.0"]);
    assert_eq!(own.lifecycle.previous(&own.pad()).unwrap().release.version, "1.0");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_moved_to_becomes_no_job() {
    let own = Own::new().await;
    let code = |release: &str| {
        let request = UpdateRequest { release: Some(release.into()), ..UpdateRequest::default() };
        let lifecycle = own.lifecycle.clone();
        async move { lifecycle.update("pad", request).await.unwrap_err().code }
    };
    assert_eq!(code("9").await, "release-unknown");
    assert_eq!(code("1.0").await, "release-current");
    let unknown = own.lifecycle.update("nobody", UpdateRequest::default()).await;
    assert_eq!(unknown.unwrap_err().code, "service-unknown");
    done(&own.update().await);
    assert_eq!(code("1.0").await, "release-backwards");
    let newest = own.lifecycle.update("pad", UpdateRequest::default()).await;
    assert_eq!(newest.unwrap_err().code, "release-current");
}

#[tokio::test(start_paused = true)]
async fn what_a_newer_recipe_asks_and_brings_is_seen_to() {
    let own = Own::new().await;
    let brings = "[[question]]\nkey = \"owner\"\nkind = \"text\"\n\
         label = { en = \"Owner\", fr = \"Propriétaire\" }\n\n\
         [secret.token]\nlength = 16\n\n";
    let newer = with_index(&recipe(&format!("{brings}{LINES}"), "")).replace(
        "{ TITLE = \"{{ answer.title }}\" }",
        "{ TITLE = \"{{ answer.owner }}\", TOKEN = \"{{ secret_file.token }}\" }",
    );
    *own.recipe.lock().unwrap() = newer;
    let asked = own.lifecycle.update("pad", UpdateRequest::default()).await.unwrap_err();
    assert_eq!(asked.code, "answers-wrong");
    assert!(asked.remedy.fr.contains("panier update pad --set"), "{asked:?}");
    let request = || UpdateRequest { release: None, answers: answers(&[("owner", "Zoé")]) };
    let job = own.lifecycle.update("pad", request()).await.unwrap();
    done(&own.end_of(job).await);
    let index = own.folder.join("services/pad/index/data");
    std::fs::write(index.join("words"), "of the newer").unwrap();
    assert_eq!(own.pad().answers["owner"], "Zoé");
    let secrets = |own: &Own| {
        let id = own.pad().id;
        own.ledger.read(|records| records.secrets(id)).unwrap()
    };
    let token = secrets(&own)["token"].clone();
    assert_eq!(token.len(), 16);

    done(&own.rollback().await);
    assert_eq!(own.pad().answers.get("owner"), None);
    let job = own.lifecycle.update("pad", request()).await.unwrap();
    done(&own.end_of(job).await);
    assert!(!index.join("words").exists(), "the volume begins as at the first update");
    assert_eq!(secrets(&own)["token"], token);
}

#[tokio::test(start_paused = true)]
async fn a_new_volume_goes_when_its_release_does_not_answer() {
    let own = Own::new().await;
    let before = own.image();
    own.only_well_as(before);
    let newer = with_index(&own.recipe.lock().unwrap());
    *own.recipe.lock().unwrap() = newer;
    assert_eq!(own.update().await.state, JobState::Failed);
    assert!(!own.folder.join("services/pad/index").exists());
    let id = own.pad().id;
    let volumes = own.ledger.read(|records| records.volumes(id)).unwrap();
    assert_eq!(volumes.len(), 1);
    assert_eq!(own.written().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn data_that_were_not_kept_whole_are_not_let_in() {
    let own = Own::new().await;
    let (engine, before) = (Arc::clone(&own.engine), own.image());
    let loses = move || {
        let runs = engine.spec("panier-012345-pad-app").map(|spec| spec.image);
        let output = if runs.as_ref() == Some(&before) { "214" } else { "213" }.to_owned();
        engine.answer(&["count"], ExecOutcome { code: 0, output });
        true
    };
    *own.door.asked.lock().unwrap() = Some(Arc::new(loses));
    let trouble = own.update().await.trouble.unwrap();
    assert_eq!(
        trouble.what.fr,
        "La 2.0 n’a pas gardé toutes les données. La 1.0 tourne ; vos 214 lignes sont là."
    );
    assert_eq!(trouble.why.unwrap().fr, "lignes : 214 avant, 213 après.");
    let measure = "name = \"lines\"\n";
    let may_change = format!("{measure}changes_with_update = true\n");
    let may_change = own.recipe.lock().unwrap().replace(measure, &may_change);
    *own.recipe.lock().unwrap() = may_change;
    done(&own.update().await);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_service_is_updated_and_stays_stopped() {
    let own = Own::new().await;
    let job = own.lifecycle.stop("pad").await.unwrap();
    own.end_of(job).await;
    done(&own.update().await);
    assert_eq!((own.pad().release.as_str(), own.pad().wanted), ("2.0", Wanted::Stopped));
    assert_eq!((own.shown("pad"), own.running().await.len()), ("stopped", 0));
    own.only_well_as("none".into());
    let trouble = own.rollback().await.trouble.unwrap();
    assert!(trouble.what.fr.ends_with("à l’arrêt comme avant."), "{}", trouble.what.fr);
    assert_eq!((own.shown("pad"), own.running().await.len()), ("stopped", 0));
}

#[tokio::test(start_paused = true)]
async fn within_the_hour_a_release_that_breaks_goes_back_where_nothing_was_written() {
    let own = Own::new().await;
    let before = own.image();
    done(&own.update().await);
    let running = own.start();
    own.until("it works", || async { own.lifecycle.health(own.pad().id) == Health::Up }).await;
    own.only_well_as(before.clone());
    own.now.store(30 * 60, Ordering::SeqCst);
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    assert_eq!((own.pad().release.as_str(), own.image()), ("1.0", before));
    assert_eq!((own.shown("pad"), own.written()["pads"].as_str()), ("open", "dear"));
    assert_eq!(own.snapshots(), ["after-failed-update 2.0", "before-update 1.0"]);
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn where_something_was_written_a_person_chooses() {
    let own = Own::new().await;
    let before = own.image();
    done(&own.update().await);
    let running = own.start();
    own.until("it works", || async { own.lifecycle.health(own.pad().id) == Health::Up }).await;
    own.count(216);
    own.only_well_as(before.clone());
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    assert_eq!(own.pad().release, "2.0");
    let Health::Ill { trouble } = own.lifecycle.health(own.pad().id) else { panic!("not ill") };
    assert_eq!(
        trouble.what.fr,
        "Depuis sa mise à jour, pad 2.0 ne fonctionne plus. Entre-temps : lignes 214 → 216."
    );
    assert!(trouble.remedy.fr.contains("panier rollback pad"));
    assert_eq!(own.snapshots(), ["after-failed-update 2.0", "before-update 1.0"]);
    own.count(214);
    done(&own.rollback().await);
    assert_eq!((own.image(), own.shown("pad")), (before, "open"));
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn what_breaks_later_is_no_longer_the_updates_affair() {
    let own = Own::new().await;
    let before = own.image();
    done(&own.update().await);
    let running = own.start();
    own.until("it works", || async { own.lifecycle.health(own.pad().id) == Health::Up }).await;
    own.now.store(2 * 60 * 60, Ordering::SeqCst);
    own.only_well_as(before);
    tokio::time::sleep(std::time::Duration::from_secs(60)).await;
    let Health::Ill { trouble } = own.lifecycle.health(own.pad().id) else { panic!("not ill") };
    assert_eq!((trouble.code.as_str(), own.pad().release.as_str()), ("service-unwell", "2.0"));
    running.abort();
}
