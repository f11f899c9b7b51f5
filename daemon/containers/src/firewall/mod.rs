//! What may pass between services, the box and the world: the box's own table
//! of the kernel's firewall.
//!
//! The engine's networks alone do not shut a service in: on an internal network
//! the host's ports answer at the gateway, and on one with a way out so do the
//! home's other machines. The table is added to the engine's own rules; it only
//! ever refuses, but for one thing: what may leave is let through to where the
//! box looks up names for it.

mod nftables;
mod scripted;
mod table;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use async_trait::async_trait;

pub use nftables::Nftables;
pub use scripted::ScriptedFirewall;

/// What one box's table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FirewallRules {
    /// The table's name; it carries the box's identity.
    pub table: String,
    /// What the names of all of the box's bridges begin with, and of no other's.
    pub prefix: String,
    /// The bridges that are there: between the containers of one, all may pass.
    pub bridges: BTreeSet<String>,
    /// Addresses of the containers that may reach the internet, and no more
    /// than that: neither the box, nor another service, nor a private address.
    pub leaving: BTreeSet<Ipv4Addr>,
    /// The box's own addresses in the services' networks: where those may look up names.
    pub gateways: BTreeSet<Ipv4Addr>,
    /// The port at which the box answers them; what is asked at the usual one,
    /// 53, is led there.
    pub lookups: u16,
}

/// What had to be done for the rules to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Nothing: they held.
    Already,
    /// They were put in the place of others of ours, or there were none yet.
    Renewed,
    /// Somebody else had changed or removed them.
    Restored,
}

/// Why the rules do not hold.
#[derive(Debug, thiserror::Error)]
pub enum FirewallError {
    /// The program `nft` is not installed.
    #[error("the program {program} is not there")]
    Missing {
        /// What was looked for.
        program: String,
    },
    /// It may not be done by this user.
    #[error("changing the firewall is not permitted to this user")]
    NotPermitted,
    /// It was refused.
    #[error("the firewall refused the rules: {said}")]
    Refused {
        /// The program's own words.
        said: String,
    },
    /// The program could not be run, or did not end in time.
    #[error("the firewall's program could not be run")]
    Failed(#[source] std::io::Error),
}

/// A firewall that holds one box's rules.
#[async_trait]
pub trait Firewall: Send + Sync {
    /// Makes exactly `rules` hold, all at once or not at all.
    ///
    /// # Errors
    /// [`FirewallError`]; what held before holds on.
    async fn hold(&self, rules: &FirewallRules) -> Result<Held, FirewallError>;

    /// Takes a table away; one that is not there is no error.
    ///
    /// # Errors
    /// [`FirewallError`].
    async fn lift(&self, table: &str) -> Result<(), FirewallError>;
}
