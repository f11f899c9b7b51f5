//! What is done at the door: close it, prove behind it, show what the ledger says.

use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{LedgerError, Records};
use recipe::{Text, Trouble, text};

use crate::board::Health;
use crate::outside::{RouteState, Work};
use crate::steps::{QUICK, STARTING};
use crate::target::Target;
use crate::{last_words, probe, routes, stand};

/// Closes the door: people find a page that says what is going on.
pub(crate) struct Close {
    pub(crate) target: Target,
    pub(crate) state: RouteState,
}

#[async_trait]
impl Step for Close {
    fn name(&self) -> &'static str {
        "close"
    }

    fn label(&self) -> Text {
        text!("Closing the door", "On ferme la porte")
    }

    fn deadline(&self) -> Duration {
        QUICK
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        scene.halfway().await?;
        routes::show(&self.target, Some(self.state.clone())).await;
        Ok(())
    }

    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        routes::show(&self.target, None).await;
        Ok(())
    }
}

/// What [`Prove`] writes down when the service has answered well.
pub(crate) type Recorded = dyn Fn(&Records<'_>) -> Result<(), LedgerError> + Send + Sync;

/// Asks the service behind the closed door until it answers well; what is true
/// from then on is written down with the step's end.
pub(crate) struct Prove {
    pub(crate) target: Target,
    pub(crate) work: Work,
    pub(crate) record: Box<Recorded>,
    /// Takes back what `record` wrote, when a later step fails.
    pub(crate) unrecord: Box<Recorded>,
}

#[async_trait]
impl Step for Prove {
    fn name(&self) -> &'static str {
        "prove"
    }

    fn label(&self) -> Text {
        text!("Checking that it works", "On vérifie qu’il fonctionne")
    }

    fn deadline(&self) -> Duration {
        // The probe has a deadline of its own, which the recipe sets.
        STARTING * 4
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        match self.prove(scene).await {
            Ok(()) => Ok(()),
            Err(trouble) => Err(last_words::told(&self.target, scene, trouble).await),
        }
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        (self.record)(records)
    }

    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        routes::show(&self.target, None).await;
        Ok(())
    }

    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        (self.unrecord)(records)
    }
}

impl Prove {
    async fn prove(&self, scene: &Scene) -> Result<(), Trouble> {
        let drawn = self.target.draw()?;
        let ground = &self.target.ground;
        // After a kill or a reboot they may not run any more.
        stand::up(ground, &drawn.service, &drawn.plan).await?;
        let (upstream, work) = (drawn.plan.upstream, self.work);
        routes::show(&self.target, Some(RouteState::Candidate { upstream, work })).await;
        scene.halfway().await?;
        probe::until_well(ground, &drawn.service, &drawn.plan).await
    }
}

/// Shows what the ledger says, and puts the service's health on the board. The
/// last step of a job: it cannot fail, since what it shows is true already.
pub(crate) struct Show {
    pub(crate) target: Target,
    pub(crate) health: Option<Health>,
}

#[async_trait]
impl Step for Show {
    fn name(&self) -> &'static str {
        "show"
    }

    fn label(&self) -> Text {
        text!("Opening the door", "On ouvre la porte")
    }

    fn deadline(&self) -> Duration {
        QUICK
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        scene.halfway().await?;
        match &self.health {
            Some(health) => self.target.ground.board.set_health(self.target.id, health.clone()),
            None => self.target.ground.board.forget(self.target.id),
        }
        routes::show(&self.target, None).await;
        Ok(())
    }
}
