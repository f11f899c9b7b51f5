//! A service that misbehaves hurts nobody but itself, and what happened is told.

use std::time::Duration;

use containers::{Engine as _, ExecOutcome, ExecRequest};
use serde_json::Value;
use tests::{TestBox, wait_until};

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
