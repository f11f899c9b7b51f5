//! Where a name leads.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;

/// Longer than a resolver's own patience with two servers (resolv.conf(5)).
const WITHIN: Duration = Duration::from_secs(15);

/// Whoever knows where names lead.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// The addresses that `name` leads to, at least one.
    ///
    /// # Errors
    /// [`NotFound`].
    async fn addresses(&self, name: &str) -> Result<BTreeSet<IpAddr>, NotFound>;
}

/// Asks by getaddrinfo(3), as every program of this machine does: its hosts
/// file, its resolver, its cache.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, name: &str) -> Result<BTreeSet<IpAddr>, NotFound> {
        let asked = tokio::time::timeout(WITHIN, tokio::net::lookup_host((name, 80))).await;
        let found = match asked {
            Ok(found) => found.map_err(|source| NotFound::Unknown { source })?,
            Err(_late) => return Err(NotFound::Late),
        };
        Ok(found.map(|address| address.ip().to_canonical()).collect())
    }
}

/// Why no address is known.
#[derive(Debug, thiserror::Error)]
pub enum NotFound {
    /// DNS knows no address of this name, or cannot be asked.
    #[error("no address is known")]
    Unknown {
        /// What the resolver said.
        source: std::io::Error,
    },
    /// The resolver did not answer.
    #[error("the resolver did not answer in time")]
    Late,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_machines_own_name_leads_to_itself() {
        let found = SystemLookup.addresses("localhost").await.unwrap();
        assert!(found.iter().all(IpAddr::is_loopback) && !found.is_empty(), "{found:?}");
    }

    #[tokio::test]
    async fn a_name_that_nobody_has_is_not_found() {
        let refused = SystemLookup.addresses("nobody.invalid").await.unwrap_err();
        assert!(matches!(refused, NotFound::Unknown { .. }), "{refused:?}");
    }
}
