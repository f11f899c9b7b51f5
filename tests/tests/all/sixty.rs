//! Many services on one box at once: more than the engine's own pools of
//! networks would let it have.
//!
//! It takes minutes, so it is run where `PANIER_TEST_SIXTY` asks for it alone.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::Value;
use tests::{Client, Door, TestBox, wait_until};

const SERVICES: usize = 60;
/// All of them are asked for at one time.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

fn name(number: usize) -> String {
    format!("tiny-{number}")
}

#[tokio::test]
async fn sixty_services_live_on_one_box_each_shut_in() {
    if std::env::var_os("PANIER_TEST_SIXTY").is_none() {
        println!("left out, as PANIER_TEST_SIXTY is not set: sixty services at once");
        return;
    }
    let Some(own) = TestBox::new("sixty services at once") else { return };
    for number in 0..SERVICES {
        let (name, title) = (name(number), format!("title=Number {number}"));
        own.panier(&["install", "tiny", "--name", &name, "--set", &title, "--detach"]).well();
    }
    wait_until("all are installed", PATIENCE, || {
        let services = own.json(&["list"]);
        let services = services.as_array().unwrap();
        let well = services.iter().filter(|it| it["health"]["state"] == "up").count();
        (well == SERVICES).then_some(())
    });
    for job in own.json(&["jobs", "--most", "500"]).as_array().unwrap() {
        assert_eq!(job["state"], "done", "{job}");
    }

    let client = own.client();
    let mut subnets = BTreeSet::new();
    let mut all = Vec::new();
    for number in 0..SERVICES {
        let door = own.door(&name(number));
        let answer = client.get(&door, "/").await.unwrap();
        assert_eq!(answer.text(), format!("Number {number} 2.0\n"));
        let shown = own.json(&["show", &name(number)]);
        subnets.insert(subnet(&shown));
        all.push((door, subnet(&shown)));
    }
    // In order, each ends before the next begins.
    let ends_before = |(one, other): (&(u32, u32), &(u32, u32))| one.0 + one.1 <= other.0;
    assert_eq!(subnets.len(), SERVICES);
    assert!(subnets.iter().zip(subnets.iter().skip(1)).all(ends_before), "{subnets:?}");

    // Somebody else's server on this box, at all of its addresses.
    let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let other = listener.local_addr().unwrap().port();
    for (number, (door, (base, _))) in all.iter().enumerate() {
        let (_, (next, _)) = all[(number + 1) % SERVICES];
        assert!(reaches(&client, door, base + 2, 8080).await, "{number}: itself");
        assert!(!reaches(&client, door, next + 2, 8080).await, "{number}: its neighbour");
        for gateway in [base + 1, next + 1] {
            assert!(!reaches(&client, door, gateway, other).await, "{number}: the box");
        }
    }
}

/// A service's subnet: its first address, and how many there are.
fn subnet(shown: &Value) -> (u32, u32) {
    let (base, length) = shown["inside"]["network"].as_str().unwrap().split_once('/').unwrap();
    let base: Ipv4Addr = base.parse().unwrap();
    (base.into(), 1 << (32 - length.parse::<u32>().unwrap()))
}

/// Whether a service gets through to an address.
async fn reaches(client: &Client, door: &Door, to: u32, port: u16) -> bool {
    let to = Ipv4Addr::from(to);
    let answer = client.get(door, &format!("/connect?to={to}:{port}")).await.unwrap().json();
    answer["open"].as_bool().unwrap()
}
