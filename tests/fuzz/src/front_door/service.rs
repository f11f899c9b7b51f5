//! A service behind the front door that believes nothing: it reads what comes
//! by a reader of its own, strictly, and holds it against what is promised.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::table::{BOX, SERVICE, SHUT, UPLOAD};

/// What a service says to who reaches it.
pub const ANSWER: &str = "reached the service";

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Service,
    Box,
}

static TURNS: AtomicU64 = AtomicU64::new(0);

/// How much has been heard so far: who waits for quiet looks at it.
pub fn turns() -> u64 {
    TURNS.load(Ordering::Relaxed)
}

pub fn listen_tcp() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(talk(stream, Role::Service));
        }
    });
    address
}

pub fn listen_unix(path: &Path) {
    let listener = tokio::net::UnixListener::bind(path).unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(talk(stream, Role::Box));
        }
    });
}

/// Answers requests until the front door hangs up.
async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, role: Role) {
    let mut came = Vec::new();
    loop {
        let head = loop {
            if let Some(at) = came.windows(4).position(|four| four == b"\r\n\r\n") {
                break at;
            }
            if !more(&mut stream, &mut came).await {
                return;
            }
        };
        let head: Vec<u8> = came.drain(..head + 4).take(head).collect();
        let request = Request::read(&head);
        request.hold(role);
        if !body(&mut stream, &mut came, &request, role).await {
            return;
        }
        if request.has("upgrade") {
            let _gone = stream
                .write_all(b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
                .await;
            while more(&mut stream, &mut came).await {}
            return;
        }
        let body = if request.method == "HEAD" { "" } else { ANSWER };
        let length = ANSWER.len();
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn more(stream: &mut (impl AsyncRead + Unpin), came: &mut Vec<u8>) -> bool {
    let read = stream.read_buf(came).await;
    TURNS.fetch_add(1, Ordering::Relaxed);
    matches!(read, Ok(1..))
}

/// Reads a request's body; false when the front door hangs up in it.
async fn body(
    stream: &mut (impl AsyncRead + Unpin),
    came: &mut Vec<u8>,
    request: &Request,
    role: Role,
) -> bool {
    let chunked = request.has("transfer-encoding");
    let mut left = request.one("content-length").map_or(0, |length| length.parse().unwrap());
    let mut whole = 0;
    loop {
        if chunked {
            let Some(length) = chunk(stream, came).await else { return false };
            if length == 0 {
                return true;
            }
            left = length + 2;
            whole += length;
        } else {
            whole += left;
        }
        if role == Role::Service {
            assert!(whole <= UPLOAD, "{whole} bytes were let through");
        }
        while came.len() < left {
            if !more(stream, came).await {
                return false;
            }
        }
        let read: Vec<u8> = came.drain(..left).collect();
        if !chunked {
            return true;
        }
        assert!(read.ends_with(b"\r\n"), "a chunk that ends in nothing");
    }
}

/// The length of the next chunk; the last one's, 0, with the line after it.
async fn chunk(stream: &mut (impl AsyncRead + Unpin), came: &mut Vec<u8>) -> Option<usize> {
    let line = loop {
        if let Some(at) = came.windows(2).position(|two| two == b"\r\n") {
            break at;
        }
        if !more(stream, came).await {
            return None;
        }
    };
    let line: Vec<u8> = came.drain(..line + 2).take(line).collect();
    let line = String::from_utf8(line).unwrap();
    assert!(line.bytes().all(|byte| byte.is_ascii_hexdigit()), "a chunk of {line:?}");
    let length = usize::from_str_radix(&line, 16).unwrap();
    if length == 0 {
        while came.len() < 2 {
            if !more(stream, came).await {
                return None;
            }
        }
        let end: Vec<u8> = came.drain(..2).collect();
        assert_eq!(end, b"\r\n", "trailers");
    }
    Some(length)
}

struct Request {
    method: String,
    target: String,
    fields: Vec<(String, String)>,
}

impl Request {
    fn read(head: &[u8]) -> Self {
        // Values may hold any byte but control characters.
        let head: String = head.iter().map(|byte| char::from(*byte)).collect();
        let mut lines = head.split("\r\n");
        let words: Vec<&str> = lines.next().unwrap().split(' ').collect();
        let [method, target, "HTTP/1.1"] = words[..] else { panic!("{words:?}") };
        assert!(!method.is_empty() && method.bytes().all(is_token), "{method:?}");
        let fields = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{line:?}"));
            assert!(!name.is_empty() && name.bytes().all(is_token), "{line:?}");
            assert!(!value.contains(['\r', '\n', '\0']), "{line:?}");
            (name.to_ascii_lowercase(), value.to_owned())
        });
        Self { method: method.to_owned(), target: target.to_owned(), fields: fields.collect() }
    }

    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |field| field.0 == name).map(|field| field.1.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    fn one(&self, name: &str) -> Option<&str> {
        let mut all = self.all(name);
        let one = all.next();
        assert!(all.next().is_none(), "{name} twice");
        one
    }

    /// What the front door promises of all that it passes on.
    fn hold(&self, role: Role) {
        let Self { method, target, .. } = self;
        assert!(target.starts_with('/'), "{target:?}");
        assert!(target.chars().all(|sign| sign > ' ' && sign != '\u{7f}'), "{target:?}");
        assert!(method != "CONNECT" && method != "TRACE", "{method}");
        self.hold_fields();
        let host = self.one("host").expect("a host");
        let name = host.split(':').next().unwrap_or_default().trim_end_matches('.');
        let name = name.to_ascii_lowercase();
        let path = target.split(['?', '#']).next().unwrap_or_default();
        match role {
            Role::Service => {
                assert_eq!(name, SERVICE, "a service that is not open");
                assert_eq!(self.one("x-forwarded-proto"), Some("https"));
                assert!(!is_shut(path), "shut, and reached by {target:?}");
            }
            Role::Box => {
                let is_home = self.one("x-real-ip") == Some("192.168.1.7");
                let is_secure = self.one("x-forwarded-proto") == Some("https");
                let is_trust = path == "/trust" || path.starts_with("/trust/");
                assert!(is_trust || (is_home && is_secure && name == BOX), "{host} {target:?}");
                let climbs = path.split('/').any(|part| part == "..");
                assert!(!is_trust || is_home && is_secure || !climbs, "{target:?}");
            }
        }
    }

    /// Who it comes from is what the front door says, and how long it is, is
    /// said once.
    fn hold_fields(&self) {
        let client = self.one("x-real-ip").expect("an address");
        assert!(["198.51.100.7", "192.168.1.7"].contains(&client), "{client}");
        assert_eq!(self.one("x-forwarded-for"), Some(client));
        assert_eq!(self.one("x-forwarded-host"), self.one("host"));
        let port = self.one("x-forwarded-port");
        match self.one("x-forwarded-proto") {
            Some("https") => assert_eq!(port, Some("8443")),
            Some("http") => assert_eq!(port, Some("80")),
            other => panic!("{other:?}"),
        }
        let length = self.one("content-length");
        let coding = self.one("transfer-encoding");
        assert!(length.is_none() || coding.is_none(), "two lengths");
        assert!(coding.is_none_or(|coding| coding == "chunked"), "{coding:?}");
        assert!(length.is_none_or(|length| length.bytes().all(|byte| byte.is_ascii_digit())));
        let upgrade = self.one("upgrade");
        assert!(upgrade.is_none_or(|upgrade| upgrade == "websocket"), "{upgrade:?}");
        let ours = [
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-proto",
            "x-real-ip",
        ];
        for (name, _) in &self.fields {
            if ours.contains(&name.as_str()) {
                continue;
            }
            let plain = name.replace('_', "-");
            let lies = ["forwarded", "x-original-url", "x-rewrite-url", "remote-user", "proxy"];
            assert!(!lies.contains(&plain.as_str()), "{name} was believed");
            assert!(!ours.contains(&plain.as_str()), "{name} was believed");
            assert!(!plain.starts_with("x-panier-"), "{name} was believed");
            let hop = ["te", "trailer", "keep-alive", "proxy-authorization", "proxy-connection"];
            assert!(!hop.contains(&name.as_str()), "{name} was passed on");
        }
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether a reader that decodes as often as it can, takes both slashes for one,
/// and lets parameters and dots fall, ends at a shut path.
fn is_shut(path: &str) -> bool {
    let mut bytes = path.as_bytes().to_vec();
    loop {
        let decoded = decoded(&bytes);
        if decoded == bytes {
            break;
        }
        bytes = decoded;
    }
    let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase().replace('\\', "/");
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let mut segments: Vec<&str> = Vec::new();
    for segment in text.split('/').map(|it| it.split(';').next().unwrap_or_default()) {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    SHUT.iter().any(|shut| {
        let shut: Vec<&str> = shut.split('/').filter(|segment| !segment.is_empty()).collect();
        segments.starts_with(&shut)
    })
}

fn decoded(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let byte = pair.and_then(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?));
        decoded.push(byte.map_or(bytes[at], |byte| byte as u8));
        at += if byte.is_some() { 3 } else { 1 };
    }
    decoded
}
