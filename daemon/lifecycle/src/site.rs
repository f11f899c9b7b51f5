//! Where the jobs work: the engine, the ledger, the folders, the door.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use containers::{Engine, Firewall, HomeImages, Owner};
use jobs::Clock;
use ledger::{BoxFacts, Ledger, LedgerError, Records, Service, ServiceId, SubnetPool};
use recipe::{Recipe, Trouble};

use crate::board::Board;
use crate::drawings::Drawings;
use crate::keeping::{Repositories, Vault};
use crate::outside::{FrontDoor, Recipes};
use crate::passage::Passages;
use crate::trouble;

/// What the lifecycle is handed when a box is put together.
pub struct Site {
    /// The container engine.
    pub engine: Arc<dyn Engine>,
    /// What shuts services in.
    pub firewall: Arc<dyn Firewall>,
    /// The architecture of what it runs: `amd64`, `arm64`.
    pub architecture: String,
    /// The ledger.
    pub ledger: Arc<Ledger>,
    /// This box.
    pub facts: BoxFacts,
    /// Images that can be built here.
    pub images: HomeImages,
    /// Recipes that can be installed.
    pub recipes: Arc<dyn Recipes>,
    /// The front door.
    pub door: Arc<dyn FrontDoor>,
    /// The HTTPS port as people see it.
    pub https_port: u16,
    /// The port at which the front door looks up names for services.
    pub lookups_port: u16,
    /// Where services' folders lie.
    pub folders: Folders,
    /// What subnets are cut from.
    pub pool: SubnetPool,
    /// Tells the time.
    pub clock: Clock,
}

/// The folders of a box that the lifecycle writes to.
#[derive(Debug, Clone)]
pub struct Folders {
    /// `services/<name>/<volume>/data`.
    pub services: PathBuf,
    /// What was removed and not purged.
    pub trash: PathBuf,
    /// Secrets and rendered files: a folder in memory, private to root.
    pub secrets: PathBuf,
    /// The box's own repository of snapshots. Made at its first use.
    pub repository: PathBuf,
    /// Room that is set aside for a disk that somebody fills.
    pub ballast: PathBuf,
    /// restic's own: the program where the machine has none, cache, temporary
    /// files. Made at its first use.
    pub restic: PathBuf,
}

impl Folders {
    /// Where a service's volumes lie, wherever it stands.
    #[must_use]
    pub fn of(&self, service: &Service) -> PathBuf {
        match service.standing {
            ledger::Standing::Removed { .. } => self.in_trash(service.id),
            _ => self.services.join(&service.name),
        }
    }

    /// Where a removed service lies.
    #[must_use]
    pub fn in_trash(&self, id: ServiceId) -> PathBuf {
        self.trash.join(id.to_string())
    }

    /// Where a volume's data lie, in a service's folder.
    #[must_use]
    pub fn data(service_folder: &Path, volume: &str) -> PathBuf {
        service_folder.join(volume).join("data")
    }
}

/// The site with what is found out while the daemon runs.
pub(crate) struct Ground {
    pub(crate) site: Site,
    pub(crate) board: Board,
    pub(crate) drawings: Drawings,
    pub(crate) passages: Passages,
    pub(crate) owner: Owner,
    pub(crate) vault: Vault,
}

impl std::ops::Deref for Ground {
    type Target = Site;
    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Ground {
    pub(crate) fn new(site: Site, repositories: Arc<dyn Repositories>) -> Self {
        let owner = Owner { identity: site.facts.identity.clone() };
        let (board, drawings) = (Board::default(), Drawings::default());
        let (passages, vault) = (Passages::default(), Vault::new(repositories));
        Self { site, board, drawings, passages, owner, vault }
    }

    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Records<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, Trouble> {
        self.ledger.read(work).map_err(|error| trouble::of_ledger(&error))
    }

    /// The service of this number, wherever it stands.
    pub(crate) fn service(&self, id: ServiceId) -> Result<Service, Trouble> {
        self.read(|records| records.service(id))?
            .ok_or_else(|| trouble::service_unknown(&id.to_string()))
    }

    /// The living service of this name.
    pub(crate) fn service_named(&self, name: &str) -> Result<Service, Trouble> {
        self.read(|records| records.service_named(name))?
            .ok_or_else(|| trouble::service_unknown(name))
    }
}

/// The recipe of a service, as it was when its release was proven.
pub(crate) fn recipe_of(service: &Service) -> Result<Recipe, Trouble> {
    parse(&format!("{} (as installed)", service.recipe), &service.recipe_text)
}

/// A recipe from its text; a wrong one as one trouble that shows every error.
pub(crate) fn parse(file: &str, text: &str) -> Result<Recipe, Trouble> {
    Recipe::parse(file, text).map_err(|errors| {
        use recipe::{Language, Text, text};
        Trouble::new(
            "recipe-wrong",
            text!("The recipe {file} has errors.", "La recette {file} contient des erreurs."),
            text!(
                "Correct the recipe: panier recipe validate shows each place.",
                "Corrigez la recette : panier recipe validate montre chaque endroit."
            ),
        )
        .because(Text::new(errors.in_language(Language::En), errors.in_language(Language::Fr)))
    })
}

/// What a job has its hand on, for this service.
pub(crate) fn subject(id: ServiceId) -> String {
    format!("service/{id}")
}

/// The service that a job has its hand on, if it is one.
pub(crate) fn subject_of(subject: &str) -> Option<ServiceId> {
    subject.strip_prefix("service/")?.parse().ok().map(ServiceId)
}
