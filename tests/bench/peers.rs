//! Who is compared: the front door, nginx, HAProxy and Caddy, each a process
//! that is asked at a port of its own, all before the same file server.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use certificates::{Authority, AuthorityNames};
use proxy::{FrontDoor, FrontDoorOptions, Route, RouteState, Rules, Secret, Table};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tests::{Client, program, wait_until};
use tokio::runtime::Runtime;

use crate::configurations::{free_port, write};
use crate::process::Family;

/// The name that all are asked for.
pub(crate) const NAME: &str = "pad.panier.localhost";
/// The one processor that each proxy has, and that of the rest.
const OF_PROXIES: &str = "1";
pub(crate) const OF_OTHERS: &str = "0";
const PATIENCE: Duration = Duration::from_secs(30);

/// One of those compared.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) port: u16,
    pub(crate) family: Family,
}

/// All of them, living as long as the value.
pub(crate) struct Peers {
    pub(crate) all: Vec<Peer>,
    pub(crate) client: Client,
    runtime: Runtime,
    door: Option<FrontDoor>,
    _children: Vec<Running>,
    _folder: TempDir,
}

impl Peers {
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("panier-bench-").tempdir().expect("a folder");
        let files = folder.path().join("files");
        std::fs::create_dir(&files).expect("a folder");
        std::fs::write(files.join("1k"), [b'p'; 1024]).expect("a file");
        std::fs::write(files.join("10m"), vec![b'p'; 10 << 20]).expect("a file");
        let authority = authority(folder.path());
        let upstream = free_port();
        let mut children = vec![serve_files(folder.path(), upstream)];
        let runtime = Runtime::new().expect("a runtime");
        let (door, port) = runtime.block_on(front_door(folder.path(), upstream));
        let mut all = vec![Peer { name: "front door", port, family: Family::only(door.pid()) }];
        for (name, words) in PROXIES {
            let port = free_port();
            let child = proxy(folder.path(), name, words, port, upstream);
            all.push(Peer { name, port, family: Family::of(child.0.id()) });
            children.push(child);
        }
        let client = Client::trusting(authority.root_file());
        Self { all, client, runtime, door: Some(door), _children: children, _folder: folder }
    }

    /// Runs what waits.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        if let Some(door) = self.door.take() {
            let _ = self.runtime.block_on(door.stop());
        }
    }
}

/// A process that ends with the value, what goes wrong meanwhile included.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Asked, since a killed master leaves its workers behind.
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
        let _ = self.0.wait();
    }
}

/// The proxies, with the words that start them in the foreground.
const PROXIES: [(&str, &[&str]); 3] = [
    ("nginx", &["nginx", "-c", "{configuration}"]),
    ("HAProxy", &["haproxy", "-db", "-f", "{configuration}"]),
    ("Caddy", &["caddy", "run", "--adapter", "caddyfile", "--config", "{configuration}"]),
];

fn proxy(folder: &Path, name: &str, words: &[&str], port: u16, upstream: u16) -> Running {
    let text = match name {
        "nginx" => include_str!("configurations/nginx.conf"),
        "HAProxy" => include_str!("configurations/haproxy.cfg"),
        _ => include_str!("configurations/Caddyfile"),
    };
    let path = folder.join(name);
    let facts = [
        ("folder", &*folder.to_string_lossy()),
        ("name", NAME),
        ("port", &port.to_string()),
        ("upstream", &upstream.to_string()),
    ];
    write(&path, text, &facts);
    let words: Vec<String> =
        words.iter().map(|word| word.replace("{configuration}", &path.to_string_lossy())).collect();
    let child = start(OF_PROXIES, &words);
    answers(port, name);
    child
}

fn serve_files(folder: &Path, port: u16) -> Running {
    let path = folder.join("upstream.conf");
    let facts = [("folder", &*folder.to_string_lossy()), ("port", &port.to_string())];
    write(&path, include_str!("configurations/upstream.conf"), &facts);
    let words = ["nginx", "-c", &path.to_string_lossy()].map(str::to_owned);
    let child = start(OF_OTHERS, &words);
    answers(port, "the file server");
    child
}

/// `taskset` becomes the program: its number stays.
fn start(processor: &str, words: &[String]) -> Running {
    let child = Command::new("taskset")
        .args(["-c", processor])
        .args(words)
        // Caddy: one thread that works, as the others.
        .env("GOMAXPROCS", "1")
        .stdin(Stdio::null())
        .spawn();
    Running(child.unwrap_or_else(|error| panic!("{words:?}: {error}")))
}

fn answers(port: u16, name: &str) {
    wait_until(&format!("{name} answers"), PATIENCE, || {
        std::net::TcpStream::connect(("127.0.0.1", port)).ok()
    });
}

/// An authority as a box has one, and one certificate for all.
fn authority(folder: &Path) -> Authority {
    let names = AuthorityNames {
        box_name: "bench".to_owned(),
        box_id: "0123456789abcdef".to_owned(),
        base_domain: Some("panier.localhost".to_owned()),
    };
    let made = Authority::open_or_create(&folder.join("authority"), &names, system::clock::now());
    let authority = made.expect("an authority");
    let leaf = authority.certify(&[NAME.to_owned()], system::clock::now()).expect("a leaf");
    let both = [leaf.chain_pem.as_str(), leaf.key_pem.as_str()].concat();
    for (name, text) in
        [("leaf.pem", &leaf.chain_pem), ("leaf.key", &leaf.key_pem), ("both.pem", &both)]
    {
        std::fs::write(folder.join(name), text).expect("a certificate");
    }
    authority
}

/// The front door's own process, as the daemon starts and feeds it.
async fn front_door(folder: &Path, upstream: u16) -> (FrontDoor, u16) {
    let panier = program("panier").into_os_string();
    let options = FrontDoorOptions {
        binary: "taskset".into(),
        arguments: vec!["-c".into(), OF_PROXIES.into(), panier, "front-door".into()],
        control: folder.join("front-door.sock"),
        unit: None,
        run_as: None,
        https: vec![([127, 0, 0, 1], 0).into()],
        http: Vec::new(),
        build: "bench".to_owned(),
        log: None,
        drain: Duration::from_secs(1),
    };
    let door = FrontDoor::start_or_adopt(options).await.expect("a front door");
    let port = door.https_address().expect("an address").port();
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a certificate");
    let table = Table {
        generation: 1,
        https_port: port,
        box_names: vec!["panier.localhost".to_owned()],
        web_socket: folder.join("web.sock"),
        home_networks: Vec::new(),
        routes: vec![Route {
            hosts: vec![NAME.to_owned()],
            service: "pad".to_owned(),
            state: RouteState::Open { upstream: ([127, 0, 0, 1], upstream).into() },
            rules: Rules::default(),
        }],
        certificates: vec![proxy::Certificate {
            names: vec![NAME.to_owned()],
            chain_pem: text("leaf.pem"),
            key_pem: Secret(text("leaf.key")),
        }],
        default_certificate: None,
        challenges: Vec::new(),
        lookups: proxy::LookupTable::default(),
        probe_token: Secret::default(),
    };
    door.publish(table).await.expect("a table that is served");
    (door, port)
}
