//! The API over a real socket, with a real ledger and a real journal; only the
//! hand is scripted.

mod browser;
mod once;
mod pages;
mod panel;
mod people;
mod scripted;

use std::path::Path;
use std::time::Duration;

use ledger::JobId;
use recipe::{Trouble, text};
use serde_json::{Value, json};

use crate::views::{EventView, HealthView, JobStateView, LogEntry};
use scripted::ServedBox;

fn trouble(code: &str) -> Trouble {
    Trouble::new(code, text!("It is so.", "C’est ainsi."), text!("Wait.", "Attendez."))
}

#[test]
fn the_document_is_as_it_is_written_down() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let mut document = serde_json::to_string_pretty(&crate::document()).unwrap();
    document.push('\n');
    if std::env::var_os("PANIER_WRITE_OPENAPI").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == document,
        "openapi.json is of before: PANIER_WRITE_OPENAPI=1 cargo test -p admin the_document"
    );
}

#[tokio::test]
async fn what_a_box_is_can_be_asked() {
    let of = ServedBox::start().await;
    let (status, answer) = of.ask("GET", "/api/box", None).await;
    assert_eq!(status, 200);
    assert_eq!(answer["base_domain"], "panier.localhost");
    assert_eq!(answer["first_domains"], "{name}.panier.localhost");
    assert_eq!(answer["certificate_fingerprint"], "AA:BB");
    assert_eq!(answer["up_since"], "2026-11-22T10:00:00Z");
    assert!(answer["memory"]["available"].as_u64() <= answer["memory"]["total"].as_u64());
    assert!(answer["disk"]["free"].as_u64() <= answer["disk"]["total"].as_u64());
    let addresses = answer["addresses"].as_array().unwrap();
    assert!(addresses.iter().all(|it| it != "127.0.0.1" && it != "::1"), "{addresses:?}");
}

#[tokio::test]
async fn what_a_recipe_needs_is_told_before_it_is_chosen() {
    let of = ServedBox::start().await;
    let (_, all) = of.ask("GET", "/api/recipes", None).await;
    let miniflux = all.as_array().unwrap().iter().find(|it| it["id"] == "miniflux").unwrap();
    assert!(miniflux["memory"].as_u64() > Some(64 << 20), "{miniflux}");
    assert_eq!(
        (&miniflux["license"], &miniflux["reaches_out"]),
        (&"Apache-2.0".into(), &true.into())
    );
    let (_, one) = of.ask("GET", "/api/recipes/miniflux", None).await;
    assert_eq!(one["memory"], miniflux["memory"]);
    assert_eq!(one["releases"][0]["built_here"], json!(["database", "app"]));
    assert!(one["egress"][0]["because"]["fr"].is_string());
}

