//! Secrets, searched for by their value wherever somebody else might read.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tests::{TestBox, TestBoxPlan, path_with_restic};

/// All that processes show of themselves, gathered for as long as it lives: the
/// words that they were started with, and their environment.
struct Onlooker {
    ended: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<BTreeSet<Vec<u8>>>>,
}

impl Onlooker {
    #[expect(clippy::disallowed_methods, reason = "it waits for nothing, and leaves others time")]
    fn new() -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            let mut seen = BTreeSet::new();
            while !until.load(Ordering::Relaxed) {
                for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
                    for shown in ["cmdline", "environ"] {
                        seen.extend(std::fs::read(entry.path().join(shown)).ok());
                    }
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            seen
        });
        Self { ended, thread: Some(thread) }
    }

    fn saw(mut self) -> BTreeSet<Vec<u8>> {
        self.ended.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

fn contains(text: &[u8], secret: &str) -> bool {
    text.windows(secret.len()).any(|window| window == secret.as_bytes())
}

/// All secrets of the box, by what they are of.
fn secrets(own: &TestBox) -> Vec<(String, String)> {
    let read = own.ledger().read(|records| {
        let mut all = Vec::new();
        for service in records.services()? {
            for (name, secret) in records.secrets(service.id)? {
                all.push((format!("{}'s {name}", service.name), secret));
            }
        }
        // What opens the snapshots.
        let key = records.key("repository")?.expect("a snapshot was taken");
        all.push(("the repository's key".to_owned(), key));
        Ok(all)
    });
    read.unwrap()
}

/// What the box says of itself and of its services when nobody asks for secrets.
fn said(own: &TestBox) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for words in [
        vec!["list"],
        vec!["show", "tiny"],
        vec!["show", "tiny-leaving"],
        vec!["jobs"],
        vec!["health"],
        vec!["box", "show"],
        vec!["snapshots"],
        vec!["certificate", "list"],
    ] {
        for more in [None, Some("--json")] {
            let words: Vec<&str> = words.iter().copied().chain(more).collect();
            let run = own.panier(&words);
            all.push((run.words.clone(), format!("{run}").into_bytes()));
            all.push((run.words.clone(), run.said.into_bytes()));
        }
    }
    for job in own.json(&["jobs", "--most", "500"]).as_array().unwrap() {
        let run = own.panier(&["job", &job["id"].to_string(), "--json"]);
        all.push((run.words.clone(), run.said.into_bytes()));
    }
    for service in ["tiny", "tiny-leaving"] {
        let run = own.panier(&["logs", service]);
        all.push((run.words.clone(), run.said.into_bytes()));
    }
    for file in ["daemon.log", "front-door.log", "ledger.db", "ledger.db-wal", "LISEZ-MOI.txt"] {
        let bytes = std::fs::read(own.root().join(file)).unwrap_or_default();
        all.push((file.to_owned(), bytes));
    }
    all
}

#[tokio::test]
async fn no_secret_is_where_somebody_else_might_read_it() {
    let Some(path) = path_with_restic() else { return };
    let environment = vec![("PATH".to_owned(), path)];
    let plan = TestBoxPlan { environment, ..TestBoxPlan::default() };
    let Some(own) = TestBox::planned("secrets, searched for by value", &plan) else { return };
    let onlooker = Onlooker::new();
    own.panier(&["install", "tiny"]).well();
    own.panier(&["install", "tiny-leaving"]).well();
    // What fails tells more than what goes well.
    own.panier(&["set", "tiny", "fail=health"]).ended_with(1);
    own.panier(&["backup", "tiny-leaving"]).well();
    let secrets = secrets(&own);
    assert!(secrets.len() >= 2, "{secrets:?}");
    assert!(secrets.iter().all(|(_, secret)| secret.len() >= 16), "{secrets:?}");

    let mut shown = said(&own);
    let engine = own.engine().await;
    for container in engine.containers(&own.owner()).await {
        let facts = engine.inspect(&format!("/containers/{}/json", container.id)).await;
        shown.push((
            format!("the engine’s account of {}", container.name),
            facts.to_string().into(),
        ));
    }
    for kind in ["networks", "volumes"] {
        let facts = engine.inspect(&format!("/{kind}")).await;
        shown.push((format!("the engine’s {kind}"), facts.to_string().into()));
    }
    let (client, door) = (own.client(), own.door("tiny"));
    own.panier(&["stop", "tiny"]).well();
    for path in ["/", "/data?x=1", "/%00", "/trust"] {
        if let Ok(page) = client.get(&door, path).await {
            shown.push((format!("the page at {path}"), page.body.to_vec()));
        }
    }
    let processes = onlooker.saw();
    assert!(processes.len() > 20);
    shown.extend(processes.into_iter().map(|bytes| ("a process".to_owned(), bytes)));

    for (of, secret) in &secrets {
        for (place, text) in &shown {
            let text_shown = String::from_utf8_lossy(text);
            assert!(!contains(text, secret), "{of} is in {place}: {text_shown}");
        }
    }
    // It would be found: where it is asked for, it is.
    let asked = own.panier(&["show", "tiny", "--secrets"]).well();
    assert!(secrets.iter().any(|(_, secret)| contains(asked.said.as_bytes(), secret)));
}
