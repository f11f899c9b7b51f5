//! The box as a whole: one daemon, its files, its end and its return.

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tests::{TestBox, TestBoxPlan, wait_until};

/// A daemon that is expected to end at once, with what it says.
fn refuses_to_start(own: &TestBox) -> String {
    let log = own.root().join("refused.log");
    let file = std::fs::File::create(&log).unwrap();
    let mut child =
        own.command(&["daemon"]).env("PANIER_LOG", "error").stderr(file).spawn().unwrap();
    let ended = wait_until("a daemon that cannot start ends", Duration::from_secs(60), || {
        child.try_wait().unwrap()
    });
    let said = std::fs::read_to_string(&log).unwrap();
    std::fs::remove_file(&log).unwrap();
    assert_eq!(ended.code(), Some(1), "{said}");
    said
}

#[tokio::test]
async fn a_second_daemon_on_the_same_box_is_refused_and_the_first_goes_on() {
    let Some(own) = TestBox::new("a second daemon") else { return };
    own.panier(&["install", "tiny"]).well();
    let said = refuses_to_start(&own);
    assert!(said.contains("A daemon is already at work on the box in"), "{said}");
    let answer = own.client().get(&own.door("tiny"), "/health").await.unwrap();
    assert_eq!(answer.json()["status"], "pass");
}

#[test]
fn a_damaged_ledger_is_told_and_left_as_it_is() {
    let Some(mut own) = TestBox::new("a damaged ledger") else { return };
    own.panier(&["install", "tiny"]).well();
    own.end();
    // Opened and closed once more, it is whole in its one file.
    drop(own.ledger());
    let (file, copy) = (own.root().join("ledger.db"), own.root().join("copy.db"));
    std::fs::copy(&file, &copy).unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[..64].fill(0x5a);
    std::fs::write(&file, &bytes).unwrap();
    let said = refuses_to_start(&own);
    assert!(said.contains("is damaged. It was left as it is."), "{said}");
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    // With the copy put back, all goes on.
    std::fs::copy(&copy, &file).unwrap();
    own.start();
    own.wait_until_up("tiny");
}

#[test]
fn a_daemon_that_is_up_before_its_engine_serves_and_takes_it_up_when_it_comes() {
    let plan = TestBoxPlan::default();
    let Some(mut own) = TestBox::prepared("an engine that comes late", &plan) else { return };
    let file = own.root().join("panier.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let real = text
        .lines()
        .find_map(|line| line.strip_prefix("socket = \"")?.strip_suffix('"'))
        .expect("panier.toml names the engine's socket")
        .to_owned();
    let late = own.root().join("engine.sock");
    std::fs::write(&file, text.replace(&real, &late.display().to_string())).unwrap();
    // What a boot leaves while the engine starts: a socket that nobody answers.
    drop(std::os::unix::net::UnixListener::bind(&late).unwrap());
    own.start();
    let refused = own.panier(&["install", "tiny"]).ended_with(1);
    assert!(refused.told.contains("The container engine does not answer"), "{refused}");
    std::fs::remove_file(&late).unwrap();
    std::os::unix::fs::symlink(&real, &late).unwrap();
    own.panier(&["install", "tiny"]).well();
    assert_eq!(own.json(&["jobs"]).as_array().map(Vec::len), Some(2));
}

#[test]
fn a_configuration_that_is_wrong_is_told_with_its_line_and_a_hint() {
    let plan = TestBoxPlan::default();
    let Some(own) = TestBox::prepared("a wrong configuration", &plan) else { return };
    let file = own.root().join("panier.toml");
    let right = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{right}colour = \"blue\"\n")).unwrap();
    let line = right.lines().count() + 1;
    let said = refuses_to_start(&own);
    assert!(
        said.contains(&format!("panier.toml, line {line}:")) && said.contains("colour"),
        "{said}"
    );
    assert!(said.contains("\n→ "), "no hint: {said}");
    assert!(!own.root().join("ledger.db").exists(), "something was made all the same");
}

