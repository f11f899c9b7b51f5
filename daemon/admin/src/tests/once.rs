//! What a browser asks again because its line failed.

use std::time::Duration;

use hyper::Response;
use hyper::body::Incoming;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD, read};
use super::scripted::ServedBox;

const KEY: &str = "0b9c8f5e-6f0b-4c55-9d6c-0f6d8c1f4a11";

async fn under(
    key: &str,
    browser: &Browser<'_>,
    path: &str,
    body: Option<Value>,
) -> Response<Incoming> {
    let headers = [("x-panier", "1"), ("idempotency-key", key)];
    browser.raw_with("POST", path, body, &headers).await
}

#[tokio::test]
async fn what_is_asked_again_under_one_key_is_done_once() {
    let of = ServedBox::start().await;
    let browser = Browser::signed_in(&of).await;
    let install = Some(json!({ "recipe": "ihatemoney" }));
    for _again in 0..3 {
        let response = under(KEY, &browser, "/api/services", install.clone()).await;
        assert_eq!(response.headers()["cache-control"], "no-store", "dressed as every answer is");
        assert_eq!(read(response).await, (202, json!({ "job": 7 })));
    }
    assert_eq!(of.hand.asked().len(), 1, "{:?}", of.hand.asked());

    let other = Some(json!({ "recipe": "miniflux" }));
    for (key, path, code) in [
        (KEY, "/api/services", "request-key-reused"),
        ("short", "/api/services", "request-wrong"),
        ("é".repeat(20).as_str(), "/api/services", "request-wrong"),
    ] {
        let (status, answer) = read(under(key, &browser, path, other.clone()).await).await;
        assert_eq!((status, &answer["code"]), (422, &code.into()), "{key}");
    }
    assert_eq!(of.hand.asked().len(), 1);

    let next = under("another key, as long as one is", &browser, "/api/services", install.clone());
    assert_eq!(read(next.await).await.0, 202);
    assert_eq!(of.hand.asked().len(), 2, "another key is another request");
    of.later(SignedDuration::from_mins(3));
    assert_eq!(read(under(KEY, &browser, "/api/services", install).await).await.0, 202);
    assert_eq!(of.hand.asked().len(), 3, "a key is not kept for ever");
}

#[tokio::test]
async fn who_goes_away_while_it_is_done_finds_it_done() {
    let of = ServedBox::start().await;
    let first = Browser::signed_in(&of).await;
    let before = of.sessions().len();
    let browser = Browser::at(&of, "192.168.1.30");
    let password = Some(json!({ "password": PASSWORD }));
    let asked = under(KEY, &browser, "/api/session", password.clone());
    // Hashing a password takes longer; where it does not, the answer is thrown away.
    let _lost = tokio::time::timeout(Duration::from_millis(5), asked).await;
    let (one, other) = tokio::join!(
        under(KEY, &browser, "/api/session", password.clone()),
        under(KEY, &browser, "/api/session", password.clone()),
    );
    let cookie = |response: &Response<Incoming>| response.headers()["set-cookie"].clone();
    assert_eq!((one.status(), other.status()), (200.try_into().unwrap(), 200.try_into().unwrap()));
    assert_eq!(cookie(&one), cookie(&other), "the answer that was missed, as it was");
    assert_eq!(of.sessions().len(), before + 1);
    drop(first);
}

#[tokio::test]
async fn a_key_opens_nothing_to_who_has_no_session() {
    let of = ServedBox::start().await;
    let _owner = Browser::signed_in(&of).await;
    let stranger = Browser::at(&of, "192.168.1.66");
    let install = Some(json!({ "recipe": "ihatemoney" }));
    let (status, answer) = read(under(KEY, &stranger, "/api/services", install).await).await;
    assert_eq!((status, &answer["code"]), (401, &"signed-out".into()));
    assert!(of.hand.asked().is_empty());
}
