//! The panel as people have it: a real browser, through the real front door, to
//! the real daemon. What is looked for is found by role and by name, as a
//! screen reader finds it; the walks are in `tests/browser`.

use http::Request;
use serde_json::Value;
use tests::{Browser, Door, TestBox, engine_socket};

use super::domains::knowing_its_address;
use super::kept::{Disk, box_with_restic};
use super::updates::failing;

/// Sends a person with a browser on a walk through the panel of a box that has
/// one service.
fn walk(left_out: &str, walk: &[&str]) {
    let Some(browser) = Browser::find(left_out) else { return };
    let Some(own) = TestBox::new(left_out) else { return };
    own.panier(&["install", "tiny"]).well();
    browser.walk(&own, walk);
}

#[test]
fn a_second_service_is_had_by_clicks_alone_in_english() {
    walk("the panel in English", &["clicks.js", "en"]);
}

#[test]
fn a_second_service_is_had_by_clicks_alone_in_french() {
    walk("the panel in French", &["clicks.js", "fr"]);
}

#[test]
fn a_second_service_is_had_by_the_keyboard_alone() {
    walk("the panel by keyboard", &["keys.js"]);
}

#[test]
fn every_page_can_be_used_by_everybody_and_the_first_load_is_small() {
    let left_out = "axe on every page";
    let Some(browser) = Browser::find(left_out) else { return };
    let Some(own) = box_with_restic(left_out) else { return };
    let Some(disk) = Disk::mounted(own.root().join("blue"), "size=160m") else { return };
    // One that is kept and may be updated, one that was, one in the trash, and
    // one that could not be had.
    own.panier(&["install", "tiny", "--release", "1.0"]).well();
    own.panier(&["target", "add", "blue", disk.path()]).well();
    own.panier(&["backup", "tiny"]).well();
    own.panier(&["rehearse", "tiny"]).well();
    own.panier(&["backup", "tiny"]).well();
    own.panier(&["domain", "add", "tiny", "lines.panier.localhost"]).well();
    own.panier(&["install", "tiny", "--name", "old", "--release", "1.0"]).well();
    own.panier(&["update", "old"]).well();
    own.panier(&["install", "tiny", "--name", "gone"]).well();
    own.panier(&["remove", "gone"]).well();
    own.panier(&["install", "tiny", "--name", "never", "--set", "fail=start"]).ended_with(1);
    let failed = own.json(&["jobs"])[0]["id"].to_string();
    browser.walk(&own, &["every-page.js", &failed]);
}

#[tokio::test]
async fn a_release_that_fails_is_undone_and_the_panel_says_so() {
    let left_out = "updates in the panel";
    let Some(browser) = Browser::find(left_out) else { return };
    let Some(own) = TestBox::new(left_out) else { return };
    for (recipe, fails) in
        [("tiny", None), ("broken", Some("broken")), ("migration", Some("migration"))]
    {
        if let Some(fails) = fails {
            // Quick, and still slow enough for a machine with much to do.
            let failing = failing(fails).replace("within = \"3 s\"", "within = \"8 s\"");
            own.put_recipe(recipe, &failing.replace("id = \"tiny\"", &format!("id = {recipe:?}")));
        }
        own.panier(&["install", recipe, "--release", "1.0"]).well();
        for line in ["un", "deux", "trois"] {
            let kept = own.client().post(&own.door(recipe), "/data", line).await.unwrap();
            assert_eq!(kept.status.as_u16(), 201);
        }
    }
    browser.walk(&own, &["updates.js"]);
}

#[tokio::test]
async fn what_is_kept_is_proven_and_brought_back_by_clicks() {
    let left_out = "backups in the panel";
    let Some(browser) = Browser::find(left_out) else { return };
    let Some(own) = box_with_restic(left_out) else { return };
    let Some(disk) = Disk::mounted(own.root().join("blue"), "size=160m") else { return };
    own.panier(&["install", "tiny"]).well();
    let kept = own.client().post(&own.door("tiny"), "/data", "un").await.unwrap();
    assert_eq!(kept.status.as_u16(), 201);
    browser.walk(&own, &["backups.js", disk.path()]);
}

