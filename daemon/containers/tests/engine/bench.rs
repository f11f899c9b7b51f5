//! What a behaviour is tried on: an engine, two owners, an image, a folder.

use std::fs::File;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use containers::{
    Behaviour, ContainerFacts, ContainerSpec, ContainerState, Docker, Engine, EngineError,
    EngineEvent, ExecOutcome, HomeImages, NetworkSpec, Owner, Scripted, VolumeMount, VolumeSpec,
};
use futures_util::{FutureExt, Stream, StreamExt};

/// Nothing here takes longer, on a slow machine either, unless its test says so.
const DEADLINE: Duration = Duration::from_secs(120);

/// Runs until it is told to stop, and then ends.
pub(crate) const SERVE: [&str; 2] = ["sleep", "infinity"];
/// Runs on when it is told to stop.
pub(crate) const STUBBORN: [&str; 3] = ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"];
/// Says a line by each output and ends with 3.
pub(crate) const SPEAK: [&str; 3] = ["sh", "-c", "echo hello; echo again; echo oops >&2; exit 3"];
/// Run inside: says a line and ends with 4.
pub(crate) const INSIDE: [&str; 3] = ["sh", "-c", "echo inside; exit 4"];

pub(crate) struct Bench {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) owner: Owner,
    pub(crate) stranger: Owner,
    pub(crate) image: String,
    /// Begins every name, so that tests side by side do not meet.
    pub(crate) prefix: String,
    pub(crate) folder: tempfile::TempDir,
    /// Bits of this test's own share of 10.213.0.0/16.
    share: u32,
}

/// Where the engine is looked for.
pub(crate) fn socket() -> PathBuf {
    std::env::var_os("PANIER_ENGINE").map_or_else(|| "/var/run/docker.sock".into(), PathBuf::from)
}

/// The real engine; none, and said so, where it does not serve.
pub(crate) async fn docker(test: &str) -> Option<Docker> {
    match Docker::connect(&socket()).await {
        Ok(docker) => Some(docker),
        Err(error) => {
            eprintln!("left out: {test}: {error}");
            None
        }
    }
}

/// The repository's `images` folder.
pub(crate) fn images_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../images")
}

/// The base image. One test at a time makes it; the others find it made.
pub(crate) async fn base(engine: &dyn Engine) -> String {
    let lock = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("base.lock")).unwrap();
    let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock));
    let _lock = lock.await.unwrap().unwrap();
    let images = HomeImages::open(&images_folder()).unwrap();
    images.ensure(engine, "debian", "13", &|_| {}).await.unwrap();
    images.tag("debian", "13").unwrap()
}

/// Tries a behaviour on the engine in memory.
pub(crate) fn on_scripted<F: Future<Output = ()>>(behaviour: impl FnOnce(Arc<Bench>) -> F) {
    let engine = Scripted::new();
    engine.add_image("panier/debian:13");
    let says = |lines: &[(bool, &str)]| {
        lines.iter().map(|(error, text)| (*error, (*text).to_owned())).collect()
    };
    let calm = Behaviour { ends_when_stopped: Some(143), ..Behaviour::default() };
    engine.behave(&SERVE, calm);
    engine.behave(&STUBBORN, Behaviour::default());
    let lines = says(&[(false, "hello"), (false, "again"), (true, "oops")]);
    engine.behave(&SPEAK, Behaviour { says: lines, ends: Some(3), ends_when_stopped: None });
    engine.answer(&INSIDE, ExecOutcome { code: 4, output: "inside\n".to_owned() });
    run(async {
        let bench = Bench::new(Arc::new(engine), "panier/debian:13".to_owned(), 1);
        let tried = tokio::time::timeout(DEADLINE, behaviour(Arc::new(bench)));
        tried.await.expect("within its deadline");
    });
}

/// Tries a behaviour on the real engine, and leaves nothing behind.
pub(crate) fn on_docker<F: Future<Output = ()>>(
    test: &str,
    share: u32,
    behaviour: impl FnOnce(Arc<Bench>) -> F,
) {
    on_docker_within(DEADLINE, test, share, behaviour);
}

