//! What is asked of the engine: make, start, replace, stop, take down.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use containers::EngineError;
use jobs::{Scene, Step};
use ledger::{LedgerError, Records, Wanted};
use recipe::{Text, Trouble, text};

use crate::steps::{STARTING, allot};
use crate::target::Target;
use crate::{stand, trouble};

/// How many subnets are tried before the engine's refusal is believed.
const MOST_SUBNETS: u32 = 64;

/// Makes network, volumes and containers; nothing is started.
pub(crate) struct Make(pub(crate) Target);

#[async_trait]
impl Step for Make {
    fn name(&self) -> &'static str {
        "make"
    }

    fn label(&self) -> Text {
        text!("Making the containers", "On crée les conteneurs")
    }

    fn deadline(&self) -> Duration {
        STARTING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let ground = &self.0.ground;
        stand::check_volumes(ground, &self.0.service()?)?;
        make_network(&self.0).await?;
        let plan = self.0.draw()?.plan;
        scene.halfway().await?;
        let made = async {
            stand::engine_volumes(ground, &plan).await?;
            stand::containers(ground, &plan).await
        };
        made.await.map(|_done| ()).map_err(|error| trouble::of_engine(&error))
    }

    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        stand::down(&self.0.ground, self.0.id).await.map_err(|e| trouble::of_engine(&e))
    }
}

/// Makes the network, in another subnet where the engine says that this one is taken.
async fn make_network(target: &Target) -> Result<(), Trouble> {
    let mut avoid = BTreeSet::new();
    loop {
        let plan = target.draw()?.plan;
        match stand::network(&target.ground, &plan).await {
            Ok(()) => return Ok(()),
            Err(EngineError::SubnetTaken { subnet }) if avoid.len() < MOST_SUBNETS as usize => {
                tracing::info!(subnet, "the subnet is taken; the next one is tried");
                avoid.insert(plan.network.subnet);
                allot::another_network(target, &avoid)?;
            }
            Err(error) => return Err(trouble::of_engine(&error)),
        }
    }
}

/// Starts all containers, in order.
pub(crate) struct Start(pub(crate) Target);

#[async_trait]
impl Step for Start {
    fn name(&self) -> &'static str {
        "start"
    }

    fn label(&self) -> Text {
        text!("Starting", "On démarre")
    }

    fn deadline(&self) -> Duration {
        STARTING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let drawn = self.0.draw()?;
        scene.halfway().await?;
        stand::up(&self.0.ground, &drawn.service, &drawn.plan).await.map(|_done| ())
    }

    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        // A service whose plan cannot be drawn has no containers that were started by it.
        let Ok(drawn) = self.0.draw() else { return Ok(()) };
        stand::stop(&self.0.ground, self.0.id, &drawn.plan).await.map(|_count| ())
    }
}

/// Puts containers with other answers or domains in the place of those that are there.
pub(crate) struct Replace {
    /// Drawn with what is to be proven.
    pub(crate) after: Target,
    /// Drawn with what was true before.
    pub(crate) before: Target,
}

#[async_trait]
impl Step for Replace {
    fn name(&self) -> &'static str {
        "replace"
    }

    fn label(&self) -> Text {
        text!("Changing the containers", "On change les conteneurs")
    }

    fn deadline(&self) -> Duration {
        STARTING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let drawn = self.after.draw()?;
        scene.halfway().await?;
        stand::up(&self.after.ground, &drawn.service, &drawn.plan).await.map(|_done| ())
    }

    async fn undo(&self, scene: &Scene) -> Result<(), Trouble> {
        let drawn = self.before.draw()?;
        let back = stand::up(&self.before.ground, &drawn.service, &drawn.plan).await;
        given_back(scene, back.map(|_done| ()))
    }
}

/// Only an engine that is away is waited for when a service is given back as it
/// was: whatever else is wrong with it is told, and is the reconciler's from then
/// on. It may well have been ill before the job.
pub(crate) fn given_back(scene: &Scene, outcome: Result<(), Trouble>) -> Result<(), Trouble> {
    match outcome {
        Err(trouble) if trouble.code != "engine-unreachable" => {
            tracing::warn!(%trouble, "a service was given back, and is not well");
            scene.say(trouble.what);
            Ok(())
        }
        outcome => outcome,
    }
}

/// Stops all containers, the last started first; they stay, to be started again.
pub(crate) struct Stop {
    pub(crate) target: Target,
    /// Whether the service is to stay stopped from then on.
    pub(crate) for_good: bool,
    /// What was wanted before.
    pub(crate) was: Wanted,
}

#[async_trait]
impl Step for Stop {
    fn name(&self) -> &'static str {
        "stop"
    }

    fn label(&self) -> Text {
        text!("Stopping", "On arrête")
    }

    fn deadline(&self) -> Duration {
        STARTING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let drawn = self.target.draw()?;
        scene.halfway().await?;
        stand::stop(&self.target.ground, self.target.id, &drawn.plan).await.map(|_count| ())
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        let wanted = if self.for_good { Wanted::Stopped } else { self.was };
        records.set_wanted(self.target.id, wanted)
    }

    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        records.set_wanted(self.target.id, self.was)
    }
}

/// Takes away all that the engine has of the service; the data stay.
pub(crate) struct TakeDown(pub(crate) Target);

#[async_trait]
impl Step for TakeDown {
    fn name(&self) -> &'static str {
        "take-down"
    }

    fn label(&self) -> Text {
        text!("Taking the containers away", "On retire les conteneurs")
    }

    fn deadline(&self) -> Duration {
        STARTING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        // Politely first, in order; a plan that cannot be drawn stops nobody from removing.
        if let Ok(drawn) = self.0.draw() {
            stand::stop(&self.0.ground, self.0.id, &drawn.plan).await?;
        }
        scene.halfway().await?;
        stand::down(&self.0.ground, self.0.id).await.map_err(|e| trouble::of_engine(&e))
    }
}
