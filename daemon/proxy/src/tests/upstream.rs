//! Services behind the front door, as small as can be.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};

pub(super) type Body = BoxBody<Bytes, hyper::Error>;

pub(super) fn text(text: impl Into<Bytes>) -> Response<Body> {
    Response::new(Full::new(text.into()).map_err(|never| match never {}).boxed())
}

/// Connections taken so far.
pub(super) type Taken = Arc<AtomicUsize>;

/// A service that answers each request by `answer`.
pub(super) async fn service<A, F>(answer: A) -> (SocketAddr, Taken)
where
    A: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let taken = Taken::default();
    let count = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(http(stream, answer.clone()));
        }
    });
    (address, taken)
}

/// The box's own pages, behind a Unix socket.
pub(super) fn pages(path: &std::path::Path) {
    let listener = UnixListener::bind(path).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(http(stream, |request| async move {
                text(format!("the box's page {}", request.uri().path()))
            }));
        }
    });
}

async fn http<S, A, F>(stream: S, answer: A)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Fn(Request<Incoming>) -> F + Send + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let service = service_fn(move |request| {
        let answered = answer(request);
        async move { Ok::<_, Infallible>(answered.await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    // A client that leaves is no failure of a test's.
    let _ended = connection.await;
}

/// A service that says what it was asked, headers and all, one a line.
pub(super) async fn mirror() -> SocketAddr {
    service(|request| async move {
        let mut said = format!("{} {}\n", request.method(), request.uri());
        for (name, value) in request.headers() {
            said.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
        }
        let body = request.into_body().collect().await.unwrap().to_bytes();
        said.push_str(&format!("\n{}", String::from_utf8_lossy(&body)));
        text(said)
    })
    .await
    .0
}

/// A service that answers the first request of each connection and closes it
/// when the second has come, without a word.
pub(super) async fn forgetful() -> (SocketAddr, Taken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let taken = Taken::default();
    let count = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                read_head(&mut stream).await;
                say_ok(&mut stream).await;
                read_head(&mut stream).await;
            });
        }
    });
    (address, taken)
}

/// Says the shortest answer.
pub(super) async fn say_ok(stream: &mut (impl AsyncWrite + Unpin)) {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    stream.write_all(answer).await.unwrap();
}

/// Reads up to the empty line.
pub(super) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    use tokio::io::AsyncReadExt;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_ended) => break,
        }
    }
    String::from_utf8(head).unwrap()
}