#[test]
fn domains_come_go_and_change_places_by_clicks_and_by_keyboard() {
    let left_out = "domains in the panel";
    let Some(browser) = Browser::find(left_out) else { return };
    let Some(own) = TestBox::new(left_out) else { return };
    let picky = knowing_its_address().replace(
        "echo {{ domain }} >> /data/told",
        "test {{ domain }} != never.panier.localhost && echo {{ domain }} >> /data/told",
    );
    assert!(picky.contains("never"));
    own.put_recipe("tiny", &picky);
    own.panier(&["install", "tiny"]).well();
    own.panier(&["install", "tiny", "--name", "other"]).well();
    browser.walk(&own, &["domains.js"]);
}

#[test]
fn what_goes_away_under_an_open_page_is_said_and_seen_again_when_it_is_back() {
    let left_out = "a daemon that dies under an open page";
    let Some(browser) = Browser::find(left_out) else { return };
    let Some(mut own) = box_with_restic(left_out) else { return };
    let Some(disk) = Disk::mounted(own.root().join("blue"), "size=160m") else { return };
    own.panier(&["target", "add", "blue", disk.path()]).well();
    browser.walk_helped(&mut own, &["away.js"], |own, word| match word {
        "kill" => own.kill(),
        "start" => own.start(),
        "pull" => disk.pull_out(),
        other => panic!("the walk wants {other}"),
    });
}

#[tokio::test]
async fn whoever_has_no_session_is_told_nothing_through_the_front_door() {
    if engine_socket("the panel without a session").is_none() {
        return;
    }
    let own = TestBox::new("the panel without a session").unwrap();
    own.panier(&["install", "tiny"]).well();
    let shown = own.json(&["box", "show"]);
    let door = Door::of(shown["address"].as_str().unwrap());
    let client = own.client();
    let page = client.get(&door, "/services/tiny").await.unwrap();
    assert!(page.text().contains("<noscript>"), "the panel's page, whatever it will show");
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    for path in ["/api/services", "/api/box", "/api/services/tiny/secrets", "/api/events"] {
        let refused = client.get(&door, path).await.unwrap();
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (401, &"signed-out".into()));
    }
    // From a service's own page, which browsers hold for the same site.
    let address = shown["address"].as_str().unwrap();
    let origin = address.replace("https://", "https://tiny.");
    let request = Request::post("/api/session")
        .header("origin", origin)
        .header("x-panier", "1")
        .body("{\"password\":\"x\"}".into())
        .unwrap();
    let refused = client.ask(&door, request).await.unwrap();
    assert_eq!(refused.json()["code"], "foreign-origin");
}

#[tokio::test]
async fn a_password_is_chosen_and_reset_at_the_terminal_and_lies_nowhere() {
    if engine_socket("a password's life").is_none() {
        return;
    }
    let mut own = TestBox::prepared("a password's life", &tests::TestBoxPlan::default()).unwrap();
    own.set_environment("PANIER_LOG", "trace");
    own.start();
    let door = Door::of(own.json(&["box", "show"])["address"].as_str().unwrap());
    let client = own.client();
    let post = async |path: &str, body: Value| {
        let request = Request::post(path).header("x-panier", "1");
        client.ask(&door, request.body(body.to_string().into()).unwrap()).await.unwrap()
    };
    let code = own.json(&["code"])["code"].as_str().unwrap().to_owned();
    let password = "trois petits chats";
    let body = serde_json::json!({ "code": code, "password": password });
    let begun = post("/api/session/first-run", body).await;
    assert_eq!(begun.status.as_u16(), 200, "{}", begun.text());
    let cookie = begun.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let ask = async |cookie: &str| {
        let request = Request::get("/api/services").header("cookie", cookie);
        client.ask(&door, request.body(bytes::Bytes::new().into()).unwrap()).await.unwrap().status
    };
    assert_eq!(ask(&cookie).await.as_u16(), 200);
    // A session outlives the daemon.
    own.kill();
    own.start();
    assert_eq!(ask(&cookie).await.as_u16(), 200);
    assert!(own.panier(&["code"]).well().said.contains("password reset"));

    let reset = own.panier(&["password", "reset"]).well();
    assert!(reset.said.contains("https://panier.localhost"), "{reset}");
    assert_eq!(ask(&cookie).await.as_u16(), 401);
    let refused = post("/api/session", serde_json::json!({ "password": password })).await;
    assert_eq!(refused.json()["code"], "password-unset");

    let token = cookie.split('=').nth(1).unwrap();
    own.end();
    for file in ["daemon.log", "front-door.log", "ledger.db", "ledger.db-wal"] {
        let content = std::fs::read(own.root().join(file)).unwrap_or_default();
        for secret in [password, token, &code] {
            let found = content.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
            assert!(!found, "{secret} lies in {file}");
        }
    }
}
