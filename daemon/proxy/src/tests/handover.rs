//! Daemons that come and go, and doors that follow each other.

use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use http::StatusCode;

use super::house::{DEADLINE, House, door, get, open, until};
use super::upstream;
use crate::line::Line;
use crate::message::{Answer, Order};
use crate::patience::Patience;

#[tokio::test]
async fn it_serves_on_without_a_daemon_and_takes_the_next_ones_table() {
    let upstream = upstream::mirror().await;
    let mut house = House::new(vec![open("pad.local", upstream)]).await;
    let path = house.folder.path().join("door.sock");
    let mut sender = house.h1("pad.local").await;
    let next = Line::connect(&path).await.unwrap().unwrap();
    assert_eq!(next.hello.generation, 1);
    assert_eq!(next.hello.listening.len(), 2);
    drop(std::mem::replace(&mut house.line, next));
    let response = sender.send_request(get("pad.local", "/")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    house.publish(house.table(2, vec![open("wiki.local", upstream)])).await.unwrap();
    assert_eq!(house.ask(get("wiki.local", "/")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn one_that_has_no_table_ends_with_its_daemon() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("door.sock");
    let (serving, line) = door(&path, "this", Patience::default()).await;
    drop(line);
    tokio::time::timeout(DEADLINE, serving).await.unwrap().unwrap().unwrap();
    assert!(Line::connect(&path).await.unwrap().is_none());
}

#[tokio::test]
async fn a_successor_takes_the_listeners_while_requests_go_on() {
    let upstream = upstream::mirror().await;
    let house = Arc::new(House::new(vec![open("pad.local", upstream)]).await);
    let (answered, failed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let over = Arc::new(AtomicBool::new(false));
    let visitor = {
        let (house, answered) = (Arc::clone(&house), Arc::clone(&answered));
        let (failed, over) = (Arc::clone(&failed), Arc::clone(&over));
        tokio::spawn(async move {
            while !over.load(Ordering::SeqCst) {
                let response = house.ask(get("pad.local", "/")).await;
                let counter = if response.status() == StatusCode::OK { &answered } else { &failed };
                counter.fetch_add(1, Ordering::SeqCst);
            }
        })
    };
    let more = |than: usize| {
        let answered = Arc::clone(&answered);
        async move { until(|| async { answered.load(Ordering::SeqCst) > than }).await }
    };
    more(3).await;
    let path = house.folder.path().join("door.next");
    let (_serving, line) = door(&path, "next", Patience::default()).await;
    let (answer, files) = house.line.ask(&Order::TakeListeners, &[]).await.unwrap();
    let Answer::Listeners { roles } = answer else { panic!("{answer:?}") };
    let files: Vec<_> = files.iter().map(AsFd::as_fd).collect();
    line.ask(&Order::Listen { roles }, &files).await.unwrap();
    let table = Box::new(house.table(2, vec![open("pad.local", upstream)]));
    line.ask(&Order::Publish { table }, &[]).await.unwrap();
    house.line.ask(&Order::Drain { seconds: 10 }, &[]).await.unwrap();
    until(|| async { house.serving.is_finished() }).await;
    more(answered.load(Ordering::SeqCst) + 3).await;
    over.store(true, Ordering::SeqCst);
    visitor.await.unwrap();
    assert_eq!(failed.load(Ordering::SeqCst), 0);
    tokio::time::timeout(DEADLINE, house.line.ended()).await.unwrap();
}

#[tokio::test]
async fn draining_lets_what_runs_come_to_its_end() {
    let go = Arc::new(tokio::sync::Notify::new());
    let (began, gate) = (Arc::new(AtomicBool::new(false)), Arc::clone(&go));
    let saw = Arc::clone(&began);
    let (address, _) = upstream::service(move |_| {
        let (gate, saw) = (Arc::clone(&gate), Arc::clone(&saw));
        async move {
            saw.store(true, Ordering::SeqCst);
            gate.notified().await;
            upstream::text("done")
        }
    })
    .await;
    let house = House::new(vec![open("pad.local", address)]).await;
    let mut sender = house.h1("pad.local").await;
    let asked = tokio::spawn(async move { sender.send_request(get("pad.local", "/")).await });
    until(|| async { began.load(Ordering::SeqCst) }).await;
    house.line.ask(&Order::Drain { seconds: 20 }, &[]).await.unwrap();
    until(|| async { tokio::net::TcpStream::connect(house.https).await.is_err() }).await;
    assert!(!house.serving.is_finished());
    go.notify_one();
    assert_eq!(super::house::text(asked.await.unwrap().unwrap()).await, "done");
    tokio::time::timeout(DEADLINE, house.serving).await.unwrap().unwrap().unwrap();
}
