//! A whole box that gets its certificates from a public authority.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tests::{Client, Door, Http, Pebble, PebblePlan, TestBox, TestBoxPlan, wait_until};
use tokio_tungstenite::tungstenite::Message;

/// Long enough for both ways and a loaded machine.
const PATIENCE: Duration = Duration::from_secs(90);
const BASE: &str = "asso.example.org";

/// A box with a real domain, and at which ports it answers.
fn public_box(left_out: &str) -> Option<(TestBox, u16, u16)> {
    let plan = TestBoxPlan { base_domain: BASE.to_owned(), ..TestBoxPlan::default() };
    let own = TestBox::planned(left_out, &plan)?;
    let port = |name: &str| {
        let set = own.ledger().read(|records| records.setting(name)).unwrap().unwrap();
        set.parse().unwrap()
    };
    let (http, https) = (port("listen.http_port"), port("listen.https_port"));
    Some((own, http, https))
}

fn set_authority(own: &TestBox, pebble: &Pebble) {
    let (directory, root) = (pebble.directory(), pebble.server_root());
    let root = root.to_str().unwrap();
    own.panier(&[
        "certificate",
        "authority",
        "set",
        "--directory",
        &directory,
        "--contact",
        "someone@example.org",
        "--own-root",
        root,
    ])
    .well();
}

fn certificate(own: &TestBox, domain: &str) -> Value {
    let all = own.json(&["certificate", "list"]);
    let found = all.as_array().unwrap().iter().find(|one| one["domain"] == domain);
    found.cloned().unwrap_or_else(|| panic!("no {domain} in {all}"))
}

fn wait_for(own: &TestBox, domain: &str, issuer: &str, state: &str) -> Value {
    wait_until(&format!("{domain} is {state}, by {issuer}"), PATIENCE, || {
        let one = certificate(own, domain);
        (one["issuer"] == issuer && one["state"] == state).then_some(one)
    })
}

/// The certificate that is shown for a name, if the client trusts it.
async fn shown(client: &Client, door: &Door) -> Option<Vec<u8>> {
    let stream = client.dial(door).await.ok()?;
    Some(stream.get_ref().1.peer_certificates()?.first()?.to_vec())
}

#[tokio::test]
async fn public_certificates_come_and_are_swapped_under_a_websocket() {
    let Some((own, http, https)) = public_box("a box with public certificates") else { return };
    let Some(pebble) = Pebble::start("the same", PebblePlan::asking(http, https)) else { return };
    own.panier(&["install", "tiny", "--name", "pad"]).well();
    let door = own.door("pad");
    assert_eq!(certificate(&own, &door.name)["issuer"], "own");
    // Somebody works there before there is any other certificate.
    let stream = own.client().dial(&door).await.unwrap();
    let address = format!("wss://{}:{}/socket", door.name, door.at.port());
    let (mut socket, _) = tokio_tungstenite::client_async(address, stream).await.unwrap();

    set_authority(&own, &pebble);
    for domain in [BASE, door.name.as_str()] {
        let one = wait_for(&own, domain, "acme", "good");
        assert!(one["issuer_name"].as_str().unwrap().contains("Pebble"), "{one}");
        assert!(one["renew_at"].as_str() < one["not_after"].as_str(), "{one}");
    }
    let client = Client::trusting(&pebble.root().await);
    let first = shown(&client, &door).await.unwrap();
    assert!(shown(&client, &door.named(BASE)).await.is_some());
    assert_eq!(client.get(&door, "/health").await.unwrap().json()["status"], "pass");
    let names_of_the_home = door.named("localhost");
    assert!(shown(&client, &names_of_the_home).await.is_none());
    assert!(shown(&own.client(), &names_of_the_home).await.is_some());

    let renewed = own.panier(&["certificate", "renew", &door.name]).well();
    assert!(renewed.said.contains("has a new certificate"), "{renewed}");
    let second = shown(&client, &door).await.unwrap();
    assert_ne!(first, second);
    socket.send(Message::text("still here")).await.unwrap();
    let heard = tokio::time::timeout(Duration::from_secs(30), socket.next()).await.unwrap();
    assert_eq!(heard.unwrap().unwrap(), Message::text("still here"));

    // A service that is gone leaves no key behind.
    own.panier(&["remove", "pad", "--purge", "--yes"]).well();
    let key = own.root().join(format!("certificates/public/{}.pem", door.name));
    wait_until("its key is gone", PATIENCE, || (!key.exists()).then_some(()));
    own.panier(&["certificate", "authority", "none"]).well();
    assert_eq!(certificate(&own, BASE)["issuer"], "acme", "it stays until its end");
}

