//! Names, looked up for services that may reach the internet.
//!
//! Such a service asks the box, at its own network's gateway, and nobody else
//! of the home: this passes its questions on to the machine's resolvers, and
//! their answers back. It keeps nothing, and reads of a question no more than
//! its name: what is of the home alone is not asked for, since a service that
//! may reach the internet is not to learn what the home is made of. Answers are
//! not read at all: whatever address they give, the firewall says whether the
//! service reaches it.
//!
//! It is here and not in the daemon because services go on while the daemon is
//! killed or upgraded, and most of them look up a name with all that they do.

mod question;
mod relay;
mod socket;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use question::{Question as LookupQuestion, Refusal as LookupRefusal};
use relay::Relay;

/// Where questions come to, once the firewall has led them here from port 53:
/// the front door has no right to that one, and at other addresses of the
/// machine it may be somebody else's. Below those that the kernel gives to
/// clients (ip(7), `ip_local_port_range`).
pub const LOOKUPS_PORT: u16 = 30053;

/// Who may look up names, and whom they are asked of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupTable {
    /// The box's own address in the network of each service.
    pub gateways: Vec<Ipv4Addr>,
    /// Whom to ask, the first first.
    pub resolvers: Vec<IpAddr>,
}

/// The sockets that are open, by address.
#[derive(Default)]
pub(crate) struct Lookups {
    open: Mutex<HashMap<SocketAddr, Open>>,
    resolvers: watch::Sender<Vec<SocketAddr>>,
}

/// One address that is served until this is dropped.
struct Open(JoinHandle<()>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The port at which resolvers are asked (RFC 1035, section 4.2).
const DOMAIN: u16 = 53;

impl Lookups {
    /// Serves exactly these from now on; what is open and stays is not touched.
    pub(crate) fn serve(&self, table: &LookupTable) {
        let at = |gateway: &Ipv4Addr| SocketAddr::from((*gateway, LOOKUPS_PORT));
        let ask = |resolver: &IpAddr| SocketAddr::new(*resolver, DOMAIN);
        let wanted: Vec<SocketAddr> = table.gateways.iter().map(at).collect();
        self.serve_at(&wanted, table.resolvers.iter().map(ask).collect());
    }

    pub(crate) fn serve_at(&self, wanted: &[SocketAddr], resolvers: Vec<SocketAddr>) {
        self.resolvers.send_replace(resolvers);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|at, _| wanted.contains(at));
        for at in wanted {
            open.entry(*at).or_insert_with(|| {
                let relay = Arc::new(Relay::new(self.resolvers.subscribe()));
                Open(tokio::spawn(socket::serve(*at, relay)))
            });
        }
    }

    /// Lets go of all: the process ends, and its successor serves.
    pub(crate) fn end(&self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