#[tokio::test]
async fn a_box_that_was_stopped_brings_all_its_services_back() {
    let Some(mut own) = TestBox::new("stopping a box") else { return };
    for name in ["one", "two", "resting"] {
        own.panier(&["install", "tiny", "--name", name]).well();
    }
    own.panier(&["stop", "resting"]).well();
    let (client, door) = (own.client(), own.door("one"));
    client.post(&door, "/data", "kept").await.unwrap();
    own.panier(&["box", "stop"]).well();
    own.wait_for_end();
    assert_eq!(own.processes(), Vec::<u32>::new());
    assert!(client.get(&door, "/data").await.is_err());
    let engine = own.engine().await;
    let running = engine.containers(&own.owner()).await;
    assert!(
        running.iter().all(|it| it.state != containers::ContainerState::Running),
        "{running:?}"
    );
    // Nothing to stop: no error.
    own.panier(&["box", "stop"]).well();

    own.start();
    assert_eq!(client.when_open(&door, "/data").await.text(), "kept\n");
    client.when_open(&own.door("two"), "/health").await;
    assert_eq!(own.json(&["show", "resting"])["health"]["state"], "stopped");
}

#[tokio::test]
async fn a_deleted_box_leaves_nothing_but_what_was_not_its_own() {
    let Some(mut own) = TestBox::new("deleting a box") else { return };
    own.panier(&["install", "tiny"]).well();
    own.panier(&["install", "tiny"]).well();
    own.panier(&["remove", "tiny-2"]).well();
    let (engine, owner) = (own.engine().await, own.owner());
    let unsure = own.panier(&["box", "delete"]).ended_with(2);
    assert!(unsure.told.contains("--yes"), "{unsure}");
    own.panier(&["box", "delete", "--yes"]).well();
    own.wait_for_end();
    assert_eq!(engine.leftovers(&owner).await, Vec::<String>::new());
    assert_eq!(own.processes(), Vec::<u32>::new());
    let left = std::fs::read_dir(own.root()).unwrap();
    let mut left: Vec<_> =
        left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["daemon.log", "panier.toml", "recipes"]);
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(!mounts.contains(own.root().to_str().unwrap()), "{mounts}");
}

/// Every place that a secret must not lie in, with what lies there.
async fn places(own: &TestBox) -> Vec<(String, Vec<u8>)> {
    let mut places = Vec::new();
    for file in ["daemon.log", "front-door.log", "ledger.db", "ledger.db-wal", "LISEZ-MOI.txt"] {
        places.push((file.to_owned(), std::fs::read(own.root().join(file)).unwrap_or_default()));
    }
    let listed = Command::new("ps").args(["axeww", "-o", "args"]).output().unwrap();
    // With their environments, this test's own included.
    assert!(listed.stdout.len() > 100);
    places.push(("ps".to_owned(), listed.stdout));
    let engine = own.engine().await;
    for container in engine.containers(&own.owner()).await {
        let inspected = engine.inspect(&format!("/containers/{}/json", container.id)).await;
        places.push((container.name, inspected.to_string().into_bytes()));
    }
    let jobs = own.json(&["jobs"]);
    for job in jobs.as_array().unwrap() {
        let told = own.json(&["job", &job["id"].to_string()]);
        places.push((format!("job {}", job["id"]), told.to_string().into_bytes()));
    }
    let ledger = own.ledger();
    let records = ledger.read(|records| records.jobs(500)).unwrap();
    places.push(("the ledger's jobs".to_owned(), format!("{records:?}").into_bytes()));
    for words in [&["list"][..], &["show", "tiny"], &["show", "tiny-database"]] {
        let run = own.panier(words);
        places.push((run.words.clone(), run.said.into_bytes()));
        let told = own.json(words);
        places.push((format!("{} --json", run.words), told.to_string().into_bytes()));
    }
    places
}

#[tokio::test]
async fn no_secret_lies_where_it_could_be_read_by_chance() {
    // The most talkative log there is.
    let environment = vec![("PANIER_LOG".to_owned(), "trace".to_owned())];
    let plan = TestBoxPlan { environment, ..TestBoxPlan::default() };
    let Some(own) = TestBox::planned("secrets", &plan) else { return };
    own.panier(&["install", "tiny"]).well();
    own.panier(&["install", "tiny-database"]).well();
    own.panier(&["set", "tiny", "title=Other"]).well();
    let secrets: Vec<(String, String)> = own
        .ledger()
        .read(|records| {
            let mut all = Vec::new();
            for service in records.services()? {
                all.extend(records.secrets(service.id)?);
            }
            Ok::<_, ledger::LedgerError>(all)
        })
        .unwrap();
    let names: Vec<_> = secrets.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"token") && names.contains(&"database_password"), "{names:?}");
    let places = places(&own).await;
    for (name, secret) in &secrets {
        for (place, content) in &places {
            let found = content.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
            assert!(!found, "the secret {name} lies in {place}");
        }
    }
    // Where they must lie: in files that each container alone is handed.
    let held = own.client().get(&own.door("tiny"), "/file?path=/run/tiny/token").await.unwrap();
    assert!(secrets.iter().any(|(_, secret)| *secret == held.text()));
}

