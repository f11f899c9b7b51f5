//! Builds each part of the box, hands it only what it needs, and ends them in order.

mod announcer;
mod causes;
mod certifier;
mod doorkeeper;
mod ending;
mod entrance;
mod first_start;
mod opening;
mod recipes;
mod service_manager;
mod shown;

use std::sync::Arc;

use admin::{Admin, AdminOptions, BoxIdentity, LifecycleHand, RootCertificate};
use catalogue::Catalogue;
use certificates::Authority;
use containers::{HomeImages, Nftables};
use health::{Health, Surroundings};
use jobs::{Clock, Faults, NoFaults};
use ledger::BoxFacts;
use lifecycle::{Folders, Lifecycle, Site};
use recipe::{Trouble, text};
use tokio::net::UnixListener;
use tokio::signal::unix::{SignalKind, signal};

pub(crate) use ending::{delete_everything, stop_everything, thaw_everything};

use crate::configuration::Configuration;
use crate::faults::{self, AskedFaults};
use entrance::Entrance;
use first_start::cannot_write;
use opening::{architecture_of, engine_at, open_authority, open_ledger};
use recipes::FromCatalogue;

/// Runs the daemon until it is told to end.
///
/// # Errors
/// What keeps a box from starting: a damaged ledger, an engine that is away,
/// ports that are taken, another daemon on the same box.
pub(crate) async fn run(configuration: Configuration) -> Result<(), Trouble> {
    first_start::folders(&configuration)?;
    let _alone = ending::claim(&configuration)?;
    let clock: Clock = Arc::new(system::clock::now);
    let ledger = Arc::new(open_ledger(&configuration)?);
    let facts = first_start::identity(&ledger, &configuration)?;
    first_start::read_me(&configuration, &facts)?;
    let engine = engine_at(configuration.engine_socket()).await?;
    let authority = Arc::new(open_authority(&configuration, &facts, &clock)?);

    let (api, web) = sockets(&configuration)?;
    let Entrance { door, certifier, listening, https_port } =
        entrance::open(&configuration, &ledger, &facts, &authority, &clock).await?;

    let architecture = architecture_of(engine.as_ref()).await;
    let catalogue = Catalogue::new(configuration.recipe_folders().to_vec());
    let site = Site {
        engine,
        firewall: Arc::new(Nftables::default()),
        architecture: architecture.clone(),
        ledger: Arc::clone(&ledger),
        facts: facts.clone(),
        images: home_images(&configuration)?,
        recipes: Arc::new(FromCatalogue(catalogue.clone())),
        door: Arc::clone(&door) as Arc<dyn lifecycle::FrontDoor>,
        https_port,
        lookups_port: proxy::LOOKUPS_PORT,
        folders: Folders {
            services: configuration.services_folder(),
            trash: configuration.trash_folder(),
            secrets: configuration.secrets_folder(),
            repository: configuration.repository_folder(),
            ballast: configuration.ballast(),
            restic: configuration.restic_folder(),
        },
        pool: configuration.network_pool(),
        clock: Arc::clone(&clock),
    };
    let engine = Arc::clone(&site.engine);
    let lifecycle = Lifecycle::new(site, asked_faults()?);
    let checks = Arc::new(Health::new(Surroundings {
        lifecycle: lifecycle.clone(),
        ledger: Arc::clone(&ledger),
        engine,
        state_folder: configuration.state_folder().to_owned(),
        certificates: certifier.troubles(),
        clock: Arc::clone(&clock),
    }));
    let state = Admin {
        ledger,
        journal: Arc::clone(lifecycle.journal()),
        hand: Arc::new(LifecycleHand::new(lifecycle.clone(), Arc::clone(&checks))),
        certificates: Arc::clone(&certifier) as Arc<dyn admin::CertificateHand>,
        catalogue,
        identity: identity(&facts, https_port, architecture),
        root: root_certificate(&authority),
        clock,
        data: configuration.services_folder(),
        allowed_users: vec![system::user::effective().uid],
    };
    let watched_ledger = Arc::clone(&state.ledger);
    let announced = Arc::clone(&door);
    let keeping = tokio::spawn(door.keep());
    let certifying = tokio::spawn(certifier.run());
    let announcing = tokio::spawn(announcer::run(announced, listening));
    let working = tokio::spawn(async move { lifecycle.run().await });
    let looking = tokio::spawn(async move { checks.run().await });
    tracing::info!(identity = facts.identity, https_port, "the box is at work");
    let watched = service_manager::ready(watched_ledger);
    let served = admin::serve(AdminOptions { api, web, state }, told_to_end()).await;
    service_manager::ending();
    watched.abort();
    // Jobs are left where they are: the next start takes them up. The front
    // door goes on serving.
    working.abort();
    certifying.abort();
    announcing.abort();
    keeping.abort();
    looking.abort();
    tracing::info!("the daemon ends; the front door and the services go on");
    served.map_err(|error| socket_failed(&error))
}

fn root_certificate(authority: &Authority) -> RootCertificate {
    RootCertificate {
        pem: authority.root_pem().to_owned(),
        der: authority.root_der().to_vec(),
        fingerprint: authority.fingerprint(),
    }
}

fn socket_failed(error: &std::io::Error) -> Trouble {
    Trouble::new(
        "socket-failed",
        text!("A socket of the daemon broke.", "Une prise du démon s’est rompue."),
        text!("Start the daemon again.", "Redémarrez le démon."),
    )
    .because_of(error)
}

async fn told_to_end() {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

fn sockets(configuration: &Configuration) -> Result<(UnixListener, UnixListener), Trouble> {
    let user = configuration.front_door_user()?;
    let web_owner = (system::user::effective().uid == 0).then_some(user);
    Ok((
        ending::listen(&configuration.api_socket(), 0o600, None)?,
        ending::listen(&configuration.web_socket(), 0o600, web_owner)?,
    ))
}

/// This program's build: its version, and when it was written to the disk. A
/// front door of another build is replaced.
pub(crate) fn build() -> String {
    let written = std::env::current_exe()
        .and_then(std::fs::metadata)
        .and_then(|facts| facts.modified())
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .map(|since| since.as_millis())
        .unwrap_or_default();
    format!("{}-{written}", env!("CARGO_PKG_VERSION"))
}

fn home_images(configuration: &Configuration) -> Result<HomeImages, Trouble> {
    let mut folders = configuration.image_folders().iter().filter(|folder| folder.is_dir());
    let none = configuration.state_folder().join("images");
    let first = match folders.next() {
        Some(first) => first.clone(),
        None => {
            system::files::ensure_folder(&none, 0o755).map_err(|e| cannot_write(&none, &e))?;
            none
        }
    };
    let images = HomeImages::open(&first).map_err(|error| cannot_write(&first, &error))?;
    Ok(folders.fold(images, |images, folder| images.and_folder(folder)))
}

fn asked_faults() -> Result<Arc<dyn Faults>, Trouble> {
    match std::env::var(faults::VARIABLE) {
        Ok(list) => Ok(Arc::new(AskedFaults::read(&list)?)),
        Err(_unset) => Ok(Arc::new(NoFaults)),
    }
}

fn identity(facts: &BoxFacts, https_port: u16, architecture: String) -> BoxIdentity {
    let address = match https_port {
        443 => format!("https://{}", facts.base_domain),
        port => format!("https://{}:{port}", facts.base_domain),
    };
    BoxIdentity {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        identity: facts.identity.clone(),
        base_domain: facts.base_domain.clone(),
        address,
        architecture,
    }
}
