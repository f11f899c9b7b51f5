//! Who may use the panel: the way in, and every way that is shut.

use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD, read};
use super::scripted::ServedBox;

/// What everybody may ask whom the front door lets in.
const OPEN: [(&str, &str); 3] =
    [("get", "/api/session"), ("post", "/api/session"), ("post", "/api/session/first-run")];

/// Every method and path of the document.
fn routes() -> Vec<(String, String)> {
    let document = serde_json::to_value(crate::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, of): (&String, &Value)| {
        let methods = of.as_object().unwrap().keys().cloned();
        methods.map(|method| (method, path.clone())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(methods).collect()
}

#[tokio::test]
async fn every_route_of_the_document_is_refused_without_a_session() {
    let of = ServedBox::start().await;
    of.add_service("budget");
    let of_the_document = routes();
    assert!(of_the_document.len() > 25, "{of_the_document:?}");
    let beside = ["/api/openapi.json", "/api", "/api/", "/api/nothing", "/api/session/none"];
    let beside = beside.map(|path| ("get".to_owned(), path.to_owned()));
    for (method, path) in of_the_document.into_iter().chain(beside) {
        if OPEN.contains(&(&method, &path)) {
            continue;
        }
        let path = path.replace("{name}", "budget").replace("{id}", "1");
        for cookie in [None, Some("__Host-panier=".to_owned()), Some("__Host-panier=0".repeat(64))]
        {
            let mut browser = Browser::at(&of, "192.168.1.20");
            browser.cookie = cookie;
            let response = browser.raw(&method.to_uppercase(), &path, None).await;
            let kind = response.headers()["content-type"].clone();
            let (status, answer) = read(response).await;
            assert_eq!((status, &answer["code"]), (401, &"signed-out".into()), "{method} {path}");
            assert_eq!(kind, "application/problem+json");
            let keys: Vec<_> = answer.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["code", "remedy", "what"], "and nothing else is told");
            assert!(answer["what"]["fr"].is_string() && answer["what"]["en"].is_string());
        }
    }
    assert!(of.hand.asked().is_empty(), "nothing of this may reach the hand");
}

#[tokio::test]
async fn the_code_of_the_command_line_lets_somebody_choose_the_password_once() {
    let of = ServedBox::start().await;
    let mut browser = Browser::at(&of, "192.168.1.20");
    assert_eq!(browser.state().await, "first-run");
    assert_eq!(browser.sign_in(PASSWORD).await.1["code"], "password-unset");
    let old = of.code().await;
    let code = of.code().await;
    for (code, password, status, refused) in [
        (&*code, "short", 422, "password-too-short"),
        (&*code, "Motdepasse1", 422, "password-too-plain"),
        (&*old, PASSWORD, 401, "code-wrong"),
        ("0000-0000-0000", PASSWORD, 401, "code-wrong"),
    ] {
        let (found, answer) = browser.begin(code, password).await;
        assert_eq!((found, &answer["code"]), (status, &refused.into()));
    }
    let (status, answer) = browser.begin(&code.to_lowercase().replace('-', " "), PASSWORD).await;
    assert_eq!((status, &answer["state"]), (200, &"signed-in".into()));
    assert_eq!(browser.state().await, "signed-in");
    assert_eq!(browser.ask("GET", "/api/services", None).await.0, 200);

    let mut other = Browser::at(&of, "192.168.1.21");
    assert_eq!(other.state().await, "signed-out");
    assert_eq!(other.begin(&code, PASSWORD).await.1["code"], "password-set");
    let told = of.ask("POST", "/api/administrator/code", None).await.1;
    assert_eq!(told, json!({ "address": "https://panier.localhost" }), "no code any more");
}

#[tokio::test]
async fn a_code_counts_for_a_day() {
    let of = ServedBox::start().await;
    let code = of.code().await;
    of.later(SignedDuration::from_hours(24));
    let mut browser = Browser::at(&of, "192.168.1.20");
    assert_eq!(browser.begin(&code, PASSWORD).await.1["code"], "code-wrong");
    assert_eq!(browser.begin(&of.code().await, PASSWORD).await.0, 200);
}

#[tokio::test]
async fn of_two_who_have_the_code_one_has_the_panel() {
    let of = ServedBox::start().await;
    let code = of.code().await;
    let mut one = Browser::at(&of, "192.168.1.20");
    let mut two = Browser::at(&of, "192.168.1.21");
    let (one, two) = tokio::join!(one.begin(&code, PASSWORD), two.begin(&code, "mon chat dort"));
    let mut found = [one.0, two.0];
    found.sort_unstable();
    assert!(found == [200, 401] || found == [200, 409], "{found:?}");
}

#[tokio::test]
async fn the_password_opens_and_the_cookie_is_the_browsers_alone() {
    let of = ServedBox::start().await;
    Browser::signed_in(&of).await;
    let mut browser = Browser::at(&of, "192.168.1.30");
    let body = Some(json!({ "password": PASSWORD }));
    let response = browser.raw("POST", "/api/session", body).await;
    assert_eq!(response.headers()["cache-control"], "no-store");
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    for limit in ["__Host-panier=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
        assert!(cookie.contains(limit), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    let held = browser.cookie.clone().unwrap();
    let token = held.strip_prefix("__Host-panier=").unwrap().as_bytes();
    let (_, kept) = of.sessions()[0];
    assert_ne!(kept.begun, "2026-01-01T00:00:00Z".parse().unwrap());
    assert!(of.sessions().iter().all(|(digest, _)| digest != &token[..32]), "kept as a digest");

    // Signing in again ends the session before it.
    let count = of.sessions().len();
    assert_eq!(browser.sign_in(PASSWORD).await.0, 200);
    assert_ne!(browser.cookie, Some(held));
    assert_eq!(of.sessions().len(), count);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_what_streams_in_it() {
    let of = ServedBox::start().await;
    let mut browser = Browser::signed_in(&of).await;
    let mut other = Browser::at(&of, "192.168.1.21");
    other.sign_in(PASSWORD).await;
    let id = of.begin_job();
    let events = browser.raw("GET", &format!("/api/jobs/{id}/events"), None).await;
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let mut events = events.into_body();
    assert!(events.frame().await.is_some());
    let held = browser.cookie.clone();
    assert_eq!(browser.ask("DELETE", "/api/session", None).await.0, 204);
    assert_eq!(browser.cookie, None, "the browser forgets it");
    while events.frame().await.is_some() {}
    browser.cookie = held;
    assert_eq!(browser.ask("GET", "/api/services", None).await.0, 401, "and so does the box");
    assert_eq!(other.state().await, "signed-in");
}

#[tokio::test]
async fn sessions_end_by_themselves() {
    let of = ServedBox::start().await;
    let mut browser = Browser::signed_in(&of).await;
    for _ in 0..13 {
        of.later(SignedDuration::from_hours(23));
        assert_eq!(browser.state().await, "signed-in", "in use every day");
    }
    of.later(SignedDuration::from_hours(37));
    assert_eq!(browser.state().await, "signed-out", "not for ever");
    browser.sign_in(PASSWORD).await;
    of.later(SignedDuration::from_hours(25));
    assert_eq!(browser.state().await, "signed-out", "nobody used it");
    browser.sign_in(PASSWORD).await;
    assert_eq!(of.sessions().len(), 1, "those that ended are swept");
}

#[tokio::test]
async fn a_reset_ends_all_sessions_and_begins_anew() {
    let of = ServedBox::start().await;
    let mut browser = Browser::signed_in(&of).await;
    let (status, told) = of.ask("POST", "/api/administrator/reset", None).await;
    assert_eq!(status, 200);
    assert_eq!(browser.ask("GET", "/api/box", None).await.0, 401);
    assert_eq!(browser.state().await, "first-run");
    assert_eq!(browser.sign_in(PASSWORD).await.0, 409, "the old one is forgotten");
    let code = told["code"].as_str().unwrap();
    assert_eq!(browser.begin(code, "mon chat dort").await.0, 200);
}

#[tokio::test]
async fn a_changed_password_ends_every_other_session() {
    let of = ServedBox::start().await;
    let mut browser = Browser::signed_in(&of).await;
    let mut other = Browser::at(&of, "192.168.1.21");
    other.sign_in(PASSWORD).await;
    let change = |current: &str, new: &str| Some(json!({ "current": current, "new": new }));
    let path = "/api/session/password";
    for (current, new, code) in [
        ("not the password", "mon chat dort", "password-wrong"),
        (PASSWORD, "0123456789", "password-too-plain"),
    ] {
        assert_eq!(browser.ask("POST", path, change(current, new)).await.1["code"], code);
    }
    assert_eq!(browser.ask("POST", path, change(PASSWORD, "mon chat dort")).await.0, 200);
    assert_eq!(browser.state().await, "signed-in");
    assert_eq!(other.state().await, "signed-out");
    assert_eq!(other.sign_in(PASSWORD).await.0, 401);
    assert_eq!(other.sign_in("mon chat dort").await.0, 200);
}

#[tokio::test]
async fn wrong_tries_are_slowed_down_over_a_restart_and_one_place_at_a_time() {
    let mut of = ServedBox::start().await;
    Browser::signed_in(&of).await;
    let mut stranger = Browser::at(&of, "192.168.1.66");
    for _ in 0..4 {
        assert_eq!(stranger.sign_in("not the password").await.1["code"], "password-wrong");
    }
    let body = Some(json!({ "password": PASSWORD }));
    let response = stranger.raw("POST", "/api/session", body.clone()).await;
    assert_eq!(response.headers()["retry-after"], "2");
    let (status, answer) = read(response).await;
    assert_eq!(
        (status, &answer["code"]),
        (429, &"too-many-tries".into()),
        "not even the right one"
    );
    assert_eq!(answer["remedy"]["fr"], "Réessayez dans 2 secondes.");
    assert_eq!(Browser::at(&of, "192.168.1.20").sign_in(PASSWORD).await.0, 200, "others may");

    of = of.restarted().await;
    let mut stranger = Browser::at(&of, "192.168.1.66");
    assert_eq!(stranger.sign_in(PASSWORD).await.0, 429);
    of.later(SignedDuration::from_secs(2));
    assert_eq!(stranger.sign_in("not the password").await.0, 401);
    of.later(SignedDuration::from_secs(3));
    assert_eq!(stranger.sign_in(PASSWORD).await.0, 429, "now it is four seconds");
    of.later(SignedDuration::from_secs(1));
    assert_eq!(stranger.sign_in(PASSWORD).await.0, 200);
    assert_eq!(stranger.sign_in("not the password").await.0, 401, "forgiven");
}

#[tokio::test]
async fn many_guesses_at_once_gain_nothing() {
    let of = ServedBox::start().await;
    Browser::signed_in(&of).await;
    let guess = async || Browser::at(&of, "192.168.1.66").sign_in("not the password").await.0;
    let found = futures_util::future::join_all((0..12).map(|_| guess())).await;
    assert_eq!(found.iter().filter(|status| **status == 401).count(), 4, "{found:?}");
    assert_eq!(found.iter().filter(|status| **status == 429).count(), 8);
}

#[tokio::test]
async fn what_another_sites_page_asks_is_refused() {
    let of = ServedBox::start().await;
    of.add_service("budget");
    let browser = Browser::signed_in(&of).await;
    let service = ("origin", "https://budget.panier.localhost");
    let own = ("origin", "https://panier.localhost");
    for headers in [
        &[own][..],
        &[service, ("x-panier", "1")],
        &[own, ("x-panier", "1"), ("sec-fetch-site", "same-site")],
        &[("x-panier", "1"), ("sec-fetch-site", "cross-site")],
        &[("origin", "null"), ("x-panier", "1")],
    ] {
        for (method, path) in [
            ("POST", "/api/services/budget/stop"),
            ("DELETE", "/api/services/budget"),
            ("PATCH", "/api/services/budget/answers"),
            ("DELETE", "/api/session"),
            ("POST", "/api/session"),
        ] {
            let (status, answer) = read(browser.raw_with(method, path, None, headers).await).await;
            let expected = (403, &"foreign-origin".into());
            assert_eq!((status, &answer["code"]), expected, "{method} {path} {headers:?}");
        }
    }
    let peek = browser.raw_with("GET", "/api/services", None, &[("sec-fetch-site", "same-site")]);
    assert_eq!(peek.await.status(), 403, "a service's page reads nothing either");
    assert!(of.hand.asked().is_empty());
}

#[tokio::test]
async fn answers_are_for_the_panel_alone_and_are_not_kept() {
    let of = ServedBox::start().await;
    let mut browser = Browser::signed_in(&of).await;
    for path in ["/api/services", "/api/session", "/api/nothing", "/api/jobs/9", "/api/events"] {
        let response = browser.raw("GET", path, None).await;
        let said = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(said("cache-control"), "no-store", "{path}");
        assert_eq!(said("x-content-type-options"), "nosniff");
        assert_eq!(said("cross-origin-resource-policy"), "same-origin");
        assert_eq!(said("referrer-policy"), "no-referrer");
        assert!(said("content-security-policy").contains("default-src 'none'"));
        assert!(!response.headers().contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn the_command_lines_own_is_not_there_for_people() {
    let of = ServedBox::start().await;
    let mut browser = Browser::signed_in(&of).await;
    for path in ["/api/administrator/code", "/api/administrator/reset"] {
        assert_eq!(browser.ask("POST", path, None).await.1["code"], "route-unknown", "{path}");
    }
    // And sessions are not there for the command line, which needs none.
    assert_eq!(of.ask("GET", "/api/session", None).await.1["code"], "route-unknown");
}
