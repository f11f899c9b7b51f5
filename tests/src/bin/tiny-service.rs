//! The software inside the tests' containers: small, quick to start, and badly
//! behaved when told to be.
//!
//! It answers plain HTTP/1.1 at port 8080:
//!
//! | path | answer |
//! |---|---|
//! | `/` | its name, version and title |
//! | `/health` | `{"status":"pass"}`, or 503 when told to be ill |
//! | `GET /data` | the lines kept on its volume |
//! | `POST /data` | keeps the body as one more line, flushed to the disk |
//! | `POST /echo` | the body again, as it comes in |
//! | `POST /count` | how many bytes came, none of which were kept |
//! | `/socket` | a WebSocket that repeats what it hears |
//! | `/headers` | the request's headers as they arrived |
//! | `/env` | its environment |
//! | `/file?path=` | a file's content |
//! | `/whoami` | uid, gid, capabilities, whether it may write to its root |
//! | `/connect?to=host:port` | whether a TCP connection opens |
//! | `/crash` | nothing: it ends with code 3 |
//!
//! By environment: `TITLE`, `TINY_VERSION`, `DATA` (the volume, `/data`),
//! `PORT` (8080), `START_DELAY_MS`, and `FAIL`: `health`, `start`, `broken`
//! (it answers 500 to everything), `migration` (it spoils its lines and leaves a
//! half-made file, then ends) or `crash-after:N` (N ms after it began to serve). A file `ill` on the volume
//! makes it ill while it runs. It ends at once on SIGTERM. With `WRITES=1` it counts on its volume all the
//! while: see [`write_all_the_while`].

use std::convert::Infallible;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http::header::{
    CONNECTION, CONTENT_TYPE, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE,
};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

/// What the environment asks for.
struct Orders {
    title: String,
    version: String,
    data: PathBuf,
    port: u16,
    start_delay: Duration,
    fail: String,
}

impl Orders {
    fn read() -> Self {
        let said = |name: &str, usual: &str| std::env::var(name).unwrap_or_else(|_| usual.into());
        let number = |name: &str| said(name, "").parse().ok();
        Self {
            title: said("TITLE", "tiny"),
            version: said("TINY_VERSION", "0"),
            data: said("DATA", "/data").into(),
            port: number("PORT").and_then(|port| u16::try_from(port).ok()).unwrap_or(8080),
            start_delay: Duration::from_millis(number("START_DELAY_MS").unwrap_or(0)),
            fail: said("FAIL", ""),
        }
    }

    fn crashes_after(&self) -> Option<Duration> {
        let milliseconds = self.fail.strip_prefix("crash-after:")?.parse().ok()?;
        Some(Duration::from_millis(milliseconds))
    }
}

type Answer = Response<BoxBody<Bytes, hyper::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let orders = Arc::new(Orders::read());
    tokio::select! {
        code = serve(orders) => code,
        () = asked_to_end() => {
            say("asked to end");
            ExitCode::SUCCESS
        }
    }
}

/// Its log, for `panier logs`.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

async fn asked_to_end() {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

async fn serve(orders: Arc<Orders>) -> ExitCode {
    say(&format!("{} {} starts", orders.title, orders.version));
    tokio::time::sleep(orders.start_delay).await;
    if orders.fail == "start" {
        say("told to fail at the start");
        return ExitCode::from(2);
    }
    if orders.fail == "migration" {
        say("told to fail in the middle of a migration");
        let lines = orders.data.join("lines");
        let spoilt = std::fs::write(&lines, "spoilt\n")
            .and_then(|()| std::fs::write(orders.data.join("lines.new"), "half"));
        return ExitCode::from(if spoilt.is_ok() { 4 } else { 5 });
    }
    let listener = match TcpListener::bind(("0.0.0.0", orders.port)).await {
        Ok(listener) => listener,
        Err(error) => {
            say(&format!("cannot listen: {error}"));
            return ExitCode::FAILURE;
        }
    };
    say("serves");
    if std::env::var("WRITES").is_ok() {
        let folder = orders.data.clone();
        std::thread::spawn(move || {
            let ended = write_all_the_while(&folder);
            say(&format!("writes no more: {ended:?}"));
            std::process::exit(6);
        });
    }
    if let Some(after) = orders.crashes_after() {
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            say("told to crash");
            std::process::exit(3);
        });
    }
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, Arc::clone(&orders)));
        }
    }
}

/// Counts, as quickly as the disk allows, always in this order: a new file
/// `new-<n>`; `first`, in place; the setting `n` in an SQLite file, by a
/// transaction; `last`, in place; the file `new-<n - 3>` goes. Whatever is read
/// of one instant says so: `first` is not before `n`, nor `n` before `last`, and
/// `first` is at most one ahead.
fn write_all_the_while(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let ledger = ledger::Ledger::open(folder)?;
    let known = ledger.read(|records| records.setting("n"))?;
    let mut number: u64 = known.and_then(|n| n.parse().ok()).unwrap_or(0);
    let open = |name: &str| {
        std::fs::File::options().write(true).create(true).truncate(false).open(folder.join(name))
    };
    let (first, last) = (open("first")?, open("last")?);
    loop {
        number += 1;
        let shown = format!("{number:09}");
        std::fs::write(folder.join(format!("new-{number}")), &shown)?;
        first.write_all_at(shown.as_bytes(), 0)?;
        ledger.write(|records| records.set_setting("n", &number.to_string()))?;
        last.write_all_at(shown.as_bytes(), 0)?;
        if let Some(old) = number.checked_sub(3) {
            let _ = std::fs::remove_file(folder.join(format!("new-{old}")));
        }
    }
}

