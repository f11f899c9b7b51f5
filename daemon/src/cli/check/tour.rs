//! What is tried, in which order. Everything goes by the API.

use std::collections::BTreeMap;
use std::time::Duration;

use admin::views::{AnswersBody, InstallBody, JobDetail, JobStateView, SecretsView, ServiceDetail};
use http::Method;
use recipe::{Recipe, Release, Text, text};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::Halt;
use super::answers;
use super::bench::Bench;
use super::journey::Journey;
use super::report::{self, Line, Verdict};
use crate::cli::Call;
use crate::cli::client::segment;
use crate::cli::complaint::{Complaint, words};

const FIRST: &str = "recipe-check";
const SECOND: &str = "recipe-check-2";
const BESIDE: &str = "recipe-check-3";
/// How often a job is asked whether it has ended.
const ASKED_EVERY: Duration = Duration::from_millis(300);
/// A service's address, in the API's own words.
const SNAPSHOTS: &str = "/api/services/{name}/snapshots";
const UPDATE: &str = "/api/services/{name}/update";

type Outcome = Result<Option<String>, Halt>;

/// A tour of one recipe, and what came of it so far.
pub(super) struct Tour<'a> {
    call: &'a Call,
    bench: &'a Bench,
    recipe: &'a Recipe,
    journey: Option<Journey>,
    architecture: &'a str,
    /// What this daemon's API can be asked.
    offered: Vec<String>,
    answers: BTreeMap<String, String>,
    pub(super) lines: Vec<Line>,
    pub(super) releases: Vec<String>,
    pub(super) images: BTreeMap<String, String>,
}

impl<'a> Tour<'a> {
    pub(super) async fn new(
        call: &'a Call,
        bench: &'a Bench,
        recipe: &'a Recipe,
        journey: Option<Journey>,
        architecture: &'a str,
    ) -> Result<Self, Complaint> {
        let document: Value = bench.client.get("/api/openapi.json").await?;
        let paths = document.get("paths").and_then(Value::as_object);
        Ok(Self {
            call,
            bench,
            recipe,
            journey,
            architecture,
            offered: paths.map(|all| all.keys().cloned().collect()).unwrap_or_default(),
            answers: answers::needed(recipe.questions()),
            lines: Vec::new(),
            releases: Vec::new(),
            images: BTreeMap::new(),
        })
    }

    /// Writes down what passed before the tour began.
    pub(super) fn passed(&mut self, line: &'static str, label: Text) {
        self.end(line, label, Instant::now(), Ok(None));
    }

    /// Everything, from the installation to the way back from an update.
    pub(super) async fn whole(&mut self, release: Option<&str>, from: Option<&str>) {
        let release = release.unwrap_or(self.recipe.newest().version()).to_owned();
        let began = Instant::now();
        let done = self.install(FIRST, &release).await;
        if !self.end(
            "install",
            text!("{release} is installed", "la {release} s’installe"),
            began,
            done,
        ) {
            // What there is of it goes all the same.
            let _nothing = self.purge(FIRST).await;
            return;
        }
        let began = Instant::now();
        let done = self.journey("make", FIRST).await;
        let label = text!("its journey makes data", "son parcours crée des données");
        let made = self.end("journey-make", label, began, done);
        let began = Instant::now();
        let done = self.journey("check", FIRST).await;
        let label = text!("the data are read back", "les données se relisent");
        self.end("journey-check", label, began, done);
        let began = Instant::now();
        let done = self.second(&release, made).await;
        let label = text!("a second one runs beside it", "un second tourne à côté");
        self.end("second", label, began, done);
        let began = Instant::now();
        let done = self.change().await;
        let label =
            text!("an answer is changed, and changed back", "une réponse change, puis revient");
        self.end("answers", label, began, done);
        self.keep(made).await;
        self.move_on(&release, from).await;
        let began = Instant::now();
        let done = self.purge(FIRST).await;
        let label = text!("it is removed for good", "il se supprime pour de bon");
        self.end("remove", label, began, done);
    }

