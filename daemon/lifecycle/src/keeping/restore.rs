//! Bringing a snapshot back: what is asked, checked before it becomes a job.

use std::path::Path;

use ledger::{JobId, PlaceRecord, Service, SnapshotNumber, SnapshotRecord, Standing};
use recipe::{Text, Trouble, text};

use super::facts::ServiceFacts;
use super::manifest::{FILE, Manifest};
use super::put_back::gone;
use crate::lifecycle::{Lifecycle, Refusal};
use crate::names::{check_name, check_new_domain, first_domain};
use crate::request::Request;
use crate::site::{parse, subject};

/// Which snapshot is brought back, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreRequest {
    /// Which.
    pub snapshot: SnapshotNumber,
    /// The name of a service to be made beside; none: in place, or under its
    /// old name where the service is gone.
    pub name: Option<String>,
    /// The domain of the service that is made; none: that of its name below
    /// the box's own, or under its old name those that it had.
    pub domain: Option<String>,
}

impl Lifecycle {
    /// Brings a snapshot back.
    ///
    /// In place, a snapshot of the present is taken first; a probe that does
    /// not pass, or a measure that differs, brings the present back.
    ///
    /// # Errors
    /// `snapshot-unknown`, `snapshot-missing`, `busy`, `name-wrong`,
    /// `name-taken`, `domain-wrong`, `domain-taken`, and why the repository
    /// cannot be read. Nothing has been done then.
    pub async fn restore(&self, request: RestoreRequest) -> Result<JobId, Trouble> {
        let ground = self.ground();
        let found = ground.read(|records| records.snapshot(request.snapshot))?;
        let snapshot = found.ok_or_else(|| snapshot_unknown(request.snapshot))?;
        let own = &ground.facts.base_domain;
        let domain = request.domain.as_deref().map(|it| check_new_domain(it, own)).transpose()?;
        let manifest = self.manifest(&snapshot).await?;
        let living = ground
            .read(|records| records.service(snapshot.of.service))?
            .filter(|service| service.standing == Standing::Installed);
        match (living, &request.name) {
            (Some(service), None) => {
                if domain.is_some() {
                    return Err(domain_in_place());
                }
                self.restore_in_place(&service, &snapshot, &manifest)
            }
            (_, name) => self.restore_beside(&snapshot, &manifest, name.as_deref(), domain),
        }
    }

    /// What a snapshot says of its service.
    pub(super) async fn manifest(&self, snapshot: &SnapshotRecord) -> Result<Manifest, Trouble> {
        let ground = self.ground();
        let told = |_label: Text, _done: u64, _total: u64| {};
        let local = ground.vault.local(ground, &told).await?;
        let identity = snapshot.identity_in(PlaceRecord::LOCAL).ok_or_else(gone)?;
        let read = ground.vault.repositories().read(&local, identity, Path::new(FILE)).await?;
        let manifest = Manifest::read(&read)?;
        // A recipe that this version cannot read could not be drawn later either.
        parse(&format!("{} (as kept)", manifest.recipe), &manifest.recipe_text)?;
        Ok(manifest)
    }

    fn restore_in_place(
        &self,
        service: &Service,
        snapshot: &SnapshotRecord,
        manifest: &Manifest,
    ) -> Result<JobId, Trouble> {
        let before = ServiceFacts::of(self.ground(), service)?;
        self.submit(|_records| {
            let request = Request::RestoreInPlace {
                service: service.id,
                snapshot: snapshot.id,
                after: ServiceFacts::from(manifest),
                before,
                moved: service.domains != manifest.domains,
                was: service.wanted,
            };
            Ok(request.on(service))
        })
    }

    fn restore_beside(
        &self,
        snapshot: &SnapshotRecord,
        manifest: &Manifest,
        name: Option<&str>,
        domain: Option<String>,
    ) -> Result<JobId, Trouble> {
        let name_kept = name.is_none();
        let name = name.unwrap_or(&manifest.name).to_owned();
        check_name(&name)?;
        let domains = match domain {
            Some(domain) => vec![domain],
            None if name_kept => manifest.domains.clone(),
            None => vec![first_domain(&name, &self.ground().facts.base_domain)],
        };
        let created = (self.ground().clock)();
        let facts = ServiceFacts::from(manifest);
        self.submit(|records| {
            let id = records.add_service(&manifest.service(&name, &domains, created))?;
            let request = Request::RestoreBeside {
                service: id,
                snapshot: snapshot.id,
                facts,
                moved: domains != manifest.domains,
            };
            Ok::<_, Refusal>(request.job(subject(id), name.clone()))
        })
    }
}

fn snapshot_unknown(id: SnapshotNumber) -> Trouble {
    Trouble::new(
        "snapshot-unknown",
        text!("There is no snapshot {id}.", "Il n’y a pas de sauvegarde {id}."),
        text!(
            "See those that there are: panier snapshots",
            "Voyez celles qu’il y a : panier snapshots"
        ),
    )
}

fn domain_in_place() -> Trouble {
    Trouble::new(
        "domain-in-place",
        text!(
            "A snapshot that is put back in place keeps the service's domain.",
            "Une sauvegarde remise en place garde le domaine du service."
        ),
        text!(
            "Name the service that is to be made with --as, or leave the domain out.",
            "Nommez le service à créer avec --as, ou ne donnez pas de domaine."
        ),
    )
}
