//! Rehearsal: the newest snapshot brought back beside the living service under
//! a name that nobody can ask for, asked, measured, and thrown away.

use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{JobId, LedgerError, Records, RehearsalRecord, ServiceId, SnapshotNumber, Standing};
use recipe::{Text, Trouble, text};

use super::compare;
use super::facts::ServiceFacts;
use crate::lifecycle::{Lifecycle, Refusal};
use crate::request::Request;
use crate::site::subject;
use crate::steps::{DISK, QUICK};
use crate::target::Target;
use crate::{stand, trouble, volumes};

impl Lifecycle {
    /// Rehearses the restore of a service's newest snapshot. The living service
    /// is not touched.
    ///
    /// # Errors
    /// `service-unknown`, `snapshot-none`, `busy`, and why the repository
    /// cannot be read.
    pub async fn rehearse(&self, name: &str) -> Result<JobId, Trouble> {
        let ground = self.ground();
        let service = ground.service_named(name)?;
        let newest = ground.read(|records| records.snapshots_of(service.id))?.into_iter().next();
        let snapshot = newest.ok_or_else(|| nothing_kept(name))?;
        let manifest = self.manifest(&snapshot).await?;
        let hidden = format!("{name}.rehearsal");
        let domains = [format!("{hidden}.{}", ground.facts.base_domain)];
        let created = (ground.clock)();
        let facts = ServiceFacts::from(&manifest);
        self.submit(|records| {
            let id = match records.add_service(&manifest.service(&hidden, &domains, created)) {
                Err(LedgerError::NameTaken(_)) => return Err(Refusal::from(at_work(name))),
                added => added?,
            };
            records.set_standing(id, Standing::Rehearsing)?;
            let of = service.id;
            let request = Request::Rehearse { service: id, of, snapshot: snapshot.id, facts };
            Ok(request.job(subject(id), name.to_owned()))
        })
    }
}

fn nothing_kept(name: &str) -> Trouble {
    Trouble::new(
        "snapshot-none",
        text!(
            "There is no snapshot of {name} yet.",
            "Il n’y a pas encore de sauvegarde de {name}."
        ),
        text!("Take one: panier backup {name}", "Faites-en une : panier backup {name}"),
    )
}

fn at_work(name: &str) -> Trouble {
    Trouble::new(
        "busy",
        text!(
            "A rehearsal of {name} is at work already.",
            "Une répétition de {name} est déjà en cours."
        ),
        text!("Wait for its end: panier jobs", "Attendez sa fin : panier jobs"),
    )
}

/// What a rehearsal is of.
#[derive(Clone)]
pub(crate) struct Rehearsal {
    /// The service that it brings back for a while.
    pub(crate) target: Target,
    /// The living service.
    pub(crate) of: ServiceId,
    pub(crate) snapshot: SnapshotNumber,
    pub(crate) job: JobId,
}

impl Rehearsal {
    fn row(&self, passed: bool, trouble: Option<Trouble>) -> RehearsalRecord {
        let ground = &self.target.ground;
        let compared = compare::of_job(ground, self.job);
        RehearsalRecord {
            job: self.job,
            service: self.of,
            snapshot: self.snapshot,
            at: (ground.clock)(),
            passed,
            compared: compared.unwrap_or_default(),
            trouble,
        }
    }
}

/// The first step: taken back last, it writes down why a rehearsal failed.
pub(crate) struct Announce(pub(crate) Rehearsal);

#[async_trait]
impl Step for Announce {
    fn name(&self) -> &'static str {
        "announce"
    }

    fn label(&self) -> Text {
        text!("Choosing the newest snapshot", "On choisit la sauvegarde la plus récente")
    }

    fn deadline(&self) -> Duration {
        QUICK
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        scene.halfway().await
    }

    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        let ground = &self.0.target.ground;
        let job = ground.read(|records| records.job(self.0.job))?;
        let row = self.0.row(false, job.and_then(|job| job.trouble));
        let written = ground.ledger.write(|records| {
            // Nothing of the service that it made stays, wherever it stopped.
            records.delete_service(self.0.target.id)?;
            records.set_rehearsal(&row)
        });
        written.map_err(|error| trouble::of_ledger(&error))
    }
}

/// The last step: throws away what was brought back. With its end the rehearsal
/// has passed.
pub(crate) struct ThrowAway(pub(crate) Rehearsal);

#[async_trait]
impl Step for ThrowAway {
    fn name(&self) -> &'static str {
        "throw-away"
    }

    fn label(&self) -> Text {
        text!("Tidying up", "On range")
    }

    fn deadline(&self) -> Duration {
        DISK
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let Target { ground, id, .. } = &self.0.target;
        let service = self.0.target.service()?;
        stand::down(ground, *id).await.map_err(|error| trouble::of_engine(&error))?;
        scene.halfway().await?;
        volumes::delete(ground.folders.services.join(&service.name)).await?;
        ground.board.forget(*id);
        crate::routes::publish(ground).await;
        Ok(())
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        let compared = records.finding(self.0.job, compare::FINDING)?;
        let compared = compared.and_then(|text| serde_json::from_str(&text).ok());
        let row = RehearsalRecord {
            job: self.0.job,
            service: self.0.of,
            snapshot: self.0.snapshot,
            at: (self.0.target.ground.clock)(),
            passed: true,
            compared: compared.unwrap_or_default(),
            trouble: None,
        };
        records.set_rehearsal(&row)?;
        records.delete_service(self.0.target.id)
    }
}
