use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::Timestamp;
use ledger::{BoxFacts, Network, Service, ServiceId, Standing, Wanted};
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};
use recipe::Recipe;

use super::yard::PAD;
use crate::plan::{Facts, Plan, bridge_name};
use crate::site::Folders;

fn service(id: i64, name: &str, title: &str) -> Service {
    Service {
        id: ServiceId(id),
        name: name.into(),
        recipe: "pad".into(),
        recipe_text: PAD.into(),
        release: "2.0".into(),
        revision: 1,
        standing: Standing::Installed,
        wanted: Wanted::Running,
        held: None,
        created: Timestamp::UNIX_EPOCH,
        domains: vec![format!("{name}.box.localhost")],
        answers: BTreeMap::from([("title".into(), title.into())]),
    }
}

fn draw(service: &Service, secret: &str, subnet: &str) -> Plan {
    let facts =
        BoxFacts { identity: "0123456789abcdef".into(), base_domain: "box.localhost".into() };
    let folders = Folders {
        services: PathBuf::from("/s"),
        trash: PathBuf::from("/t"),
        repository: "/box/repository".into(),
        ballast: "/box/ballast".into(),
        restic: "/box/restic".into(),
        secrets: PathBuf::from("/x"),
    };
    let recipe = Recipe::parse("pad", PAD).unwrap();
    Plan::draw(&Facts {
        facts: &facts,
        folders: &folders,
        https_port: 443,
        architecture: "amd64",
        service,
        recipe: &recipe,
        answers: &service.answers,
        secrets: &BTreeMap::from([("admin_password".into(), secret.into())]),
        network: &Network { subnet: subnet.into(), bridge: bridge_name(&facts, service.id) },
        images: &BTreeMap::new(),
    })
    .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_plan_is_the_same_for_the_same_facts_and_another_for_others(
        title in "[a-zA-Z é]{1,20}", other in "[a-zA-Z é]{1,20}", id in 1_i64..100_000,
    ) {
        let one = draw(&service(id, "pad", &title), "secret", "10.0.0.0/27");
        let same = draw(&service(id, "pad", &title), "secret", "10.0.0.0/27");
        let prints = |plan: &Plan| -> Vec<String> {
            plan.containers.iter().map(|it| it.spec.fingerprint()).collect()
        };
        prop_assert_eq!(prints(&one), prints(&same));
        let differs = draw(&service(id, "pad", &other), "secret", "10.0.0.0/27");
        prop_assert_eq!(prints(&one) == prints(&differs), title == other);
    }

    #[test]
    fn no_two_things_of_a_box_share_a_name_or_an_address(
        ids in proptest::collection::btree_set(1_i64..1_000_000, 2..6), third in any::<u8>(),
    ) {
        let mut names = BTreeSet::new();
        let mut bridges = BTreeSet::new();
        let mut addresses = BTreeSet::new();
        for (id, seat) in ids.iter().zip(0_u8..) {
            let subnet = format!("10.{third}.{seat}.0/27");
            let plan = draw(&service(*id, &format!("pad-{seat}"), "x"), "s", &subnet);
            prop_assert!(plan.network.bridge.len() <= 15, "{}", plan.network.bridge);
            prop_assert!(bridges.insert(plan.network.bridge.clone()));
            for container in &plan.containers {
                prop_assert!(names.insert(container.spec.name.clone()));
                prop_assert!(addresses.insert(container.spec.address.clone()));
            }
        }
    }
}
