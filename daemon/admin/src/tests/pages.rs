//! The box's own pages, over the socket that the front door uses.

use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::body::Incoming;
use recipe::{Trouble, text};

use super::scripted::ServedBox;
use crate::views::HealthView;

async fn body(response: Response<Incoming>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn services_are_listed_in_the_readers_language() {
    let of = ServedBox::start().await;
    of.add_service("budget");
    let french = of.page("/", "fr-FR,fr;q=0.9").await;
    let policy = french.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert_eq!(french.headers()["x-content-type-options"], "nosniff");
    let french = body(french).await;
    assert!(french.contains("<html lang=\"fr\">"));
    assert!(french.contains("href=\"https://budget.panier.localhost\""));
    assert!(french.contains("Fonctionne"));
    assert!(french.len() < 16 * 1024, "{} bytes", french.len());
    let english = body(of.page("/?lang=en", "fr").await).await;
    assert!(english.contains("<html lang=\"en\">") && english.contains("Works"));
}

#[tokio::test]
async fn what_is_wrong_is_said_and_is_no_markup() {
    let of = ServedBox::start().await;
    of.add_service("budget");
    let what = text!("<b>No</b> answer.", "<b>Pas</b> de réponse.");
    let trouble = Trouble::new("no-answer", what, text!("Wait.", "Attendez."));
    of.hand.set_health(HealthView::Ill { trouble });
    let page = body(of.page("/", "en").await).await;
    assert!(page.contains("Does not work"));
    assert!(page.contains("&lt;b&gt;No&lt;/b&gt; answer."));
}

#[tokio::test]
async fn a_box_without_services_says_how_to_begin() {
    let of = ServedBox::start().await;
    let page = body(of.page("/", "fr").await).await;
    assert!(page.contains("Aucun service n’est encore installé."));
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

#[tokio::test]
async fn the_pages_lead_nowhere_else() {
    let of = ServedBox::start().await;
    for path in ["/panel", "/trust/"] {
        let response = of.page(path, "fr").await;
        assert_eq!(response.status(), 404, "{path}");
        assert!(body(response).await.contains("Il n’y a rien ici"));
    }
}
