//! What the front door is told: the whole table, each time.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::lookups::LookupTable;

/// All that the front door serves. It is pushed whole, so that the rare path (a
/// new front door) and the common one (a service opened) are the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Grows with each table; an acknowledgement names it. The first is 1.
    pub generation: u64,
    /// The HTTPS port as people see it: for redirects and forwarding headers.
    pub https_port: u16,
    /// The box's own names (host names, or addresses without brackets).
    pub box_names: Vec<String>,
    /// The Unix socket behind the box's own names and `/trust`: plain HTTP.
    pub web_socket: PathBuf,
    /// Networks that count as the home's own beside the private ones: address
    /// and prefix length. For homes whose IPv6 addresses are all public.
    #[serde(default)]
    pub home_networks: Vec<(IpAddr, u8)>,
    /// Services' routes. Of two routes with one host, the first wins.
    pub routes: Vec<Route>,
    /// Certificates, chosen by the name that the client asks for. A name with
    /// `*.` in front stands for every name one label longer.
    pub certificates: Vec<Certificate>,
    /// Served where no other fits; none: such handshakes are refused.
    pub default_certificate: Option<Certificate>,
    /// Answers for public authorities (ACME) that ask whether a name is ours.
    #[serde(default)]
    pub challenges: Vec<Challenge>,
    /// Who looks up names here, and of whom they are asked.
    #[serde(default)]
    pub lookups: LookupTable,
    /// What the probe shows to pass a [`RouteState::Candidate`]; empty: nobody passes.
    pub probe_token: Secret,
}

/// One service's way through the front door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Host names that lead to it, in lower case, without a port.
    pub hosts: Vec<String>,
    /// The service's name, as people know it.
    pub service: String,
    /// What people find there now.
    pub state: RouteState,
    /// The recipe's rules.
    #[serde(default)]
    pub rules: Rules,
}

/// What people find behind a service's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum RouteState {
    /// The service itself.
    Open {
        /// Where it answers: plain HTTP/1.1.
        upstream: SocketAddr,
    },
    /// The probe finds the service, people a page that says what is going on.
    Candidate {
        /// Where it answers: plain HTTP/1.1.
        upstream: SocketAddr,
        /// What people are told.
        work: Work,
    },
    /// A page: something is being done, and it will end by itself.
    Closed {
        /// What is being done.
        work: Work,
    },
    /// A page: someone has stopped it.
    Stopped,
    /// A page: it does not work, and why.
    Ill {
        /// A sentence for people.
        reason: Bilingual,
    },
}

/// What is being done to a service while it is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// It is being installed.
    Installing,
    /// It is starting.
    Starting,
    /// It moves to another release.
    Updating,
    /// Its data are brought back from a snapshot.
    Restoring,
    /// Its settings or its domains change.
    Changing,
    /// A snapshot of it is being taken.
    Keeping,
}

/// A sentence for people, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bilingual {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}

/// A recipe's rules for the front door.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Largest request body, in bytes; none: no limit.
    #[serde(default)]
    pub upload_limit: Option<u64>,
    /// Headers put on each answer, in the place of the service's own of that name.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Fixed redirects, exact path to location (a path or a URL); answered with 301.
    #[serde(default)]
    pub redirects: BTreeMap<String, String>,
    /// Paths that are shut, with all below them; whatever way they are written.
    #[serde(default)]
    pub shut: Vec<String>,
    /// Seconds for which browsers shall insist on HTTPS (RFC 6797); none: say nothing.
    /// Only for names whose certificate every browser trusts: a browser that has
    /// heard it lets nobody past a warning.
    #[serde(default)]
    pub strict_transport: Option<u64>,
}

/// A certificate with its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The names it is served for.
    pub names: Vec<String>,
    /// The leaf, then what signed it, as PEM.
    pub chain_pem: String,
    /// The leaf's private key, as PEM.
    pub key_pem: Secret,
}

impl From<certificates::Leaf> for Certificate {
    fn from(leaf: certificates::Leaf) -> Self {
        Self { names: leaf.names, chain_pem: leaf.chain_pem, key_pem: Secret(leaf.key_pem) }
    }
}

/// An answer for a public authority that asks, at a name, whether it is ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Challenge {
    /// HTTP-01 (RFC 8555, section 8.3): a text at a path, over plain HTTP.
    Http {
        /// The name that is asked.
        host: String,
        /// The last part of `/.well-known/acme-challenge/<token>`.
        token: String,
        /// The text.
        content: String,
    },
    /// TLS-ALPN-01 (RFC 8737): a certificate that only a handshake for
    /// `acme-tls/1` is shown.
    Tls {
        /// The certificate, under the name that is asked.
        certificate: Certificate,
    },
}

/// A text that is never printed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(secret)")
    }
}
