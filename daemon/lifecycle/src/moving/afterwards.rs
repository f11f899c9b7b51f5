//! The time after an update's opening. A release that stops working in it
//! makes way for the one before: by itself where nothing was written since,
//! else by a person's choice.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jobs::{Journal, Scene, Step};
use ledger::{KeptRelease, Service};
use recipe::{Recipe, ReleaseId, Text, Trouble, text};

use super::course::Course;
use super::measured::{self, Values};
use super::sentences;
use crate::board::Health;
use crate::request::Request;
use crate::site::{Ground, recipe_of, subject};
use crate::steps::QUICK;
use crate::target::Target;
use crate::trouble;

/// How long a release is watched after its opening. An hour holds the first
/// people who come, and what a release does of its own accord every few
/// minutes; what breaks later is more likely to have another cause, and going
/// back by itself would be a guess.
const WATCHED: Duration = Duration::from_secs(60 * 60);

/// Looks after services that were updated a while ago.
pub(crate) struct Afterwards {
    pub(crate) ground: Arc<Ground>,
    pub(crate) journal: Arc<Journal>,
}

impl Afterwards {
    /// What a service's health means when it was updated a while ago. Called
    /// with the hand on the service, which has no unfinished job.
    pub(crate) async fn judge(&self, service: &Service, health: Health) -> Health {
        match self.try_judge(service, &health).await {
            Ok(judged) => judged.unwrap_or(health),
            Err(trouble) => {
                tracing::warn!(%trouble, service = service.name, "its update was not judged");
                health
            }
        }
    }

    async fn try_judge(
        &self,
        service: &Service,
        health: &Health,
    ) -> Result<Option<Health>, Trouble> {
        if !matches!(health, Health::Ill { .. } | Health::Up) {
            return Ok(None);
        }
        let Some(kept) = self.ground.read(|records| records.kept_release(service.id))? else {
            return Ok(None);
        };
        match (health, &kept.trouble) {
            (Health::Up, Some(_)) => {
                let well =
                    |records: &ledger::Records<'_>| records.set_kept_trouble(service.id, None);
                self.ground.ledger.write(well).map_err(|error| trouble::of_ledger(&error))?;
                Ok(None)
            }
            (Health::Ill { .. }, Some(chosen)) => Ok(Some(Health::Ill { trouble: chosen.clone() })),
            (Health::Ill { trouble }, None) if self.is_watched(&kept) => {
                self.decide(service, &kept, trouble).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    fn is_watched(&self, kept: &KeptRelease) -> bool {
        let since = (self.ground.clock)().duration_since(kept.left);
        // A clock that was set back says nothing about how long it was.
        !since.is_negative() && since.unsigned_abs() <= WATCHED
    }

    /// Goes back where nothing was written; else sets the present aside, and
    /// leaves the choice. Either way it is decided once: a way back that fails
    /// is not tried again by itself.
    async fn decide(
        &self,
        service: &Service,
        kept: &KeptRelease,
        ill: &Trouble,
    ) -> Result<Health, Trouble> {
        let recipe = recipe_of(service)?;
        let target = Target::new(&self.ground, service.id);
        let drawn = target.draw()?;
        let now = measured::of_living(&target, &drawn).await.values;
        let unmoved = measured::moved(&kept.measures_after, &now).is_empty();
        let in_doubt = doubt(service, &recipe, kept, &now, ill);
        let request = if unmoved {
            super::ask::back_to(service, kept, true)
        } else {
            Request::SetAside { service: service.id }
        };
        tracing::warn!(service = service.name, unmoved, "an update is in doubt");
        let submitted = self.journal.submit(|records| {
            records.set_kept_trouble(service.id, Some(&in_doubt))?;
            Ok::<_, ledger::LedgerError>(request.job(subject(service.id), service.name.clone()))
        });
        submitted.map_err(|error| trouble::of_ledger(&error))?;
        Ok(Health::Ill { trouble: in_doubt })
    }
}

fn doubt(
    service: &Service,
    recipe: &Recipe,
    kept: &KeptRelease,
    now: &Values,
    ill: &Trouble,
) -> Trouble {
    let runs = ReleaseId::new(&service.release, service.revision).to_string();
    let before = ReleaseId::new(&kept.release, kept.revision).to_string();
    let written = sentences::movements(recipe, &kept.measures_after, now);
    sentences::in_doubt(&service.name, &runs, &before, &written, ill)
}

/// Holds the snapshot of the present against what was there at the opening: a
/// way back that nobody asked for gives up where something was written.
pub(super) struct Weigh(pub(super) Course);

#[async_trait]
impl Step for Weigh {
    fn name(&self) -> &'static str {
        "weigh"
    }

    fn label(&self) -> Text {
        text!("Looking for what was written since", "On cherche ce qui a été écrit depuis")
    }

    fn deadline(&self) -> Duration {
        QUICK
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        scene.halfway().await?;
        let Some(back) = &self.0.back else { return Ok(()) };
        let snapshot = self.0.snapshot()?;
        let now = snapshot.map(|it| measured::values(&it.of.measures)).unwrap_or_default();
        if measured::moved(&back.measures_after, &now).is_empty() {
            return Ok(());
        }
        let recipe = recipe_of(&self.0.service()?)?;
        let Text { en, fr } = sentences::movements(&recipe, &back.measures_after, &now);
        Err(Trouble::new(
            "written-since",
            text!("Since the update: {en}.", "Depuis la mise à jour : {fr}."),
            text!("Choose whether to go back.", "Choisissez si vous voulez revenir en arrière."),
        ))
    }
}
