//! Whether two subnets overlap.

use std::net::Ipv4Addr;

/// An IPv4 subnet, as its first and last address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Subnet {
    first: u32,
    last: u32,
}

impl Subnet {
    /// From CIDR notation (RFC 4632).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let address = u32::from(address.parse::<Ipv4Addr>().ok()?);
        let length: u32 = length.parse().ok().filter(|length| *length <= 32)?;
        let hosts = u32::MAX.checked_shr(length).unwrap_or(0);
        Some(Self { first: address & !hosts, last: address | hosts })
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_do_not_overlap_and_a_part_does() {
        let subnet = |text| Subnet::parse(text).unwrap();
        assert!(!subnet("10.1.0.0/28").overlaps(&subnet("10.1.0.16/28")));
        assert!(subnet("10.1.0.0/16").overlaps(&subnet("10.1.7.16/28")));
        assert!(subnet("0.0.0.0/0").overlaps(&subnet("10.1.0.1/32")));
        assert_eq!(Subnet::parse("10.1.0.0/33"), None);
        assert_eq!(Subnet::parse("ten"), None);
    }
}
