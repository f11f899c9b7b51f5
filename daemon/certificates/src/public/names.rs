//! Which names a public authority can sign for at all.

use std::net::IpAddr;

use crate::constraints::{is_host_name, plain};

/// Ends of names that nobody can own (RFC 6761, 6762, 7686, 8375, 9476; and
/// `internal`, which ICANN keeps for private use), and those that home routers
/// are fond of.
const NOBODYS: [&str; 15] = [
    "alt",
    "arpa",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "private",
    "test",
];

/// Whether a public authority can sign for `name` at all: a host name of two
/// labels or more, below an end that somebody can own. Whether this box has
/// the name, only an order shows.
#[must_use]
pub fn is_public_name(name: &str) -> bool {
    let name = plain(name);
    if name.parse::<IpAddr>().is_ok() || !is_host_name(&name) {
        return false;
    }
    let Some((_, end)) = name.rsplit_once('.') else { return false };
    !end.bytes().all(|byte| byte.is_ascii_digit()) && !NOBODYS.contains(&end)
}

#[cfg(test)]
mod tests {
    use super::is_public_name;

    #[test]
    fn names_of_the_internet_are_told_from_names_of_the_home() {
        for name in ["pad.example.org", "EXAMPLE.fr.", "xn--t-9ga.fr", "a.b.c.asso.fr", "fritz.box"]
        {
            assert!(is_public_name(name), "{name}");
        }
        for name in [
            "pad.local",
            "pad.box.local",
            "pad.home.arpa",
            "nas.internal",
            "panier.localhost",
            "pad.lan",
            "pad",
            "",
            ".",
            "192.168.1.2",
            "8.8.8.8",
            "fe80::1",
            "2001:db8::1",
            "pad.example.42",
            "a b.fr",
            "-a.fr",
            "*.example.org",
            "abc.onion",
        ] {
            assert!(!is_public_name(name), "{name}");
        }
    }
}
