//! What may pass between services, the box, the home and the world: tried with
//! real packets, in networks of this test's own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use containers::Engine as _;
use serde_json::Value;
use tests::{Client, Door, TestBox, TestBoxPlan, program, wait_until};

/// The world: a network namespace at the end of a cable, in which the internet
/// and a neighbour's camera answer.
struct World {
    name: String,
    cable: String,
    web: Option<Child>,
    resolver: Option<Child>,
    /// What the resolver was asked.
    asked: tempfile::NamedTempFile,
}

/// A public address that belongs to nobody (RFC 5737), and a private one.
const INTERNET: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 2);
const CAMERA: Ipv4Addr = Ipv4Addr::new(192, 168, 249, 2);
/// Those of the world in which names are looked up.
const OTHER_INTERNET: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 2);
const ROUTER: Ipv4Addr = Ipv4Addr::new(192, 168, 248, 2);

impl World {
    /// Worlds that are there at once have addresses of their own.
    fn new(internet: Ipv4Addr, camera: Ipv4Addr) -> Self {
        let number = std::process::id();
        let [.., which, _] = camera.octets();
        let mut world = Self {
            name: format!("panier-world-{number}-{which}"),
            cable: format!("pw{number}{}", if camera == CAMERA { 'a' } else { 'b' }),
            web: None,
            resolver: None,
            asked: tempfile::NamedTempFile::new().unwrap(),
        };
        let (name, here) = (&world.name, &world.cable);
        let there = format!("{here}x");
        ip(&["netns", "add", name]);
        ip(&["link", "add", here, "type", "veth", "peer", "name", &there, "netns", name]);
        for address in [internet, camera] {
            let [a, b, c, _] = address.octets();
            ip(&["addr", "add", &format!("{a}.{b}.{c}.1/24"), "dev", here]);
        }
        ip(&["link", "set", here, "up"]);
        ip(&["-n", name, "addr", "add", &format!("{internet}/24"), "dev", &there]);
        ip(&["-n", name, "addr", "add", &format!("{camera}/24"), "dev", &there]);
        ip(&["-n", name, "link", "set", &there, "up"]);
        let web = Command::new("ip")
            .args(["netns", "exec", name])
            .arg(program("tiny-service"))
            .env("DATA", std::env::temp_dir())
            .stdout(Stdio::null())
            .spawn();
        world.web = Some(web.unwrap());
        // The home's router, at which the box itself would ask.
        let resolver = Command::new("ip")
            .args(["netns", "exec", name])
            .arg(program("tiny-resolver"))
            .args([format!("{camera}:53"), internet.to_string()])
            .arg(world.asked.path())
            .spawn();
        world.resolver = Some(resolver.unwrap());
        for address in [internet, camera] {
            let at = SocketAddr::from((address, 8080));
            wait_until("the world answers", Duration::from_secs(10), || {
                std::net::TcpStream::connect_timeout(&at, Duration::from_secs(1)).ok()
            });
        }
        world
    }
}

impl World {
    /// Whether the resolver was asked for a name, in this way.
    fn was_asked(&self, how: &str) -> bool {
        let asked = std::fs::read_to_string(self.asked.path()).unwrap();
        asked.lines().any(|line| line == how)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for mut child in self.web.take().into_iter().chain(self.resolver.take()) {
            let _gone_already = child.kill();
            let _gone_already = child.wait();
        }
        // The cable goes with it.
        let _gone_already = Command::new("ip").args(["netns", "del", &self.name]).status();
    }
}

fn ip(arguments: &[&str]) {
    let done = Command::new("ip").args(arguments).output().expect("ip, of iproute2");
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "ip {arguments:?}: {said}");
}

/// Whether a service gets through to an address; a refusal must come at once.
async fn reaches(client: &Client, door: &Door, to: &str) -> bool {
    let answer = client.get(door, &format!("/connect?to={to}")).await.unwrap().json();
    let slow = answer["because"] == "nobody answered in 5 s";
    assert!(!slow, "{to} is dropped, where it should be refused");
    answer["open"].as_bool().unwrap()
}