#[tokio::test]
async fn a_daemon_killed_during_an_order_finishes_it_at_its_next_start() {
    let Some((mut own, http, https)) = public_box("a kill during an order") else { return };
    let plan = PebblePlan { hesitates: Some(3), ..PebblePlan::asking(http, https) };
    let Some(pebble) = Pebble::start("the same", plan) else { return };
    set_authority(&own, &pebble);
    let order = own.root().join(format!("certificates/public/{BASE}.order"));
    // It has been told to look, and has not looked yet.
    wait_until("the authority is about to ask", PATIENCE, || {
        pebble.log().contains("Pulled a task from the Tasks queue").then_some(())
    });
    own.kill();
    assert!(order.exists(), "killed too late");
    // The front door answers on while there is no daemon.
    wait_until("the authority has asked", PATIENCE, || {
        pebble.log().contains("set VALID by completed challenge").then_some(())
    });
    own.start();
    wait_for(&own, BASE, "acme", "good");
    assert!(!order.exists());
    assert_eq!(pebble.log().matches("Added order").count(), 1, "{}", pebble.log());
    let client = Client::trusting(&pebble.root().await);
    let door = Door { at: ([127, 0, 0, 1], https).into(), name: BASE.into(), http: Http::One };
    assert!(shown(&client, &door).await.is_some());
}

#[tokio::test]
async fn a_domain_that_nobody_reaches_is_a_finding_and_its_service_works() {
    let Some((own, _, _)) = public_box("a domain that is not reached") else { return };
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let plan = PebblePlan::asking(closed, closed);
    let Some(pebble) = Pebble::start("the same", plan) else { return };
    set_authority(&own, &pebble);
    own.panier(&["install", "tiny", "--name", "pad"]).well();
    let door = own.door("pad");
    let one = wait_for(&own, &door.name, "own", "waiting");
    assert_eq!(one["trouble"]["code"], "certificate-not-reached", "{one}");
    let french = one["trouble"]["what"]["fr"].as_str().unwrap();
    assert!(french.contains("le port 80 semble fermé"), "{french}");
    assert!(one["next_attempt"].as_str().is_some(), "{one}");
    // It is served all the same, by the box's own authority.
    assert_eq!(own.client().get(&door, "/health").await.unwrap().json()["status"], "pass");
    let told = own.panier(&["certificate", "list"]).well();
    assert!(told.said.contains("It is tried again by itself on "), "{told}");
    own.panier(&["certificate", "renew", &door.name]).ended_with(1);
    assert!(own.jobs_at_rest().iter().all(|job| job["state"] == "done"), "no job failed");

    // Of what would happen, nothing is ordered.
    let orders = pebble.log().matches("Added order").count();
    let test = own.panier(&["certificate", "test", &door.name, "--json"]).ended_with(1).json();
    assert_eq!((&test["ready"], &test["public_name"]), (&false.into(), &true.into()), "{test}");
    assert_eq!(test["troubles"][0]["code"], "certificate-domain-unknown", "{test}");
    let test = own.panier(&["certificate", "test", "localhost", "--json"]).ended_with(1).json();
    assert_eq!((&test["answers"], &test["leads_here"]), (&true.into(), &true.into()), "{test}");
    assert_eq!(test["troubles"][0]["code"], "domain-not-public", "{test}");
    assert_eq!(pebble.log().matches("Added order").count(), orders);

    own.panier(&["certificate", "renew", "nobody.example.org"]).ended_with(5);
    own.panier(&["certificate", "authority", "set", "--directory", "http://ca"]).ended_with(6);
    own.panier(&["certificate", "authority", "none"]).well();
    own.panier(&["certificate", "renew", &door.name]).ended_with(6);
}
