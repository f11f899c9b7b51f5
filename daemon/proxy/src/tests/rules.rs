//! A recipe's rules.

use std::collections::BTreeMap;

use http::{Request, StatusCode};
use http_body_util::BodyExt;
use http_body_util::StreamBody;
use hyper::body::Frame;

use super::house::{House, full, get, open, text};
use super::upstream;
use crate::*;

async fn ruled(rules: Rules) -> House {
    let mut route = open("pad.local", upstream::mirror().await);
    route.rules = rules;
    House::new(vec![route]).await
}

#[tokio::test]
async fn an_upload_beyond_the_limit_is_refused_whether_its_length_is_said_or_not() {
    let house = ruled(Rules { upload_limit: Some(10), ..Rules::default() }).await;
    let post = || Request::post("/").header("host", "pad.local");
    let fits = house.ask(post().body(full("0123456789")).unwrap()).await;
    assert_eq!(fits.status(), StatusCode::OK);
    let said = house.ask(post().body(full("0123456789A")).unwrap()).await;
    assert_eq!(said.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text(said).await.contains("10\u{a0}B"));
    let frames = ["01234", "56789", "A"].map(|it| Ok(Frame::data(it.into())));
    let chunked = StreamBody::new(futures_util::stream::iter(frames)).boxed();
    let unsaid = house.ask(post().body(chunked).unwrap()).await;
    assert_eq!(unsaid.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let mut sender = house.h2("pad.local").await;
    let frames = ["01234", "56789", "A"].map(|it| Ok(Frame::data(it.into())));
    let unsaid = StreamBody::new(futures_util::stream::iter(frames)).boxed();
    let request = Request::post("https://pad.local/").body(unsaid).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_shut_path_is_shut_however_it_is_written() {
    let house = ruled(Rules { shut: vec!["/admin".into()], ..Rules::default() }).await;
    for path in
        ["/admin", "/admin/x?y", "//admin", "/x/../admin", "/%61dmin", "/ADMIN/", "/x/%2e%2e/admin"]
    {
        let response = house.ask(get("pad.local", path)).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/", "/administration", "/?path=/admin"] {
        assert_eq!(house.ask(get("pad.local", path)).await.status(), StatusCode::OK, "{path}");
    }
    let mut request = get("pad.local", "/");
    request.headers_mut().insert("x-original-url", "/admin".parse().unwrap());
    assert!(!text(house.ask(request).await).await.contains("admin"));
}

#[tokio::test]
async fn fixed_redirects_lead_to_https_at_the_host_that_was_asked() {
    let redirects = [("/.well-known/caldav", "/remote.php/dav/"), ("/old", "https://x.example/")];
    let redirects = redirects.map(|(from, to)| (from.to_owned(), to.to_owned()));
    let house = ruled(Rules { redirects: BTreeMap::from(redirects), ..Rules::default() }).await;
    let response = house.ask(get("pad.local:8443", "/.well-known/caldav")).await;
    assert_eq!(response.status(), StatusCode::MOVED_PERMANENTLY);
    assert_eq!(response.headers()["location"], "https://pad.local:8443/remote.php/dav/");
    let response = house.ask(get("pad.local", "/old")).await;
    assert_eq!(response.headers()["location"], "https://x.example/");
}

#[tokio::test]
async fn headers_are_added_and_strict_transport_only_if_told() {
    let headers = BTreeMap::from([("x-frame-options".to_owned(), "DENY".to_owned())]);
    let rules = Rules { headers, strict_transport: Some(3600), ..Rules::default() };
    let response = ruled(rules).await.ask(get("pad.local", "/")).await;
    assert_eq!(response.headers()["x-frame-options"], "DENY");
    assert_eq!(response.headers()["strict-transport-security"], "max-age=3600");
    let response = ruled(Rules::default()).await.ask(get("pad.local", "/")).await;
    assert!(!response.headers().contains_key("strict-transport-security"));
}

#[tokio::test]
async fn a_table_with_a_rule_that_cannot_be_is_refused_and_the_old_one_stays() {
    let house = ruled(Rules::default()).await;
    let mut route = open("pad.local", upstream::mirror().await);
    route.rules.headers.insert("bad header".into(), "x".into());
    let refused = house.publish(house.table(2, vec![route])).await;
    assert!(matches!(refused, Err(LineError::Refused { .. })), "{refused:?}");
    assert_eq!(house.ask(get("pad.local", "/")).await.status(), StatusCode::OK);
    assert_eq!(house.status().await.generation, 1);
}
