//! Connections to services: kept, closed, and driven both ways at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Request, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::house::{DEADLINE, House, full, get, open, text, until};
use super::upstream::{self, read_head};
use crate::patience::Patience;

#[tokio::test]
async fn connections_to_a_service_are_kept() {
    let (address, taken) = upstream::service(|_| async { upstream::text("ok") }).await;
    let house = House::new(vec![open("pad.local", address)]).await;
    let mut sender = house.h1("pad.local").await;
    for _ in 0..5 {
        let response = sender.send_request(get("pad.local", "/")).await.unwrap();
        assert_eq!(response.body().size_hint().exact(), Some(2));
        assert_eq!(text(response).await, "ok");
        sender.ready().await.unwrap();
    }
    assert_eq!(taken.load(Ordering::SeqCst), 1);
    // A new table keeps them too.
    house.publish(house.table(2, vec![open("pad.local", address)])).await.unwrap();
    assert_eq!(text(house.ask(get("pad.local", "/")).await).await, "ok");
    assert_eq!(taken.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_kept_connection_that_the_service_closes_costs_no_request() {
    let (address, taken) = upstream::forgetful().await;
    let house = House::new(vec![open("pad.local", address)]).await;
    for _ in 0..3 {
        assert_eq!(text(house.ask(get("pad.local", "/")).await).await, "ok");
    }
    assert_eq!(taken.load(Ordering::SeqCst), 3);
    // What may not be asked twice is not: the client hears of it.
    let post = Request::post("/").header("host", "pad.local").body(full("x")).unwrap();
    assert_eq!(house.ask(post).await.status(), StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn a_connection_that_nobody_uses_any_more_is_closed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, closed) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_head(&mut stream).await;
        upstream::say_ok(&mut stream).await;
        let left = stream.read(&mut [0]).await.unwrap();
        tell.send(left).unwrap();
    });
    let patience = Patience { kept: Duration::from_millis(50), ..Patience::default() };
    let house = House::patient(vec![open("pad.local", address)], patience).await;
    assert_eq!(text(house.ask(get("pad.local", "/")).await).await, "ok");
    // Nothing more is asked for, and nothing more is said.
    assert_eq!(tokio::time::timeout(DEADLINE, closed).await.unwrap(), Ok(0));
}

/// A client that reads nothing before it has sent all, of a service that
/// answers before it has read all: neither is to wait for the other.
async fn both_ways_at_once(is_h2: bool) {
    const MUCH: usize = 16 << 20;
    let received = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&received);
    let (address, _) = upstream::service(move |request| {
        let counter = Arc::clone(&counter);
        tokio::spawn(async move {
            let mut body = request.into_body();
            while let Some(frame) = body.frame().await {
                let piece = frame.unwrap().into_data().unwrap();
                counter.fetch_add(piece.len(), Ordering::SeqCst);
            }
        });
        async { upstream::text(vec![7; MUCH]) }
    })
    .await;
    let house = House::new(vec![open("pad.local", address)]).await;
    let request = Request::post("https://pad.local/").header("host", "pad.local");
    let request = request.body(full(vec![7; MUCH])).unwrap();
    let (mut h1, mut h2) = (house.h1("pad.local").await, house.h2("pad.local").await);
    let response =
        if is_h2 { h2.send_request(request).await } else { h1.send_request(request).await };
    let response = response.unwrap();
    until(|| async { received.load(Ordering::SeqCst) == MUCH }).await;
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes().len(), MUCH);
}

#[tokio::test]
async fn an_answer_and_an_upload_pass_each_other_over_http1() {
    both_ways_at_once(false).await;
}

#[tokio::test]
async fn an_answer_and_an_upload_pass_each_other_over_http2() {
    both_ways_at_once(true).await;
}
