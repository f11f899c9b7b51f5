//! A service's whole life, as the person at the command line and the people at
//! the door see it.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use http::{HeaderValue, Request, StatusCode, Version};
use http_body_util::Full;
use tests::{Client, Door, Http, TestBox};

/// What a box's services are called in the tests' own recipe.
async fn lines(client: &Client, door: &Door) -> String {
    client.get(door, "/data").await.unwrap().text()
}

async fn keep(client: &Client, door: &Door, line: &'static str) {
    assert_eq!(client.post(door, "/data", line).await.unwrap().status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_service_is_installed_and_reached_with_the_boxs_root_certificate_alone() {
    let Some(own) = TestBox::new("a service's installation") else { return };
    let said = own.panier(&["install", "tiny"]).well();
    assert!(said.said.contains("Tiny is here: https://tiny.panier.localhost:"), "{said}");
    let (client, door) = (own.client(), own.door("tiny"));
    keep(&client, &door, "one").await;
    for (http, version) in [(Http::One, Version::HTTP_11), (Http::Two, Version::HTTP_2)] {
        let answer = client.get(&door.by(http), "/data").await.unwrap();
        assert_eq!((answer.status, answer.version), (StatusCode::OK, version));
        assert_eq!(answer.text(), "one\n");
    }

    own.panier(&["install", "tiny"]).well();
    let other = own.door("tiny-2");
    assert_eq!(client.get(&other, "/data").await.unwrap().status, StatusCode::NOT_FOUND);
    keep(&client, &other, "two").await;
    assert_eq!(
        (lines(&client, &door).await, lines(&client, &other).await),
        ("one\n".into(), "two\n".into())
    );

    let listed = own.json(&["list"]);
    let names: Vec<_> =
        listed.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["tiny", "tiny-2"]);
    let shown = own.json(&["show", "tiny"]);
    assert_eq!(shown["health"]["state"], "up");
    assert_eq!((&shown["release"], &shown["answers"]["title"]), (&"2.0".into(), &"Tiny".into()));
    assert_eq!(shown.get("revealed"), None);
}

#[tokio::test]
async fn secrets_are_shown_on_demand_and_are_those_that_the_service_has() {
    let Some(own) = TestBox::new("secrets on demand") else { return };
    own.panier(&["install", "tiny"]).well();
    let plain = own.panier(&["show", "tiny"]).well();
    let revealed = own.json(&["show", "tiny", "--secrets"]);
    let token = revealed["revealed"]["token"].as_str().unwrap();
    assert_eq!(token.len(), 32);
    assert!(!plain.said.contains(token), "{plain}");
    let held = own.client().get(&own.door("tiny"), "/file?path=/run/tiny/token").await.unwrap();
    assert_eq!(held.text(), token);
}

#[tokio::test]
async fn logs_are_shown_and_followed_as_they_come() {
    let Some(own) = TestBox::new("logs") else { return };
    own.panier(&["install", "tiny"]).well();
    let logs = own.panier(&["logs", "tiny"]).well();
    assert!(logs.said.contains("app  Tiny 2.0 starts"), "{logs}");

    let mut following = own
        .command(&["logs", "tiny", "--follow", "--tail", "1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut coming = BufReader::new(following.stdout.take().unwrap()).lines();
    assert!(coming.next().unwrap().unwrap().ends_with("app  serves"));
    // It crashes, and the reconciler starts it again: both are heard.
    let _cut_off = own.client().get(&own.door("tiny"), "/crash").await;
    assert!(coming.next().unwrap().unwrap().ends_with("told to crash"));
    following.kill().unwrap();
    following.wait().unwrap();
    own.wait_until_up("tiny");
}

#[tokio::test]
async fn an_answer_that_changes_reaches_the_service_and_a_bad_one_is_taken_back() {
    let Some(own) = TestBox::new("a change of answers") else { return };
    own.panier(&["install", "tiny", "--set", "title=Avant"]).well();
    let (client, door) = (own.client(), own.door("tiny"));
    keep(&client, &door, "kept").await;
    own.panier(&["set", "tiny", "title=Après"]).well();
    assert_eq!(client.get(&door, "/").await.unwrap().text(), "Après 2.0\n");

    let failed = own.panier(&["set", "tiny", "title=Never", "fail=start"]).ended_with(1);
    assert!(failed.told.contains("tiny"), "{failed}");
    assert_eq!(client.get(&door, "/").await.unwrap().text(), "Après 2.0\n");
    assert_eq!(own.json(&["show", "tiny"])["answers"]["title"], "Après");
    assert_eq!(lines(&client, &door).await, "kept\n");
}

#[tokio::test]
async fn a_stopped_service_says_so_in_both_languages_until_it_is_started() {
    let Some(own) = TestBox::new("stopping and starting") else { return };
    own.panier(&["install", "tiny"]).well();
    let (client, door) = (own.client(), own.door("tiny"));
    keep(&client, &door, "kept").await;

    own.panier(&["stop", "tiny"]).well();
    let page = Request::get("/").header("accept", "text/html").header("accept-language", "fr");
    let page = client.ask(&door, page.body(Full::default()).unwrap()).await.unwrap();
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    let text = page.text();
    assert!(text.contains("tiny est à l’arrêt") && text.contains("tiny is stopped"), "{text}");
    assert_eq!(own.json(&["show", "tiny"])["health"]["state"], "stopped");
    let engine = own.engine().await;
    let running =
        |found: &containers::ContainerFacts| found.state == containers::ContainerState::Running;
    assert!(!engine.containers(&own.owner()).await.iter().any(running));

    own.panier(&["start", "tiny"]).well();
    assert_eq!(lines(&client, &door).await, "kept\n");
    own.panier(&["restart", "tiny"]).well();
    assert_eq!(lines(&client, &door).await, "kept\n");
    let heads = client.get(&door, "/health").await.unwrap();
    assert_eq!(
        heads.headers.get("content-type"),
        Some(&HeaderValue::from_static("application/json"))
    );
}

#[tokio::test]
async fn what_is_removed_comes_back_from_the_trash_and_what_is_purged_is_gone() {
    let Some(own) = TestBox::new("the trash") else { return };
    own.panier(&["install", "tiny"]).well();
    let (client, door) = (own.client(), own.door("tiny"));
    keep(&client, &door, "dear").await;
    let secret = own.json(&["show", "tiny", "--secrets"])["revealed"]["token"].clone();

    own.panier(&["remove", "tiny"]).well();
    let engine = own.engine().await;
    assert_eq!(engine.leftovers(&own.owner()).await, Vec::<String>::new());
    assert!(!own.root().join("services/tiny").exists());
    // Nobody's name any more, so the page lists nothing, and TLS has no certificate for it.
    assert!(client.get(&door, "/").await.is_err());

    // Its name is free meanwhile; back under another one.
    own.panier(&["install", "tiny"]).well();
    let trash = own.json(&["trash", "list"]);
    let id = trash[0]["id"].to_string();
    own.panier(&["trash", "restore", &id]).ended_with(4);
    own.panier(&["remove", "tiny", "--purge", "--yes"]).well();
    own.panier(&["trash", "restore", &id, "--name", "back"]).well();
    let back = own.door("back");
    assert_eq!(lines(&client, &back).await, "dear\n");
    assert_eq!(own.json(&["show", "back", "--secrets"])["revealed"]["token"], secret);

    own.panier(&["remove", "back"]).well();
    own.panier(&["trash", "purge", &id, "--yes"]).well();
    assert_eq!(engine.leftovers(&own.owner()).await, Vec::<String>::new());
    for folder in ["services", "trash", "run/secrets"] {
        let left: Vec<_> = std::fs::read_dir(own.root().join(folder)).unwrap().collect();
        assert!(left.is_empty(), "{folder}: {left:?}");
    }
    let ledger = own.ledger();
    let left = ledger
        .read(|records| Ok::<_, ledger::LedgerError>((records.services()?, records.trash()?)))
        .unwrap();
    assert!(left.0.is_empty() && left.1.is_empty(), "{left:?}");
}
