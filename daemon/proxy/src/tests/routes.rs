//! Who is led where.

use http::{Request, StatusCode, Version};

use super::house::{DEADLINE, House, empty, get, open, route, text};
use super::upstream;
use crate::*;

#[tokio::test]
async fn a_request_reaches_its_service_over_both_versions() {
    let house = House::new(vec![open("pad.local", upstream::mirror().await)]).await;
    let said = text(house.ask(get("PAD.local.:8443", "/a?b=c")).await).await;
    assert!(said.starts_with("GET /a?b=c\n"), "{said}");
    let mut sender = house.h2("pad.local").await;
    let request = Request::get("https://pad.local:8443/a?b=c").body(empty()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.version(), Version::HTTP_2);
    let said = text(response).await;
    assert!(said.starts_with("GET /a?b=c\n") && said.contains("host: pad.local:8443\n"), "{said}");
}

#[tokio::test]
async fn what_a_client_says_of_its_way_is_overwritten() {
    let house = House::new(vec![open("pad.local", upstream::mirror().await)]).await;
    let lies = [
        "x-real-ip",
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-forwarded-host",
        "x-forwarded-port",
        "forwarded",
        "x_forwarded_for",
        "x-panier-probe",
        "remote-user",
    ];
    let mut request = get("pad.local", "/");
    for name in lies {
        request.headers_mut().insert(name, "8.8.8.8".parse().unwrap());
    }
    let said = text(house.ask(request).await).await;
    assert!(!said.contains("8.8.8.8"), "{said}");
    for truth in [
        "x-real-ip: 127.0.0.1",
        "x-forwarded-for: 127.0.0.1",
        "x-forwarded-proto: https",
        "x-forwarded-host: pad.local",
        "x-forwarded-port: 8443",
        "host: pad.local",
    ] {
        assert!(said.contains(&format!("{truth}\n")), "{truth} in {said}");
    }
}

#[tokio::test]
async fn crumbs_of_a_cookie_are_joined() {
    let house = House::new(vec![open("pad.local", upstream::mirror().await)]).await;
    let mut sender = house.h2("pad.local").await;
    let request =
        Request::get("https://pad.local/").header("cookie", "a=1").header("cookie", "b=2");
    let said = text(sender.send_request(request.body(empty()).unwrap()).await.unwrap()).await;
    assert!(said.contains("cookie: a=1; b=2\n"), "{said}");
}

#[tokio::test]
async fn an_unknown_name_is_told_nothing() {
    let house = House::new(vec![open("pad.local", upstream::mirror().await)]).await;
    let mut table = house.table(2, vec![open("pad.local", upstream::mirror().await)]);
    let names = ["stranger.local".to_owned()];
    table.certificates.push(house.authority.certify(&names, super::house::now()).unwrap().into());
    house.publish(table).await.unwrap();
    let response = house.ask(get("stranger.local", "/")).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let page = text(response).await;
    assert!(page.contains("Nothing lives at this address"), "{page}");
    assert!(!page.contains("Carnet") && !page.contains("pad.local"), "{page}");
}

#[tokio::test]
async fn a_request_for_another_name_than_the_connections_is_misdirected() {
    let routes = vec![
        open("pad.local", upstream::mirror().await),
        open("wiki.local", upstream::mirror().await),
    ];
    let house = House::new(routes).await;
    let mut sender = house.h1("pad.local").await;
    let response = sender.send_request(get("wiki.local", "/")).await.unwrap();
    assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST);
    drop(text(response).await);
    let response = sender.send_request(get("pad.local", "/")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn only_the_probe_reaches_a_candidate() {
    let upstream = upstream::mirror().await;
    let state = RouteState::Candidate { upstream, work: Work::Updating };
    let house = House::new(vec![route("pad.local", state)]).await;
    let shown = |token: &str| {
        let mut request = get("pad.local", "/");
        request.headers_mut().insert("x-panier-probe", token.parse().unwrap());
        request
    };
    for wrong in [get("pad.local", "/"), shown(""), shown("the tokem"), shown("the token ")] {
        // A header's value is trimmed on the wire: the last is right.
        let is_right = wrong.headers().get("x-panier-probe").is_some_and(|it| it == "the token ");
        let response = house.ask(wrong).await;
        assert_eq!(response.status() == StatusCode::OK, is_right);
    }
    let response = house.ask(get("pad.local", "/")).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(text(response).await.contains("Carnet is being updated"));
    let said = text(house.ask(shown("the token")).await).await;
    assert!(said.starts_with("GET /\n") && !said.contains("probe"), "{said}");
}

#[tokio::test]
async fn without_a_token_nobody_is_the_probe() {
    let upstream = upstream::mirror().await;
    let state = RouteState::Candidate { upstream, work: Work::Installing };
    let house = House::new(Vec::new()).await;
    let mut table = house.table(2, vec![route("pad.local", state)]);
    table.probe_token = Secret::default();
    house.publish(table).await.unwrap();
    let mut request = get("pad.local", "/");
    request.headers_mut().insert("x-panier-probe", "".parse().unwrap());
    assert_eq!(house.ask(request).await.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn the_boxs_own_name_leads_to_its_pages() {
    let house = House::new(Vec::new()).await;
    let away = house.ask(get("box.local", "/")).await;
    assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(text(away).await.contains("The box is catching its breath"));
    upstream::pages(&house.folder.path().join("web.sock"));
    assert_eq!(text(house.ask(get("box.local", "/")).await).await, "the box's page /");
}

#[tokio::test]
async fn strange_requests_are_refused() {
    let house = House::new(vec![open("pad.local", upstream::mirror().await)]).await;
    let mut two_hosts = get("pad.local", "/");
    two_hosts.headers_mut().append("host", "wiki.local".parse().unwrap());
    let trace = Request::builder().method("TRACE").uri("/").header("host", "pad.local");
    let star = Request::options("*").header("host", "pad.local");
    for request in [two_hosts, trace.body(empty()).unwrap(), star.body(empty()).unwrap()] {
        assert_eq!(house.ask(request).await.status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_name_that_http1_cannot_write_is_refused_over_http2() {
    let house = House::new(vec![open("pad.local", upstream::mirror().await)]).await;
    let mut sender = house.h2("pad.local").await;
    for (name, status) in [("x-quote", StatusCode::OK), ("\"quote", StatusCode::BAD_REQUEST)] {
        // The way in which HTTP/2's reader makes names.
        let name = http::HeaderName::from_lowercase(name.as_bytes()).unwrap();
        let request = Request::get("https://pad.local/").header(&name, "1").body(empty()).unwrap();
        let answer = tokio::time::timeout(DEADLINE, sender.send_request(request)).await;
        assert_eq!(answer.unwrap().unwrap().status(), status, "{name}");
    }
    // It was ours to refuse: some services would have taken it.
    assert_eq!(house.status().await.pages, 1);
}

#[tokio::test]
async fn a_length_that_is_not_clear_is_refused_over_http2() {
    let house = House::new(vec![open("pad.local", upstream::mirror().await)]).await;
    let mut sender = house.h2("pad.local").await;
    for (length, status) in [("0", StatusCode::OK), ("", StatusCode::BAD_REQUEST)] {
        let request = Request::post("https://pad.local/").header("content-length", length);
        let answer = sender.send_request(request.body(empty()).unwrap());
        let answer = tokio::time::timeout(DEADLINE, answer).await.unwrap().unwrap();
        assert_eq!(answer.status(), status, "{length:?}");
    }
    // It was ours to refuse: HTTP/2's reader lets it pass.
    assert_eq!(house.status().await.pages, 1);
}
