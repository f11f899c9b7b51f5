//! Networks: a small subnet a service, allotted from a pool and kept, so that
//! a container's address is the same after every restart.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use rusqlite::{OptionalExtension as _, params};

use crate::{LedgerError, Records, ServiceId};

/// How many addresses a service's subnet has: a `/27` seats 29 containers
/// beside the bridge.
const SUBNET_SIZE: u32 = 32;
const SUBNET_PREFIX: u8 = 27;

/// The range that subnets are cut from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubnetPool {
    /// Its first address.
    pub base: Ipv4Addr,
    /// Its prefix length, at most 27.
    pub prefix: u8,
}

/// A service's network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// In CIDR notation.
    pub subnet: String,
    /// The bridge's name on the host.
    pub bridge: String,
}

impl Network {
    /// The address of the `seat`th container, counted from 0; none when the
    /// subnet has no such seat. The subnet's first host address is the bridge's.
    #[must_use]
    pub fn seat(&self, seat: u32) -> Option<Ipv4Addr> {
        let base: Ipv4Addr = self.subnet.split('/').next()?.parse().ok()?;
        (seat < SUBNET_SIZE - 3).then(|| Ipv4Addr::from(u32::from(base) + 2 + seat))
    }
}

impl Network {
    /// The bridge's own address: requests from the host come from there.
    #[must_use]
    pub fn bridge_address(&self) -> Option<Ipv4Addr> {
        let base: Ipv4Addr = self.subnet.split('/').next()?.parse().ok()?;
        Some(Ipv4Addr::from(u32::from(base) + 1))
    }
}

impl SubnetPool {
    fn subnets(self) -> impl Iterator<Item = String> {
        let size = 1_u64 << (32 - u32::from(self.prefix.min(32)));
        let count = u32::try_from(size / u64::from(SUBNET_SIZE)).unwrap_or(0);
        let base = u32::from(self.base);
        (0..count).map(move |index| {
            let first = Ipv4Addr::from(base.wrapping_add(index * SUBNET_SIZE));
            format!("{first}/{SUBNET_PREFIX}")
        })
    }
}

impl Records<'_> {
    /// A service's network.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn network(&self, service: ServiceId) -> Result<Option<Network>, LedgerError> {
        Ok(self
            .connection
            .query_row(
                "SELECT subnet, bridge FROM networks WHERE service = ?1",
                [service.0],
                |row| Ok(Network { subnet: row.get(0)?, bridge: row.get(1)? }),
            )
            .optional()?)
    }

    /// All networks, with the service that each belongs to.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn networks(&self) -> Result<Vec<(ServiceId, Network)>, LedgerError> {
        let mut statement =
            self.connection.prepare_cached("SELECT service, subnet, bridge FROM networks")?;
        let networks = statement.query_map([], |row| {
            let network = Network { subnet: row.get(1)?, bridge: row.get(2)? };
            Ok((ServiceId(row.get(0)?), network))
        })?;
        Ok(networks.collect::<Result<_, _>>()?)
    }

    /// Allots a subnet of `pool` that no service has and that is not in `avoid`
    /// (what the engine said is taken), in place of the service's present one:
    /// the first, and after each refusal one twice as far on. Another box on the
    /// same engine may well have the first hundred.
    ///
    /// # Errors
    /// [`LedgerError::PoolEmpty`], [`LedgerError::Sqlite`].
    pub fn allot_network(
        &self,
        service: ServiceId,
        pool: SubnetPool,
        bridge: &str,
        avoid: &BTreeSet<String>,
    ) -> Result<Network, LedgerError> {
        self.connection.execute("DELETE FROM networks WHERE service = ?1", [service.0])?;
        let mut statement = self.connection.prepare_cached("SELECT subnet FROM networks")?;
        let taken: BTreeSet<String> =
            statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let mut free: Vec<String> = pool
            .subnets()
            .filter(|subnet| !taken.contains(subnet) && !avoid.contains(subnet))
            .collect();
        if free.is_empty() {
            return Err(LedgerError::PoolEmpty);
        }
        let refusals = u32::try_from(avoid.len()).unwrap_or(u32::MAX);
        let further = 2_usize.saturating_pow(refusals) - 1;
        let subnet = free.swap_remove(further % free.len());
        self.connection.execute(
            "INSERT INTO networks (service, subnet, bridge) VALUES (?1, ?2, ?3)",
            params![service.0, subnet, bridge],
        )?;
        Ok(Network { subnet, bridge: bridge.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_cut_without_overlap() {
        let pool = SubnetPool { base: Ipv4Addr::new(10, 213, 0, 0), prefix: 25 };
        let subnets: Vec<_> = pool.subnets().collect();
        assert_eq!(
            subnets,
            ["10.213.0.0/27", "10.213.0.32/27", "10.213.0.64/27", "10.213.0.96/27"]
        );
    }

    #[test]
    fn a_hundred_subnets_of_another_box_are_passed_in_a_few_tries() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = crate::Ledger::open(folder.path()).unwrap();
        let none = std::collections::BTreeMap::new();
        let new = crate::NewService {
            name: "pad",
            recipe: "pad",
            recipe_text: "",
            release: "1",
            revision: 1,
            created: jiff::Timestamp::UNIX_EPOCH,
            domains: &[],
            answers: &none,
            secrets: &none,
        };
        let id = ledger.write(|records| records.add_service(&new)).unwrap();
        let pool = SubnetPool { base: Ipv4Addr::new(10, 213, 0, 0), prefix: 16 };
        let taken: BTreeSet<String> = pool.subnets().take(100).collect();
        let allot = |avoid: &BTreeSet<String>| {
            ledger.write(|records| records.allot_network(id, pool, "b", avoid)).unwrap().subnet
        };
        let mut avoid = BTreeSet::new();
        assert_eq!(allot(&avoid), "10.213.0.0/27");
        while taken.contains(&allot(&avoid)) {
            avoid.insert(ledger.read(|records| records.network(id)).unwrap().unwrap().subnet);
        }
        assert!(avoid.len() <= 8, "{} tries", avoid.len());

        // A pool of four, of which three are taken: the fourth is found.
        let pool = SubnetPool { prefix: 25, ..pool };
        let mut avoid = BTreeSet::new();
        for _ in 0..3 {
            let next =
                ledger.write(|records| records.allot_network(id, pool, "b", &avoid)).unwrap();
            assert!(avoid.insert(next.subnet), "tried twice");
        }
        assert!(ledger.write(|records| records.allot_network(id, pool, "b", &avoid)).is_ok());
    }

    #[test]
    fn seats_stay_inside_the_subnet() {
        let network = Network { subnet: "10.0.0.32/27".into(), bridge: "b".into() };
        assert_eq!(network.seat(0), Some(Ipv4Addr::new(10, 0, 0, 34)));
        assert_eq!(network.seat(28), Some(Ipv4Addr::new(10, 0, 0, 62)));
        assert_eq!(network.seat(29), None);
    }
}
