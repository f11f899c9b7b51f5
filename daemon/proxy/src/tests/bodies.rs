//! Bodies: streamed, flat, and asked for only when somebody wants them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::house::{ClientBody, House, empty, get, nobody, open, route, text, until};
use super::upstream::{self, read_head};
use crate::patience::Patience;
use crate::*;

const PIECE: usize = 64 * 1024;
/// 32 MiB: many times what the front door may hold.
const PIECES: usize = 512;

/// A body of many pieces, and how many of them have been asked for.
fn endless() -> (ClientBody, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let pieces = (0..PIECES).map(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        Ok(Frame::data(Bytes::from_static(&[7; PIECE])))
    });
    (StreamBody::new(futures_util::stream::iter(pieces)).boxed(), asked)
}

/// Sends `endless` to a service that takes it only when told to: what is asked
/// for before is what the way holds.
async fn uploads_flat(is_h2: bool) {
    let go = Arc::new(tokio::sync::Notify::new());
    let (gate, taken) = (Arc::clone(&go), Arc::new(AtomicUsize::new(0)));
    let counter = Arc::clone(&taken);
    let (address, _) = upstream::service(move |request| {
        let (gate, counter) = (Arc::clone(&gate), Arc::clone(&counter));
        async move {
            gate.notified().await;
            let mut body = request.into_body();
            while let Some(frame) = body.frame().await {
                let length = frame.unwrap().into_data().unwrap().len();
                counter.fetch_add(length, Ordering::SeqCst);
            }
            upstream::text("thanks")
        }
    })
    .await;
    let house = House::new(vec![open("pad.local", address)]).await;
    let (body, asked) = endless();
    let request = Request::post("https://pad.local/").header("host", "pad.local");
    let request = request.body(body).unwrap();
    let (mut h1, mut h2) = (house.h1("pad.local").await, house.h2("pad.local").await);
    let sent = tokio::spawn(async move {
        if is_h2 { h2.send_request(request).await } else { h1.send_request(request).await }
    });
    // It stands still when two looks find the same.
    let before = Arc::new(AtomicUsize::new(0));
    until(|| {
        let (asked, before) = (Arc::clone(&asked), Arc::clone(&before));
        async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let now = asked.load(Ordering::SeqCst);
            now > 0 && before.swap(now, Ordering::SeqCst) == now
        }
    })
    .await;
    // Sockets' buffers on loopback hold some megabytes; nothing else does.
    assert!(asked.load(Ordering::SeqCst) < PIECES / 2, "{asked:?} pieces were taken in advance");
    go.notify_one();
    assert_eq!(text(sent.await.unwrap().unwrap()).await, "thanks");
    assert_eq!(taken.load(Ordering::SeqCst), PIECE * PIECES);
}

#[tokio::test]
async fn an_upload_is_streamed_over_http1() {
    uploads_flat(false).await;
}

#[tokio::test]
async fn an_upload_is_streamed_over_http2() {
    uploads_flat(true).await;
}

#[tokio::test]
async fn a_download_is_streamed_and_waits_for_its_reader() {
    let made = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&made);
    let (address, _) = upstream::service(move |_| {
        let counter = Arc::clone(&counter);
        async move {
            let pieces = (0..PIECES).map(move |_| {
                counter.fetch_add(1, Ordering::SeqCst);
                Ok(Frame::data(Bytes::from_static(&[7; PIECE])))
            });
            http::Response::new(StreamBody::new(futures_util::stream::iter(pieces)).boxed())
        }
    })
    .await;
    let house = House::new(vec![open("pad.local", address)]).await;
    for is_h2 in [false, true] {
        made.store(0, Ordering::SeqCst);
        let (mut h1, mut h2) = (house.h1("pad.local").await, house.h2("pad.local").await);
        let response = if is_h2 {
            h2.send_request(Request::get("https://pad.local/").body(empty()).unwrap()).await
        } else {
            h1.send_request(get("pad.local", "/")).await
        };
        let mut body = response.unwrap().into_body();
        let mut taken = body.frame().await.unwrap().unwrap().into_data().unwrap().len();
        tokio::time::sleep(Duration::from_millis(500)).await;
        let ahead = made.load(Ordering::SeqCst);
        assert!(ahead < PIECES / 2, "{ahead} pieces were made for a reader that waits");
        while let Some(frame) = body.frame().await {
            taken += frame.unwrap().into_data().map_or(0, |data| data.len());
        }
        assert_eq!(taken, PIECE * PIECES);
    }
}

