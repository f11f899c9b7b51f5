//! The panel's files, over the socket that the front door uses.

use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::body::Incoming;

use super::browser::Browser;
use super::scripted::ServedBox;
use crate::panel::names;

async fn get(of: &ServedBox, path: &str, headers: &[(&str, &str)]) -> Response<Incoming> {
    Browser::at(of, "192.168.1.20").raw_with("GET", path, None, headers).await
}

async fn bytes(response: Response<Incoming>) -> Vec<u8> {
    response.into_body().collect().await.unwrap().to_bytes().to_vec()
}

fn said<'r>(response: &'r Response<Incoming>, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// A script of the panel.
fn script() -> String {
    let names = names();
    let script = names.iter().find(|name| name.starts_with("assets/") && name.ends_with(".js"));
    format!("/{}", script.expect("a panel has a script"))
}

#[tokio::test]
async fn every_address_of_the_panel_gives_its_page_under_a_strict_policy() {
    let of = ServedBox::start().await;
    let page = bytes(get(&of, "/", &[]).await).await;
    assert!(String::from_utf8_lossy(&page).contains("<noscript>"));
    for path in ["/", "/index.html", "/services/budget", "/catalogue/pad/install?x=1", "/apish"] {
        let response = get(&of, path, &[]).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(said(&response, "content-type"), "text/html; charset=utf-8");
        assert_eq!(said(&response, "cache-control"), "no-cache");
        let policy = said(&response, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'sha256-"), "{policy}");
        assert!(
            !policy.contains("unsafe") && !policy.contains("data:") && !policy.contains("http")
        );
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(said(&response, "x-content-type-options"), "nosniff");
        assert_eq!(said(&response, "referrer-policy"), "no-referrer");
        assert_eq!(said(&response, "cross-origin-opener-policy"), "same-origin");
        assert!(said(&response, "permissions-policy").contains("camera=()"));
        assert_eq!(bytes(response).await, page, "{path}");
    }
}

#[tokio::test]
async fn the_page_holds_nothing_that_its_policy_forbids() {
    let of = ServedBox::start().await;
    let page = String::from_utf8(bytes(get(&of, "/", &[]).await).await).unwrap();
    assert!(!page.contains("<style") && !page.contains(" style="), "{page}");
    assert_eq!(page.matches("<script>").count(), 1);
    for script in page.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        // The one that stands there is named in the policy by its digest.
        assert!(tag.is_empty() || tag.contains(" src=\"/"), "<script{tag}>");
    }
    for named in page.split("src=\"").skip(1).chain(page.split("href=\"").skip(1)) {
        let named = named.split('"').next().unwrap();
        assert!(named.starts_with('/') && !named.starts_with("//"), "{named}");
    }
}

#[tokio::test]
async fn scripts_come_compressed_and_are_kept_for_good() {
    let of = ServedBox::start().await;
    let path = script();
    let plain = get(&of, &path, &[]).await;
    assert_eq!(said(&plain, "content-encoding"), "");
    assert_eq!(said(&plain, "content-type"), "text/javascript; charset=utf-8");
    let plain = bytes(plain).await;
    for (accepted, encoding) in [("gzip, deflate, br", "br"), ("gzip", "gzip")] {
        let response = get(&of, &path, &[("accept-encoding", accepted)]).await;
        assert_eq!(said(&response, "content-encoding"), encoding, "{path}");
        assert_eq!(said(&response, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(said(&response, "vary"), "accept-encoding");
        assert!(bytes(response).await.len() < plain.len());
    }
}

#[tokio::test]
async fn each_text_of_the_panel_lies_ready_in_both_forms() {
    let names = names();
    let texts = names
        .iter()
        .filter(|name| [".js", ".css", ".html", ".svg"].iter().any(|end| name.ends_with(end)));
    for text in texts {
        for form in ["br", "gz"] {
            let packed = format!("{text}.{form}");
            assert!(names.iter().any(|name| *name == packed), "{packed} is missing");
        }
    }
}

#[tokio::test]
async fn what_a_browser_has_is_not_sent_again() {
    let of = ServedBox::start().await;
    let tag = said(&get(&of, "/", &[]).await, "etag").to_owned();
    assert!(tag.starts_with('"') && tag.len() > 10);
    let again = get(&of, "/", &[("if-none-match", &tag)]).await;
    assert_eq!(again.status(), 304);
    assert!(bytes(again).await.is_empty());
    assert_eq!(get(&of, "/", &[("if-none-match", "\"other\"")]).await.status(), 200);
}

#[tokio::test]
async fn what_is_no_file_of_the_panel_is_not_served() {
    let of = ServedBox::start().await;
    for path in ["/assets/gone-1234.js", "/assets/", "/assets/../index.html"] {
        assert_eq!(get(&of, path, &[]).await.status(), 404, "{path}");
    }
    let packed = get(&of, &format!("{}.br", script()), &[]).await;
    assert_eq!(packed.status(), 404);
    let posted = Browser::at(&of, "192.168.1.20").raw_with("POST", "/", None, &[]).await;
    assert_eq!((posted.status().as_u16(), said(&posted, "allow")), (405, "GET, HEAD"));
}
