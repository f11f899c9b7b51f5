//! The rules as one text that the kernel takes whole or not at all.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Write as _};
use std::net::Ipv4Addr;

use super::FirewallRules;

/// What is not the internet: this network, private use, shared by providers,
/// loopback, link-local, protocol assignments, multicast, reserved and
/// broadcast. Source: the IANA IPv4 special-purpose address registry (RFC 6890).
/// Ranges for documentation and measurements lead nowhere, and are left open.
const NOT_THE_INTERNET: &str = "0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, \
    169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24, 192.168.0.0/16, 224.0.0.0/4, 240.0.0.0/4";

/// Before the engine's own chains (priority 0), so that these rules are the
/// first word; an accept here leaves the engine's the last.
const PRIORITY: &str = "-10";

/// Before the engine's own translation of addresses (priority `dstnat`, -100),
/// which would lead a port that it publishes elsewhere.
const BEFORE_THE_ENGINES: &str = "-110";

/// Refused, not dropped: who asks learns it at once, and waits for nothing.
const REFUSE: &str = "reject with icmpx type admin-prohibited";

impl FirewallRules {
    /// The whole table, in the place of the one that is there.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _infallible = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> fmt::Result {
        let Self { table, prefix, .. } = self;
        // Made first, so that it can be deleted whether it was there or not.
        writeln!(text, "table inet {table} {{\n}}\ndelete table inet {table}")?;
        writeln!(text, "table inet {table} {{")?;
        let pairs = self.bridges.iter().map(|bridge| format!("\"{bridge}\" . \"{bridge}\""));
        set(text, "same_bridge", "ifname . ifname", pairs)?;
        set(text, "leaving", "ipv4_addr", addresses(&self.leaving))?;
        set(text, "gateways", "ipv4_addr", addresses(&self.gateways))?;
        writeln!(
            text,
            "\tset not_the_internet {{\n\t\ttype ipv4_addr\n\t\tflags interval\n\
             \t\telements = {{ {NOT_THE_INTERNET} }}\n\t}}"
        )?;
        let asks = "ip saddr @leaving ip daddr @gateways meta l4proto { tcp, udp } th dport";
        let lookups = self.lookups;
        writeln!(
            text,
            "\tchain lookups {{\n\t\ttype nat hook prerouting priority {BEFORE_THE_ENGINES}; \
             policy accept;\n\t\tiifname \"{prefix}*\" {asks} 53 redirect to :{lookups}\n\t}}"
        )?;
        chain(
            text,
            "to_the_box",
            Some("input"),
            &[
                &format!("iifname != \"{prefix}*\" accept"),
                "ct state established,related accept",
                &format!("{asks} {lookups} accept"),
                REFUSE,
            ],
        )?;
        chain(
            text,
            "through_the_box",
            Some("forward"),
            &[
                // Two containers of one bridge meet here too, where br_netfilter is on.
                "iifname . oifname @same_bridge accept",
                &format!("iifname \"{prefix}*\" jump out_of_a_service"),
                &format!("oifname \"{prefix}*\" jump into_a_service"),
            ],
        )?;
        chain(
            text,
            "out_of_a_service",
            None,
            &[
                "ct state established,related accept",
                &format!("oifname \"{prefix}*\" {REFUSE}"),
                &format!("ip daddr @not_the_internet {REFUSE}"),
                "ip saddr @leaving accept",
                REFUSE,
            ],
        )?;
        chain(
            text,
            "into_a_service",
            None,
            &[
                "ct state established,related accept",
                // A port that the recipe publishes.
                "ct status dnat accept",
                REFUSE,
            ],
        )?;
        writeln!(text, "}}")
    }
}

fn addresses(of: &BTreeSet<Ipv4Addr>) -> impl Iterator<Item = String> {
    of.iter().map(Ipv4Addr::to_string)
}

/// A set; one without elements is written without their line, which may not be empty.
fn set(
    text: &mut String,
    name: &str,
    kind: &str,
    elements: impl Iterator<Item = impl Display>,
) -> fmt::Result {
    let elements: Vec<String> = elements.map(|element| element.to_string()).collect();
    writeln!(text, "\tset {name} {{\n\t\ttype {kind}")?;
    if !elements.is_empty() {
        writeln!(text, "\t\telements = {{ {} }}", elements.join(", "))?;
    }
    writeln!(text, "\t}}")
}

/// A chain, at one of the kernel's hooks or to be jumped to.
fn chain(text: &mut String, name: &str, hook: Option<&str>, rules: &[&str]) -> fmt::Result {
    writeln!(text, "\tchain {name} {{")?;
    if let Some(hook) = hook {
        writeln!(text, "\t\ttype filter hook {hook} priority {PRIORITY}; policy accept;")?;
    }
    for rule in rules {
        writeln!(text, "\t\t{rule}")?;
    }
    writeln!(text, "\t}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_without_services_has_no_empty_elements() {
        let rules = FirewallRules {
            table: "panier-0123abcd".into(),
            prefix: "pn0123abcd-".into(),
            ..FirewallRules::default()
        };
        let text = rules.text();
        assert!(!text.contains("elements = {  }"), "{text}");
        assert!(text.starts_with("table inet panier-0123abcd {\n}\ndelete table"), "{text}");
    }

    #[test]
    fn each_bridge_meets_itself_alone() {
        let rules = FirewallRules {
            bridges: ["pn0-1".to_owned(), "pn0-2".to_owned()].into(),
            leaving: [Ipv4Addr::new(10, 0, 0, 2)].into(),
            ..FirewallRules::default()
        };
        let text = rules.text();
        assert!(text.contains(r#"elements = { "pn0-1" . "pn0-1", "pn0-2" . "pn0-2" }"#), "{text}");
        assert!(text.contains("elements = { 10.0.0.2 }"), "{text}");
    }
}