    /// Snapshot, purge, restore, and once more beside under another name.
    async fn keep(&mut self, made: bool) {
        let began = Instant::now();
        let done = self.snapshot().await;
        let label = text!("a snapshot is taken", "une sauvegarde est faite");
        let id = done.as_ref().ok().cloned().flatten();
        self.end("snapshot", label, began, done);
        let Some(id) = id else { return };
        let began = Instant::now();
        let done = self.come_back(&id, made).await;
        let label = text!(
            "purged, restored: the data are equal",
            "supprimé, restauré : les données sont égales"
        );
        self.end("restore", label, began, done);
        let began = Instant::now();
        let done = self.beside(&id, made).await;
        let label = text!(
            "restored beside, under another name: the data are equal",
            "restauré à côté, sous un autre nom : les données sont égales"
        );
        self.end("beside", label, began, done);
    }

    /// An update from the release before, and the way back.
    async fn move_on(&mut self, release: &str, from: Option<&str>) {
        let began = Instant::now();
        let done = self.update(release, from).await;
        let label = text!(
            "updated to {release}: the data are equal",
            "mis à jour vers la {release} : les données sont égales"
        );
        if !self.end("update", label, began, done) {
            return;
        }
        let began = Instant::now();
        let done = self.roll_back().await;
        let label =
            text!("rolled back: the data are equal", "revenu en arrière : les données sont égales");
        self.end("rollback", label, began, done);
    }

    async fn install(&mut self, name: &str, release: &str) -> Outcome {
        let body = InstallBody {
            recipe: self.recipe.id().to_owned(),
            name: Some(name.to_owned()),
            release: Some(release.to_owned()),
            domains: Vec::new(),
            answers: self.answers.clone(),
        };
        self.job(Method::POST, "/api/services", &body).await?;
        if !self.releases.iter().any(|known| known == release) {
            self.releases.push(release.to_owned());
        }
        let inside = self.service(name).await?.inside;
        for container in inside.into_iter().flat_map(|inside| inside.containers) {
            self.images.insert(format!("{release} {}", container.name), container.image);
        }
        Ok(None)
    }

    async fn second(&mut self, release: &str, made: bool) -> Outcome {
        self.install(SECOND, release).await?;
        if made {
            // Data of its own, by the same journey: the first one's are not there.
            self.journey("make", SECOND).await?;
            self.journey("check", SECOND).await?;
            self.journey("check", FIRST).await?;
        }
        self.purge(SECOND).await
    }

    async fn change(&mut self) -> Outcome {
        let before = self.service(FIRST).await?.answers;
        let Some((key, value)) = answers::changed(self.recipe.questions(), &before) else {
            return Err(Halt::LeftOut(text!(
                "no question may be answered anew",
                "aucune question n’admet une nouvelle réponse"
            )));
        };
        let seen = format!("{key} = {value}");
        self.answer(&key, value).await?;
        if let Some(old) = before.get(&key) {
            self.answer(&key, old.clone()).await?;
        }
        self.look(FIRST).await?;
        Ok(Some(seen))
    }

    async fn answer(&self, key: &str, value: String) -> Result<(), Halt> {
        let body = AnswersBody { answers: BTreeMap::from([(key.to_owned(), value)]) };
        self.job(Method::PATCH, &format!("/api/services/{FIRST}/answers"), &body).await
    }

    async fn snapshot(&self) -> Outcome {
        self.offers(SNAPSHOTS)?;
        let path = format!("/api/services/{FIRST}/snapshots");
        self.job(Method::POST, &path, &json!({})).await?;
        let all: Vec<Value> = self.bench.client.get(&path).await?;
        let id = all.first().and_then(|it| it.get("id")).and_then(Value::as_str);
        let none =
            || Halt::failed(text!("no snapshot is listed", "aucune sauvegarde n’est listée"));
        Ok(Some(id.ok_or_else(none)?.to_owned()))
    }

    async fn come_back(&self, snapshot: &str, made: bool) -> Outcome {
        self.purge(FIRST).await?;
        let path = format!("/api/snapshots/{}/restore", segment(snapshot));
        self.job(Method::POST, &path, &json!({})).await?;
        if made { self.journey("check", FIRST).await } else { Ok(None) }
    }

    async fn beside(&self, snapshot: &str, made: bool) -> Outcome {
        let domain = format!("{BESIDE}.check.localhost");
        let path = format!("/api/snapshots/{}/restore", segment(snapshot));
        self.job(Method::POST, &path, &json!({ "name": BESIDE, "domain": domain })).await?;
        let seen = if made { self.journey("check", BESIDE).await } else { Ok(None) };
        self.purge(BESIDE).await?;
        seen
    }

