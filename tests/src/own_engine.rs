//! An engine of a test's own, which may be killed: in a network namespace of its
//! own, since a second engine beside the first would wipe that one's rules.

use std::fs::{self, File};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{TestEngine, engine_socket, wait_until};

/// How long an engine may take to start: it first ends what an earlier one left.
const PATIENCE: Duration = Duration::from_secs(90);

/// Where a box finds an engine of its own, and lives beside it.
#[derive(Debug, Clone)]
pub struct EnginePlace {
    /// The engine's socket.
    pub socket: PathBuf,
    /// The network namespace in which the box's processes run.
    pub namespace: PathBuf,
}

impl EnginePlace {
    /// Gives the engine images that the usual engine has.
    ///
    /// # Panics
    /// When one of the engines refuses.
    pub(crate) async fn take_images(&self, tags: &[String]) {
        let Some(usual) = TestEngine::new("images").await else { return };
        let names: Vec<_> = tags.iter().map(|tag| format!("names={tag}")).collect();
        let images = usual.take("GET", &format!("/images/get?{}", names.join("&")), None).await;
        let own = TestEngine::at(&self.socket).await;
        own.take("POST", "/images/load", Some(images)).await;
    }
}

/// An engine that lives as long as the value, with all that it started.
pub struct OwnEngine {
    folder: TempDir,
    namespace: String,
    address: Ipv4Addr,
    process: Option<Child>,
}

impl OwnEngine {
    /// Starts one; none where there is no engine at all, or no network
    /// namespace can be made, which is printed with `left_out`.
    ///
    /// # Panics
    /// When it does not start.
    pub fn new(left_out: &str) -> Option<Self> {
        engine_socket(left_out)?;
        let id = std::process::id();
        let namespace = format!("pne{}", id % 100_000);
        if !ip(&["netns", "add", &namespace]) {
            println!("left out, as there is no network namespace: {left_out}");
            return None;
        }
        // A network for measuring (RFC 2544), split among tests that run at once.
        let [.., third, fourth] = id.to_be_bytes();
        let ours = Ipv4Addr::new(198, 18, third, (fourth & 0x3f) * 4 + 1);
        let address = Ipv4Addr::from_bits(ours.to_bits() + 1);
        let folder = tempfile::Builder::new().prefix("panier-engine-").tempdir();
        let folder = folder.expect("a temporary folder");
        let mut new = Self { folder, namespace, address, process: None };
        new.lay_cable(ours);
        new.start();
        Some(new)
    }

    fn lay_cable(&self, ours: Ipv4Addr) {
        let (here, there) = (format!("{}a", self.namespace), format!("{}b", self.namespace));
        let (our_net, their_net) = (format!("{ours}/30"), format!("{}/30", self.address));
        let name = self.namespace.as_str();
        for words in [
            &["link", "add", &here, "type", "veth", "peer", "name", &there, "netns", name][..],
            &["address", "add", &our_net, "dev", &here],
            &["link", "set", &here, "up"],
            &["-n", name, "address", "add", &their_net, "dev", &there],
            &["-n", name, "link", "set", &there, "up"],
            &["-n", name, "link", "set", "lo", "up"],
        ] {
            assert!(ip(words), "ip {words:?}");
        }
    }

    /// Where a box finds it.
    pub fn place(&self) -> EnginePlace {
        EnginePlace {
            socket: self.folder.path().join("engine.sock"),
            namespace: Path::new("/run/netns").join(&self.namespace),
        }
    }

    /// The namespace's address, at which a box there can be reached from here.
    pub fn address(&self) -> IpAddr {
        self.address.into()
    }

    /// A program in the namespace.
    pub fn command(&self, program: &str) -> Command {
        // `ip netns exec` would mount /sys anew, and with it lose the cgroups.
        let mut command = Command::new("nsenter");
        command.arg(format!("--net={}", self.place().namespace.display())).arg(program);
        command.stdin(Stdio::null());
        command
    }

    /// Starts the engine, and waits until it answers.
    ///
    /// Docker 20.10 that was killed while it made or removed a network may find
    /// half of one in its store, and then ends at each start with a panic in
    /// `reservePools` of libnetwork. What its users do is done here too, and
    /// printed: its store of networks is taken away.
    ///
    /// # Panics
    /// When it runs already, or does not answer in time.
    pub fn start(&mut self) {
        assert!(self.process.is_none(), "the engine runs already");
        let log = self.log().len();
        if self.try_to_start() {
            return;
        }
        let said = self.log();
        let said = said.get(log..).unwrap_or_default();
        assert!(said.contains("reservePools"), "the engine ended:\n{said}");
        println!("the engine does not outlive its kill: its store of networks is taken away");
        self.forget_networks();
        assert!(self.try_to_start(), "the engine ended:\n{}", self.log());
    }

