#![no_main]
//! What strangers send to the front door: whole connections, from the first byte
//! on, in memory. Behind the door stands a service that believes nothing
//! ([`service`]): what reaches it must be what the front door promises.
//!
//! The first byte of an input says what is spoken; see [`Spoken`].

mod http2;
mod service;
mod spelling;
mod table;

use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use libfuzzer_sys::{Corpus, fuzz_target};
use proxy::{Arrival, Role, Threshold};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

/// Turns of the runtime without a byte, after which nothing more comes: all that
/// is waited for happens in this process, and each turn looks at all of it.
const QUIET: u32 = 60;
/// No connection outlives its client by so much, on a machine however busy.
const LATE: Duration = Duration::from_secs(45);

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((first, rest)) = bytes.split_first() else { return Corpus::Reject };
    let Some(spoken) = Spoken::of(*first) else { return Corpus::Reject };
    let Some(sent) = spoken.bytes(rest) else { return Corpus::Reject };
    let peer = if first & 0x80 == 0 { "198.51.100.7" } else { "192.168.1.7" };
    HOUSE.with(|house| {
        house.runtime.block_on(house.visit(spoken.arrival(), peer.parse().unwrap(), &sent, spoken));
    });
    Corpus::Keep
});

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoken {
    /// Bytes at the plain listener.
    Plain,
    /// Bytes at the listener for TLS: a client's first message, mostly.
    Tls,
    /// HTTP/1.1 within TLS.
    Http1,
    /// Frames of HTTP/2 within TLS.
    Frames,
    /// A request as HTTP/1.1 writes it, put into HTTP/2's frames.
    Http2,
    /// A way of writing a path that is shut.
    Spelling,
}

impl Spoken {
    fn of(first: u8) -> Option<Self> {
        Some(match first & 0x7f {
            b'p' => Self::Plain,
            b't' => Self::Tls,
            b'1' => Self::Http1,
            b'f' => Self::Frames,
            b'2' => Self::Http2,
            b's' => Self::Spelling,
            _ => return None,
        })
    }

    fn bytes(self, given: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Plain | Self::Tls | Self::Http1 => Some(given.to_vec()),
            Self::Frames => Some([http2::PREFACE, given].concat()),
            Self::Http2 => http2::request(given),
            Self::Spelling => Some(spelling::request(given)),
        }
    }

    fn arrival(self) -> Arrival {
        let shaken = |http2| Arrival::Shaken { name: Some(table::SERVICE.to_owned()), http2 };
        match self {
            Self::Plain => Arrival::At(Role::Http),
            Self::Tls => Arrival::At(Role::Https),
            Self::Http1 | Self::Spelling => shaken(false),
            Self::Frames | Self::Http2 => shaken(true),
        }
    }
}

struct House {
    runtime: tokio::runtime::Runtime,
    threshold: &'static Threshold,
}

thread_local! {
    static HOUSE: House = House::new();
}

impl House {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .event_interval(1)
            .build()
            .unwrap();
        // It lives as long as the process does.
        let threshold = runtime.block_on(async { Threshold::new(table::table()).unwrap() });
        Self { runtime, threshold: Box::leak(Box::new(threshold)) }
    }

    /// One client: it sends, reads until nothing more comes, and leaves.
    async fn visit(&self, arrival: Arrival, peer: IpAddr, sent: &[u8], spoken: Spoken) {
        let (client, door) = tokio::io::duplex(64 * 1024);
        let serving = tokio::spawn(self.threshold.serve(door, peer, arrival));
        let (mut reading, mut writing) = tokio::io::split(client);
        let mut got = Vec::new();
        let writes = async {
            // The door may hang up on what it does not like.
            let _gone = writing.write_all(sent).await;
            quiet().await;
            let _gone = writing.shutdown().await;
        };
        let reads = read_all(&mut reading, &mut got);
        let whole = async { tokio::join!(writes, reads) };
        within(whole).await.expect("a connection that does not end");
        drop((reading, writing));
        within(serving).await.expect("it is served on").unwrap();
        hold_to_it(spoken, sent, &got);
    }
}

/// What `future` gives, if it does in time. Twice that is waited: a process that
/// was stopped meanwhile, or whose machine slept, wakes up late at once.
async fn within<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..2 {
        if let Ok(given) = tokio::time::timeout(LATE, &mut future).await {
            return Some(given);
        }
    }
    None
}

async fn read_all(reading: &mut tokio::io::ReadHalf<DuplexStream>, got: &mut Vec<u8>) {
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = reading.read(&mut buffer).await {
        got.extend_from_slice(&buffer[..length]);
    }
}

async fn quiet() {
    let mut before = service::turns();
    let mut still = 0;
    while still < QUIET {
        tokio::task::yield_now().await;
        let now = service::turns();
        still = if now == before { still + 1 } else { 0 };
        before = now;
    }
}

/// What comes back over HTTP/1.1 is HTTP, and at the plain door leads to HTTPS.
fn hold_to_it(spoken: Spoken, sent: &[u8], got: &[u8]) {
    if !matches!(spoken, Spoken::Plain | Spoken::Http1 | Spoken::Spelling) || got.is_empty() {
        return;
    }
    assert!(got.starts_with(b"HTTP/1."), "no HTTP: {:?}", String::from_utf8_lossy(got));
    let text = String::from_utf8_lossy(got);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    if spoken == Spoken::Plain {
        for line in head.split("\r\n").filter(|line| line.starts_with("location:")) {
            assert!(line.starts_with("location: https://"), "{line}");
        }
    }
    if spoken == Spoken::Spelling {
        assert!(!text.contains(service::ANSWER), "opened by {:?}", String::from_utf8_lossy(sent));
    }
}