    async fn update(&mut self, release: &str, from: Option<&str>) -> Outcome {
        self.offers(UPDATE)?;
        let before = match from {
            Some(from) => Some(from.to_owned()),
            None => self.before(release).map(|it| it.version().to_owned()),
        };
        let Some(before) = before else {
            return Err(Halt::LeftOut(text!(
                "no other release leads to {release}",
                "aucune autre version ne mène à la {release}"
            )));
        };
        self.purge(FIRST).await?;
        self.install(FIRST, &before).await?;
        if self.journey.is_some() {
            self.journey("make", FIRST).await?;
        }
        let path = format!("/api/services/{FIRST}/update");
        self.job(Method::POST, &path, &json!({ "release": release })).await?;
        self.look(FIRST).await?;
        Ok(Some(format!("{before} → {release}")))
    }

    async fn roll_back(&self) -> Outcome {
        self.job(Method::POST, &format!("/api/services/{FIRST}/rollback"), &json!({})).await?;
        self.look(FIRST).await
    }

    /// The release that stands nearest before another, one step away from it.
    fn before(&self, release: &str) -> Option<&'a Release> {
        let to = self.recipe.release(release)?;
        self.recipe.releases().iter().rev().find(|it| {
            it.version() != release
                && self.recipe.runs_on(it, self.architecture)
                && self.recipe.path(it.id(), to.id()).is_ok_and(|way| way.len() == 1)
        })
    }

    fn offers(&self, path: &str) -> Result<(), Halt> {
        if self.offered.iter().any(|known| known == path) {
            return Ok(());
        }
        Err(Halt::LeftOut(text!(
            "this version of Panier cannot do it",
            "cette version de Panier ne sait pas le faire"
        )))
    }

    /// The journey's check, where there is a journey.
    async fn look(&self, name: &str) -> Outcome {
        match self.journey {
            Some(_) => self.journey("check", name).await,
            None => Ok(None),
        }
    }

    async fn journey(&self, what: &str, name: &str) -> Outcome {
        let Some(journey) = &self.journey else {
            return Err(Halt::LeftOut(text!(
                "the recipe has no journey",
                "la recette n’a pas de parcours"
            )));
        };
        let secrets = format!("/api/services/{name}/secrets");
        let SecretsView { secrets, .. } = self.bench.client.get(&secrets).await?;
        journey.run(what, &self.service(name).await?, &secrets).await
    }

    async fn service(&self, name: &str) -> Result<ServiceDetail, Halt> {
        Ok(self.bench.client.get(&format!("/api/services/{name}")).await?)
    }

    async fn purge(&self, name: &str) -> Outcome {
        self.job(Method::DELETE, &format!("/api/services/{name}?purge=true"), &()).await?;
        Ok(None)
    }

    /// Has something done, and waits for its end.
    async fn job(&self, method: Method, path: &str, body: &impl Serialize) -> Result<(), Halt> {
        let client = &self.bench.client;
        let id = client.begin(method, path, body).await?;
        loop {
            let detail: JobDetail = client.get(&format!("/api/jobs/{id}")).await?;
            match detail.job.state {
                JobStateView::Failed => {
                    let untold = || text!("the job {id} failed", "la tâche {id} a échoué");
                    let why = detail.job.trouble.as_ref().map_or_else(untold, words);
                    return Err(Halt::failed(why));
                }
                state if state.is_end() => return Ok(()),
                _ => sleep(ASKED_EVERY).await,
            }
        }
    }

    /// Writes a line down and shows it; gives whether it passed.
    fn end(&mut self, line: &'static str, label: Text, began: Instant, outcome: Outcome) -> bool {
        let verdict = match outcome {
            Ok(seen) => Verdict::Passed { seen },
            Err(Halt::Failed(why)) => Verdict::Failed { why },
            Err(Halt::LeftOut(why)) => Verdict::LeftOut { why },
        };
        let seconds = began.elapsed().as_secs();
        let line = Line { line, label, verdict, seconds };
        let passed = matches!(line.verdict, Verdict::Passed { .. });
        self.call.output.message(report::shown(&self.call.output, &line));
        self.lines.push(line);
        passed
    }
}
