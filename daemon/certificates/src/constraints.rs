//! Which names the authority may sign for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rcgen::{CidrSubnet, GeneralSubtree, NameConstraints};
use x509_parser::extensions::{GeneralName, GeneralSubtree as ParsedSubtree};

/// Names that never leave the home: multicast DNS (RFC 6762), the home's own
/// domain (RFC 8375) and the machine itself (RFC 6761).
const LOCAL_DOMAINS: [&str; 3] = ["local", "home.arpa", "localhost"];

/// A range of addresses: all that share the first `prefix` bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    /// Any address of the range.
    pub address: IpAddr,
    /// Bits that count, from the left.
    pub prefix: u8,
}

impl AddressRange {
    const fn v4(a: u8, b: u8, prefix: u8) -> Self {
        Self { address: IpAddr::V4(Ipv4Addr::new(a, b, 0, 0)), prefix }
    }

    const fn v6(first: u16, last: u16, prefix: u8) -> Self {
        Self { address: IpAddr::V6(Ipv6Addr::new(first, 0, 0, 0, 0, 0, 0, last)), prefix }
    }

    /// Whether `address` lies in the range. Addresses of the other family never do.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let kept = u32::MAX.checked_shl(32 - u32::from(self.prefix.min(32))).unwrap_or(0);
                own.to_bits() & kept == other.to_bits() & kept
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let kept =
                    u128::MAX.checked_shl(128 - u32::from(self.prefix.min(128))).unwrap_or(0);
                own.to_bits() & kept == other.to_bits() & kept
            }
            _ => false,
        }
    }

    /// From the form of RFC 5280, section 4.2.1.10: an address, then its mask.
    fn from_masked(bytes: &[u8]) -> Option<Self> {
        let (address, mask) = bytes.split_at_checked(bytes.len() / 2)?;
        let prefix = mask.iter().map(|byte| byte.leading_ones()).sum::<u32>();
        let address = match bytes.len() {
            8 => IpAddr::from(<[u8; 4]>::try_from(address).ok()?),
            32 => IpAddr::from(<[u8; 16]>::try_from(address).ok()?),
            _ => return None,
        };
        Some(Self { address, prefix: u8::try_from(prefix).ok()? })
    }
}

/// Addresses that the internet does not route: private (RFC 1918, RFC 4193),
/// link-local (RFC 3927, RFC 4291) and the machine's own.
const LOCAL_RANGES: [AddressRange; 8] = [
    AddressRange::v4(10, 0, 8),
    AddressRange::v4(172, 16, 12),
    AddressRange::v4(192, 168, 16),
    AddressRange::v4(127, 0, 8),
    AddressRange::v4(169, 254, 16),
    AddressRange::v6(0xfc00, 0, 7),
    AddressRange::v6(0xfe80, 0, 10),
    AddressRange::v6(0, 1, 128),
];

/// What the root certificate permits; read back from the certificate itself,
/// so that what is believed here is what browsers will believe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraints {
    domains: Vec<String>,
    ranges: Vec<AddressRange>,
}

impl Constraints {
    /// The local names and addresses, and the box's base domain where it has one.
    #[must_use]
    pub fn local(base_domain: Option<&str>) -> Self {
        let mut domains: Vec<String> = LOCAL_DOMAINS.iter().map(ToString::to_string).collect();
        if let Some(base) = base_domain.map(plain)
            && !domains.iter().any(|domain| is_under(&base, domain))
        {
            domains.push(base);
        }
        Self { domains, ranges: LOCAL_RANGES.to_vec() }
    }

    /// Whether `name`, a host name (with `*.` in front or not) or an address,
    /// is permitted.
    #[must_use]
    pub fn permit(&self, name: &str) -> bool {
        if let Ok(address) = name.parse::<IpAddr>() {
            return self.permit_address(address);
        }
        let name = plain(name);
        let host = name.strip_prefix("*.").unwrap_or(&name);
        is_host_name(host) && self.domains.iter().any(|domain| is_under(host, domain))
    }

    /// Whether an address is permitted.
    #[must_use]
    pub fn permit_address(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.contains(address))
    }

    pub(crate) fn for_root(&self) -> NameConstraints {
        let domains = self.domains.iter().cloned().map(GeneralSubtree::DnsName);
        let ranges = self.ranges.iter().map(|range| {
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(range.address, range.prefix))
        });
        NameConstraints {
            permitted_subtrees: domains.chain(ranges).collect(),
            excluded_subtrees: Vec::new(),
        }
    }

    pub(crate) fn from_root(permitted: &[ParsedSubtree<'_>]) -> Self {
        let mut read = Self { domains: Vec::new(), ranges: Vec::new() };
        for subtree in permitted {
            match &subtree.base {
                GeneralName::DNSName(domain) => read.domains.push(plain(domain)),
                GeneralName::IPAddress(bytes) => {
                    read.ranges.extend(AddressRange::from_masked(bytes));
                }
                _ => {}
            }
        }
        read
    }
}

/// The one way to write a name: lower case, without the root's dot at the end;
/// an address in its shortest form.
pub(crate) fn plain(name: &str) -> String {
    match name.parse::<IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) => name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase(),
    }
}

fn is_under(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// RFC 1123, section 2.1, with the underscore left out: no browser takes it.
pub(crate) fn is_host_name(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    host.len() <= 253 && host.split('.').all(is_label)
}
