//! A box without a machine: the scripted engine, a door that is told what to
//! answer, folders that are thrown away.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use containers::{Call, Engine, Firewall, HomeImages, Owner, Scripted, ScriptedFirewall};
use jiff::Timestamp;
use jobs::{Faults, NoFaults};
use ledger::{BoxFacts, JobId, JobRecord, Ledger, Service, SubnetPool};
use recipe::{Text, Trouble, text};

use super::folders::FolderRepositories;
use crate::{
    Answer, Folders, FrontDoor, InstallRequest, Lifecycle, RecipeText, Recipes, Route, RouteState,
    Site,
};

/// A recipe with two containers and a database, from a registry.
pub(crate) const PAD: &str = include_str!("pad.toml");

/// The door of a yard: shows what it was told, and answers for services.
pub(super) struct Door {
    pub(super) routes: Mutex<Vec<Route>>,
    pub(super) well: AtomicBool,
    /// Called at each question that reaches a service; what it says decides too.
    pub(super) asked: Mutex<Option<Arc<Asked>>>,
}

/// Whether a service answers well, and whatever it does to its data meanwhile.
pub(super) type Asked = dyn Fn() -> bool + Send + Sync;

#[async_trait]
impl FrontDoor for Door {
    async fn publish(&self, routes: Vec<Route>) {
        *self.routes.lock().unwrap() = routes;
    }

    async fn ask(&self, domain: &str, _path: &str, _within: Duration) -> Result<Answer, Text> {
        let routes = self.routes.lock().unwrap();
        let route = routes.iter().find(|route| route.hosts.iter().any(|host| host == domain));
        let reached = matches!(
            route.map(|route| &route.state),
            Some(RouteState::Open { .. } | RouteState::Candidate { .. })
        );
        if !reached {
            return Err(text!("nothing at {domain}", "rien à {domain}"));
        }
        let asked = self.asked.lock().unwrap().clone();
        let well = self.well.load(Ordering::SeqCst) && asked.is_none_or(|asked| asked());
        let status = if well { 200 } else { 500 };
        Ok(Answer { status, body: Vec::new() })
    }
}

struct OneRecipe(Arc<Mutex<String>>);

impl Recipes for OneRecipe {
    fn text(&self, id: &str) -> Result<RecipeText, Trouble> {
        assert_eq!(id, "pad");
        Ok(RecipeText { file: "pad/recipe.toml".into(), text: self.0.lock().unwrap().clone() })
    }
}

/// A box in a folder; several may follow each other in one, like a daemon's lives.
pub(super) struct Yard {
    pub(super) folder: PathBuf,
    pub(super) engine: Arc<Scripted>,
    pub(super) firewall: Arc<ScriptedFirewall>,
    pub(super) door: Arc<Door>,
    /// The text of the catalogue's one recipe.
    pub(super) recipe: Arc<Mutex<String>>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) lifecycle: Lifecycle,
    pub(super) owner: Owner,
    /// What its clock shows, in seconds.
    pub(super) now: Arc<AtomicI64>,
}

impl Yard {
    /// A new box, whose jobs are never cut off.
    pub(super) fn new(folder: &Path) -> Self {
        Self::open(folder, Self::engine(), Arc::new(NoFaults))
    }

    /// Opens a box over what an earlier life left in `folder` and in the engine.
    pub(super) fn open(folder: &Path, engine: Arc<Scripted>, faults: Arc<dyn Faults>) -> Self {
        let door = Arc::new(Door {
            routes: Mutex::default(),
            well: AtomicBool::new(true),
            asked: Mutex::default(),
        });
        let recipe = Arc::new(Mutex::new(PAD.to_owned()));
        let folders = Folders {
            services: folder.join("services"),
            trash: folder.join("trash"),
            secrets: folder.join("secrets"),
            repository: folder.join("repository"),
            ballast: folder.join("ballast"),
            restic: folder.join("restic"),
        };
        let images = folder.join("images");
        for path in [&folders.services, &folders.trash, &folders.secrets, &images] {
            std::fs::create_dir_all(path).unwrap();
        }
        let ledger = Arc::new(Ledger::open(folder).unwrap());
        let facts =
            BoxFacts { identity: "0123456789abcdef".into(), base_domain: "box.localhost".into() };
        let firewall = Arc::new(ScriptedFirewall::default());
        let now = Arc::new(AtomicI64::new(0));
        let site = Site {
            engine: Arc::clone(&engine) as Arc<dyn Engine>,
            firewall: Arc::clone(&firewall) as Arc<dyn Firewall>,
            architecture: "amd64".into(),
            ledger: Arc::clone(&ledger),
            facts: facts.clone(),
            images: HomeImages::open(&images).unwrap(),
            recipes: Arc::new(OneRecipe(Arc::clone(&recipe))),
            door: Arc::clone(&door) as Arc<dyn FrontDoor>,
            https_port: 443,
            lookups_port: 30053,
            folders,
            pool: SubnetPool { base: [10, 213, 0, 0].into(), prefix: 24 },
            clock: Arc::new({
                let now = Arc::clone(&now);
                move || Timestamp::from_second(now.load(Ordering::SeqCst)).unwrap()
            }),
        };
        Self {
            folder: folder.to_owned(),
            engine,
            firewall,
            door,
            recipe,
            ledger,
            lifecycle: Lifecycle::over(site, faults, Arc::new(FolderRepositories)),
            owner: Owner { identity: facts.identity },
            now,
        }
    }

