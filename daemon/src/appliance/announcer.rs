//! Names of the home: `<box>.local`, `<service>-<box>.local`, and whatever else
//! of the box's names ends so, announced by multicast DNS.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ledger::BoxFacts;
use names::{Announced, Multicast};

use crate::appliance::doorkeeper::{Doorkeeper, Named};
use crate::appliance::first_start;

/// What names of the home end with (RFC 6762, section 3).
const HOME: &str = ".local";
/// Interfaces that lead to no home: the machine's own, and those that container
/// engines, virtual machines and tunnels make.
const NOT_THE_HOME: [&str; 11] =
    ["lo", "docker", "br-", "veth", "virbr", "cni", "podman", "lxc", "tun", "tap", "wg"];

/// What the box is called at home.
pub(super) fn label(facts: &BoxFacts) -> String {
    match facts.base_domain.strip_suffix(HOME) {
        Some(label) if !label.contains('.') => label.to_owned(),
        _ => first_start::plain(&system::identity::hostname()),
    }
}

/// The name of a service at home; none where it would be too long to be one.
pub(super) fn of_service(service: &str, label: &str) -> Option<String> {
    let first = format!("{service}-{label}");
    (first.len() <= 63).then(|| format!("{first}{HOME}"))
}

/// Announces the box's names for as long as the daemon lives. Where the front
/// door listens for this machine alone, there is nobody to announce them to.
pub(super) async fn run(door: Arc<Doorkeeper>, listening: Vec<SocketAddr>) {
    if listening.iter().all(|address| address.ip().is_loopback()) {
        return;
    }
    let ports = listening.first().map_or(443, SocketAddr::port);
    let multicast = match Multicast::start(move |name, ip| speaks(&listening, name, ip)) {
        Ok(multicast) => multicast,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            return tracing::error!(error, "names are not announced");
        }
    };
    let (mut names, mut renamed) = (door.names(), multicast.renamed());
    loop {
        let known = names.borrow_and_update().clone().unwrap_or_default();
        if let Err(error) = multicast.announce(&wanted(&known, ports)) {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "a name is not announced");
        }
        tokio::select! {
            changed = names.changed() => if changed.is_err() { return },
            changed = renamed.changed() => {
                if changed.is_err() { return }
                let taken = renamed.borrow_and_update().clone();
                tracing::warn!(?taken, "names of the home that another machine has");
                door.rename(taken).await;
            }
        }
    }
}

/// The names that are to be announced. What a name was changed to is known to
/// who announces it.
fn wanted(known: &[Named], port: u16) -> Vec<Announced> {
    let hosts = known.iter().filter(|named| !named.renamed && named.domain.ends_with(HOME));
    let hosts: BTreeSet<&str> = hosts.map(|named| named.domain.as_str()).collect();
    hosts.into_iter().map(|host| Announced { host: host.to_owned(), port }).collect()
}

/// Whether the home is at an interface: where the front door listens at one
/// address, that one's alone; where at all, every one that is no tunnel.
fn speaks(listening: &[SocketAddr], interface: &str, ip: IpAddr) -> bool {
    let everywhere = |at: &SocketAddr| at.ip().is_unspecified();
    if listening.iter().any(everywhere) {
        let no_home = NOT_THE_HOME.iter().any(|not| interface.starts_with(not));
        return !ip.is_loopback() && !no_home && !is_of_a_box(interface);
    }
    !ip.is_loopback() && listening.iter().any(|at| at.ip() == ip)
}

/// A bridge of this box's services, or of another's on the same machine:
/// `pn`, six hexadecimal digits, and a hyphen.
fn is_of_a_box(interface: &str) -> bool {
    let rest = interface.strip_prefix("pn").and_then(|rest| rest.split_once('-'));
    rest.is_some_and(|(box_id, _)| {
        box_id.len() == 6 && box_id.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(base_domain: &str) -> BoxFacts {
        BoxFacts { identity: "0123456789abcdef".into(), base_domain: base_domain.into() }
    }

    #[test]
    fn a_box_below_local_keeps_its_name_at_home() {
        assert_eq!(label(&facts("mesange.local")), "mesange");
        assert!(!label(&facts("asso.example.org")).contains('.'));
        assert_eq!(of_service("pad", "mesange").as_deref(), Some("pad-mesange.local"));
        assert_eq!(of_service("pad", &"m".repeat(60)), None);
    }

    #[test]
    fn names_are_told_to_the_home_and_not_to_bridges_or_tunnels() {
        let ip: IpAddr = "192.168.1.5".parse().unwrap();
        let everywhere: [SocketAddr; 1] = ["[::]:443".parse().unwrap()];
        for home in ["eth0", "wlan0", "enp3s0", "bond0", "br0"] {
            assert!(speaks(&everywhere, home, ip), "{home}");
        }
        for other in ["lo", "docker0", "br-0123", "veth12", "virbr0", "wg0", "tun0", "pn0a1b2c-7"] {
            assert!(!speaks(&everywhere, other, ip), "{other}");
        }
        let one: [SocketAddr; 1] = ["192.168.1.5:443".parse().unwrap()];
        assert!(speaks(&one, "veth12", ip));
        assert!(!speaks(&one, "eth0", "10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn what_ends_in_local_is_announced_once() {
        let named = |domain: &str, renamed| Named {
            domain: domain.into(),
            service: Some("pad".into()),
            renamed,
        };
        let known = [
            named("pad.example.org", false),
            named("pad-mesange.local", false),
            named("pad-mesange.local", false),
            named("pad-mesange-2.local", true),
        ];
        let hosts: Vec<String> = wanted(&known, 443).into_iter().map(|one| one.host).collect();
        assert_eq!(hosts, ["pad-mesange.local"]);
    }
}
