//! The front door, asked as browsers, telephones and liars ask.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use http::{Request, StatusCode, Version};
use http_body_util::Full;
use serde_json::Value;
use tests::{Answer, Client, Door, Http, Run, TestBox, program, wait_until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::Message;

/// What is uploaded at once, and how much of it the front door may hold.
const UPLOAD: usize = 50 << 20;
const MOST_HELD: u64 = 8 << 10; // KiB

/// The door that redirects from plain HTTP.
fn plain(own: &TestBox, name: &str) -> Door {
    let ledger = own.ledger();
    let port = ledger.read(|records| records.setting("listen.http_port")).unwrap().unwrap();
    let at = ([127, 0, 0, 1], port.parse().unwrap()).into();
    Door { at, name: name.to_owned(), http: Http::Plain }
}

async fn page(client: &Client, door: &Door, path: &str, language: &str) -> Answer {
    let request =
        Request::get(path).header("accept", "text/html").header("accept-language", language);
    client.ask(door, request.body(Full::default()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn plain_http_leads_to_https_and_trust_is_given_by_both() {
    let Some(own) = TestBox::new("redirects and the trust page") else { return };
    own.panier(&["install", "tiny"]).well();
    let (client, secure) = (own.client(), own.door("tiny"));
    let redirect = client.get(&plain(&own, &secure.name), "/data?a=b").await.unwrap();
    let to = format!("https://{}:{}/data?a=b", secure.name, secure.at.port());
    assert!(redirect.status.is_redirection(), "{redirect:?}");
    assert_eq!(redirect.header("location"), Some(to.as_str()));

    let root = std::fs::read(own.root().join("certificates/root.pem")).unwrap();
    let said = own.json(&["box", "show"]);
    let fingerprint = said["certificate_fingerprint"].as_str().unwrap();
    for door in [plain(&own, "panier.localhost"), secure.named("panier.localhost")] {
        let trust = page(&client, &door, "/trust", "fr").await;
        assert_eq!(trust.status, StatusCode::OK, "{door:?}");
        let text = trust.text().replace("<wbr>", "");
        assert!(text.contains(fingerprint), "{text}");
        let pem = client.get(&door, "/trust/panier-root.pem").await.unwrap();
        assert_eq!(pem.body, root, "{door:?}");
        let der = client.get(&door, "/trust/panier-root.crt").await.unwrap();
        assert_eq!(printed(&der.body), fingerprint);
    }
}

/// A fingerprint computed here, not by what is tested.
fn printed(certificate: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("certificate");
    std::fs::write(&file, certificate).unwrap();
    let summed = std::process::Command::new("sha256sum").arg(&file).output().unwrap();
    let hex = String::from_utf8(summed.stdout).unwrap();
    let pairs: Vec<_> = hex.as_bytes()[..64]
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap().to_uppercase())
        .collect();
    pairs.join(":")
}

#[tokio::test]
async fn the_boxs_own_page_is_the_panel_and_strangers_learn_of_no_service() {
    let Some(own) = TestBox::new("the box's own page") else { return };
    own.panier(&["install", "tiny", "--name", "notes"]).well();
    let (client, door) = (own.client(), own.door("notes"));
    let home = page(&client, &door.named("panier.localhost"), "/", "fr").await;
    let text = home.text();
    assert_eq!(home.status, StatusCode::OK);
    assert!(text.contains("<title>Panier</title>"), "{text}");
    assert!(!text.contains("notes"), "{text}");

    // A name that nobody has gets no certificate; whoever comes all the same is told nothing.
    assert!(client.get(&door.named("other.panier.localhost"), "/").await.is_err());
    let other =
        Request::get("/").header("accept", "text/html").header("host", "other.panier.localhost");
    let other = client
        .ask(&door.named("panier.localhost"), other.body(Full::default()).unwrap())
        .await
        .unwrap();
    assert!(other.status.is_client_error(), "{other:?}");
    assert!(!other.text().contains("notes"), "{}", other.text());
    let other = page(&client, &plain(&own, "other.panier.localhost"), "/", "en").await;
    assert!(!other.text().contains("notes"), "{}", other.text());
}

#[tokio::test]
async fn what_a_client_says_of_itself_is_replaced_by_what_is_true() {
    let Some(own) = TestBox::new("forwarding headers") else { return };
    own.panier(&["install", "tiny"]).well();
    let (client, door) = (own.client(), own.door("tiny"));
    for http in [Http::One, Http::Two] {
        let lies = Request::get("/headers")
            .header("x-forwarded-for", "8.8.8.8")
            .header("x-forwarded-proto", "gopher")
            .header("x-forwarded-host", "evil.example")
            .header("x-real-ip", "8.8.8.8")
            .header("forwarded", "for=8.8.8.8")
            .header("x-kept", "yes");
        let seen = client.ask(&door.by(http), lies.body(Full::default()).unwrap()).await.unwrap();
        let seen = seen.json();
        let values = |name: &str| -> Vec<Value> {
            let all = seen.as_array().unwrap().iter();
            all.filter(|header| header[0] == name).map(|header| header[1].clone()).collect()
        };
        let host = format!("{}:{}", door.name, door.at.port());
        assert_eq!(values("host"), [host.as_str()]);
        assert_eq!(values("x-forwarded-host"), [host.as_str()]);
        assert_eq!(values("x-forwarded-for"), ["127.0.0.1"]);
        assert_eq!(values("x-real-ip"), ["127.0.0.1"]);
        assert_eq!(values("x-forwarded-proto"), ["https"]);
        assert_eq!(values("x-kept"), ["yes"]);
        assert_eq!(values("forwarded"), Vec::<Value>::new());
    }
}

#[tokio::test]
async fn a_websocket_passes_through_and_lives_on_while_the_daemon_is_killed() {
    let Some(mut own) = TestBox::new("WebSockets") else { return };
    own.panier(&["install", "tiny"]).well();
    let door = own.door("tiny");
    let stream = own.client().dial(&door).await.unwrap();
    let address = format!("wss://{}:{}/socket", door.name, door.at.port());
    let (mut socket, _) = tokio_tungstenite::client_async(address, stream).await.unwrap();
    for word in ["before", "without the daemon", "after"] {
        match word {
            "without the daemon" => own.kill(),
            "after" => own.start(),
            _ => {}
        }
        socket.send(Message::text(word)).await.unwrap();
        let heard = tokio::time::timeout(Duration::from_secs(30), socket.next()).await.unwrap();
        assert_eq!(heard.unwrap().unwrap(), Message::text(word));
    }
}

/// A part of `/proc/PID/status`, in KiB.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_large_upload_is_streamed_and_the_front_door_holds_none_of_it() {
    let Some(own) = TestBox::new("a large upload") else { return };
    own.panier(&["install", "tiny"]).well();
    let (client, door) = (own.client(), own.door("tiny"));
    client.post(&door, "/count", vec![1; 1 << 20]).await.unwrap();
    let front_door = own.front_door().unwrap();
    let before = resident(front_door);
    let mut stream = client.dial(&door).await.unwrap();
    let head = format!(
        "POST /count HTTP/1.1\r\nhost: {}:{}\r\ncontent-length: {UPLOAD}\r\nconnection: close\r\n\r\n",
        door.name,
        door.at.port()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let piece = vec![7; 64 << 10];
    let mut most = before;
    for _ in 0..UPLOAD / piece.len() {
        stream.write_all(&piece).await.unwrap();
        most = most.max(resident(front_door));
    }
    stream.flush().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains(&format!("{{\"bytes\":{UPLOAD}}}")), "{answer}");
    assert!(most - before < MOST_HELD, "the front door grew from {before} to {most} KiB");
}

/// Five hundred who say hardly anything, in each of the ways there are, from an
/// address of their own: the others are served as before.
#[tokio::test]
async fn five_hundred_slow_clients_stop_nobody() {
    const SLOW: usize = 500;
    let Some(own) = TestBox::new("slow clients") else { return };
    own.panier(&["install", "tiny"]).well();
    let (client, door) = (own.client(), own.door("tiny"));
    client.get(&door, "/health").await.unwrap();
    let front_door = own.front_door().unwrap();
    let before = resident(front_door);
    let mut held = Vec::new();
    for number in 0..SLOW {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 99], 0).into()).unwrap();
        let mut stream = socket.connect(door.at).await.unwrap();
        match number % 3 {
            // Says nothing at all.
            0 => {}
            // Begins a handshake, and never ends it.
            1 => stream.write_all(&[22, 3, 1, 2, 0, 1]).await.unwrap(),
            // Is no client of ours.
            _ => stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap(),
        }
        held.push(stream);
    }
    // And those who get as far as a request, whose body comes a byte at a time.
    let mut uploads = Vec::new();
    for _ in 0..20 {
        let mut stream = client.dial(&door).await.unwrap();
        let head = format!(
            "POST /count HTTP/1.1\r\nhost: {}:{}\r\ncontent-length: 1000000\r\n\r\n.",
            door.name,
            door.at.port()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        uploads.push(stream);
    }
    let started = tokio::time::Instant::now();
    for http in [Http::One, Http::Two] {
        for _ in 0..20 {
            let answer = client.get(&door.by(http), "/health").await.unwrap();
            assert_eq!(answer.status, StatusCode::OK);
        }
    }
    let took = started.elapsed();
    let grown = resident(front_door).saturating_sub(before);
    println!("40 answers in {took:?} beside {SLOW} slow clients; {grown} KiB more");
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert!(grown < MOST_HELD * 4, "the front door grew by {grown} KiB");
    // Those who never end their handshake are let go.
    let gone = tokio::time::timeout(Duration::from_secs(40), held[0].read(&mut [0; 8])).await;
    assert_eq!(gone.unwrap().unwrap_or(0), 0);
}

