//! The release that was moved to becomes the service's own, and the door opens.

use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{KeptRelease, LedgerError, Records, Wanted};
use recipe::{Text, Trouble, text};

use super::course::{Course, found, images_of};
use super::measured::Values;
use super::{over, sentences};
use crate::board::Health;
use crate::fetch::Images;
use crate::outside::Work;
use crate::steps::STARTING;
use crate::{routes, stand};

/// Asks once more, after whatever was done since the first good answer; what
/// is true from then on is written down with the step's end.
pub(super) struct Commit(pub(super) Course);

#[async_trait]
impl Step for Commit {
    fn name(&self) -> &'static str {
        "commit"
    }

    fn label(&self) -> Text {
        text!("Writing it down", "On l’inscrit au registre")
    }

    fn deadline(&self) -> Duration {
        STARTING * 4
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let work = if self.0.back.is_some() { Work::Restoring } else { Work::Updating };
        over::prove(&self.0.there(), work).await?;
        scene.halfway().await
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        let Course { service: id, to, job, .. } = &self.0;
        let images = records.finding(*job, &images_of(&to.release))?.unwrap_or_default();
        let images: Images = serde_json::from_str(&images).map_err(not_a_value)?;
        match &self.0.back {
            Some(_) => records.forget_kept_release(*id)?,
            None => self.keep(records)?,
        }
        let version = &to.release.version;
        records.set_release(*id, &to.recipe_text, version, to.release.revision)?;
        records.set_answers(*id, &to.answers)?;
        for (name, secret) in &to.secrets {
            records.set_secret(*id, name, secret)?;
        }
        records.set_images(*id, &images)?;
        self.0.record(records, found::COMMITTED, &true)
    }
}

fn not_a_value(error: serde_json::Error) -> LedgerError {
    LedgerError::Value(error.to_string())
}

impl Commit {
    /// Keeps the release that is left, whole enough to go back to it.
    fn keep(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        let Course { ground, service: id, job, .. } = &self.0;
        let Some(service) = records.service(*id)? else { return Ok(()) };
        let Some(snapshot) = records.snapshot_of_job(*job)? else { return Ok(()) };
        let after = records.finding(*job, found::AFTER)?.unwrap_or_default();
        let measures_after: Values = serde_json::from_str(&after).map_err(not_a_value)?;
        records.keep_release(
            *id,
            &KeptRelease {
                release: service.release,
                revision: service.revision,
                recipe_text: service.recipe_text,
                answers: service.answers,
                images: records.images(*id)?,
                snapshot: snapshot.id.0,
                measures: super::measured::values(&snapshot.of.measures),
                measures_after,
                left: (ground.clock)(),
                trouble: None,
            },
        )
    }
}

/// Shows what the ledger says now. A service that was stopped is stopped again.
pub(super) struct Open(pub(super) Course);

#[async_trait]
impl Step for Open {
    fn name(&self) -> &'static str {
        "show"
    }

    fn label(&self) -> Text {
        text!("Opening the door", "On ouvre la porte")
    }

    fn deadline(&self) -> Duration {
        STARTING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let now = self.0.now();
        scene.halfway().await?;
        let wanted = self.0.service()?.wanted;
        let health = match wanted {
            Wanted::Running => Health::Up,
            Wanted::Stopped => Health::Stopped,
        };
        if wanted == Wanted::Stopped
            && let Ok(drawn) = now.draw()
            && let Err(trouble) = stand::stop(&now.ground, now.id, &drawn.plan).await
        {
            // The reconciler stops what should not run.
            tracing::warn!(%trouble, "a service that was stopped is not stopped again yet");
        }
        now.ground.board.set_health(now.id, health);
        routes::show(&now, None).await;
        let measures: Values = self.0.found(found::AFTER)?.unwrap_or_default();
        scene.say(sentences::arrived(&self.0.to, &measures));
        Ok(())
    }
}