/// The address of one container of a service.
async fn address(own: &TestBox, part: &str, service: i64) -> String {
    let engine = own.engine().await;
    let all = engine.containers(&own.owner()).await;
    let found = all.iter().find(|it| it.part == part && it.service == service.to_string());
    let facts = engine.inspect(&format!("/containers/{}/json", found.unwrap().id)).await;
    let networks = facts["NetworkSettings"]["Networks"].as_object().unwrap().clone();
    networks.values().next().unwrap()["IPAddress"].as_str().unwrap().to_owned()
}

fn number(own: &TestBox, service: &str) -> i64 {
    own.json(&["show", service])["id"].as_i64().unwrap()
}

/// The gateway of a service is the box itself.
fn gateway(own: &TestBox, service: &str) -> String {
    let shown: Value = own.json(&["show", service]);
    let subnet = shown["inside"]["network"].as_str().unwrap();
    let base: Ipv4Addr = subnet.split('/').next().unwrap().parse().unwrap();
    Ipv4Addr::from(u32::from(base) + 1).to_string()
}

#[tokio::test]
async fn a_service_reaches_what_its_recipe_says_and_nothing_else() {
    let Some(own) = TestBox::new("what may pass between services and the world") else { return };
    let _world = World::new(INTERNET, CAMERA);
    for recipe in ["tiny", "tiny-leaving"] {
        own.panier(&["install", recipe]).well();
    }
    let client = own.client();
    let (shut, leaving) = (own.door("tiny"), own.door("tiny-leaving"));

    // Its own database, by the name that its recipe knows.
    assert!(reaches(&client, &leaving, "database:5432").await);
    // The world: by recipe.
    let (internet, camera) = (format!("{INTERNET}:8080"), format!("{CAMERA}:8080"));
    assert!(reaches(&client, &leaving, &internet).await);
    assert!(!reaches(&client, &shut, &internet).await);
    // The home: never.
    assert!(!reaches(&client, &leaving, &camera).await);
    assert!(!reaches(&client, &shut, &camera).await);

    // The box: a stranger's port on every address that leads to it.
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    for (service, door) in [("tiny", &shut), ("tiny-leaving", &leaving)] {
        for host in [&*gateway(&own, service), "203.0.113.1", "192.168.249.1", "172.17.0.1"] {
            let to = format!("{host}:{port}");
            assert!(!reaches(&client, door, &to).await, "{service} reaches {to}");
        }
    }

    // Another service, application and database.
    let (tiny, other) = (number(&own, "tiny"), number(&own, "tiny-leaving"));
    let neighbours = [
        (&leaving, address(&own, "app", tiny).await, 8080),
        (&shut, address(&own, "app", other).await, 8080),
        (&shut, address(&own, "database", other).await, 5432),
    ];
    for (door, host, port) in neighbours {
        let to = format!("{host}:{port}");
        assert!(!reaches(&client, door, &to).await, "a neighbour at {to} is reached");
    }
}