/// Sends a head that waits for `100 Continue`, and reads the head that comes.
async fn expecting(house: &House, length: usize) -> (String, impl AsyncReadExt + AsyncWriteExt) {
    let mut stream = house.tls("pad.local", &["http/1.1"]).await;
    let head = format!(
        "POST / HTTP/1.1\r\nhost: pad.local\r\nexpect: 100-continue\r\n\
         content-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let head = read_head(&mut stream).await;
    (head, stream)
}

#[tokio::test]
async fn whoever_asks_first_is_told_to_go_on() {
    let house = House::new(vec![open("pad.local", upstream::mirror().await)]).await;
    let (head, mut stream) = expecting(&house, 5).await;
    assert_eq!(head, "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hello").await.unwrap();
    let head = read_head(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
}

#[tokio::test]
async fn whoever_asks_first_hears_at_once_that_it_is_no_use() {
    let mut limited = open("pad.local", upstream::mirror().await);
    limited.rules.upload_limit = Some(4);
    for (route, status) in [
        (limited, "HTTP/1.1 413 "),
        (route("pad.local", RouteState::Stopped), "HTTP/1.1 503 "),
        (open("pad.local", nobody()), "HTTP/1.1 502 "),
    ] {
        let house = House::new(vec![route]).await;
        let (head, _stream) = expecting(&house, 5).await;
        assert!(head.starts_with(status), "{head}");
    }
}

#[tokio::test]
async fn a_client_that_stops_in_its_upload_is_let_go() {
    let patience = Patience { stall: Duration::from_millis(200), ..Patience::default() };
    let routes = vec![open("pad.local", upstream::mirror().await)];
    let house = House::patient(routes, patience).await;
    let mut stream = house.tls("pad.local", &["http/1.1"]).await;
    let head = b"POST / HTTP/1.1\r\nhost: pad.local\r\ncontent-length: 5\r\n\r\nhel";
    stream.write_all(head).await.unwrap();
    let head = read_head(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 408 "), "{head}");
}

#[tokio::test]
async fn a_client_that_never_ends_its_head_is_let_go() {
    let patience = Patience {
        head: Duration::from_millis(200),
        handshake: Duration::from_millis(200),
        ..Patience::default()
    };
    let house = House::patient(Vec::new(), patience).await;
    let mut stream = house.tls("box.local", &["http/1.1"]).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
    let ended = tokio::time::timeout(super::house::DEADLINE, read_head(&mut stream)).await;
    assert!(!ended.unwrap().contains("200 OK"));
    // One that says nothing at all goes too.
    let mut silent = tokio::net::TcpStream::connect(house.https).await.unwrap();
    let ended = tokio::time::timeout(super::house::DEADLINE, silent.read(&mut [0; 8])).await;
    assert_eq!(ended.unwrap().unwrap(), 0);
    until(|| async { house.status().await.open_connections == 0 }).await;
}

#[tokio::test]
async fn a_full_house_lets_the_next_one_in_when_somebody_leaves() {
    let patience = Patience { in_all: 5, from_one: 2, ..Patience::default() };
    let house = House::patient(vec![open("pad.local", upstream::mirror().await)], patience).await;
    let from = async |last: u8, to| {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, last], 0).into()).unwrap();
        socket.connect(to).await.unwrap()
    };
    let mut greedy = Vec::new();
    for _ in 0..2 {
        greedy.push(from(9, house.https).await);
    }
    let mut third = from(9, house.https).await;
    let ended = tokio::time::timeout(super::house::DEADLINE, third.read(&mut [0; 8])).await;
    assert!(matches!(ended.unwrap(), Ok(0) | Err(_)), "one address took a third seat");
    // Others have seats still.
    assert_eq!(house.ask(get("pad.local", "/")).await.status(), StatusCode::OK);
    until(|| async { house.status().await.turned_away == 1 }).await;
    drop(greedy);
    until(|| async { house.status().await.open_connections == 0 }).await;
    assert_eq!(house.ask(get("pad.local", "/")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_service_that_never_answers_is_given_up() {
    let (address, _) =
        upstream::service(|_| std::future::pending::<http::Response<upstream::Body>>()).await;
    let patience = Patience { answer: Duration::from_millis(200), ..Patience::default() };
    let house = House::patient(vec![open("pad.local", address)], patience).await;
    let response = house.ask(get("pad.local", "/")).await;
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
}
