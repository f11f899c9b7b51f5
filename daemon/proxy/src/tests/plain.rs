//! Plain HTTP.

use http::{Method, StatusCode};

use super::house::{House, get, open, text};
use super::upstream;

#[tokio::test]
async fn plain_http_leads_to_https_under_any_name() {
    let house = House::new(vec![open("pad.local", upstream::mirror().await)]).await;
    for (host, location) in [
        ("pad.local", "https://pad.local:8443/a?b=c"),
        ("pad.local:8080", "https://pad.local:8443/a?b=c"),
        ("unknown.example", "https://unknown.example:8443/a?b=c"),
        ("[::1]:80", "https://[::1]:8443/a?b=c"),
    ] {
        let response = house.ask_plain(get(host, "/a?b=c")).await;
        assert_eq!(response.status(), StatusCode::MOVED_PERMANENTLY);
        assert_eq!(response.headers()["location"], location);
    }
}

#[tokio::test]
async fn a_post_keeps_its_method_on_the_way_to_https() {
    let house = House::new(Vec::new()).await;
    let mut request = get("pad.local", "/");
    *request.method_mut() = Method::POST;
    assert_eq!(house.ask_plain(request).await.status(), StatusCode::PERMANENT_REDIRECT);
}

#[tokio::test]
async fn trust_is_answered_over_plain_http_and_nothing_beside_it() {
    let house = House::new(Vec::new()).await;
    upstream::pages(&house.folder.path().join("web.sock"));
    for path in ["/trust", "/trust/", "/trust/root.pem"] {
        let said = text(house.ask_plain(get("whatever.example", path)).await).await;
        assert_eq!(said, format!("the box's page {path}"));
    }
    for path in ["/", "/trusted", "/trust/../admin", "/trust/%2e%2e/admin", "/trust//x", "/TRUST"] {
        let response = house.ask_plain(get("box.local", path)).await;
        assert_eq!(response.status(), StatusCode::MOVED_PERMANENTLY, "{path}");
    }
}
