//! What may pass: the firewall's rules, for all services of the box at once.
//!
//! The engine shuts no service in as far as the recipes say. The rules are
//! drawn from the ledger when the daemon starts, and from each plan before
//! anything of it runs: a container that may not leave never has a moment in
//! which it could.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use containers::{FirewallError, FirewallRules, Held};
use ledger::{BoxFacts, ServiceId};
use recipe::{Trouble, text};
use tokio::sync::Mutex;

use crate::plan::{Plan, bridge_prefix};
use crate::site::Ground;
use crate::{target, trouble};

/// The passages that are known, and whether the firewall was told of them.
#[derive(Default)]
pub(crate) struct Passages(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// None until they were drawn from the ledger.
    services: Option<BTreeMap<ServiceId, Passage>>,
    /// Whether the firewall holds these.
    held: bool,
    /// Why not, when it was last asked to.
    trouble: Option<Trouble>,
}

/// One service's bridge, and who may leave by it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Passage {
    bridge: String,
    /// The box's own address there.
    gateway: Option<Ipv4Addr>,
    leaving: BTreeSet<Ipv4Addr>,
}

impl Passage {
    fn of(plan: &Plan) -> Self {
        let leaving = plan.containers.iter().filter(|planned| planned.leaves);
        Self {
            bridge: plan.network.bridge.clone(),
            gateway: plan.gateway,
            leaving: leaving.filter_map(|planned| planned.spec.address.parse().ok()).collect(),
        }
    }
}

/// The table of a box: its name says whose it is.
///
/// The box's removal takes it away by this name.
#[must_use]
pub fn firewall_table(facts: &BoxFacts) -> String {
    format!("panier-{}", facts.short_identity())
}

/// Makes the rules hold with what `plan` asks, before anything of it is started.
/// Costs nothing when they were made to hold already; whether they still do, the
/// reconciler looks at each pass ([`watch`]).
///
/// # Errors
/// `firewall-missing`, `firewall-not-permitted`, `firewall-failed`: nothing may
/// be started then.
pub(crate) async fn allow(ground: &Ground, id: ServiceId, plan: &Plan) -> Result<(), Trouble> {
    let mut known = ground.passages.0.lock().await;
    let passage = Passage::of(plan);
    let services = known.services(ground)?;
    if services.get(&id) == Some(&passage) && known.held {
        return Ok(());
    }
    known.services(ground)?.insert(id, passage);
    known.hold(ground).await.map(|_held| ())
}

/// Sees to it that the rules still hold, whoever changed them.
///
/// # Errors
/// As of [`allow`].
pub(crate) async fn watch(ground: &Ground) -> Result<(), Trouble> {
    let mut known = ground.passages.0.lock().await;
    let networks = ground.read(|records| records.networks())?;
    let is_there = |id: &ServiceId| networks.iter().any(|(service, _)| service == id);
    known.services(ground)?.retain(|id, _| is_there(id));
    if known.hold(ground).await? == Held::Restored {
        tracing::warn!("somebody had changed the box's firewall rules: they were put back");
    }
    Ok(())
}

impl Passages {
    /// Why the rules do not hold; none while they do.
    pub(crate) async fn trouble(&self) -> Option<Trouble> {
        self.0.lock().await.trouble.clone()
    }
}

impl Known {
    fn services(&mut self, ground: &Ground) -> Result<&mut BTreeMap<ServiceId, Passage>, Trouble> {
        if self.services.is_none() {
            self.services = Some(from_ledger(ground)?);
        }
        Ok(self.services.get_or_insert_default())
    }

    async fn hold(&mut self, ground: &Ground) -> Result<Held, Trouble> {
        let services = self.services(ground)?;
        let rules = FirewallRules {
            table: firewall_table(&ground.facts),
            prefix: bridge_prefix(&ground.facts),
            bridges: services.values().map(|passage| passage.bridge.clone()).collect(),
            leaving: services.values().flat_map(|passage| passage.leaving.clone()).collect(),
            gateways: services.values().filter_map(|passage| passage.gateway).collect(),
            lookups: ground.lookups_port,
        };
        let held = ground.firewall.hold(&rules).await.map_err(|error| of_firewall(&error));
        self.held = held.is_ok();
        self.trouble = held.as_ref().err().cloned();
        held
    }
}

/// What the ledger's services need to pass. Of a service whose plan cannot be
/// drawn, the containers may meet, and none may leave.
fn from_ledger(ground: &Ground) -> Result<BTreeMap<ServiceId, Passage>, Trouble> {
    let networks = ground.read(|records| records.networks())?;
    Ok(networks
        .into_iter()
        .map(|(id, network)| {
            let gateway = network.bridge_address();
            let shut = || Passage { bridge: network.bridge, gateway, leaving: BTreeSet::new() };
            let drawn = ground.service(id).and_then(|service| target::draw(ground, service));
            (id, drawn.map_or_else(|_trouble| shut(), |drawn| Passage::of(&drawn.plan)))
        })
        .collect())
}

fn of_firewall(error: &FirewallError) -> Trouble {
    let causes = trouble::chain(error);
    let what = text!(
        "The rules that shut services in could not be set; nothing is started without them.",
        "Les règles qui isolent les services n’ont pas pu être posées ; rien ne démarre sans elles."
    );
    let (code, remedy) = match error {
        FirewallError::Missing { .. } => (
            "firewall-missing",
            text!(
                "Install nftables (on Debian: apt install nftables); Panier goes on by itself.",
                "Installez nftables (sous Debian : apt install nftables) ; Panier reprend tout seul."
            ),
        ),
        FirewallError::NotPermitted => {
            ("firewall-not-permitted", text!("Run the daemon as root.", "Lancez le démon en root."))
        }
        FirewallError::Refused { .. } | FirewallError::Failed(_) => (
            "firewall-failed",
            text!(
                "Look into the cause: the kernel may lack nf_tables. Then try again.",
                "Regardez la cause : nf_tables manque peut-être au noyau. Puis réessayez."
            ),
        ),
    };
    Trouble::new(code, what, remedy).because_of(causes)
}