    /// An engine that offers the images of [`PAD`].
    pub(super) fn engine() -> Arc<Scripted> {
        let engine = Scripted::new();
        for reference in ["1.0", "2.0", "3.0"].map(|it| format!("docker.io/example/pad:{it}")) {
            engine.offer_image(&reference, 1000);
        }
        Arc::new(engine)
    }

    pub(super) fn install_request() -> InstallRequest {
        InstallRequest { recipe: "pad".into(), ..InstallRequest::default() }
    }

    /// Installs PAD, and waits for the job's end.
    pub(super) async fn install(&self) -> JobRecord {
        let job = self.lifecycle.install(Self::install_request()).await.unwrap();
        self.end_of(job).await
    }

    pub(super) async fn end_of(&self, job: JobId) -> JobRecord {
        self.lifecycle.journal().wait(job).await.unwrap().unwrap()
    }

    pub(super) fn service(&self, name: &str) -> Option<Service> {
        self.ledger.read(|records| records.service_named(name)).unwrap()
    }

    /// Names of this box's containers that run.
    pub(super) async fn running(&self) -> Vec<String> {
        let there = self.engine.containers(&self.owner).await.unwrap();
        let mut names: Vec<_> = there
            .into_iter()
            .filter(|it| it.state == containers::ContainerState::Running)
            .map(|it| it.name)
            .collect();
        names.sort();
        names
    }

    /// What the engine has of this box: containers, volumes, networks.
    pub(super) async fn engine_counts(&self) -> (usize, usize, usize) {
        (
            self.engine.containers(&self.owner).await.unwrap().len(),
            self.engine.volumes(&self.owner).await.unwrap().len(),
            self.engine.networks(&self.owner).await.unwrap().len(),
        )
    }

    /// What the door shows for a service, in one word.
    pub(super) fn shown(&self, name: &str) -> &'static str {
        let routes = self.door.routes.lock().unwrap();
        match routes.iter().find(|route| route.service == name).map(|route| &route.state) {
            None => "nothing",
            Some(RouteState::Open { .. }) => "open",
            Some(RouteState::Candidate { .. }) => "candidate",
            Some(RouteState::Closed { .. }) => "closed",
            Some(RouteState::Stopped) => "stopped",
            Some(RouteState::Ill { .. }) => "ill",
        }
    }

    /// The domains at which the door shows a service.
    pub(super) fn hosts(&self, name: &str) -> Vec<String> {
        let routes = self.door.routes.lock().unwrap();
        let route = routes.iter().find(|route| route.service == name);
        route.map(|route| route.hosts.clone()).unwrap_or_default()
    }

    /// How often the engine was asked for `call`.
    pub(super) fn calls(&self, call: Call) -> usize {
        self.engine.calls().iter().filter(|recorded| recorded.call == call).count()
    }

    /// Starts what the daemon starts: recovery and the reconciler.
    pub(super) fn start(&self) -> tokio::task::JoinHandle<()> {
        let lifecycle = self.lifecycle.clone();
        tokio::spawn(async move {
            lifecycle.run().await.unwrap();
        })
    }

    /// Waits for something to come true, for at most a minute of paused time.
    pub(super) async fn until<F: Future<Output = bool>>(
        &self,
        what: &str,
        mut holds: impl FnMut() -> F,
    ) {
        let waiting = async {
            while !holds().await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(60), waiting).await;
        assert!(waited.is_ok(), "{what} did not come true");
    }
}

/// A folder that is thrown away: in memory where there is some, since no test
/// here pulls a plug, and each write of a ledger waits for its disk.
pub(super) fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

pub(super) fn answers(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}
