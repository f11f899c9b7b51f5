//! The box's own addresses, and who counts as a neighbour.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use sysinfo::Networks;

/// One address of one interface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The interface's name, such as `eth0`.
    pub interface: String,
    /// The address itself.
    pub ip: IpAddr,
    /// How many leading bits the interface's network shares.
    pub prefix: u8,
}

/// The kernel did not list the interfaces.
#[derive(Debug, thiserror::Error)]
#[error("cannot list this machine's addresses")]
pub struct AddressesUnknown(#[source] sysinfo::Error);

/// All addresses of this machine, loopback and bridges included, sorted. Empty
/// where there is no network at all: that is a state, no error.
///
/// # Errors
/// [`AddressesUnknown`] where the kernel does not tell.
pub fn addresses() -> Result<Vec<Address>, AddressesUnknown> {
    // getifaddrs(3) is what sysinfo is for here: neither std nor rustix has it.
    let mut found: Vec<Address> = Networks::new_with_refreshed_list()
        .map_err(AddressesUnknown)?
        .iter()
        .flat_map(|(interface, network)| {
            network.ip_networks().iter().map(move |at| Address {
                interface: interface.to_string_lossy().into_owned(),
                ip: at.addr,
                prefix: at.prefix,
            })
        })
        .collect();
    found.sort();
    found.dedup();
    Ok(found)
}

/// Where this machine looks up names, the first first. Where no file says so,
/// that is this machine itself. Source: resolv.conf(5).
pub fn resolvers() -> Vec<IpAddr> {
    let text = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let found = resolvers_in(&text);
    if found.is_empty() { vec![Ipv4Addr::LOCALHOST.into()] } else { found }
}

fn resolvers_in(text: &str) -> Vec<IpAddr> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("nameserver"))
        // An address of one link alone is followed by that link's name, and is
        // no address without it: those are left out.
        .filter_map(|rest| rest.trim().parse().ok())
        .collect()
}

/// Whether `peer` speaks from this machine or from a private network: loopback,
/// RFC 1918, link-local, and IPv6's unique local addresses (RFC 4193). An IPv4
/// address that comes wrapped in IPv6 is taken for what it is.
///
/// A neighbour that speaks from a public IPv6 address is not known by this; nor
/// are the shared addresses of providers (RFC 6598), which are strangers'.
pub fn is_local_peer(peer: IpAddr) -> bool {
    match peer.to_canonical() {
        IpAddr::V4(peer) => is_local_v4(peer),
        IpAddr::V6(peer) => is_local_v6(peer),
    }
}

fn is_local_v4(peer: Ipv4Addr) -> bool {
    peer.is_loopback() || peer.is_private() || peer.is_link_local()
}

fn is_local_v6(peer: Ipv6Addr) -> bool {
    peer.is_loopback() || peer.is_unique_local() || peer.is_unicast_link_local()
}

#[cfg(test)]
mod tests {
    use super::{addresses, is_local_peer, resolvers_in};
    use std::net::{IpAddr, Ipv4Addr};

    #[test]
    fn resolvers_are_read_in_their_order() {
        let text = "# by hand\nnameserver 127.0.0.53\n  nameserver\t192.168.1.1\n\
                    nameserver fe80::1%eth0\noptions edns0\nnameserver nonsense\n";
        let found: Vec<String> = resolvers_in(text).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["127.0.0.53", "192.168.1.1"]);
    }

    #[test]
    fn loopback_is_among_the_addresses() {
        let found = addresses().unwrap();
        let own = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let loopback = found.iter().find(|address| address.ip == own).expect("127.0.0.1");
        assert_eq!(loopback.prefix, 8);
        assert!(!loopback.interface.is_empty());
    }

    #[test]
    fn neighbours_are_told_from_strangers() {
        let local = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.254",
            "192.168.1.20",
            "169.254.3.4",
            "::1",
            "fe80::1",
            "fd12:3456::1",
            "::ffff:192.168.1.20",
        ];
        let strange = [
            "8.8.8.8",
            "172.32.0.1",
            "100.64.0.1",
            "0.0.0.0",
            "::",
            "2001:db8::1",
            "::ffff:8.8.8.8",
        ];
        for peer in local {
            assert!(is_local_peer(peer.parse().unwrap()), "{peer}");
        }
        for peer in strange {
            assert!(!is_local_peer(peer.parse().unwrap()), "{peer}");
        }
    }
}