#[tokio::test]
async fn a_recipes_picture_can_do_nothing_but_be_seen() {
    let of = ServedBox::start().await;
    let icon = of.raw("GET", "/api/recipes/miniflux/icon", None).await;
    assert_eq!(icon.status(), 200);
    let said = |name: &str| icon.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(said("content-type"), "image/svg+xml");
    assert_eq!(said("x-content-type-options"), "nosniff");
    let policy = said("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && policy.ends_with("sandbox"), "{policy}");
    let (status, answer) = of.ask("GET", "/api/recipes/none/icon", None).await;
    assert_eq!((status, &answer["code"]), (404, &"recipe-unknown".into()));
}

#[tokio::test]
async fn the_recipe_of_a_service_is_shown_as_it_was_installed() {
    let of = ServedBox::start().await;
    of.add_service("budget");
    let response = of.raw("GET", "/api/services/budget/recipe", None).await;
    assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(of.text("GET", "/api/services/budget/recipe").await, "# as it was\n");
    assert_eq!(of.ask("GET", "/api/services/none/recipe", None).await.0, 404);
}

#[tokio::test]
async fn services_are_told_with_their_address_and_health() {
    let of = ServedBox::start().await;
    of.add_service("budget");
    let (status, answer) = of.ask("GET", "/api/services", None).await;
    assert_eq!(status, 200);
    assert_eq!(answer[0]["name"], "budget");
    assert_eq!(answer[0]["address"], "https://budget.panier.localhost");
    assert_eq!(answer[0]["health"], json!({ "state": "up" }));

    let (status, answer) = of.ask("GET", "/api/services/budget", None).await;
    assert_eq!(status, 200);
    assert_eq!(answer["domains"], json!(["budget.panier.localhost"]));
    assert_eq!(answer["update"]["way"], json!(["7.2.1"]));
    assert_eq!(answer["previous"]["release"], "6.1.5");
    let (status, back) = of.ask("GET", "/api/services/budget/rollback", None).await;
    assert_eq!((status, &back["moved"][0]["then"]), (200, &json!("214")));
    assert_eq!(answer["inside"]["containers"][0]["name"], "app");
    assert_eq!(answer["answers"], json!({ "title": "Ours" }));
}

#[tokio::test]
async fn what_is_asked_reaches_the_hand_and_a_job_is_the_answer() {
    let of = ServedBox::start().await;
    let body = json!({ "recipe": "ihatemoney", "name": "budget", "answers": { "title": "Ours" } });
    let (status, answer) = of.ask("POST", "/api/services", Some(body)).await;
    assert_eq!((status, &answer), (202, &json!({ "job": 7 })));
    for (method, path, body) in [
        ("POST", "/api/services/budget/start", None),
        ("POST", "/api/services/budget/stop", None),
        ("POST", "/api/services/budget/restart", None),
        ("PATCH", "/api/services/budget/answers", Some(json!({ "answers": { "title": "Yours" } }))),
        ("POST", "/api/services/budget/domains", Some(json!({ "domain": "b.example.org" }))),
        ("PUT", "/api/services/budget/domains/main", Some(json!({ "domain": "b.example.org" }))),
        ("DELETE", "/api/services/budget/domains/b.example.org", None),
        ("POST", "/api/services/budget/update", Some(json!({ "release": "7.2.1" }))),
        ("POST", "/api/services/budget/rollback", None),
        ("DELETE", "/api/services/budget?purge=true", None),
        ("POST", "/api/trash/3/restore", Some(json!({ "name": "old" }))),
        ("DELETE", "/api/trash/3", None),
        ("POST", "/api/images/build", Some(json!({ "folders": ["debian"] }))),
    ] {
        assert_eq!(of.ask(method, path, body).await.0, 202, "{method} {path}");
    }
    insta::assert_debug_snapshot!(of.hand.asked());
}

#[tokio::test]
async fn certificates_are_told_renewed_and_tested() {
    let of = ServedBox::start().await;
    let (status, answer) = of.ask("GET", "/api/certificates", None).await;
    assert_eq!((status, &answer[0]["domain"]), (200, &"pad.local".into()));
    let authority = json!({ "directory": "https://ca.example.org/dir" });
    for (method, path, body) in [
        ("POST", "/api/certificates/pad.local/renew", None),
        ("POST", "/api/certificates/test", Some(json!({ "domain": "pad.local" }))),
        ("PUT", "/api/certificates/authority", Some(authority)),
        ("GET", "/api/certificates/authority", None),
        ("DELETE", "/api/certificates/authority", None),
    ] {
        assert_eq!(of.ask(method, path, body).await.0, 200, "{method} {path}");
    }
    let asked = of.hand.asked();
    assert_eq!(asked[..2], ["renew pad.local", "test pad.local"]);
    assert_eq!((asked[2].starts_with("set "), asked.len()), (true, 4), "{asked:?}");
    for (code, expected) in [
        ("domain-unknown", 404),
        ("domain-not-public", 422),
        ("authority-missing", 422),
        ("authority-wrong", 422),
    ] {
        of.hand.refuse(trouble(code));
        let refused = of.ask("POST", "/api/certificates/pad.local/renew", None).await;
        assert_eq!(refused.0, expected, "{code}");
    }
}

#[tokio::test]
async fn a_trouble_has_its_status_and_its_words() {
    let of = ServedBox::start().await;
    for (code, expected) in [("busy", 409), ("service-unknown", 404), ("engine-unreachable", 503)] {
        of.hand.refuse(trouble(code));
        let (status, answer) = of.ask("POST", "/api/services/budget/start", None).await;
        assert_eq!(status, expected);
        assert_eq!(serde_json::from_value::<Trouble>(answer).unwrap(), trouble(code));
    }
    let response = of.raw("GET", "/api/jobs/99", None).await;
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(response.status(), 404);
}

#[tokio::test]
async fn what_is_not_known_is_refused() {
    let of = ServedBox::start().await;
    let typo = json!({ "recipe": "ihatemoney", "domain": "a.example" });
    let many = json!({ "recipe": "x".repeat(70_000) });
    let cases = [
        ("POST", "/api/services", Some(typo), 422, "request-wrong"),
        ("POST", "/api/services", Some(json!({})), 422, "request-wrong"),
        ("POST", "/api/services", Some(many), 413, "request-too-large"),
        ("GET", "/api/services?all=true", None, 422, "request-wrong"),
        ("DELETE", "/api/services/budget?purged=true", None, 422, "request-wrong"),
        ("GET", "/api/jobs/first", None, 422, "request-wrong"),
        ("GET", "/api/nothing", None, 404, "route-unknown"),
        ("GET", "/", None, 404, "route-unknown"),
        ("PUT", "/api/services", None, 405, "method-refused"),
        ("GET", "/api/recipes/none", None, 404, "recipe-unknown"),
        ("GET", "/api/services/none", None, 404, "service-unknown"),
    ];
    for (method, path, body, status, code) in cases {
        let (found, answer) = of.ask(method, path, body).await;
        assert_eq!((found, answer["code"].as_str()), (status, Some(code)), "{method} {path}");
    }
    assert!(of.hand.asked().is_empty(), "nothing of this may reach the hand");
}

#[tokio::test]
async fn a_job_is_followed_from_its_beginning_to_its_end_without_a_gap() {
    let of = ServedBox::start().await;
    let id = of.begin_job();
    of.let_step_pass().await;
    // Joined in the middle: the first step and its line are known, the rest comes.
    let mut events = of.follow(id).await;
    let EventView::Known { detail } = events.next().await.unwrap() else { panic!("not known") };
    assert_eq!(detail.steps.len(), 2);
    assert_eq!(detail.steps[1].label, Some(text!("The second", "Le second")));
    let known = detail.lines.len();
    of.let_step_pass().await;
    let mut lines = known;
    let mut last = None;
    while let Some(event) = events.next().await {
        if let EventView::Line { number: Some(number), .. } = &event {
            assert_eq!(*number as usize, lines, "no line twice, and none left out");
            lines += 1;
        }
        last = Some(event);
    }
    let Some(EventView::Known { detail }) = last else { panic!("{last:?}") };
    assert_eq!(detail.job.state, JobStateView::Done);
    assert_eq!(detail.lines.len(), 2);
    assert_eq!(lines, 2);
}

#[tokio::test]
async fn a_job_that_has_ended_is_told_at_once() {
    let of = ServedBox::start().await;
    let id = of.begin_job();
    of.let_step_pass().await;
    of.let_step_pass().await;
    of.journal.wait(JobId(id)).await.unwrap();
    let mut events = of.follow(id).await;
    let first = events.next().await.unwrap();
    assert!(matches!(first, EventView::Known { detail } if detail.job.state.is_end()));
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn logs_come_line_by_line_and_say_why_they_end() {
    let of = ServedBox::start().await;
    of.add_service("budget");
    let path = "/api/services/budget/logs?follow=false&tail=2&container=app";
    let text = of.text("GET", path).await;
    let entries: Vec<LogEntry> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(entries.len(), 2);
    assert!(matches!(&entries[0], LogEntry::Line(line) if line.text == "hello"));
    assert!(matches!(&entries[1], LogEntry::Trouble { trouble } if trouble.code == "log-gone"));
}

#[tokio::test]
async fn streams_end_when_the_daemon_does() {
    let mut of = ServedBox::start().await;
    let id = of.begin_job();
    let mut events = of.follow(id).await;
    assert!(events.next().await.is_some());
    of.end();
    while events.next().await.is_some() {}
    tokio::time::timeout(Duration::from_secs(20), of.ended()).await.unwrap();
}

#[tokio::test]
async fn health_of_a_service_at_work_names_the_job() {
    let of = ServedBox::start().await;
    of.add_service("budget");
    of.hand.set_health(HealthView::Working {
        job: 3,
        kind: "restart".into(),
        label: crate::kinds::label("restart"),
    });
    let (_, answer) = of.ask("GET", "/api/services", None).await;
    let expected: Value = json!({ "state": "working", "job": 3, "kind": "restart",
        "label": { "en": "restart", "fr": "redémarrage" } });
    assert_eq!(answer[0]["health"], expected);
}
