//! A service that misbehaves hurts nobody but itself, and what happened is told.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use containers::{ContainerState, Engine as _, ExecOutcome, ExecRequest};
use serde_json::Value;
use tests::{TestBox, TestBoxPlan, wait_until};

/// Runs a shell's words inside a service's one container.
async fn inside(own: &TestBox, service: &str, script: &str) -> ExecOutcome {
    let number = own.json(&["show", service])["id"].to_string();
    let engine = own.engine().await;
    let all = engine.containers(&own.owner()).await;
    let id = &all.iter().find(|it| it.service == number).unwrap().id;
    let command = ["sh", "-c", script].map(str::to_owned).to_vec();
    let request = ExecRequest { command, ..ExecRequest::default() };
    engine.docker().exec(id, &request).await.unwrap()
}

fn findings(own: &TestBox) -> Vec<Value> {
    let run = own.panier(&["health", "--json"]);
    run.json().as_array().unwrap().clone()
}

#[tokio::test]
async fn a_service_that_eats_all_its_memory_is_named_and_no_other_notices() {
    let Some(own) = TestBox::new("memory limits") else { return };
    own.panier(&["install", "tiny", "--name", "glutton"]).well();
    own.panier(&["install", "tiny", "--name", "neighbour"]).well();
    let (client, neighbour) = (own.client(), own.door("neighbour"));
    own.panier(&["health"]).well();

    // Reads zeros for one line that never ends, until the kernel has had enough.
    let outcome = inside(&own, "glutton", "tail /dev/zero").await;
    assert_ne!(outcome.code, 0);
    let found = wait_until("it is told", Duration::from_secs(20), || {
        findings(&own).into_iter().find(|one| one["trouble"]["code"] == "out-of-memory")
    });
    assert_eq!(found["about"]["name"], "glutton");
    assert_eq!(found["weight"], "soon");
    let (en, fr) = (&found["trouble"]["what"]["en"], &found["trouble"]["what"]["fr"]);
    assert!(en.as_str().unwrap().contains("64 MiB"), "{en}");
    assert!(fr.as_str().unwrap().contains("64 Mio"), "{fr}");

    assert_eq!(client.get(&neighbour, "/health").await.unwrap().status, 200);
    own.wait_until_up("glutton");
    let again = client.when_open(&own.door("glutton"), "/health").await;
    assert_eq!(again.status, 200);
}

#[tokio::test]
async fn a_fork_bomb_and_a_flood_of_lines_are_bounded() {
    let Some(own) = TestBox::new("process and log limits") else { return };
    own.panier(&["install", "tiny", "--name", "bomb"]).well();
    own.panier(&["install", "tiny", "--name", "neighbour"]).well();
    let shown = inside(
        &own,
        "bomb",
        "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null",
    )
    .await;
    let most: u32 = shown.output.trim().parse().unwrap();
    let script = "i=0; while [ $i -lt 5000 ]; do sleep 60 & i=$((i+1)); done; echo all";
    let outcome = inside(&own, "bomb", script).await;
    assert!(!outcome.output.contains("all"), "5000 processes fit below {most}");
    let (client, neighbour) = (own.client(), own.door("neighbour"));
    assert_eq!(client.get(&neighbour, "/health").await.unwrap().status, 200);

    // 60 MB to its own log, of which the engine keeps ten.
    let flood = "yes 'a line that says nothing at all' | head -c 60000000 > /proc/1/fd/1";
    own.panier(&["restart", "bomb"]).well();
    inside(&own, "bomb", flood).await;
    let engine = own.engine().await;
    let mut kept = Vec::new();
    for container in engine.containers(&own.owner()).await {
        let facts = engine.inspect(&format!("/containers/{}/json", container.id)).await;
        let log = facts["LogPath"].as_str().unwrap();
        let folder = std::path::Path::new(log).parent().unwrap();
        let sizes = std::fs::read_dir(folder).unwrap().filter_map(|entry| {
            let entry = entry.ok()?;
            let is_log = entry.file_name().to_string_lossy().contains("-json.log");
            is_log.then(|| entry.metadata().map_or(0, |facts| facts.len()))
        });
        let bytes: u64 = sizes.sum();
        assert!(bytes < 12_000_000, "{} keeps {bytes} bytes of log", container.name);
        kept.push(bytes);
    }
    assert!(kept.iter().any(|bytes| *bytes > 5_000_000), "the flood never came: {kept:?}");
    assert_eq!(client.get(&neighbour, "/health").await.unwrap().status, 200);
}

