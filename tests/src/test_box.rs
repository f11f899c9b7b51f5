//! A whole box in a temporary folder: the real daemon, spoken to by the real
//! command line.

use std::fs::OpenOptions;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use containers::{HomeImages, Owner};
use ledger::Ledger;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::{Client, Door, EnginePlace, Run, TestEngine, engine_socket, program, wait_until};

/// How long a daemon may take to answer, and to end: generous, for machines at work.
const PATIENCE: Duration = Duration::from_secs(90);

/// By this variable a box's processes are known as its own.
const MARK: &str = "PANIER_TEST_BOX";

/// How a box is set up before its first start.
#[derive(Debug, Clone)]
pub struct TestBoxPlan {
    /// The domain below which services get their first address.
    pub base_domain: String,
    /// The address at which the front door listens.
    pub listen: IpAddr,
    /// Folders of recipes, beside the tests' own and the project's.
    pub recipes: Vec<PathBuf>,
    /// Variables that the daemon gets, such as fault points.
    pub environment: Vec<(String, String)>,
    /// Whom services' names are looked up at; empty: the machine's own resolvers.
    pub resolvers: Vec<IpAddr>,
    /// The folder that the box's own is made in; none: that for temporary files.
    pub within: Option<PathBuf>,
    /// An engine of the test's own, beside which the box lives; none: the usual one.
    pub engine: Option<EnginePlace>,
}

impl Default for TestBoxPlan {
    fn default() -> Self {
        Self {
            base_domain: "panier.localhost".to_owned(),
            listen: Ipv4Addr::LOCALHOST.into(),
            recipes: Vec::new(),
            environment: Vec::new(),
            resolvers: Vec::new(),
            within: None,
            engine: None,
        }
    }
}

/// A box that lives as long as the value: dropping it ends its processes and
/// takes all that it owns out of the engine.
pub struct TestBox {
    folder: TempDir,
    engine: PathBuf,
    /// The network namespace that it lives in; none: the tests' own.
    namespace: Option<PathBuf>,
    environment: Vec<(String, String)>,
    daemon: Option<Child>,
}

impl TestBox {
    /// A box with its daemon started and ready; none where there is no engine,
    /// which is printed with `left_out`.
    ///
    /// # Panics
    /// Where the programs are not built, or the daemon does not start.
    pub fn new(left_out: &str) -> Option<Self> {
        Self::planned(left_out, &TestBoxPlan::default())
    }

    /// As [`TestBox::new`], set up otherwise.
    ///
    /// # Panics
    /// As [`TestBox::new`].
    pub fn planned(left_out: &str, plan: &TestBoxPlan) -> Option<Self> {
        let mut new = Self::prepared(left_out, plan)?;
        new.start();
        Some(new)
    }

    /// As [`TestBox::planned`], with its daemon not started yet.
    ///
    /// # Panics
    /// Where the programs are not built, or there is no room.
    pub fn prepared(left_out: &str, plan: &TestBoxPlan) -> Option<Self> {
        let engine = engine_socket(left_out)?;
        let within = plan.within.clone().unwrap_or_else(std::env::temp_dir);
        let folder = tempfile::Builder::new()
            .prefix("panier-test-")
            .tempdir_in(within)
            .expect("a temporary folder");
        lay_out_tiny(&folder.path().join("images/tiny"));
        std::fs::create_dir(folder.path().join("recipes")).expect("a folder");
        TINY_IS_BUILT.call_once(|| build_tiny(&folder.path().join("images"), &engine));
        let tags = tiny_tags(&folder.path().join("images"));
        let (engine, namespace) = match &plan.engine {
            None => (engine, None),
            Some(place) => (place.socket.clone(), Some(place.namespace.clone())),
        };
        if let Some(place) = &plan.engine {
            in_a_runtime(place.take_images(&tags));
        }
        let text = configuration(folder.path(), &engine, plan);
        std::fs::write(folder.path().join("panier.toml"), text).expect("a configuration");
        let environment = plan.environment.clone();
        Some(Self { folder, engine, namespace, environment, daemon: None })
    }

