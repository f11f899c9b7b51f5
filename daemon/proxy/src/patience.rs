//! How long the front door waits, for what, and why so long; and how many it
//! waits for at once.

use std::time::Duration;

/// All the front door's limits, in one place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For a TLS handshake: three round trips on the worst line, no more.
    pub(crate) handshake: Duration,
    /// For a request's head to be whole, and for the next one to come on a
    /// kept HTTP/1.1 connection. Longer than browsers take between two clicks
    /// on a page; a client that sends one byte a second costs a socket this long.
    pub(crate) head: Duration,
    /// For the next request on an HTTP/2 connection, where browsers keep one a site.
    pub(crate) idle: Duration,
    /// For the next bytes of an upload, and for a client to take the next bytes
    /// of an answer: a phone that changes cells is back within it.
    pub(crate) stall: Duration,
    /// For a service on this machine or the next to take a connection.
    pub(crate) connect: Duration,
    /// For a service to begin its answer once it has the whole request: an
    /// import or a long poll takes minutes; what takes longer is lost anyway,
    /// since other proxies on the way have given up.
    pub(crate) answer: Duration,
    /// How long a connection to a service is kept for the next request: shorter
    /// than common servers keep theirs (node 5 s, gunicorn 2 s, nginx 75 s) where
    /// that is possible, so that the race in which it closes is rare. Losing it
    /// is handled too.
    pub(crate) kept: Duration,
    /// Connections in all. Each may hold some 40 KB (TLS, a head, a piece of a
    /// body), and a small board has 512 MB for everything: the rest waits in the
    /// kernel's queue, and is let in as others leave.
    pub(crate) in_all: usize,
    /// Connections from one address: a quarter. A school behind one address
    /// needs six for each of its browsers, and one machine that holds as many as
    /// it can must leave room for everybody else.
    pub(crate) from_one: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(60),
            idle: Duration::from_secs(180),
            stall: Duration::from_secs(60),
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(15 * 60),
            kept: Duration::from_secs(4),
            in_all: 2048,
            from_one: 512,
        }
    }
}