    /// Ends the engine as [`Self::kill`] does, and takes its store of networks away.
    ///
    /// # Panics
    /// When it has none.
    pub fn forget_networks(&mut self) {
        self.kill();
        let store = self.folder.path().join("data/network/files/local-kv.db");
        fs::remove_file(store).expect("a store of networks");
    }

    /// Whether it answers; if not, it has ended.
    fn try_to_start(&mut self) -> bool {
        let at = |name: &str| self.folder.path().join(name);
        fs::write(at("settings.json"), "{}").expect("a file");
        // A killed one leaves the number of its process, which others may have by now.
        let _none = fs::remove_file(at("pid"));
        let log = File::options().create(true).append(true).open(at("log")).expect("a log");
        let mut command = self.command("dockerd");
        command.arg("--config-file").arg(at("settings.json"));
        command.arg("--host").arg(format!("unix://{}", at("engine.sock").display()));
        command.arg("--data-root").arg(at("data")).arg("--exec-root").arg(at("exec"));
        command.arg("--pidfile").arg(at("pid")).arg("--bridge=none");
        command.stdout(log.try_clone().expect("a second handle")).stderr(log);
        let mut process = command.spawn().expect("a process");
        let answers = wait_until("an engine of its own answers", PATIENCE, || {
            match process.try_wait().ok().flatten() {
                Some(_ended) => Some(false),
                None => self.answers().then_some(true),
            }
        });
        self.process = Some(process);
        answers
    }

    fn answers(&self) -> bool {
        use std::io::{Read as _, Write as _};
        let Ok(mut stream) = std::os::unix::net::UnixStream::connect(self.place().socket) else {
            return false;
        };
        let mut answer = [0; 12];
        stream.write_all(b"GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n").is_ok()
            && stream.read_exact(&mut answer).is_ok()
            && answer.ends_with(b"200")
    }

    /// Ends the engine at once, as `kill -9` does; its containers run on.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
        // Its helper dies with it; where nobody takes note of that death, the
        // next engine would find the helper's number and wait for an answer.
        let helper = self.folder.path().join("exec/containerd/containerd.pid");
        let id = fs::read_to_string(&helper).ok().and_then(|said| said.trim().parse().ok());
        if let Some(id) = id.and_then(Pid::from_raw) {
            wait_until("the engine's helper is dead", PATIENCE, || {
                let _gone_already = kill_process(id, Signal::KILL);
                is_dead(id).then_some(())
            });
        }
        let _none = fs::remove_file(helper);
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Ends all that the engine started, and takes its mounts away.
    fn sweep(&mut self) {
        self.kill();
        let folder = self.folder.path().as_os_str().as_encoded_bytes().to_owned();
        let holds = |bytes: &[u8]| bytes.windows(folder.len()).any(|part| part == folder);
        let all = processes();
        let shims: Vec<i32> = all
            .iter()
            .copied()
            .filter(|id| fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|it| holds(&it)))
            .collect();
        // What runs in a container is a child of its shim.
        let inside = all.into_iter().filter(|id| parent(*id).is_some_and(|it| shims.contains(&it)));
        for id in inside.chain(shims.iter().copied()) {
            let _ = Pid::from_raw(id).map(|id| kill_process(id, Signal::KILL));
        }
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        // Source of the columns: proc_pid_mountinfo(5); the fifth is the mount point.
        for point in mounts.lines().rev().filter_map(|line| line.split(' ').nth(4)) {
            if Path::new(point).starts_with(self.folder.path()) {
                let _ = Command::new("umount").args(["--lazy", point]).output();
            }
        }
        ip(&["link", "delete", &format!("{}a", self.namespace)]);
        ip(&["netns", "delete", &self.namespace]);
    }
}

impl Drop for OwnEngine {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().rev().take(30).collect();
            println!("--- the engine's log, the newest first\n{}\n---", lines.join("\n"));
        }
        self.sweep();
    }
}

fn ip(words: &[&str]) -> bool {
    let ran = Command::new("ip").args(words).stdin(Stdio::null()).output();
    ran.is_ok_and(|ran| ran.status.success())
}

fn processes() -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// Source of the lines: proc_pid_status(5).
fn status(id: i32, key: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let value = status.lines().find_map(|line| line.strip_prefix(key))?;
    Some(value.trim().to_owned())
}

fn parent(id: i32) -> Option<i32> {
    status(id, "PPid:")?.parse().ok()
}

/// Whether a process runs no more, though it may still have its number.
fn is_dead(id: Pid) -> bool {
    status(id.as_raw_nonzero().get(), "State:").is_none_or(|state| state.starts_with('Z'))
}