    /// The box's folder, as `--root` takes it.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// What the daemon has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.root().join("daemon.log")).unwrap_or_default()
    }

    /// Changes a variable for the daemons started from now on.
    pub fn set_environment(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// Has the daemon break at these points of a job that `words` ask for, and
    /// waits until the next daemon has made it good. What is wanted of the faults
    /// includes the daemon's end.
    pub fn killed_at(&mut self, faults: &str, words: &[&str]) {
        self.end();
        self.set_environment("PANIER_FAULT", faults);
        self.start();
        self.panier(&[words, &["--detach"]].concat()).well();
        self.wait_for_end();
        self.set_environment("PANIER_FAULT", "");
        self.start();
        self.jobs_at_rest();
    }

    /// Starts the daemon and waits until it answers.
    ///
    /// # Panics
    /// When it runs already, or ends, or does not answer in time.
    pub fn start(&mut self) {
        self.spawn();
        wait_until("the daemon answers", PATIENCE, || {
            let ended = self.daemon.as_mut().and_then(|child| child.try_wait().ok().flatten());
            assert!(ended.is_none(), "the daemon ended ({ended:?}):\n{}", self.log());
            self.panier(&["list", "--json"]).is_well().then_some(())
        });
    }

    /// Starts the daemon and does not wait.
    ///
    /// # Panics
    /// When it runs already.
    pub fn spawn(&mut self) {
        assert!(self.daemon.is_none(), "the daemon runs already");
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.root().join("daemon.log"))
            .expect("a log");
        let child = self
            .command(&["daemon"])
            .env(MARK, self.root())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .expect("a process");
        self.daemon = Some(child);
    }

    /// Ends the daemon as a power cut would: at once.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.daemon.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks the daemon to end, as a service manager does, and waits.
    ///
    /// # Panics
    /// When it does not end in time.
    pub fn end(&mut self) {
        let Some(mut child) = self.daemon.take() else { return };
        let _ = kill_process(Pid::from_child(&child), Signal::TERM);
        wait_until("the daemon ends", PATIENCE, || child.try_wait().ok().flatten());
    }

    /// Waits until the daemon has ended by itself, as a fault point makes it.
    ///
    /// # Panics
    /// When it does not end in time.
    pub fn wait_for_end(&mut self) {
        let Some(mut child) = self.daemon.take() else { return };
        wait_until("the daemon ends by itself", PATIENCE, || child.try_wait().ok().flatten());
    }

    /// Runs the command line on this box, in English.
    ///
    /// # Panics
    /// When it cannot be run at all.
    pub fn panier(&self, words: &[&str]) -> Run {
        let output = self.command(words).output().expect("the command line runs");
        Run::new(format!("panier {}", words.join(" ")), &output)
    }

    /// Runs the command line and reads what it prints; `--json` is added.
    ///
    /// # Panics
    /// When it fails, with all that it said.
    pub fn json(&self, words: &[&str]) -> Value {
        self.panier(&[words, &["--json"]].concat()).well().json()
    }

    /// A command on this box, for what is not waited for.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = match &self.namespace {
            None => Command::new(program("panier")),
            Some(namespace) => {
                let mut command = Command::new("nsenter");
                command.arg(format!("--net={}", namespace.display())).arg(program("panier"));
                command
            }
        };
        command.arg("--root").arg(self.root()).args(words);
        command.env("LC_ALL", "en_GB.UTF-8").stdin(Stdio::null());
        command
    }

    /// The door at which a service answers, as its address says.
    ///
    /// # Panics
    /// When there is no such service.
    pub fn door(&self, service: &str) -> Door {
        let shown = self.json(&["show", service]);
        let address = shown.get("address").and_then(Value::as_str);
        Door::of(address.unwrap_or_else(|| panic!("no address in {shown}")))
    }

    /// Puts a recipe into the box's catalogue, or another in its place.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn put_recipe(&self, id: &str, text: &str) {
        let folder = self.root().join("recipes").join(id);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("recipe.toml"), text).expect("a recipe");
    }

    /// Waits until no job is unfinished, and gives all of them, the newest first.
    ///
    /// # Panics
    /// When that takes too long.
    pub fn jobs_at_rest(&self) -> Vec<Value> {
        wait_until("all jobs have ended", PATIENCE, || {
            let jobs = self.json(&["jobs", "--most", "500"]);
            let jobs = jobs.as_array().expect("a list of jobs").clone();
            jobs.iter().all(|job| job.get("ended").is_some()).then_some(jobs)
        })
    }

    /// Waits until a service is well.
    ///
    /// # Panics
    /// When it is not in time.
    pub fn wait_until_up(&self, service: &str) {
        wait_until(&format!("{service} works"), PATIENCE, || {
            let shown = self.json(&["show", service]);
            (shown.pointer("/health/state")?.as_str()? == "up").then_some(())
        });
    }

    /// The process of this box's front door; none while there is none. Its
    /// environment is empty, so it is known by the socket that it listens on.
    pub fn front_door(&self) -> Option<u32> {
        let control = self.root().join("run/front-door.sock");
        all_processes().into_iter().find(|id| {
            let is_front_door = std::fs::read(format!("/proc/{id}/cmdline"))
                .is_ok_and(|words| words.split(|byte| *byte == 0).any(|it| it == b"front-door"));
            is_front_door && listens(*id, &control)
        })
    }

    /// A client that trusts this box's root certificate, and no other.
    ///
    /// # Panics
    /// Before the daemon has made one.
    pub fn client(&self) -> Client {
        Client::trusting(&self.root().join("certificates/root.pem"))
    }

    /// The box's ledger, opened beside the daemon.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub fn ledger(&self) -> Ledger {
        Ledger::open(self.root()).expect("the ledger opens")
    }

    /// By which label the engine knows what is this box's.
    ///
    /// # Panics
    /// Before the daemon's first start.
    pub fn owner(&self) -> Owner {
        let facts = self.ledger().read(|records| records.box_facts()).expect("the ledger reads");
        Owner { identity: facts.expect("a box with an identity").identity }
    }

    /// The engine that this box uses.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn engine(&self) -> TestEngine {
        TestEngine::at(&self.engine).await
    }

    /// The ids of all processes of this box: its daemons and what they started,
    /// and the front door, which was cut loose.
    pub fn processes(&self) -> Vec<u32> {
        let mark = [MARK.as_bytes(), b"=", self.root().as_os_str().as_encoded_bytes()].concat();
        let is_ours = |id: &u32| {
            let environment = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == mark)
        };
        all_processes().into_iter().filter(is_ours).chain(self.front_door()).collect()
    }

    fn sweep(&mut self) {
        // A daemon that was asked to delete its box does so with its own code,
        // which is how boxes are deleted; what it leaves is taken after it.
        self.kill();
        let made = self.root().join("ledger.db").exists();
        let owner = made.then(|| self.owner());
        if made {
            let deleted = self.panier(&["box", "delete", "--yes"]);
            if !deleted.is_well() {
                println!("the box did not delete itself: {deleted}");
            }
        }
        for id in self.processes() {
            let id = i32::try_from(id).ok().and_then(Pid::from_raw);
            let _ = id.map(|id| kill_process(id, Signal::KILL));
        }
        if let Some(owner) = owner {
            sweep_engine(&self.engine, owner);
        }
        let _ = system::tmpfs::remove(&self.root().join("run/secrets"));
    }
}

