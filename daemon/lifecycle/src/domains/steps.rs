//! The steps of a change of domains that no other job has.

use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{LedgerError, Records, ServiceId};
use recipe::{Moment, Text, Trouble, text};
use tokio::time::sleep;

use super::{DomainChange, take_back};
use crate::steps::{QUICK, STARTING, given_back, run_all};
use crate::target::Target;
use crate::{probe, routes, stand};

/// How often a service is told its old domains again before that is given up.
const TOLD_BACK: u32 = 3;
/// The pause between two times.
const PAUSE: Duration = Duration::from_secs(5);

/// Writes the domains down: nothing in the service names them.
pub(super) struct WriteDown {
    pub(super) id: ServiceId,
    pub(super) change: DomainChange,
}

#[async_trait]
impl Step for WriteDown {
    fn name(&self) -> &'static str {
        "write-down"
    }

    fn label(&self) -> Text {
        text!("Writing the domains down", "On note les domaines")
    }

    fn deadline(&self) -> Duration {
        QUICK
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        scene.halfway().await
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        records.set_domains(self.id, &self.change.domains)
    }

    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        take_back(records, self.id, &self.change.before)
    }
}

/// Asks a service under its new main domain. Its door stays open: nothing of
/// the service itself has changed.
pub(super) struct ProveOpen {
    pub(super) target: Target,
    pub(super) change: DomainChange,
}

#[async_trait]
impl Step for ProveOpen {
    fn name(&self) -> &'static str {
        "prove"
    }

    fn label(&self) -> Text {
        text!("Checking that it answers there", "On vérifie qu’il y répond")
    }

    fn deadline(&self) -> Duration {
        // The probe has a deadline of its own, which the recipe sets.
        STARTING * 4
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let (domains, ground) = (self.change.domains.clone(), &self.target.ground);
        let drawn = self.target.with_domains(domains.clone()).draw()?;
        stand::up(ground, &drawn.service, &drawn.plan).await?;
        routes::show_at(&self.target, Some(domains)).await;
        scene.halfway().await?;
        probe::until_well(ground, &drawn.service, &drawn.plan).await
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        records.set_domains(self.target.id, &self.change.domains)
    }

    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        routes::show_at(&self.target, None).await;
        Ok(())
    }

    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        take_back(records, self.target.id, &self.change.before)
    }
}

/// Tells a service its domains by the recipe's commands; taken back, those that
/// it had.
pub(super) struct Tell {
    pub(super) after: Target,
    pub(super) before: Target,
}

#[async_trait]
impl Step for Tell {
    fn name(&self) -> &'static str {
        "change-domain"
    }

    fn label(&self) -> Text {
        text!("Telling the service its domains", "On indique ses domaines au service")
    }

    fn deadline(&self) -> Duration {
        STARTING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let drawn = self.after.draw()?;
        // The containers may have ended while the daemon was away.
        stand::up(&self.after.ground, &drawn.service, &drawn.plan).await?;
        scene.halfway().await?;
        run_all(&self.after, &drawn, &Moment::DomainChange).await
    }

    async fn undo(&self, scene: &Scene) -> Result<(), Trouble> {
        let drawn = self.before.draw()?;
        let mut told = self.tell_back(&drawn).await;
        for _again in 1..TOLD_BACK {
            if told.is_ok() {
                return Ok(());
            }
            sleep(PAUSE).await;
            told = self.tell_back(&drawn).await;
        }
        let (service, main) = (&drawn.service.name, drawn.service.domains.first());
        let main = main.map(String::as_str).unwrap_or_default();
        if told.is_err() {
            scene.say(text!(
                "The service may still go by the domains that were tried. When it works again, tell it: panier domain main {service} {main}",
                "Le service peut encore se croire aux domaines essayés. Quand il fonctionne de nouveau, dites-le-lui : panier domain main {service} {main}"
            ));
        }
        given_back(scene, told)
    }
}

impl Tell {
    async fn tell_back(&self, drawn: &crate::target::Drawn) -> Result<(), Trouble> {
        stand::up(&self.before.ground, &drawn.service, &drawn.plan).await?;
        run_all(&self.before, drawn, &Moment::DomainChange).await
    }
}
