//! The kernel's own firewall: rules that hold, come back, and go.

use std::net::Ipv4Addr;
use std::process::Command;

use containers::{Firewall as _, FirewallError, FirewallRules, Held, Nftables};

/// Rules that concern no interface of this machine.
fn rules() -> FirewallRules {
    let number = std::process::id();
    FirewallRules {
        table: format!("panier-test-{number}"),
        prefix: format!("pt{number}-"),
        bridges: [format!("pt{number}-1"), format!("pt{number}-2")].into(),
        leaving: [Ipv4Addr::new(10, 213, 0, 2)].into(),
        gateways: [Ipv4Addr::new(10, 213, 0, 1)].into(),
        lookups: 30053,
    }
}

fn nft(arguments: &[&str]) -> bool {
    let run = Command::new("/usr/sbin/nft").args(arguments).output();
    run.is_ok_and(|output| output.status.success())
}

#[tokio::test]
async fn rules_hold_come_back_and_go() {
    if !nft(&["list", "tables"]) {
        println!("left out: nft is missing, or this user may not ask it");
        return;
    }
    let firewall = Nftables::default();
    let mut rules = rules();
    let table = rules.table.clone();
    assert_eq!(firewall.hold(&rules).await.unwrap(), Held::Renewed);
    assert_eq!(firewall.hold(&rules).await.unwrap(), Held::Already);

    // Somebody takes the rules out of their chains, or the whole table away.
    assert!(nft(&["flush", "chain", "inet", &table, "to_the_box"]));
    assert_eq!(firewall.hold(&rules).await.unwrap(), Held::Restored);
    assert!(nft(&["delete", "table", "inet", &table]));
    assert_eq!(firewall.hold(&rules).await.unwrap(), Held::Restored);

    rules.leaving.clear();
    assert_eq!(firewall.hold(&rules).await.unwrap(), Held::Renewed);
    assert_eq!(firewall.hold(&rules).await.unwrap(), Held::Already);

    // The next daemon knows nothing of this one's listing.
    assert_eq!(Nftables::default().hold(&rules).await.unwrap(), Held::Renewed);

    firewall.lift(&table).await.unwrap();
    assert!(!nft(&["list", "table", "inet", &table]));
    firewall.lift(&table).await.unwrap();
}

#[tokio::test]
async fn a_missing_program_is_told_by_its_name() {
    let firewall = Nftables::with(std::path::Path::new("/nowhere/nft"));
    match firewall.hold(&rules()).await {
        Err(FirewallError::Missing { program }) => assert_eq!(program, "/nowhere/nft"),
        other => panic!("{other:?}"),
    }
}
