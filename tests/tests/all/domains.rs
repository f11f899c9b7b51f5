//! Domains that come, go and change places, on the real engine and through the
//! real front door.

use serde_json::{Value, json};
use tests::{TestBox, TestBoxPlan, wait_until};

/// The tests' own recipe, with its address in its settings, and told of it by a command.
pub(crate) fn knowing_its_address() -> String {
    let recipe = include_str!("../../recipes/tiny/recipe.toml");
    let knows =
        recipe.replace("environment = { ", "environment = { ADDRESS = \"{{ url }}\", ").replace(
            "[probe]",
            "[[command]]\nwhen = \"domain-change\"\ncontainer = \"app\"\n\
             run = [\"sh\", \"-c\", \"echo {{ domain }} >> /data/told\"]\n\n[probe]",
        );
    assert!(knows.contains("ADDRESS") && knows.contains("domain-change"));
    knows
}

fn domains(own: &TestBox, service: &str) -> Value {
    own.json(&["show", service])["domains"].clone()
}

/// The domains that have a certificate.
fn certified(own: &TestBox) -> Vec<String> {
    let all = own.json(&["certificate", "list"]);
    let domains = all.as_array().unwrap().iter().map(|one| one["domain"].as_str().unwrap());
    domains.map(str::to_owned).collect()
}

async fn told(own: &TestBox) -> String {
    own.client().get(&own.door("tiny"), "/file?path=/data/told").await.unwrap().text()
}

/// What the service takes its address to be.
async fn address(own: &TestBox) -> Value {
    own.client().get(&own.door("tiny"), "/env").await.unwrap().json()["ADDRESS"].clone()
}

#[tokio::test]
async fn a_service_is_found_where_its_domains_lead() {
    let Some(own) = TestBox::new("changes of domain") else { return };
    own.put_recipe("tiny", &knowing_its_address());
    own.panier(&["install", "tiny"]).well();
    own.panier(&["install", "tiny", "--name", "other"]).well();
    let (client, first) = (own.client(), own.door("tiny"));
    client.post(&first, "/data", "kept").await.unwrap();
    let second = first.named("pad.panier.localhost");
    assert!(client.get(&second, "/data").await.is_err(), "found before it was asked for");

    let run = own.panier(&["domain", "add", "tiny", "Pad.Panier.Localhost"]).well();
    assert!(run.said.contains("pad.panier.localhost"));
    assert_eq!(client.get(&second, "/data").await.unwrap().text(), "kept\n");
    assert_eq!(client.get(&first, "/data").await.unwrap().text(), "kept\n");
    assert!(certified(&own).contains(&"pad.panier.localhost".to_owned()));

    own.panier(&["domain", "main", "tiny", "pad.panier.localhost"]).well();
    assert_eq!(domains(&own, "tiny"), json!(["pad.panier.localhost", "tiny.panier.localhost"]));
    let port = first.at.port();
    assert_eq!(address(&own).await, format!("https://pad.panier.localhost:{port}"));
    assert_eq!(told(&own).await, "pad.panier.localhost\n");

    own.panier(&["domain", "remove", "tiny", "tiny.panier.localhost"]).well();
    assert_eq!(client.get(&second, "/data").await.unwrap().text(), "kept\n");
    assert!(client.get(&first, "/data").await.is_err(), "it leads there still");
    wait_until("its certificate is forgotten", std::time::Duration::from_secs(10), || {
        (!certified(&own).contains(&first.name)).then_some(())
    });

    own.jobs_at_rest();
    for (words, code) in [
        (["domain", "add", "other", "pad.panier.localhost"], "domain-taken"),
        (["domain", "add", "tiny", "panier.localhost"], "domain-of-the-box"),
        (["domain", "remove", "tiny", "pad.panier.localhost"], "domain-last"),
        (["domain", "remove", "tiny", "nobody.panier.localhost"], "domain-unknown"),
    ] {
        let refused = own.panier(&[&words[..], &["--json"]].concat());
        assert!(!refused.is_well(), "{words:?}");
        assert!(format!("{refused}").contains(code), "{words:?}: {refused}");
    }
}

/// Every step, killed in its middle; and a change that fails, killed while it is taken back.
#[tokio::test]
async fn a_change_of_domain_survives_the_daemons_death() {
    let plan = TestBoxPlan::default();
    let Some(mut own) = TestBox::planned("killed changes of domain", &plan) else { return };
    own.put_recipe("tiny", &knowing_its_address());
    own.panier(&["install", "tiny"]).well();
    let end_by = |own: &mut TestBox, faults: &str, domain: &str| {
        own.killed_at(faults, &["domain", "main", "tiny", domain]);
        own.wait_until_up("tiny");
    };
    for point in ["close/after", "replace/within", "change-domain/after", "prove/within"] {
        let domain = format!("{}.panier.localhost", point.replace('/', "-"));
        end_by(&mut own, &format!("change-domains/{point}=kill"), &domain);
        assert_eq!(own.json(&["jobs"])[0]["state"], "done", "{point}");
        assert_eq!(domains(&own, "tiny")[0], domain.as_str());
        let port = own.door("tiny").at.port();
        assert_eq!(address(&own).await, format!("https://{domain}:{port}"), "{point}");
    }
    let before = domains(&own, "tiny");
    for undone in ["prove", "change-domain", "replace"] {
        let faults =
            format!("change-domains/prove/after=fail,change-domains/undo-{undone}/before=kill");
        end_by(&mut own, &faults, "never.panier.localhost");
        assert_eq!(own.json(&["jobs"])[0]["trouble"]["code"], "fault-asked-for", "{undone}");
        assert_eq!(domains(&own, "tiny"), before, "{undone}");
        let door = own.door("tiny");
        let expected = format!("https://{}:{}", before[0].as_str().unwrap(), door.at.port());
        assert_eq!(address(&own).await, expected, "{undone}");
        let last = told(&own).await.lines().last().unwrap().to_owned();
        assert_eq!(last, before[0].as_str().unwrap(), "{undone}");
        let never = door.named("never.panier.localhost");
        assert!(own.client().get(&never, "/health").await.is_err(), "{undone}");
    }
}
