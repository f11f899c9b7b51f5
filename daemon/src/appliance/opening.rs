//! Opening what a box stands on: its ledger, its engine, its authority; and what
//! is said when one of them cannot be had.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use certificates::{Authority, AuthorityNames};
use containers::{Docker, Engine};
use jobs::Clock;
use ledger::{BoxFacts, Ledger, OpenError};
use recipe::{Trouble, text};
use tokio::time::{Instant, sleep};

use crate::appliance::causes::whole;
use crate::configuration::Configuration;

/// How long the engine's socket is waited for at the daemon's start.
const SOCKET_COMES: Duration = Duration::from_secs(60);
/// How often it is looked for in the meantime.
const SOCKET_ASKED: Duration = Duration::from_secs(1);

/// Opens the ledger.
pub(super) fn open_ledger(configuration: &Configuration) -> Result<Ledger, Trouble> {
    Ledger::open(configuration.ledger_folder()).map_err(|error| {
        let place = configuration.ledger_folder().join("ledger.db").display().to_string();
        let (code, what, remedy) = match &error {
            OpenError::Damaged { .. } => (
                "ledger-damaged",
                text!(
                    "The ledger {place} is damaged. It was left as it is.",
                    "Le registre {place} est abîmé. Il a été laissé tel quel."
                ),
                text!(
                    "Keep a copy of it, then put back the newest copy that you have.",
                    "Gardez-en une copie, puis remettez la copie la plus récente que vous avez."
                ),
            ),
            OpenError::Newer { .. } => (
                "ledger-newer",
                text!(
                    "The ledger {place} was written by a newer Panier.",
                    "Le registre {place} a été écrit par un Panier plus récent."
                ),
                text!("Install that version again.", "Réinstallez cette version."),
            ),
            _ => (
                "ledger-unreadable",
                text!(
                    "The ledger {place} could not be opened.",
                    "Le registre {place} n’a pas pu être ouvert."
                ),
                text!(
                    "Check that the disk is mounted and can be written to.",
                    "Vérifiez que le disque est monté et qu’on peut y écrire."
                ),
            ),
        };
        Trouble::new(code, what, remedy).because_of(whole(&error))
    })
}

/// The engine, which may come up later than the daemon. Its socket is waited
/// for: where there is none for long, no engine is installed.
pub(super) async fn engine_at(socket: &Path) -> Result<Arc<dyn Engine>, Trouble> {
    let deadline = Instant::now() + SOCKET_COMES;
    loop {
        match Docker::at(socket) {
            Ok(engine) => return Ok(Arc::new(engine)),
            Err(error) if Instant::now() >= deadline => return Err(engine_away(socket, &error)),
            Err(_not_there) => {
                let place = socket.display();
                tracing::warn!(%place, "waiting for the container engine's socket");
                sleep(SOCKET_ASKED).await;
            }
        }
    }
}

pub(super) fn engine_away(socket: &Path, error: &dyn std::error::Error) -> Trouble {
    let place = socket.display();
    Trouble::new(
        "engine-unreachable",
        text!(
            "The container engine does not answer at {place}.",
            "Le moteur de conteneurs ne répond pas à {place}."
        ),
        text!(
            "Start it (on Debian: systemctl start docker), then start Panier again.",
            "Démarrez-le (sous Debian : systemctl start docker), puis relancez Panier."
        ),
    )
    .because_of(whole(error))
}

/// The architecture that images must be for: as the engine says, or while it is
/// away, this machine's.
pub(super) async fn architecture_of(engine: &dyn Engine) -> String {
    match engine.facts().await {
        Ok(facts) => {
            tracing::info!(version = facts.version, architecture = facts.architecture, "engine");
            facts.architecture
        }
        Err(error) => {
            tracing::warn!(%error, "the container engine is away");
            system::identity::architecture().to_owned()
        }
    }
}

pub(super) fn open_authority(
    configuration: &Configuration,
    facts: &BoxFacts,
    clock: &Clock,
) -> Result<Authority, Trouble> {
    let names = AuthorityNames {
        box_name: system::identity::hostname(),
        box_id: facts.identity.clone(),
        base_domain: Some(facts.base_domain.clone()),
    };
    let folder = configuration.certificates_folder();
    Authority::open_or_create(&folder, &names, clock()).map_err(|error| {
        let place = folder.display();
        Trouble::new(
            "authority-failed",
            text!(
                "The box's own certificate authority in {place} cannot be used.",
                "L’autorité de certification de la boîte, dans {place}, n’est pas utilisable."
            ),
            text!(
                "Put back a copy of that folder; a new authority would have to be trusted anew.",
                "Remettez une copie de ce dossier ; il faudrait sinon faire confiance à une nouvelle autorité."
            ),
        )
        .because_of(whole(&error))
    })
}
