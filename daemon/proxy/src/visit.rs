//! One connection, and what is known of who made it.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::HeaderValue;

use crate::crowd::Seat;
use crate::door::{Door, count};

/// One client's connection.
pub(crate) struct Visit {
    pub(crate) door: Arc<Door>,
    /// The client's address; an IPv4 one in its own form on a dual socket too.
    pub(crate) peer: IpAddr,
    /// The same, for a header.
    pub(crate) client: HeaderValue,
    /// The name that TLS was spoken for; none: the client named none.
    pub(crate) asked_for: Option<String>,
    /// Whether TLS is spoken.
    pub(crate) secure: bool,
    requests: AtomicU64,
    running: AtomicU64,
    /// Kept for as long as anything of it goes on, a WebSocket included.
    _seat: Seat,
}

impl Visit {
    /// `tls` has the name that TLS was spoken for; none: it was not spoken.
    pub(crate) fn new(
        door: Arc<Door>,
        peer: IpAddr,
        seat: Seat,
        tls: Option<Option<String>>,
    ) -> Self {
        let (secure, asked_for) = (tls.is_some(), tls.flatten());
        let peer = peer.to_canonical();
        // An address is a header value whatever it is.
        let client = HeaderValue::from_str(&peer.to_string())
            .unwrap_or_else(|_never| HeaderValue::from_static("unknown"));
        let (requests, running) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { door, peer, client, asked_for, secure, requests, running, _seat: seat }
    }

    /// A request has come, and runs until the guard is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> Busy {
        count(&self.requests);
        count(&self.running);
        count(&self.door.counters.requests);
        Busy(Arc::clone(self))
    }

    /// Requests so far, if none is running.
    pub(crate) fn idle_after(&self) -> Option<u64> {
        (self.running.load(Ordering::Relaxed) == 0).then(|| self.requests.load(Ordering::Relaxed))
    }
}

/// A request that runs.
pub(crate) struct Busy(Arc<Visit>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}