#[tokio::test]
async fn who_asks_before_sending_a_body_is_told_to_go_on() {
    let Some(own) = TestBox::new("Expect: 100-continue") else { return };
    own.panier(&["install", "tiny"]).well();
    let door = own.door("tiny");
    let mut stream = own.client().dial(&door).await.unwrap();
    let head = format!(
        "POST /echo HTTP/1.1\r\nhost: {}:{}\r\ncontent-length: 4\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
        door.name,
        door.at.port()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut told = [0; 25];
    let heard = stream.read_exact(&mut told);
    tokio::time::timeout(Duration::from_secs(30), heard).await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&told), "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"body").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("body"), "{answer}");
}

#[tokio::test]
async fn a_front_door_that_is_killed_comes_back_by_itself_at_the_same_port() {
    let Some(own) = TestBox::new("a killed front door") else { return };
    own.panier(&["install", "tiny"]).well();
    let (client, door) = (own.client(), own.door("tiny"));
    let before = own.front_door().unwrap();
    kill(before);
    let after = wait_until("another front door", Duration::from_secs(30), || {
        own.front_door().filter(|id| *id != before)
    });
    assert_ne!(uid(after), 0, "the front door has privileges");
    assert_eq!(client.when_open(&door, "/health").await.version, Version::HTTP_11);
}

