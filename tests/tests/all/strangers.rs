//! What is Panier's is kept as the ledger wants it; what is not is never touched.

use std::time::Duration;

use containers::{ContainerFacts, ContainerState};
use serde_json::{Value, json};
use tests::{TestBox, TestEngine, wait_until};

/// Somebody else's container, network and volume, which carry no label of ours.
struct Stranger<'e> {
    engine: &'e TestEngine,
    name: String,
    id: String,
    before: Value,
}

impl<'e> Stranger<'e> {
    /// Moves in: under names like ours, with the image of a service of ours.
    async fn moves_in(engine: &'e TestEngine, own: &TestBox, image: &str) -> Self {
        let short = &own.owner().identity[..6];
        let name = format!("panier-{short}-stranger");
        let network = json!({ "Name": name, "Labels": { "org.panier.service": "1" } });
        engine.ask("POST", "/networks/create", Some(&network)).await;
        engine.ask("POST", "/volumes/create", Some(&json!({ "Name": name }))).await;
        let container = json!({
            "Image": image,
            "Labels": { "org.panier.service": "1", "org.panier.part": "app" },
            "HostConfig": { "Binds": [format!("{name}:/data")], "NetworkMode": name },
        });
        let made =
            engine.ask("POST", &format!("/containers/create?name={name}"), Some(&container)).await;
        let id = serde_json::from_str::<Value>(&made).unwrap()["Id"].as_str().unwrap().to_owned();
        engine.ask("POST", &format!("/containers/{id}/start"), None).await;
        let mut stranger = Self { engine, name, id, before: Value::Null };
        stranger.before = stranger.look().await;
        stranger
    }

    async fn look(&self) -> Value {
        let Self { engine, name, id, .. } = self;
        let container = engine.inspect(&format!("/containers/{id}/json")).await;
        let network = engine.inspect(&format!("/networks/{name}")).await;
        let volume = engine.inspect(&format!("/volumes/{name}")).await;
        json!([container["State"], container["NetworkSettings"]["Networks"], network["Id"], volume])
    }

    async fn was_left_alone(&self) {
        assert_eq!(self.look().await, self.before);
    }

    async fn moves_out(self) {
        let Self { engine, name, id, .. } = self;
        engine.ask("DELETE", &format!("/containers/{id}?force=true"), None).await;
        engine.ask("DELETE", &format!("/networks/{name}"), None).await;
        engine.ask("DELETE", &format!("/volumes/{name}"), None).await;
    }
}

async fn only_container(own: &TestBox) -> ContainerFacts {
    let mut all = own.engine().await.containers(&own.owner()).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[tokio::test]
async fn strangers_and_other_boxes_are_left_alone_through_a_boxs_whole_life() {
    let Some(mut own) = TestBox::new("strangers in the engine") else { return };
    let Some(other) = TestBox::new("another box") else { return };
    for each in [&own, &other] {
        each.panier(&["install", "tiny"]).well();
    }
    let (client, door) = (other.client(), other.door("tiny"));
    client.post(&door, "/data", "theirs").await.unwrap();
    let theirs = only_container(&other).await;
    let engine = own.engine().await;
    let image = engine.inspect(&format!("/containers/{}/json", theirs.id)).await;
    let image = image["Config"]["Image"].as_str().unwrap().to_owned();
    let stranger = Stranger::moves_in(&engine, &own, &image).await;

    for words in [
        &["stop", "tiny"][..],
        &["start", "tiny"],
        &["set", "tiny", "title=x"],
        &["remove", "tiny", "--purge", "--yes"],
        &["install", "tiny"],
        &["remove", "tiny"],
    ] {
        own.panier(words).well();
        stranger.was_left_alone().await;
    }
    own.end();
    own.start();
    own.panier(&["install", "tiny"]).well();
    own.end();
    own.panier(&["box", "stop"]).well();
    stranger.was_left_alone().await;
    let owner = own.owner();
    own.panier(&["box", "delete", "--yes"]).well();
    assert_eq!(engine.leftovers(&owner).await, Vec::<String>::new());
    stranger.was_left_alone().await;
    stranger.moves_out().await;

    assert_eq!(only_container(&other).await, theirs);
    assert_eq!(client.get(&door, "/data").await.unwrap().text(), "theirs\n");
}

#[tokio::test]
async fn a_container_that_is_removed_stopped_or_frozen_by_hand_comes_back() {
    let Some(own) = TestBox::new("a container removed by hand") else { return };
    own.panier(&["install", "tiny"]).well();
    let (client, door) = (own.client(), own.door("tiny"));
    client.post(&door, "/data", "kept").await.unwrap();
    let engine = own.engine().await;
    for (deed, path) in [("DELETE", "?force=true"), ("POST", "/kill"), ("POST", "/pause")] {
        let before = only_container(&own).await;
        engine.ask(deed, &format!("/containers/{}{path}", before.id), None).await;
        let owner = own.owner();
        loop {
            // The events reach the daemon in their own time; what counts is the end.
            let all = engine.containers(&owner).await;
            let back = all.iter().any(|found| {
                found.state == ContainerState::Running && (deed == "POST" || found.id != before.id)
            });
            let answer = client.get(&door, "/data").await;
            if back && answer.is_ok_and(|answer| answer.text() == "kept\n") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        own.wait_until_up("tiny");
    }
}

#[tokio::test]
async fn a_network_and_a_volume_removed_by_hand_come_back_with_the_data() {
    let Some(mut own) = TestBox::new("a network removed by hand") else { return };
    own.panier(&["install", "tiny"]).well();
    let (client, door) = (own.client(), own.door("tiny"));
    client.post(&door, "/data", "kept").await.unwrap();
    own.kill();
    let (engine, owner) = (own.engine().await, own.owner());
    engine.sweep(&owner).await.unwrap();
    assert_eq!(engine.leftovers(&owner).await, Vec::<String>::new());
    own.start();
    assert_eq!(client.when_open(&door, "/data").await.text(), "kept\n");
    assert_eq!(engine.leftovers(&owner).await.len(), 3);
}

#[tokio::test]
async fn a_service_whose_data_are_not_there_is_not_started_on_an_empty_folder() {
    let Some(mut own) = TestBox::new("missing data") else { return };
    own.panier(&["install", "tiny"]).well();
    let (client, door) = (own.client(), own.door("tiny"));
    client.post(&door, "/data", "dear").await.unwrap();
    own.end();
    own.panier(&["box", "stop"]).well();
    let (data, aside) = (own.root().join("services/tiny"), own.root().join("aside"));
    std::fs::rename(&data, &aside).unwrap();
    own.start();
    let ill = wait_until("the missing data are noticed", Duration::from_secs(60), || {
        let shown = own.json(&["show", "tiny"]);
        (shown["health"]["state"] == "ill").then_some(shown)
    });
    assert_eq!(ill["health"]["trouble"]["code"], "volume-missing", "{ill}");
    assert!(!data.exists(), "an empty folder was put in the place of the data");
    std::fs::rename(&aside, &data).unwrap();
    assert_eq!(client.when_open(&door, "/data").await.text(), "dear\n");
}
