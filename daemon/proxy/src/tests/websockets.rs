//! WebSockets.

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use http::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role as Side;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::house::{DEADLINE, House, empty, full, get, open, route, text, until};
use super::upstream;
use crate::*;

/// A service that repeats what it hears over a WebSocket.
async fn echo() -> std::net::SocketAddr {
    upstream::service(|mut request| async move {
        assert_eq!(request.headers()["connection"], "Upgrade");
        let accept = derive_accept_key(request.headers()["sec-websocket-key"].as_bytes());
        let upgrade = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let stream = TokioIo::new(upgrade.await.unwrap());
            let mut socket = WebSocketStream::from_raw_socket(stream, Side::Server, None).await;
            while let Some(Ok(message)) = socket.next().await {
                if message.is_text() {
                    socket.send(message).await.unwrap();
                }
            }
        });
        let response = Response::builder()
            .status(StatusCode::SWITCHING_PROTOCOLS)
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-accept", accept);
        response.body(upstream::text("").into_body()).unwrap()
    })
    .await
    .0
}

async fn says_and_hears<S>(socket: &mut WebSocketStream<S>, text: &str)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    socket.send(Message::text(text)).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text(text));
}

#[tokio::test]
async fn a_websocket_lives_through_new_tables_and_certificates() {
    let house = Arc::new(House::new(vec![open("pad.local", echo().await)]).await);
    let stream = house.tls("pad.local", &["http/1.1"]).await;
    let (mut socket, _) = client_async("wss://pad.local/socket", stream).await.unwrap();
    says_and_hears(&mut socket, "before").await;
    assert_eq!(house.status().await.open_upgrades, 1);
    house.publish(house.table(2, vec![route("pad.local", RouteState::Stopped)])).await.unwrap();
    let stopped = house.ask(get("pad.local", "/")).await;
    assert_eq!(stopped.status(), StatusCode::SERVICE_UNAVAILABLE);
    says_and_hears(&mut socket, "after").await;
    socket.close(None).await.unwrap();
    drop(socket);
    until(|| async { house.status().await.open_upgrades == 0 }).await;
}

#[tokio::test]
async fn other_upgrades_are_not_passed_on() {
    let house = House::new(vec![open("pad.local", upstream::mirror().await)]).await;
    let request = http::Request::get("/")
        .header("host", "pad.local")
        .header("connection", "upgrade, http2-settings")
        .header("upgrade", "h2c")
        .header("http2-settings", "AAMAAABkAAQAAP__");
    let said = text(house.ask(request.body(empty()).unwrap()).await).await;
    assert!(!said.contains("upgrade") && !said.contains("http2-settings"), "{said}");
}

/// Taken for a handshake, it would lose its body and keep its length: the
/// service would wait for it, or take the next client's request for it.
#[tokio::test]
async fn a_request_with_a_body_is_no_handshake() {
    let house = House::new(vec![open("pad.local", upstream::mirror().await)]).await;
    for method in ["GET", "POST"] {
        let request = http::Request::builder()
            .method(method)
            .uri("/socket")
            .header("host", "pad.local")
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .body(full("GET /other"))
            .unwrap();
        let said = async { text(house.ask(request).await).await };
        let said = tokio::time::timeout(DEADLINE, said).await.expect("the body has come");
        assert!(said.starts_with(&format!("{method} /socket\n")), "{said}");
        assert!(
            said.contains("content-length: 10\n") && said.ends_with("\n\nGET /other"),
            "{said}"
        );
        assert!(!said.contains("upgrade"), "{said}");
    }
    let next = text(house.ask(get("pad.local", "/next")).await).await;
    assert!(next.starts_with("GET /next\n"), "{next}");
}