fn kill(process: u32) {
    let id = rustix::process::Pid::from_raw(i32::try_from(process).unwrap()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
}

fn uid(process: u32) -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(format!("/proc/{process}")).unwrap().uid()
}

/// It runs as somebody who owns nothing: only as root can the daemon start it so.
#[test]
fn a_program_that_only_its_owner_can_reach_is_named() {
    if !rustix::process::geteuid().is_root() {
        println!("left out, as this is not root: a front door that cannot be started");
        return;
    }
    let alone = std::fs::Permissions::from_mode(0o700);
    let folder = tempfile::Builder::new().permissions(alone).tempdir().unwrap();
    let (own, root) = (folder.path().join("panier"), folder.path().join("box"));
    std::fs::copy(program("panier"), &own).unwrap();
    std::fs::create_dir(&root).unwrap();
    let listen = "[listen]\nhttps = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"\n";
    std::fs::write(root.join("panier.toml"), listen).unwrap();
    // One that starts all the same is not waited for.
    let mut daemon = Command::new("timeout");
    daemon.arg("60").arg(&own).env("LC_ALL", "C").arg("--root").arg(&root).arg("daemon");
    let run = Run::new("daemon".to_owned(), &daemon.output().unwrap()).ended_with(1);
    let remedy = format!("put {} where everybody may read it", own.display());
    assert!(run.told.contains(&remedy), "{run}");
    // What it had mounted for services' secrets.
    let _none = Command::new("umount").arg(root.join("run/secrets")).output();
}
