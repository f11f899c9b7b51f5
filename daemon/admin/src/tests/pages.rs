//! The page that stands before the panel, over the socket that the front door uses.

use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::body::Incoming;

use super::scripted::ServedBox;

async fn body(response: Response<Incoming>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn the_page_is_in_the_readers_language_and_runs_nothing() {
    let of = ServedBox::start().await;
    let french = of.page("/trust", "fr-FR,fr;q=0.9").await;
    let policy = french.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert_eq!(french.headers()["x-content-type-options"], "nosniff");
    let french = body(french).await;
    assert!(french.contains("<html lang=\"fr\">") && french.contains("Vers le panneau"));
    assert!(french.len() < 16 * 1024, "{} bytes", french.len());
    let english = body(of.page("/trust?lang=en", "fr").await).await;
    assert!(english.contains("<html lang=\"en\">") && english.contains("To the panel"));
}

#[tokio::test]
async fn the_certificate_can_be_had_in_both_forms() {
    let of = ServedBox::start().await;
    let page = body(of.page("/trust", "en").await).await;
    assert!(page.contains("AA:<wbr>BB"));
    let pem = of.page("/trust/panier-root.pem", "en").await;
    assert_eq!(pem.headers()["content-type"], "application/x-pem-file");
    assert!(body(pem).await.starts_with("-----BEGIN"));
    let der = of.page("/trust/panier-root.crt", "en").await;
    assert_eq!(der.headers()["content-type"], "application/x-x509-ca-cert");
}
