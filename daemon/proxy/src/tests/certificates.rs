//! Certificates, by name and swapped while connections live.

use http::StatusCode;
use rustls::pki_types::CertificateDer;

use super::house::{House, get, now, open, text};
use super::upstream;
use crate::*;

async fn shown(house: &House, name: &str) -> CertificateDer<'static> {
    let stream = house.tls(name, &[]).await;
    stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}

#[tokio::test]
async fn each_name_is_shown_its_own_certificate() {
    let house = House::new(Vec::new()).await;
    let upstream = upstream::mirror().await;
    let names = ["pad.local", "wiki.local"];
    let mut table = house.table(2, names.map(|name| open(name, upstream)).into());
    table.certificates.clear();
    for name in ["pad.local", "wiki.local", "*.home.arpa"] {
        let leaf = house.authority.certify(&[name.to_owned()], now()).unwrap();
        table.certificates.push(leaf.into());
    }
    house.publish(table).await.unwrap();
    let (pad, wiki) = (shown(&house, "pad.local").await, shown(&house, "wiki.local").await);
    assert_ne!(pad, wiki);
    // A wildcard's, and for the name that has none the default.
    let wild = shown(&house, "any.home.arpa").await;
    assert!(wild != pad && wild != wiki);
    assert_eq!(
        house.ask(get("box.local", "/trust")).await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[tokio::test]
async fn a_certificate_is_swapped_under_a_living_connection() {
    let upstream = upstream::mirror().await;
    let house = House::new(vec![open("pad.local", upstream)]).await;
    let before = shown(&house, "pad.local").await;
    let (mut h1, mut h2) = (house.h1("pad.local").await, house.h2("pad.local").await);
    let first = h1.send_request(get("pad.local", "/")).await.unwrap();
    assert_eq!(text(first).await.lines().next(), Some("GET /"));
    house.publish(house.table(2, vec![open("pad.local", upstream)])).await.unwrap();
    assert_ne!(shown(&house, "pad.local").await, before);
    h1.ready().await.unwrap();
    assert_eq!(h1.send_request(get("pad.local", "/")).await.unwrap().status(), StatusCode::OK);
    let request = http::Request::get("https://pad.local/").body(super::house::empty()).unwrap();
    assert_eq!(h2.send_request(request).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_damaged_certificate_is_refused_and_the_old_table_stays() {
    let upstream = upstream::mirror().await;
    let house = House::new(vec![open("pad.local", upstream)]).await;
    let mut table = house.table(2, vec![open("pad.local", upstream)]);
    table.certificates[0].key_pem = Secret("nonsense".into());
    let refused = house.publish(table).await.unwrap_err();
    assert!(refused.to_string().contains("pad.local"), "{refused}");
    assert!(!refused.to_string().contains("nonsense"), "{refused}");
    assert_eq!(house.ask(get("pad.local", "/")).await.status(), StatusCode::OK);
}

#[test]
fn secrets_are_not_printed() {
    let table = Table {
        generation: 1,
        https_port: 443,
        box_names: Vec::new(),
        web_socket: "/run/web.sock".into(),
        home_networks: Vec::new(),
        routes: Vec::new(),
        certificates: vec![Certificate {
            names: Vec::new(),
            chain_pem: String::new(),
            key_pem: Secret("hush".into()),
        }],
        default_certificate: None,
        challenges: Vec::new(),
        lookups: LookupTable::default(),
        probe_token: Secret("hush".into()),
    };
    assert!(!format!("{table:?}").contains("hush"));
    let order = crate::message::Order::Publish { table: Box::new(table) };
    assert!(!format!("{order:?}").contains("hush"));
}
