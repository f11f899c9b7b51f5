//! One release's containers in the place of another's, and proven behind the door.

use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use recipe::{Text, Trouble, text};

use crate::outside::{RouteState, Work};
use crate::steps::STARTING;
use crate::target::Target;
use crate::{last_words, probe, routes, stand, trouble};

/// Puts a release's containers in the place of those that are there, and starts
/// them. Taken back, none is there: the data are free to be put back.
pub(super) struct BringOver(pub(super) Target);

#[async_trait]
impl Step for BringOver {
    fn name(&self) -> &'static str {
        "replace"
    }

    fn label(&self) -> Text {
        let release = self.0.release();
        text!("Starting {release}", "On démarre la {release}")
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
        stand::clear(&self.0.ground, self.0.id).await.map_err(|error| trouble::of_engine(&error))
    }
}

/// Asks a release behind the closed door until it answers well.
pub(super) struct ProveBehind {
    pub(super) target: Target,
    pub(super) work: Work,
}

#[async_trait]
impl Step for ProveBehind {
    fn name(&self) -> &'static str {
        "prove"
    }

    fn label(&self) -> Text {
        let release = self.target.release();
        text!("Checking that {release} works", "On vérifie que la {release} fonctionne")
    }

    fn deadline(&self) -> Duration {
        // The probe has a deadline of its own, which the recipe sets.
        STARTING * 4
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        scene.halfway().await?;
        match prove(&self.target, self.work).await {
            Ok(()) => Ok(()),
            Err(trouble) => Err(last_words::told(&self.target, scene, trouble).await),
        }
    }

    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        routes::show(&self.target, Some(RouteState::Closed { work: self.work })).await;
        Ok(())
    }
}

/// Sees to it that a release runs, and asks it by the candidate route.
pub(super) async fn prove(target: &Target, work: Work) -> Result<(), Trouble> {
    let drawn = target.draw()?;
    // After a kill or a reboot they may not run any more.
    stand::up(&target.ground, &drawn.service, &drawn.plan).await?;
    let upstream = drawn.plan.upstream;
    routes::show(target, Some(RouteState::Candidate { upstream, work })).await;
    probe::until_well(&target.ground, &drawn.service, &drawn.plan).await
}
