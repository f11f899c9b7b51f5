//! Many requests on one HTTP/2 connection.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use futures_util::future::join_all;
use http::Request;
use http_body_util::BodyExt;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::sync::Barrier;

use super::house::{DEADLINE, House, empty, full, open, text};
use super::upstream;
use crate::{Arrival, Threshold};

const MANY: usize = 12;

/// Counts what is written.
struct Counted(DuplexStream, Arc<AtomicUsize>);

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Pin::new(&mut self.0).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

/// On one thread, so that all answers are there before any of them is sent.
#[tokio::test]
async fn answers_that_come_together_leave_together() {
    let together = Arc::new(Barrier::new(MANY));
    let (address, _) = upstream::service(move |_| {
        let together = Arc::clone(&together);
        async move {
            together.wait().await;
            upstream::text(vec![b'x'; 600])
        }
    })
    .await;
    let house = House::new(vec![open("pad.local", address)]).await;
    let threshold = Threshold::new(house.table(1, vec![open("pad.local", address)])).unwrap();
    let (client, door) = tokio::io::duplex(1 << 20);
    let writes = Arc::new(AtomicUsize::new(0));
    let door = Counted(door, Arc::clone(&writes));
    let arrival = Arrival::Shaken { name: Some("pad.local".into()), http2: true };
    tokio::spawn(async move { threshold.serve(door, [192, 0, 2, 7].into(), arrival).await });
    let (sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(client)).await.unwrap();
    tokio::spawn(connection);
    let round = async || {
        let asked = (0..MANY).map(|_| {
            let mut sender = sender.clone();
            let request = Request::get("https://pad.local/").body(empty()).unwrap();
            async move { text(sender.send_request(request).await.unwrap()).await }
        });
        tokio::time::timeout(DEADLINE, join_all(asked)).await.unwrap()
    };
    // The first round makes the connections, which takes turns of its own.
    round().await;
    let before = writes.load(Ordering::SeqCst);
    assert!(round().await.iter().all(|answer| *answer == "x".repeat(600)));
    let wrote = writes.load(Ordering::SeqCst) - before;
    assert!(wrote <= MANY / 2, "{wrote} writes for {MANY} answers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_and_answers_of_one_connection_do_not_wait_for_each_other() {
    let (address, _) = upstream::service(|request| async move {
        let body = request.into_body().collect().await.unwrap().to_bytes();
        upstream::text(body)
    })
    .await;
    let house = House::new(vec![open("pad.local", address)]).await;
    let sender = house.h2("pad.local").await;
    let asked = (0..MANY).map(|at| {
        let mut sender = sender.clone();
        // From nothing to more than a connection's whole window.
        let sent = vec![u8::try_from(at).unwrap(); at * at * 16_000];
        async move {
            let request = Request::post("https://pad.local/").body(full(sent.clone())).unwrap();
            let response = sender.send_request(request).await.unwrap();
            let got = response.into_body().collect().await.unwrap().to_bytes();
            assert!(got == sent, "{} bytes of {}", got.len(), sent.len());
        }
    });
    tokio::time::timeout(DEADLINE, join_all(asked)).await.unwrap();
}