async fn connection(stream: TcpStream, orders: Arc<Orders>) {
    let service = service_fn(move |request| {
        let orders = Arc::clone(&orders);
        async move { Ok::<_, Infallible>(answer(request, &orders).await) }
    });
    let server = hyper::server::conn::http1::Builder::new();
    // A caller that hangs up is no news.
    let _ = server.serve_connection(TokioIo::new(stream), service).with_upgrades().await;
}

async fn answer(request: Request<Incoming>, orders: &Orders) -> Answer {
    if orders.fail == "broken" {
        return with_status(StatusCode::INTERNAL_SERVER_ERROR, text("told to be broken\n"));
    }
    let query = request.uri().query().unwrap_or_default().to_owned();
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/") => text(format!("{} {}\n", orders.title, orders.version)),
        (&Method::GET, "/health") => health(orders),
        (&Method::GET, "/data") => file(&orders.data.join("lines")),
        (&Method::POST, "/data") => keep(request, orders).await,
        (&Method::POST, "/echo") => Response::new(request.into_body().boxed()),
        (&Method::POST, "/count") => tally(request.into_body()).await,
        (&Method::GET, "/socket") => socket(request),
        (&Method::GET, "/headers") => headers(&request),
        (&Method::GET, "/env") => json(environment()),
        (&Method::GET, "/file") => file(Path::new(named(&query, "path="))),
        (&Method::GET, "/whoami") => json(whoami()),
        (&Method::GET, "/connect") => connect(named(&query, "to=")).await,
        (_, "/crash") => {
            say("told to crash");
            std::process::exit(3)
        }
        _ => with_status(StatusCode::NOT_FOUND, text("no such path\n")),
    }
}

/// The rest of the query after its one name. Tests send nothing that needs decoding.
fn named<'a>(query: &'a str, name: &str) -> &'a str {
    query.strip_prefix(name).unwrap_or_default()
}

fn health(orders: &Orders) -> Answer {
    let ill = orders.fail == "health" || orders.data.join("ill").exists();
    let status = if ill { "fail" } else { "pass" };
    let body = json(json!({ "status": status, "version": orders.version }));
    if ill { with_status(StatusCode::SERVICE_UNAVAILABLE, body) } else { body }
}

async fn keep(request: Request<Incoming>, orders: &Orders) -> Answer {
    let line = match request.into_body().collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return with_status(StatusCode::BAD_REQUEST, text(error.to_string())),
    };
    let kept = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(orders.data.join("lines"))
        .and_then(|mut file| {
            file.write_all(&[&line[..], b"\n"].concat())?;
            file.sync_all()
        });
    match kept {
        Ok(()) => with_status(StatusCode::CREATED, text("kept\n")),
        Err(error) => with_status(StatusCode::INTERNAL_SERVER_ERROR, text(error.to_string())),
    }
}

async fn tally(mut body: Incoming) -> Answer {
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes += frame.data_ref().map_or(0, Bytes::len),
            Err(error) => return with_status(StatusCode::BAD_REQUEST, text(error.to_string())),
        }
    }
    json(json!({ "bytes": bytes }))
}

/// RFC 6455: the handshake is this answer, the rest is left to a task.
fn socket(mut request: Request<Incoming>) -> Answer {
    let Some(key) = request.headers().get(SEC_WEBSOCKET_KEY) else {
        return with_status(StatusCode::BAD_REQUEST, text("no handshake\n"));
    };
    let accept = derive_accept_key(key.as_bytes());
    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let Ok(stream) = upgrade.await else { return };
        let stream = TokioIo::new(stream);
        let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
        while let Some(Ok(message)) = socket.next().await {
            if message.is_text() && socket.send(message).await.is_err() {
                return;
            }
        }
    });
    let mut answer = with_status(StatusCode::SWITCHING_PROTOCOLS, text(""));
    let headers = answer.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(&accept) {
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    answer
}

fn headers(request: &Request<Incoming>) -> Answer {
    let all: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]))
        .collect();
    json(Value::Array(all))
}

fn environment() -> Value {
    let entries = std::env::vars_os().map(|(name, value)| {
        (name.to_string_lossy().into_owned(), Value::from(value.to_string_lossy()))
    });
    Value::Object(entries.collect())
}

/// Source of the names: proc_pid_status(5).
fn whoami() -> Value {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().split_whitespace().next().unwrap_or_default().to_owned()
    };
    let trial = Path::new("/tiny-service-was-here");
    let root_is_writable = std::fs::write(trial, "").is_ok();
    let _ = std::fs::remove_file(trial);
    json!({
        "uid": field("Uid:"),
        "gid": field("Gid:"),
        "capabilities": field("CapEff:"),
        "capability_bound": field("CapBnd:"),
        "no_new_privileges": field("NoNewPrivs:"),
        "root_is_writable": root_is_writable,
    })
}

async fn connect(to: &str) -> Answer {
    match tokio::time::timeout(Duration::from_secs(5), TcpStream::connect(to)).await {
        Ok(Ok(_)) => json(json!({ "open": true })),
        Ok(Err(error)) => json(json!({ "open": false, "because": error.to_string() })),
        Err(_) => json(json!({ "open": false, "because": "nobody answered in 5 s" })),
    }
}

fn file(path: &Path) -> Answer {
    match std::fs::read(path) {
        Ok(content) => text(content),
        Err(error) => with_status(StatusCode::NOT_FOUND, text(error.to_string())),
    }
}

fn text(body: impl Into<Bytes>) -> Answer {
    Response::new(Full::new(body.into()).map_err(|never| match never {}).boxed())
}

fn json(value: Value) -> Answer {
    let mut answer = text(value.to_string());
    let kind = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

fn with_status(status: StatusCode, mut answer: Answer) -> Answer {
    *answer.status_mut() = status;
    answer
}
