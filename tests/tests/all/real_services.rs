//! The real services that Panier offers, doing real work over HTTPS.

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use tests::{Answer, Client, Door, TestBox};
use tokio::sync::Mutex;

/// They build images and take memory: one at a time, on a small machine.
static TURN: Mutex<()> = Mutex::const_new(());

/// A request with a name and a password (RFC 7617).
struct Account<'a> {
    client: &'a Client,
    door: &'a Door,
    authorization: String,
}

impl<'a> Account<'a> {
    fn new(client: &'a Client, door: &'a Door, name: &str, password: &str) -> Self {
        let authorization = format!("Basic {}", base64(format!("{name}:{password}").as_bytes()));
        Self { client, door, authorization }
    }

    async fn ask(&self, method: &str, path: &str, kind: &str, body: String) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", &self.authorization)
            .header("content-type", kind)
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        self.client.ask(self.door, request).await.unwrap()
    }

    async fn form(&self, path: &str, fields: &str) -> Value {
        let kind = "application/x-www-form-urlencoded";
        let answer = self.ask("POST", path, kind, fields.to_owned()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{path}: {}", answer.text());
        answer.json()
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "text/plain", String::new()).await
    }
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

#[tokio::test]
async fn miniflux_keeps_a_category_that_its_generated_administrator_makes() {
    let _turn = TURN.lock().await;
    let Some(own) = TestBox::new("Miniflux with PostgreSQL") else { return };
    own.panier(&["install", "miniflux", "--set", "admin=marie"]).well();
    let (client, door) = (own.client(), own.door("miniflux"));
    let revealed = own.json(&["show", "miniflux", "--secrets"]);
    let password = revealed["revealed"]["admin_password"].as_str().unwrap();
    let marie = Account::new(&client, &door, "marie", password);
    let me = marie.get("/v1/me").await.json();
    assert_eq!((&me["username"], &me["is_admin"]), (&"marie".into(), &true.into()));
    let body = json!({ "title": "Jardin" }).to_string();
    let made = marie.ask("POST", "/v1/categories", "application/json", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let is_there = |answer: &Answer| {
        let listed = answer.json();
        listed.as_array().unwrap().iter().any(|category| category["title"] == "Jardin")
    };
    assert!(is_there(&marie.get("/v1/categories").await));

    let stranger = Account::new(&client, &door, "marie", "a guess");
    assert_eq!(stranger.get("/v1/me").await.status, StatusCode::UNAUTHORIZED);
    own.panier(&["restart", "miniflux"]).well();
    assert!(is_there(&marie.get("/v1/categories").await));
}

/// What each member is owed, by name.
async fn balances(project: &Account<'_>) -> Vec<(String, f64)> {
    let told = project.get("/api/projects/vacances/statistics").await.json();
    let of = |member: &Value| {
        let name = member["member"]["name"].as_str().unwrap().to_owned();
        (name, member["balance"].as_f64().unwrap())
    };
    let mut balances: Vec<_> = told.as_array().unwrap().iter().map(of).collect();
    balances.sort_by(|one, other| one.0.cmp(&other.0));
    balances
}

#[tokio::test]
async fn ihatemoney_keeps_its_balances_through_a_kill_a_lost_container_and_the_trash() {
    let _turn = TURN.lock().await;
    let Some(mut own) = TestBox::new("ihatemoney") else { return };
    own.panier(&["install", "ihatemoney"]).well();
    let (client, door) = (own.client(), own.door("ihatemoney"));
    let project = Account::new(&client, &door, "vacances", "secret-code");
    let fields = "name=Vacances&id=vacances&password=secret-code&contact_email=marie%40example.org";
    project.form("/api/projects", fields).await;
    let marie = project.form("/api/projects/vacances/members", "name=Marie").await;
    let paul = project.form("/api/projects/vacances/members", "name=Paul").await;
    for (what, payer, amount) in [("pain", &marie, "10"), ("essence", &paul, "30")] {
        let bill = format!(
            "date=2026-11-22&what={what}&payer={payer}&payed_for={marie}&payed_for={paul}&amount={amount}"
        );
        project.form("/api/projects/vacances/bills", &bill).await;
    }
    let expected = vec![("Marie".to_owned(), -10.0), ("Paul".to_owned(), 10.0)];
    assert_eq!(balances(&project).await, expected);

    own.kill();
    let engine = own.engine().await;
    let container = engine.containers(&own.owner()).await.remove(0);
    engine.ask("DELETE", &format!("/containers/{}?force=true", container.id), None).await;
    own.start();
    own.wait_until_up("ihatemoney");
    client.when_open(&door, "/").await;
    assert_eq!(balances(&project).await, expected);

    own.panier(&["remove", "ihatemoney"]).well();
    let id = own.json(&["trash", "list"])[0]["id"].to_string();
    own.panier(&["trash", "restore", &id]).well();
    assert_eq!(balances(&project).await, expected);
}