impl Drop for TestBox {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("--- the daemon's log\n{}---", self.log());
        }
        self.sweep();
    }
}

/// Whether a process listens on a socket with this path.
fn listens(id: u32, at: &Path) -> bool {
    let sockets = std::fs::read_to_string(format!("/proc/{id}/net/unix")).unwrap_or_default();
    // Source of the columns: proc_net_unix(5); the seventh is the inode.
    let inodes = sockets.lines().filter(|line| line.ends_with(&*at.to_string_lossy()));
    let inodes = inodes.filter_map(|line| line.split_whitespace().nth(6));
    let sockets: Vec<_> = inodes.map(|inode| format!("socket:[{inode}]")).collect();
    let files = std::fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten();
    let mut links = files.filter_map(|file| std::fs::read_link(file.path()).ok());
    links.any(|link| sockets.iter().any(|socket| link.as_os_str() == socket.as_str()))
}

fn all_processes() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// In a thread of its own: a test's own runtime may be the one that drops the box.
fn sweep_engine(socket: &Path, owner: Owner) {
    let socket = socket.to_owned();
    let swept = std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async { TestEngine::at(&socket).await.sweep(&owner).await })
    });
    match swept.join() {
        Ok(Ok(())) => {}
        Ok(Err(error)) => println!("the engine was not swept: {error}"),
        Err(_) => println!("the engine was not swept"),
    }
}