#[tokio::test]
async fn names_are_looked_up_by_the_box_for_those_who_may_leave() {
    let plan = TestBoxPlan { resolvers: vec![ROUTER.into()], ..TestBoxPlan::default() };
    let Some(mut own) = TestBox::planned("names that services look up", &plan) else { return };
    let world = World::new(OTHER_INTERNET, ROUTER);
    for recipe in ["tiny", "tiny-leaving"] {
        own.panier(&["install", recipe]).well();
    }
    let client = own.client();
    let (shut, leaving) = (own.door("tiny"), own.door("tiny-leaving"));
    assert!(reaches(&client, &leaving, "news.example.org:8080").await);
    assert!(world.was_asked("udp news.example.org"));
    // The resolver is a neighbour: by a way of its own, no service gets there.
    assert!(!reaches(&client, &leaving, &format!("{ROUTER}:53")).await);
    assert!(!reaches(&client, &shut, "other.example.org:8080").await);
    assert!(!world.was_asked("udp other.example.org"));
    let of_the_home = client.get(&leaving, "/connect?to=nas.lan:8080").await.unwrap().json();
    assert_eq!(of_the_home["open"], false);
    assert!(!world.was_asked("udp nas.lan"));

    // By TCP, from within; and from one that may not ask at all.
    let ask = |length: &str, name: &str| {
        let words = format!(
            "exec 3<>/dev/tcp/{}/53; printf '\\x00\\x{length}\\x01\\x02\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00{name}\\x00\\x00\\x01\\x00\\x01' >&3; timeout 5 head -c 2 <&3 | od -An -tu1",
            gateway(&own, "tiny-leaving")
        );
        let command = ["bash", "-c", &words].map(str::to_owned).to_vec();
        containers::ExecRequest { command, ..Default::default() }
    };
    let engine = own.engine().await;
    let all = engine.containers(&own.owner()).await;
    let of = |part: &str| {
        let service = number(&own, "tiny-leaving").to_string();
        all.iter().find(|it| it.part == part && it.service == service).unwrap().id.clone()
    };
    let request = ask("21", "\\x03tcp\\x07example\\x03org");
    let asked = engine.docker().exec(&of("app"), &request).await.unwrap();
    assert!(world.was_asked("tcp tcp.example.org"), "{}", asked.output);
    assert_eq!(asked.output.split_whitespace().collect::<Vec<_>>(), ["0", "49"]);
    let refused = engine.docker().exec(&of("database"), &request).await.unwrap();
    assert!(refused.output.contains("No route to host"), "{}", refused.output);

    // Services go on while the daemon is away, and so do their lookups.
    own.kill();
    assert!(reaches(&client, &leaving, "later.example.org:8080").await);
    assert!(world.was_asked("udp later.example.org"));
    // A front door that died has a successor which does the same.
    own.start();
    let before = own.front_door().unwrap();
    let id = rustix::process::Pid::from_raw(i32::try_from(before).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
    wait_until("another front door", Duration::from_secs(30), || {
        own.front_door().filter(|id| *id != before)
    });
    client.when_open(&leaving, "/health").await;
    assert!(reaches(&client, &leaving, "last.example.org:8080").await);
}

/// A database shares its network with an application that may leave.
#[tokio::test]
async fn a_database_reaches_nobody_and_looks_nothing_up() {
    let Some(own) = TestBox::new("what a database may reach") else { return };
    own.panier(&["install", "tiny-leaving"]).well();
    let engine = own.engine().await;
    let all = engine.containers(&own.owner()).await;
    let database = &all.iter().find(|it| it.part == "database").unwrap().id;
    let facts = engine.inspect(&format!("/containers/{database}/json")).await;
    assert_eq!(facts["HostConfig"]["Dns"], serde_json::json!(["127.0.0.1"]));
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let script = |to: String, port: u16| {
        let words = ["bash", "-c", &format!("exec 3<>/dev/tcp/{to}/{port}")].map(str::to_owned);
        containers::ExecRequest { command: words.to_vec(), ..Default::default() }
    };
    let app = address(&own, "app", number(&own, "tiny-leaving")).await;
    for (to, port, passes) in [
        (app, 8080, true),
        (gateway(&own, "tiny-leaving"), port, false),
        ("203.0.113.9".to_owned(), 80, false),
        ("example.org".to_owned(), 80, false),
    ] {
        let outcome = engine.docker().exec(database, &script(to.clone(), port)).await.unwrap();
        assert_eq!(outcome.code == 0, passes, "{to}:{port}: {}", outcome.output);
    }
}

#[tokio::test]
async fn rules_that_somebody_deleted_come_back_and_go_with_the_box() {
    let Some(mut own) = TestBox::new("the box's firewall rules") else { return };
    own.panier(&["install", "tiny"]).well();
    let table = format!("panier-{}", own.owner().identity.get(..6).unwrap());
    let nft = |words: &[&str]| {
        let mut run = Command::new("/usr/sbin/nft");
        run.args(words).args(["table", "inet", &table]).output().unwrap().status.success()
    };
    assert!(nft(&["list"]));
    assert!(nft(&["delete"]));
    // What happens to a container wakes the reconciler.
    let engine = own.engine().await;
    let id = engine.containers(&own.owner()).await.remove(0).id;
    engine.ask("POST", &format!("/containers/{id}/kill"), None).await;
    wait_until("the rules are back", Duration::from_secs(20), || nft(&["list"]).then_some(()));
    own.end();
    own.panier(&["box", "delete", "--yes"]).well();
    assert!(!nft(&["list"]), "the rules outlive their box");
}