/// A small disk in a file, with a filesystem of the usual kind.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// None, which is printed, where nothing can be mounted.
    fn new(left_out: &str, mebibytes: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let (image, point) = (folder.path().join("image"), folder.path().join("disk"));
        std::fs::create_dir(&point).unwrap();
        std::fs::File::create(&image).unwrap().set_len(mebibytes << 20).unwrap();
        let made = done(Command::new("mke2fs").args(["-q", "-F", "-t", "ext4"]).arg(&image))
            .and_then(|()| {
                done(Command::new("mount").args(["-o", "loop"]).arg(&image).arg(&point))
            });
        match made {
            Ok(()) => Some(Self { folder }),
            Err(error) => {
                println!("left out, as nothing can be mounted here ({error}): {left_out}");
                None
            }
        }
    }

    fn point(&self) -> PathBuf {
        self.folder.path().join("disk")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _not_mounted = Command::new("umount").arg("--lazy").arg(self.point()).output();
    }
}

fn done(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

fn health(own: &TestBox, service: &str) -> Value {
    own.json(&["show", service])["health"].clone()
}

fn free(disk: &Path) -> u64 {
    system::disk::free(disk).unwrap()
}

#[tokio::test]
async fn a_service_that_fills_the_disk_is_held_and_named_and_the_others_write_on() {
    const WHAT: &str = "a service that fills the disk";
    if tests::engine_socket(WHAT).is_none() {
        return;
    }
    let Some(disk) = SmallDisk::new(WHAT, 900) else { return };
    let plan = TestBoxPlan { within: Some(disk.point()), ..TestBoxPlan::default() };
    let mut own = TestBox::planned(WHAT, &plan).unwrap();
    own.panier(&["install", "tiny", "--name", "glutton"]).well();
    own.panier(&["install", "tiny", "--name", "neighbour"]).well();
    let (client, glutton, neighbour) = (own.client(), own.door("glutton"), own.door("neighbour"));
    client.post(&glutton, "/data", "before").await.unwrap();
    wait_until("the services are weighed", Duration::from_secs(60), || {
        own.log().contains("the services were weighed").then_some(())
    });
    assert!(own.root().join("ballast").exists());

    // Writes until it cannot, and then again and again.
    let endless =
        "while true; do dd if=/dev/zero of=/data/more bs=1M oflag=append conv=notrunc; done";
    inside(&own, "glutton", &format!("({endless}) > /dev/null 2>&1 &")).await;
    let trouble = wait_until("it is held", Duration::from_secs(60), || {
        let health = health(&own, "glutton");
        (health["trouble"]["code"] == "disk-filled").then(|| health["trouble"].clone())
    });
    for (language, word) in [("en", "filled the disk"), ("fr", "remplissait le disque")] {
        let said = trouble["what"][language].as_str().unwrap();
        assert!(said.contains("glutton") && said.contains(word), "{said}");
    }
    let found = findings(&own).into_iter().find(|one| one["trouble"]["code"] == "disk-filled");
    assert_eq!(found.unwrap()["about"]["name"], "glutton");

    // Nothing of it runs, and what is free stays free.
    let number = own.json(&["show", "glutton"])["id"].to_string();
    let engine = own.engine().await;
    wait_until("it has ended", Duration::from_secs(60), || {
        own.log().contains("fills the disk, and is held").then_some(())
    });
    loop {
        let all = engine.containers(&own.owner()).await;
        let of_it: Vec<_> = all.iter().filter(|it| it.service == number).collect();
        if of_it.iter().all(|it| matches!(it.state, ContainerState::Exited { .. })) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // It may have taken the half that was given back first, and nobody takes the other.
    wait_until("the ballast is thrown off", Duration::from_secs(20), || {
        (!own.root().join("ballast").exists()).then_some(())
    });
    assert!(free(&disk.point()) > 4 << 20, "{} bytes are free", free(&disk.point()));
    client.post(&neighbour, "/data", "written on").await.unwrap();
    assert_eq!(client.get(&neighbour, "/data").await.unwrap().text(), "written on\n");

    // A start of the daemon forgets nothing.
    own.kill();
    own.start();
    assert_eq!(health(&own, "glutton")["trouble"], trouble);

    std::fs::remove_file(own.root().join("services/glutton/data/data/more")).unwrap();
    own.panier(&["start", "glutton"]).well();
    assert_eq!(client.when_open(&glutton, "/data").await.text(), "before\n");
    wait_until("room is set aside again", Duration::from_secs(20), || {
        own.root().join("ballast").exists().then_some(())
    });
}