/// Boxes that start side by side would each build the same image.
static TINY_IS_BUILT: Once = Once::new();

const TINY_VERSIONS: [&str; 2] = ["1.0", "2.0"];

fn home_images(folder: &Path) -> HomeImages {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../images");
    HomeImages::open(&project).expect("the project's images").and_folder(folder)
}

fn build_tiny(folder: &Path, socket: &Path) {
    let images = home_images(folder);
    in_a_runtime(async {
        let engine = TestEngine::at(socket).await;
        for version in TINY_VERSIONS {
            let built = images.ensure(engine.docker(), "tiny", version, &|_progress| {}).await;
            built.expect("the tests' own image");
        }
    });
}

/// As which the engine knows the tests' own images.
fn tiny_tags(folder: &Path) -> Vec<String> {
    let images = home_images(folder);
    TINY_VERSIONS.map(|version| images.tag("tiny", version).expect("a tag")).into()
}

/// In a thread of its own: the caller may be in a test's own runtime.
pub(crate) fn in_a_runtime(work: impl Future<Output = ()> + Send) {
    let done = std::thread::scope(|scope| {
        let runtime = || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
        };
        scope.spawn(move || runtime().block_on(work)).join()
    });
    if let Err(panic) = done {
        std::panic::resume_unwind(panic);
    }
}

/// The tests' own image, with the program that it is for.
fn lay_out_tiny(folder: &Path) {
    std::fs::create_dir_all(folder).expect("a folder");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("images/tiny");
    for name in ["Dockerfile", "image.toml"] {
        std::fs::copy(from.join(name), folder.join(name)).expect("the image's files");
    }
    std::fs::copy(program("tiny-service"), folder.join("tiny-service")).expect("the program");
}

fn configuration(root: &Path, engine: &Path, plan: &TestBoxPlan) -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = tests.parent().expect("the tests lie in the project");
    let recipes = [root.join("recipes"), tests.join("recipes"), project.join("recipes")];
    let recipes: Vec<_> = plan.recipes.iter().chain(&recipes).collect();
    let images = [root.join("images"), project.join("images")];
    let listen = plan.listen;
    let resolvers: Vec<String> = plan.resolvers.iter().map(ToString::to_string).collect();
    let networks = match resolvers.as_slice() {
        [] => String::new(),
        set => format!("\n[networks]\nresolvers = {set:?}\n"),
    };
    format!(
        "[listen]\nhttps = \"{listen}:0\"\nhttp = \"{listen}:0\"\n\n\
         [engine]\nsocket = {engine:?}\n\n\
         [paths]\nrecipes = {recipes:?}\nimages = {images:?}\n\n\
         [box]\nbase_domain = {:?}\n{networks}",
        plan.base_domain
    )
}