#[test]
fn what_opens_secrets_is_for_root_alone_and_secrets_lie_in_memory() {
    let Some(own) = TestBox::new("permissions") else { return };
    own.panier(&["install", "tiny"]).well();
    let mode = |path: &str| {
        let facts = std::fs::metadata(own.root().join(path)).unwrap();
        facts.permissions().mode() & 0o777
    };
    for path in ["ledger.key", "ledger.db", "run/api.sock", "certificates/services/tiny.pem"] {
        assert_eq!(mode(path), 0o600, "{path}");
    }
    assert_eq!(mode("run/secrets") & 0o077, 0);
    assert_eq!(mode("trash"), 0o700);
    assert!(system::tmpfs::is_there(&own.root().join("run/secrets")).unwrap());
    let root_key = std::fs::read_dir(own.root().join("certificates")).unwrap();
    for entry in root_key.map(|entry| entry.unwrap()).filter(|entry| entry.path().is_file()) {
        let content = std::fs::read_to_string(entry.path()).unwrap();
        if content.contains("PRIVATE KEY") {
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        }
    }
}

#[tokio::test]
async fn a_full_disk_stops_an_installation_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    if tests::engine_socket("a full disk").is_none() {
        return;
    }
    // A disk of its own: room for one small service, beside what is kept free.
    if let Err(error) = system::tmpfs::ensure(&disk, 560 << 20) {
        println!("left out, as nothing can be mounted here ({error}): a full disk");
        return;
    }
    let _unmount = Unmount(disk.clone());
    std::fs::set_permissions(&disk, std::fs::Permissions::from_mode(0o711)).unwrap();
    let plan = TestBoxPlan { within: Some(disk.clone()), ..TestBoxPlan::default() };
    let own = TestBox::planned("a full disk", &plan).unwrap();
    own.panier(&["install", "tiny"]).well();
    let (client, door) = (own.client(), own.door("tiny"));
    client.post(&door, "/data", "before").await.unwrap();

    fill(&disk, "most", 100 << 20);
    own.panier(&["install", "tiny"]).ended_with(1);
    let jobs = own.json(&["jobs"]);
    assert_eq!(
        (&jobs[0]["state"], &jobs[0]["trouble"]["code"]),
        (&"failed".into(), &"disk-too-small".into())
    );
    own.panier(&["show", "tiny-2"]).ended_with(5);

    fill(&disk, "rest", u64::MAX);
    // Not a byte is free: nothing new can be written down, and it says so.
    let refused = own.panier(&["install", "tiny", "--json"]);
    assert_ne!(refused.code, Some(0), "{refused}");
    let told: Value = serde_json::from_str(&refused.told).unwrap_or_default();
    assert!(
        ["ledger-failed", "disk-full", "disk-too-small"]
            .contains(&told["trouble"]["code"].as_str().unwrap_or_default()),
        "{refused}"
    );
    assert_eq!(client.get(&door, "/data").await.unwrap().text(), "before\n");
    assert_eq!(own.json(&["show", "tiny"])["health"]["state"], "up");

    for file in ["most", "rest"] {
        std::fs::remove_file(disk.join(file)).unwrap();
    }
    own.jobs_at_rest();
    client.post(&door, "/data", "after").await.unwrap();
    own.panier(&["install", "tiny"]).well();
    let names: Vec<_> =
        own.json(&["list"]).as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["tiny", "tiny-2"]);
    assert_eq!(client.get(&door, "/data").await.unwrap().text(), "before\nafter\n");
}

/// Takes room away: so many bytes, or all that there are.
fn fill(disk: &std::path::Path, name: &str, most: u64) {
    use std::io::Write as _;
    let mut file = std::fs::File::create(disk.join(name)).unwrap();
    let piece = vec![0; 64 << 10];
    let mut written = 0;
    while written < most {
        match file.write(&piece) {
            Ok(some) => written += some as u64,
            Err(error) => {
                assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
                return;
            }
        }
    }
}

struct Unmount(std::path::PathBuf);

impl Drop for Unmount {
    fn drop(&mut self) {
        if let Err(error) = system::tmpfs::remove(&self.0) {
            println!("still mounted: {} ({error})", self.0.display());
        }
    }
}
