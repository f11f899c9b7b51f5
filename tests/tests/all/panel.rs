//! The panel as people have it: a real browser, through the real front door, to
//! the real daemon. What is looked for is found by role and by name, as a
//! screen reader finds it; the walks are in `tests/browser`.

use std::path::{Path, PathBuf};
use std::process::Command;

use http::Request;
use serde_json::Value;
use tests::{Door, TestBox, engine_socket};

/// Where pictures of every page go; outside of the clone.
const PICTURES: &str = "PANIER_SCREENSHOTS";

/// Everything that a walk is made with; none, and said so, where it is not there.
fn browser(left_out: &str) -> Option<PathBuf> {
    let program = |name: &str| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
    };
    let modules =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/node_modules/playwright-core");
    let chromium = program("chromium").filter(|_| program("node").is_some() && modules.is_dir());
    if chromium.is_none() {
        println!("left out, as there is no chromium, node or playwright-core: {left_out}");
    }
    chromium
}

/// Sends a person with a browser on a walk through the panel of a box that has
/// one service, and gives what the walk says of it.
fn walk(left_out: &str, walk: &[&str]) {
    let Some(chromium) = browser(left_out) else { return };
    let Some(own) = TestBox::new(left_out) else { return };
    own.panier(&["install", "tiny"]).well();
    let code = own.json(&["code"]);
    let said = |key: &str| code.get(key).and_then(Value::as_str).expect("a code").to_owned();
    let pictures = std::env::var_os(PICTURES)
        .map_or_else(|| std::env::temp_dir().join("panier-screenshots"), PathBuf::from);
    let walked = Command::new("node")
        .args(walk)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser"))
        .env("PANIER_PANEL", said("address"))
        .env("PANIER_CODE", said("code"))
        .env("PANIER_CHROMIUM", chromium)
        .env(PICTURES, pictures)
        .output()
        .expect("node runs");
    let told = String::from_utf8_lossy(&walked.stdout);
    let complained = String::from_utf8_lossy(&walked.stderr);
    println!("{told}");
    assert!(walked.status.success(), "{told}\n{complained}");
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
    walk("axe on every page", &["every-page.js"]);
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
