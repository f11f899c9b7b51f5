//! The door closed. Taken back, it opens again upon the old release, which is
//! asked first whether it works.

use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::Wanted;
use recipe::{Text, Trouble, text};
use serde::{Deserialize, Serialize};

use super::course::{Course, found};
use super::measured::{self, Values};
use crate::board::Health;
use crate::outside::{RouteState, Work};
use crate::steps::STARTING;
use crate::{probe, routes, stand};

/// Closes the door for the time of the move.
pub(super) struct Shut {
    pub(super) course: Course,
    pub(super) work: Work,
}

/// How the old release was found when all was taken back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Returned {
    /// Whether it should run at all.
    pub(super) runs: bool,
    /// Whether it answered well.
    pub(super) well: bool,
    /// What was measured.
    pub(super) measures: Values,
}

#[async_trait]
impl Step for Shut {
    fn name(&self) -> &'static str {
        "close"
    }

    fn label(&self) -> Text {
        text!("Closing the door", "On ferme la porte")
    }

    fn deadline(&self) -> Duration {
        // For the way back: the probe has a deadline of its own, which the recipe sets.
        STARTING * 4
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        scene.halfway().await?;
        let state = RouteState::Closed { work: self.work };
        routes::show(&self.course.now(), Some(state)).await;
        Ok(())
    }

    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        let now = self.course.now();
        if !self.course.is_committed()? {
            let returned = self.returned().await?;
            if returned.well {
                now.ground.board.set_health(now.id, Health::Up);
            }
            self.course.find(found::RETURNED, &returned)?;
        }
        routes::show(&now, None).await;
        Ok(())
    }
}

impl Shut {
    /// Starts the old release again, and finds out how it is. Only an engine
    /// that is away is waited for: whatever else is wrong is told, and is the
    /// reconciler's from then on.
    async fn returned(&self) -> Result<Returned, Trouble> {
        let now = self.course.now();
        let ground = &now.ground;
        if self.course.service()?.wanted == Wanted::Stopped {
            return Ok(Returned::default());
        }
        let mut returned = Returned { runs: true, ..Returned::default() };
        let Ok(drawn) = now.draw() else { return Ok(returned) };
        match stand::up(ground, &drawn.service, &drawn.plan).await {
            Ok(_done) => {}
            Err(trouble) if trouble.code == "engine-unreachable" => return Err(trouble),
            Err(trouble) => {
                tracing::warn!(%trouble, service = %now.id, "the release of before does not start");
                return Ok(returned);
            }
        }
        let (upstream, work) = (drawn.plan.upstream, self.work);
        routes::show(&now, Some(RouteState::Candidate { upstream, work })).await;
        match probe::until_well(ground, &drawn.service, &drawn.plan).await {
            Ok(()) => {
                returned.well = true;
                returned.measures = measured::of_living(&now, &drawn).await.values;
            }
            Err(trouble) => {
                tracing::warn!(%trouble, service = %now.id, "the release of before does not answer");
            }
        }
        Ok(returned)
    }
}
