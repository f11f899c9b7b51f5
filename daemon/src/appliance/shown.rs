//! Which certificate is shown at which name: a public one where there is one,
//! else one of the box's own authority, else the box's own for another name.

use std::collections::HashMap;
use std::sync::Arc;

use certificates::{Authority, Keeper, Leaf, Public};
use jiff::Timestamp;
use jobs::Clock;
use lifecycle::Route;

/// The label under which the box's own certificate is kept: no service can
/// have this name.
const BOX: &str = "_box";

/// What certificates are chosen from.
pub(crate) struct Choice {
    pub(crate) authority: Arc<Authority>,
    pub(crate) keeper: Keeper,
    pub(crate) public: Arc<Public>,
    pub(crate) clock: Clock,
}

/// What the front door is given, and what is known of it.
#[derive(Default)]
pub(super) struct Shown {
    /// The first that fits a name is shown.
    pub(super) certificates: Vec<proxy::Certificate>,
    pub(super) default: Option<proxy::Certificate>,
    pub(super) served: HashMap<String, Served>,
}

/// What is shown at one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Served {
    pub(crate) by: SignedBy,
    pub(crate) issuer: String,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    /// Of its key: what the probe pins.
    pub(crate) public_key: [u8; 32],
}

/// Who signed what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignedBy {
    /// A public authority, for this name.
    Public,
    /// The box's own, for this name.
    Own,
    /// The box's own, for its own names: browsers warn.
    OwnForOthers,
}

impl Served {
    fn new(by: SignedBy, leaf: &Leaf) -> Self {
        Self {
            by,
            issuer: leaf.issuer.clone(),
            not_before: leaf.not_before,
            not_after: leaf.not_after,
            public_key: leaf.public_key,
        }
    }
}

impl Choice {
    /// Chooses for the hosts of these routes and the box's own names.
    pub(super) fn for_routes(&self, routes: &[Route], box_names: &[String]) -> Shown {
        let mut shown = Shown::default();
        let default = self.own(BOX, box_names);
        let hosts = routes.iter().flat_map(|route| &route.hosts).chain(box_names);
        for host in hosts {
            if let Some(leaf) = self.public(host) {
                shown.show(SignedBy::Public, leaf, std::slice::from_ref(host));
            }
        }
        for route in routes {
            let (ours, others): (Vec<String>, Vec<String>) =
                route.hosts.iter().cloned().partition(|host| self.authority.may_certify(host));
            // Made for all of them, those that have a public one included: when
            // that ends and there is no other, this one is shown at once.
            if !ours.is_empty()
                && let Some(leaf) = self.own(&route.service, &ours)
            {
                shown.show(SignedBy::Own, leaf, &ours);
            }
            // Names that the authority may not sign for are shown the box's own
            // certificate: browsers warn, as they would of any other of ours.
            if let Some(default) = &default {
                shown.note(&Served::new(SignedBy::OwnForOthers, default), &others);
            }
        }
        if let Some(default) = default {
            shown.note(&Served::new(SignedBy::Own, &default), box_names);
            shown.default = Some(default.into());
        }
        self.forget_all_but(routes);
        shown
    }

    /// A public certificate that browsers take; an old one only where there
    /// would be none for this name at all.
    fn public(&self, host: &str) -> Option<Leaf> {
        let now = (self.clock)();
        let fits = |leaf: &Leaf| leaf.not_after > now || !self.authority.may_certify(host);
        self.public.leaf(host).filter(fits)
    }

    fn own(&self, label: &str, names: &[String]) -> Option<Leaf> {
        match self.keeper.leaf(&self.authority, label, names, (self.clock)()) {
            Ok(leaf) => Some(leaf),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, label, "no certificate");
                None
            }
        }
    }

    /// Certificates of services that are gone go with them.
    fn forget_all_but(&self, routes: &[Route]) {
        let mut labels: Vec<&str> = routes.iter().map(|route| route.service.as_str()).collect();
        labels.push(BOX);
        if let Err(error) = self.keeper.forget_all_but(&labels) {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "certificates of services that are gone stay");
        }
    }
}

impl Shown {
    fn show(&mut self, by: SignedBy, leaf: Leaf, hosts: &[String]) {
        self.note(&Served::new(by, &leaf), hosts);
        let names = hosts.to_vec();
        self.certificates.push(proxy::Certificate { names, ..leaf.into() });
    }

    /// What was chosen before stays: it is shown first.
    fn note(&mut self, served: &Served, hosts: &[String]) {
        for host in hosts {
            self.served.entry(host.clone()).or_insert_with(|| served.clone());
        }
    }
}
