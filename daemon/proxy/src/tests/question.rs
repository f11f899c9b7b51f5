//! The probe's question.

use std::time::Duration;

use super::house::{House, nobody, now, route};
use super::upstream;
use crate::*;

fn question(house: &House, public_key: [u8; 32]) -> Question {
    Question {
        address: house.https,
        host: "pad.local:8443".into(),
        path: "/health?deep".into(),
        public_key,
        token: Secret("the token".into()),
        within: Duration::from_secs(10),
    }
}

/// A house with one candidate, and the key that its name is served with.
async fn house(upstream: std::net::SocketAddr) -> (House, [u8; 32]) {
    let house = House::new(Vec::new()).await;
    let state = RouteState::Candidate { upstream, work: Work::Installing };
    let mut table = house.table(2, vec![route("pad.local", state)]);
    let leaf = house.authority.certify(&["pad.local".to_owned()], now()).unwrap();
    let key = leaf.public_key;
    table.certificates = vec![leaf.into()];
    house.publish(table).await.unwrap();
    (house, key)
}

#[tokio::test]
async fn it_passes_a_candidate_and_reads_its_answer() {
    let (house, key) = house(upstream::mirror().await).await;
    let told = question(&house, key).ask().await.unwrap();
    assert_eq!(told.status, 200);
    let body = String::from_utf8(told.body.to_vec()).unwrap();
    assert!(body.starts_with("GET /health?deep\n") && body.contains("host: pad.local:8443\n"));
    let stranger = Question { token: Secret("guess".into()), ..question(&house, key) };
    assert_eq!(stranger.ask().await.unwrap().status, 503);
}

#[tokio::test]
async fn it_accepts_no_other_key_than_the_one_it_was_told() {
    let (house, _) = house(upstream::mirror().await).await;
    let refused = question(&house, [0; 32]).ask().await;
    assert!(matches!(refused, Err(AskError::Connect(_))), "{refused:?}");
}

#[tokio::test]
async fn it_keeps_no_more_of_an_answer_than_it_may() {
    let (address, _) =
        upstream::service(|_| async { upstream::text(vec![b'x'; 1024 * 1024]) }).await;
    let (house, key) = house(address).await;
    let told = question(&house, key).ask().await.unwrap();
    assert!(told.body.len() <= 256 * 1024 && !told.body.is_empty(), "{}", told.body.len());
}

#[tokio::test]
async fn no_answer_is_an_error_that_says_why() {
    let (address, _) =
        upstream::service(|_| std::future::pending::<http::Response<upstream::Body>>()).await;
    let (house, key) = house(address).await;
    let late = Question { within: Duration::from_millis(100), ..question(&house, key) };
    assert!(matches!(late.ask().await, Err(AskError::Late { .. })));
    let away = Question { address: nobody(), ..question(&house, key) };
    assert!(matches!(away.ask().await, Err(AskError::Connect(_))));
    let odd = Question { host: "no host".into(), ..question(&house, key) };
    assert!(matches!(odd.ask().await, Err(AskError::Host { .. })));
}
