//! The service that a job works on, drawn afresh from the ledger by each step.

use std::collections::BTreeMap;
use std::sync::Arc;

use ledger::{Service, ServiceId};
use recipe::{Trouble, text};

use crate::plan::{Facts, Plan};
use crate::site::{Ground, recipe_of};

/// A service, and where it is worked on.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) ground: Arc<Ground>,
    pub(crate) id: ServiceId,
    /// Answers to draw with in place of the ledger's: those that a job is proving.
    pub(crate) answers: Option<BTreeMap<String, String>>,
}

/// What a step works with.
pub(crate) struct Drawn {
    pub(crate) service: Service,
    pub(crate) plan: Plan,
}

impl Target {
    pub(crate) fn new(ground: &Arc<Ground>, id: ServiceId) -> Self {
        Self { ground: Arc::clone(ground), id, answers: None }
    }

    pub(crate) fn with_answers(&self, answers: BTreeMap<String, String>) -> Self {
        Self { answers: Some(answers), ..self.clone() }
    }

    pub(crate) fn service(&self) -> Result<Service, Trouble> {
        self.ground.service(self.id)
    }

    /// Draws the service's plan.
    pub(crate) fn draw(&self) -> Result<Drawn, Trouble> {
        draw(&self.ground, self.id, self.answers.as_ref())
    }
}

/// Draws a service's plan from the ledger, with other answers where some are given.
pub(crate) fn draw(
    ground: &Ground,
    id: ServiceId,
    answers: Option<&BTreeMap<String, String>>,
) -> Result<Drawn, Trouble> {
    let service = ground.service(id)?;
    let recipe = recipe_of(&service)?;
    let (secrets, network, images) = ground
        .read(|records| Ok((records.secrets(id)?, records.network(id)?, records.images(id)?)))?;
    let network = network.ok_or_else(|| {
        let name = &service.name;
        Trouble::new(
            "network-missing",
            text!(
                "{name} has no network of its own in the ledger.",
                "{name} n’a pas de réseau à lui dans le registre."
            ),
            text!(
                "Remove it and restore it from the trash.",
                "Retirez-le, puis restaurez-le de la corbeille."
            ),
        )
    })?;
    let plan = Plan::draw(&Facts {
        facts: &ground.facts,
        folders: &ground.folders,
        https_port: ground.https_port,
        architecture: &ground.architecture,
        answers: answers.unwrap_or(&service.answers),
        service: &service,
        recipe: &recipe,
        secrets: &secrets,
        network: &network,
        images: &images,
    })?;
    Ok(Drawn { service, plan })
}
