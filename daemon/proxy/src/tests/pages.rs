//! What people read where there is no service.

use http::StatusCode;

use super::house::{House, get, nobody, open, route, text};
use crate::*;

async fn page(state: RouteState, languages: &str) -> (StatusCode, http::HeaderMap, String) {
    let house = House::new(vec![route("pad.local", state)]).await;
    let mut request = get("pad.local", "/");
    request.headers_mut().insert("accept-language", languages.parse().unwrap());
    let response = house.ask(request).await;
    (response.status(), response.headers().clone(), text(response).await)
}

#[tokio::test]
async fn each_state_has_its_page_in_both_languages() {
    let reason =
        Bilingual { en: "Its disk is missing.".into(), fr: "Son disque est absent.".into() };
    for (state, french, english) in [
        (RouteState::Stopped, "Carnet est à l’arrêt", "Carnet is stopped"),
        (RouteState::Closed { work: Work::Starting }, "Carnet démarre", "Carnet is starting"),
        (
            RouteState::Closed { work: Work::Installing },
            "Installation de Carnet en cours",
            "Carnet is being installed",
        ),
        (
            RouteState::Candidate { upstream: nobody(), work: Work::Updating },
            "Mise à jour de Carnet en cours",
            "Carnet is being updated",
        ),
        (RouteState::Ill { reason }, "Son disque est absent.", "Its disk is missing."),
    ] {
        let (status, headers, text) = page(state.clone(), "fr-FR,fr;q=0.9,en;q=0.8").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(headers["retry-after"].to_str().unwrap().parse::<u32>().is_ok());
        assert!(text.find(french).unwrap() < text.find(english).unwrap(), "{text}");
        assert!(text.starts_with("<!doctype html><html lang=\"fr\">"), "{text}");
        let (_, _, text) = page(state, "en").await;
        assert!(text.find(english).unwrap() < text.find(french).unwrap(), "{text}");
        assert!(text.starts_with("<!doctype html><html lang=\"en\">"), "{text}");
    }
}

#[tokio::test]
async fn a_page_is_not_kept_and_can_load_nothing() {
    let (_, headers, text) = page(RouteState::Stopped, "fr").await;
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("<script"));
}

#[tokio::test]
async fn a_page_looks_again_by_itself_only_where_waiting_helps() {
    let (_, _, waiting) = page(RouteState::Closed { work: Work::Starting }, "fr").await;
    let (_, _, stopped) = page(RouteState::Stopped, "fr").await;
    assert!(waiting.contains("http-equiv=\"refresh\" content=\"10\""));
    assert!(!stopped.contains("refresh"));
}

#[tokio::test]
async fn a_service_that_does_not_answer_has_a_page() {
    let house = House::new(vec![open("pad.local", nobody())]).await;
    let response = house.ask(get("pad.local", "/")).await;
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    assert!(text(response).await.contains("Carnet ne répond pas"));
    assert_eq!(house.status().await.unreached, 1);
}

#[tokio::test]
async fn a_program_is_answered_in_json() {
    let house = House::new(vec![route("pad.local", RouteState::Stopped)]).await;
    let mut request = get("pad.local", "/api");
    request.headers_mut().insert("accept", "application/json".parse().unwrap());
    let response = house.ask(request).await;
    assert_eq!(response.headers()["content-type"], "application/json");
    let said: serde_json::Value = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!(said["error"], "service_stopped");
    assert_eq!(said["title"]["fr"], "Carnet est à l’arrêt");
}

#[tokio::test]
async fn whoever_asks_for_the_head_alone_gets_no_body() {
    let house = House::new(vec![route("pad.local", RouteState::Stopped)]).await;
    let head = |uri: &str| http::Request::head(uri).header("host", "pad.local");
    let over1 = house.ask(head("/").body(super::house::empty()).unwrap()).await;
    let mut sender = house.h2("pad.local").await;
    let request = head("https://pad.local/").body(super::house::empty()).unwrap();
    let over2 = sender.send_request(request).await.unwrap();
    for response in [over1, over2] {
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            response.headers()["content-length"].to_str().unwrap().parse::<u32>().unwrap() > 500
        );
        assert_eq!(text(response).await, "");
    }
}
