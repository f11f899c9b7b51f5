//! Listeners and connections: accepting, the handshake, HTTP on top.

use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::answer::answer;
use crate::challenges::ACME_TLS;
use crate::cork::cork;
use crate::crowd::Seat;
use crate::door::{Door, count};
use crate::message::Role;
use crate::stalling::Stalling;
use crate::streams::{Driver, Streams};
use crate::visit::Visit;

/// Requests that one HTTP/2 connection may have running.
const STREAMS: u32 = 128;
/// What one HTTP/2 stream may send ahead of the service: enough for a fast
/// line, and the most that a stalled upload holds in memory.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Most of a request's head, and of what HTTP/1.1 holds of a body.
const HEAD: usize = 64 * 1024;
/// Before accepting again when the process has no files left.
const BREATH: Duration = Duration::from_millis(100);

/// TLS by name, from the table of the moment.
pub(crate) fn acceptor(door: &Arc<Door>) -> Result<TlsAcceptor, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(ByName(Arc::clone(door))));
    // A public authority offers its own protocol alone, and must be told it back.
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec(), ACME_TLS.to_vec()];
    // Sessions are resumed by tickets, which need no memory here.
    config.ticketer = rustls::crypto::ring::Ticketer::new()?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

struct ByName(Arc<Door>);

impl ResolvesServerCert for ByName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().map(str::to_ascii_lowercase);
        let live = self.0.live()?;
        // RFC 8737, section 3: such a client offers this protocol alone, and
        // anything but the answer to it would be a lie.
        let mut offered = hello.alpn().into_iter().flatten();
        if offered.next() == Some(ACME_TLS) && offered.next().is_none() {
            return live.challenges.key(name.as_deref()?);
        }
        live.key(name.as_deref())
    }
}

impl std::fmt::Debug for ByName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ByName")
    }
}

/// Accepts until the door drains; not before there is a table.
pub(crate) async fn accept(
    door: Arc<Door>,
    acceptor: TlsAcceptor,
    role: Role,
    listener: TcpListener,
) {
    door.has_table().await;
    let mut drained = pin!(door.drained());
    loop {
        let came = async {
            let room = door.crowd.room().await;
            listener.accept().await.map(|came| (room, came))
        };
        let accepted = tokio::select! {
            accepted = came => accepted,
            () = &mut drained => return,
        };
        match accepted {
            Ok((room, (stream, peer))) => {
                let seat = room.and_then(|room| door.crowd.seat(room, peer.ip()));
                let Some(seat) = seat else {
                    // Nothing is said to it: that would cost more than it does.
                    count(&door.counters.turned_away);
                    continue;
                };
                let came = Came { stream, peer: peer.ip(), seat };
                let (door, acceptor) = (Arc::clone(&door), acceptor.clone());
                tokio::spawn(async move { receive(door, &acceptor, role, came).await });
            }
            Err(error) if is_of_one(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

/// Errors that concern the one connection, not the listener (accept(2)).
fn is_of_one(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// One who has come.
pub(crate) struct Came<S> {
    pub(crate) stream: S,
    pub(crate) peer: IpAddr,
    pub(crate) seat: Seat,
}

/// One who has come at a listener.
pub(crate) async fn receive<S>(door: Arc<Door>, acceptor: &TlsAcceptor, role: Role, came: Came<S>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Came { stream, peer, seat } = came;
    count(&door.counters.connections);
    let _present = door.enter();
    let patience = door.patience;
    let stream = Stalling::new(stream, patience.stall);
    if role == Role::Http {
        let visit = Arc::new(Visit::new(door, peer, seat, None));
        return over_http1(&visit, stream).await;
    }
    let shaken = tokio::time::timeout(patience.handshake, acceptor.accept(stream)).await;
    let stream = match shaken {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return tracing::trace!(%error, "no handshake"),
        Err(_late) => return tracing::trace!("no handshake in time"),
    };
    let session = stream.get_ref().1;
    let name = session.server_name().map(str::to_ascii_lowercase);
    if session.alpn_protocol() == Some(ACME_TLS) {
        // The handshake was all.
        let mut stream = stream;
        let ended = stream.shutdown().await;
        return tracing::debug!(?name, ?ended, "a public authority asked");
    }
    let is_h2 = session.alpn_protocol() == Some(b"h2");
    serve_shaken(door, Came { stream, peer, seat }, name, is_h2).await;
}

/// One whose TLS has been taken off, with the name that it was spoken for.
pub(crate) async fn serve_shaken<S>(
    door: Arc<Door>,
    came: Came<S>,
    name: Option<String>,
    is_h2: bool,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let visit = Arc::new(Visit::new(door, came.peer, came.seat, Some(name)));
    if is_h2 {
        over_http2(&visit, came.stream).await;
    } else {
        over_http1(&visit, came.stream).await;
    }
}

async fn over_http1<S>(visit: &Arc<Visit>, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request: Request<Incoming>| answer(Arc::clone(visit), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(visit.door.patience.head)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = visit.door.drained() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    trace_end(ended);
}

async fn over_http2<S>(visit: &Arc<Visit>, stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let idle = visit.door.patience.idle;
    let service = service_fn(|request: Request<Incoming>| answer(Arc::clone(visit), request));
    let (stream, outlet) = cork(stream);
    let streams = Streams::default();
    let mut driver = Driver::new(streams.clone(), outlet, stay(Arc::clone(visit), idle));
    let connection = http2::Builder::new(streams)
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(u32::try_from(HEAD).unwrap_or(u32::MAX))
        .serve_connection(TokioIo::new(stream), service);
    let leave = |connection: Pin<&mut http2::Connection<_, _, _>>| connection.graceful_shutdown();
    trace_end(driver.drive(pin!(connection), leave).await);
}

/// Resolves when a connection is to end: the door drains, or no request ran
/// from one look to the next.
async fn stay(visit: Arc<Visit>, idle: Duration) {
    let mut drained: Pin<&mut _> = pin!(visit.door.drained());
    let mut before = None;
    loop {
        tokio::select! {
            () = &mut drained => return,
            () = tokio::time::sleep(idle) => {}
        }
        let now = visit.idle_after();
        if now.is_some() && now == before {
            return;
        }
        before = now;
    }
}

/// Clients leave in many ways, none of which is our trouble.
fn trace_end(ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended");
    }
}