/// The same for what may take longer.
pub(crate) fn on_docker_within<F: Future<Output = ()>>(
    deadline: Duration,
    test: &str,
    share: u32,
    behaviour: impl FnOnce(Arc<Bench>) -> F,
) {
    run(async {
        let Some(docker) = docker(test).await else { return };
        let image = base(&docker).await;
        let bench = Arc::new(Bench::new(Arc::new(docker), image, share));
        let tried = tokio::time::timeout(deadline, behaviour(bench.clone()));
        let ended = AssertUnwindSafe(tried).catch_unwind().await;
        // What missed its deadline is cleaned up too, or the next run meets it.
        bench.clean().await;
        match ended {
            Ok(in_time) => in_time.expect("within its deadline"),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
}

fn run(test: impl Future<Output = ()>) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build().unwrap();
    runtime.block_on(test);
}

impl Bench {
    fn new(engine: Arc<dyn Engine>, image: String, share: u32) -> Self {
        let prefix = format!("pt{}-{share}", std::process::id());
        Self {
            engine,
            owner: Owner { identity: format!("{prefix}-box") },
            stranger: Owner { identity: format!("{prefix}-other") },
            image,
            prefix,
            folder: tempfile::tempdir().unwrap(),
            share,
        }
    }

    /// A small network; of several in one test, `number` tells them apart.
    pub(crate) fn network(&self, number: u32) -> NetworkSpec {
        NetworkSpec {
            name: format!("{}-net{number}", self.prefix),
            service: "service-1".to_owned(),
            bridge: format!("pt{}n{}x{number}", std::process::id() % 100_000, self.share),
            subnet: format!("10.213.{}.{}/28", self.share, number * 16),
            internal: true,
        }
    }

    /// A volume on a folder of its own.
    pub(crate) fn volume(&self, name: &str) -> VolumeSpec {
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        VolumeSpec {
            name: format!("{}-{name}", self.prefix),
            service: "service-1".to_owned(),
            folder,
        }
    }

    /// A container that does this, in the first network.
    pub(crate) fn container(&self, part: &str, command: &[&str]) -> ContainerSpec {
        let last = 2 + part.len() as u32 % 12;
        ContainerSpec {
            name: format!("{}-{part}", self.prefix),
            service: "service-1".to_owned(),
            part: part.to_owned(),
            image: self.image.clone(),
            user: Some("1000:1000".to_owned()),
            entrypoint: None,
            command: Some(command.iter().map(|word| (*word).to_owned()).collect()),
            environment: vec![("GREETING".to_owned(), "bonjour = salut".to_owned())],
            volumes: vec![],
            binds: vec![],
            binds_digest: String::new(),
            tmpfs: vec!["/tmp".to_owned()],
            capabilities: vec![],
            read_only_root: true,
            memory: 64 << 20,
            nano_cpus: 500_000_000,
            processes: 64,
            network: self.network(0).name,
            address: format!("10.213.{}.{last}", self.share),
            resolvers: vec![],
            ports: vec![],
            stop_grace_seconds: 5,
            log_bytes: 1 << 20,
        }
    }

    /// A container's spec with this volume at a path.
    pub(crate) fn with_volume(mut spec: ContainerSpec, volume: &str, path: &str) -> ContainerSpec {
        let (volume, path) = (volume.to_owned(), path.to_owned());
        spec.volumes.push(VolumeMount { volume, path, read_only: false });
        spec
    }

    /// The first network, made.
    pub(crate) async fn with_network(&self) {
        self.engine.create_network(&self.owner, &self.network(0)).await.unwrap();
    }

    /// A container that does this, made and started; gives its id.
    pub(crate) async fn started(&self, part: &str, command: &[&str]) -> String {
        let spec = self.container(part, command);
        let id = self.engine.create_container(&self.owner, &spec).await.unwrap();
        self.engine.start_container(&id).await.unwrap();
        id
    }

    /// What the engine says of one of the owner's containers.
    pub(crate) async fn facts(&self, id: &str) -> Option<ContainerFacts> {
        let all = self.engine.containers(&self.owner).await.unwrap();
        all.into_iter().find(|known| known.id == id)
    }

    pub(crate) async fn state(&self, id: &str) -> ContainerState {
        self.facts(id).await.expect("the container is listed").state
    }

    /// What happens to the owner's containers from now on. Until the engine
    /// listens, what happens is lost: something is made to happen till then.
    pub(crate) async fn events(&self) -> impl Stream<Item = EngineEvent> + Unpin + use<> {
        let mut events = self.engine.events(&self.owner);
        let is_heard = AtomicBool::new(false);
        let listening = async {
            events.next().await;
            is_heard.store(true, Ordering::Release);
        };
        let happening = async {
            while !is_heard.load(Ordering::Acquire) {
                let first = self.container("first", &SERVE);
                let id = self.engine.create_container(&self.owner, &first).await.unwrap();
                self.engine.remove_container(&id).await.unwrap();
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(listening, happening);
        let told = events.map(|event| event.unwrap());
        told.filter(|event| std::future::ready(event.part != "first"))
    }

    async fn clean(&self) {
        for owner in [&self.owner, &self.stranger] {
            for known in self.engine.containers(owner).await.unwrap() {
                self.engine.remove_container(&known.id).await.unwrap();
            }
            for known in self.engine.networks(owner).await.unwrap() {
                self.engine.remove_network(&known.id).await.unwrap();
            }
            for known in self.engine.volumes(owner).await.unwrap() {
                self.engine.remove_volume(&known.name).await.unwrap();
            }
        }
    }
}

/// The kind of refusal, for a comparison that reads well.
pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T, EngineError>) -> String {
    match answer.expect_err("is refused") {
        EngineError::Exists { kind, .. } => format!("exists: {kind}"),
        EngineError::NameTaken { kind, .. } => format!("taken: {kind}"),
        EngineError::NotFound { kind, .. } => format!("not found: {kind}"),
        EngineError::InUse { kind, .. } => format!("in use: {kind}"),
        EngineError::SubnetTaken { .. } => "subnet taken".to_owned(),
        EngineError::NotRunning { .. } => "not running".to_owned(),
        EngineError::Frozen { .. } => "frozen".to_owned(),
        EngineError::Unreachable { .. } => "unreachable".to_owned(),
        other => format!("{other:?}"),
    }
}
