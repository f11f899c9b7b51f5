//! The words of the control socket.
//!
//! The daemon sends an [`Order`], the front door gives one [`Answer`] to each,
//! in order; the first answer, [`Answer::Hello`], comes unasked. Listeners
//! travel beside the words, in the order of the roles named.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::table::Table;

/// What a daemon says first, before any order is taken: the version of these
/// words. A daemon and a front door of two builds must still understand
/// [`Order::TakeListeners`] and [`Order::Drain`], or an upgrade would close the door.
pub(crate) const PROTOCOL: u32 = 1;

/// From the daemon.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "order")]
pub(crate) enum Order {
    /// Accept on these listeners, which come with the message.
    Listen {
        /// What each is for.
        roles: Vec<Role>,
    },
    /// Serve this from now on.
    Publish {
        /// The whole table.
        table: Box<Table>,
    },
    /// Give copies of the listeners; go on accepting until told to drain.
    TakeListeners,
    /// Accept nothing more, finish what runs, then end.
    Drain {
        /// How long what runs may take.
        seconds: u64,
    },
    /// Say how you are.
    Status,
}

/// From the front door.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub(crate) enum Answer {
    /// Who answers; sent at once to whoever connects.
    Hello(Hello),
    /// It accepts on the listeners that were given.
    Listening,
    /// The table is served.
    Published {
        /// The table's.
        generation: u64,
    },
    /// The order cannot be followed; what was served before is still served.
    Refused {
        /// Why, for the log.
        reason: String,
    },
    /// Copies of the listeners come with this message.
    Listeners {
        /// What each is for.
        roles: Vec<Role>,
    },
    /// It has stopped accepting.
    Draining,
    /// How it is.
    Status(Status),
}

/// Who a front door is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Version of the control socket's words.
    pub protocol: u32,
    /// Which build it is of; daemons adopt their own alone.
    pub build: String,
    /// Its process.
    pub pid: u32,
    /// Of the table it serves; 0: it has none yet.
    pub generation: u64,
    /// Where it listens.
    pub listening: Vec<Listening>,
}

/// One listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listening {
    /// What it is for.
    pub role: Role,
    /// Its address, with the port that it really has.
    pub address: SocketAddr,
}

/// What a listener is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// TLS.
    Https,
    /// Redirects to HTTPS, and `/trust`.
    Http,
}

/// How a front door is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Of the table it serves; 0: none.
    pub generation: u64,
    /// Connections accepted since its start.
    pub connections: u64,
    /// Connections open now.
    pub open_connections: u64,
    /// Requests answered since its start, pages of its own included.
    pub requests: u64,
    /// WebSockets open now.
    pub open_upgrades: u64,
    /// Answers that were a page of its own.
    pub pages: u64,
    /// Times a service could not be reached.
    pub unreached: u64,
    /// Connections that were closed at once: too many of one address were open.
    #[serde(default)]
    pub turned_away: u64,
}
