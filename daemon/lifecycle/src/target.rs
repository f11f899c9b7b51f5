//! The service that a job works on, drawn afresh from the ledger by each step.

use std::collections::BTreeMap;
use std::sync::Arc;

use ledger::{JobId, Network, Records, Service, ServiceId};
use recipe::{ReleaseId, Trouble, text};

use crate::fetch::Images;
use crate::lifecycle::Refusal;
use crate::moving::{Version, images_of};
use crate::plan::{Facts, Plan};
use crate::site::{Ground, recipe_of};

/// A service, and where it is worked on.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) ground: Arc<Ground>,
    pub(crate) id: ServiceId,
    /// Answers to draw with in place of the ledger's: those that a job is proving.
    pub(crate) answers: Option<BTreeMap<String, String>>,
    /// Domains to draw with in place of the ledger's, the main one first.
    pub(crate) domains: Option<Vec<String>>,
    /// A release to draw in place of the ledger's: one that a job moves to.
    version: Option<Arc<(Version, JobId)>>,
}

/// What a step works with.
pub(crate) struct Drawn {
    pub(crate) service: Service,
    pub(crate) plan: Plan,
}

impl Target {
    pub(crate) fn new(ground: &Arc<Ground>, id: ServiceId) -> Self {
        Self { ground: Arc::clone(ground), id, answers: None, domains: None, version: None }
    }

    /// The same service at another release; its images are those that the job found.
    pub(crate) fn at_version(&self, version: Version, job: JobId) -> Self {
        Self { version: Some(Arc::new((version, job))), ..self.clone() }
    }

    /// The release that is drawn, for people.
    pub(crate) fn release(&self) -> String {
        match self.version.as_deref() {
            Some((version, _)) => version.release.to_string(),
            None => self.service().map_or_else(
                |_gone| String::new(),
                |it| ReleaseId::new(it.release, it.revision).to_string(),
            ),
        }
    }

    pub(crate) fn with_answers(&self, answers: BTreeMap<String, String>) -> Self {
        Self { answers: Some(answers), ..self.clone() }
    }

    pub(crate) fn with_domains(&self, domains: Vec<String>) -> Self {
        Self { domains: Some(domains), ..self.clone() }
    }

    pub(crate) fn service(&self) -> Result<Service, Trouble> {
        self.ground.service(self.id)
    }

    /// Draws the service's plan.
    pub(crate) fn draw(&self) -> Result<Drawn, Trouble> {
        match self.version.as_deref() {
            Some((version, job)) => draw_version(&self.ground, self.id, version, *job),
            None => {
                let mut service = self.service()?;
                if let Some(answers) = &self.answers {
                    service.answers.clone_from(answers);
                }
                if let Some(domains) = &self.domains {
                    service.domains.clone_from(domains);
                }
                draw(&self.ground, service)
            }
        }
    }
}

/// The plan of a service as the ledger has it, drawn again only where that has changed.
pub(crate) fn drawn(ground: &Ground, id: ServiceId) -> Result<Arc<Drawn>, Trouble> {
    let changes = ground.ledger.changes();
    ground.drawings.of(id, changes, || draw(ground, ground.service(id)?))
}

/// Draws a service's plan: as it is given, with what the ledger has for it.
pub(crate) fn draw(ground: &Ground, service: Service) -> Result<Drawn, Trouble> {
    let id = service.id;
    let (secrets, images) =
        ground.read(|records| Ok((records.secrets(id)?, records.images(id)?)))?;
    draw_with(ground, service, &secrets, &images)
}

/// Draws the plan of a service at the release that a job moves it to.
fn draw_version(
    ground: &Ground,
    id: ServiceId,
    version: &Version,
    job: JobId,
) -> Result<Drawn, Trouble> {
    let mut service = ground.service(id)?;
    service.recipe_text.clone_from(&version.recipe_text);
    service.release.clone_from(&version.release.version);
    service.revision = version.release.revision;
    service.answers.clone_from(&version.answers);
    let (mut secrets, images) = ground.read(|records| {
        Ok((records.secrets(id)?, records.finding(job, &images_of(&version.release))?))
    })?;
    secrets.extend(version.secrets.clone());
    // None before they are fetched.
    let images = images.and_then(|it| serde_json::from_str(&it).ok()).unwrap_or_default();
    draw_with(ground, service, &secrets, &images)
}

/// The same, within a transaction that others of the ledger wait for.
pub(crate) fn draw_within(
    ground: &Ground,
    records: &Records<'_>,
    service: Service,
) -> Result<Drawn, Refusal> {
    let id = service.id;
    let (secrets, images) = (records.secrets(id)?, records.images(id)?);
    let network = records.network(id)?;
    Ok(draw_from(ground, service, &secrets, &images, network)?)
}

fn draw_with(
    ground: &Ground,
    service: Service,
    secrets: &BTreeMap<String, String>,
    images: &Images,
) -> Result<Drawn, Trouble> {
    let network = ground.read(|records| records.network(service.id))?;
    draw_from(ground, service, secrets, images, network)
}

fn draw_from(
    ground: &Ground,
    service: Service,
    secrets: &BTreeMap<String, String>,
    images: &Images,
    network: Option<Network>,
) -> Result<Drawn, Trouble> {
    let recipe = recipe_of(&service)?;
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
        answers: &service.answers,
        service: &service,
        recipe: &recipe,
        secrets,
        network: &network,
        images,
    })?;
    Ok(Drawn { service, plan })
}
