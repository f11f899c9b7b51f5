//! One daemon a box; and how a box is stopped, or deleted, with or without it.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use containers::{
    ContainerFacts, ContainerState, Docker, Engine, Firewall as _, FirewallError, Nftables, Owner,
};
use ledger::{BoxFacts, Ledger};
use recipe::{Trouble, text};
use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process};
use system::user::User;
use tokio::net::UnixListener;
use tokio::time::{Instant, sleep};

use crate::appliance::causes::whole;
use crate::appliance::doorkeeper::DRAIN;
use crate::appliance::first_start::{cannot_write, unwritten};
use crate::appliance::opening::{engine_away, open_ledger};
use crate::configuration::Configuration;

/// How long a daemon may take to end.
const DAEMON_ENDS: Duration = Duration::from_secs(20);
/// What each container is given between the polite signal and the hard one.
const GRACE_SECONDS: u32 = 20;

/// The claim on a box: whoever holds it is its daemon.
pub(crate) struct Claim {
    _file: File,
}

/// Claims the box for this process, and writes its number down.
pub(crate) fn claim(configuration: &Configuration) -> Result<Claim, Trouble> {
    let path = configuration.pid_file();
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(|error| cannot_write(&path, &error))?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        let place = configuration.state_folder().display();
        return Err(Trouble::new(
            "already-running",
            text!(
                "A daemon is already at work on the box in {place}.",
                "Un démon travaille déjà sur la boîte dans {place}."
            ),
            text!(
                "Use it as it is, or end it first with panier box stop.",
                "Utilisez-le tel quel, ou terminez-le d’abord avec panier box stop."
            ),
        ));
    }
    // Written in place: the lock is on this very file.
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| write!(file, "{}", std::process::id()))
        .map_err(|error| cannot_write(&path, &error))?;
    Ok(Claim { _file: file })
}

/// Listens on a Unix socket; one that a dead daemon left is put away.
pub(crate) fn listen(path: &Path, mode: u32, owner: Option<User>) -> Result<UnixListener, Trouble> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(cannot_write(path, &error));
        }
        _ => {}
    }
    let listener = UnixListener::bind(path).map_err(|error| cannot_write(path, &error))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
        .map_err(|error| cannot_write(path, &error))?;
    if let Some(owner) = owner {
        std::os::unix::fs::chown(path, Some(owner.uid), Some(owner.gid))
            .map_err(|error| cannot_write(path, &error))?;
    }
    Ok(listener)
}

/// Ends the daemon and the front door of a box, and stops its containers. All
/// of it comes back at the next start.
///
/// # Errors
/// What could not be stopped, and why.
pub(crate) async fn stop_everything(configuration: &Configuration) -> Result<(), Trouble> {
    end_daemon(configuration).await?;
    end_front_door(configuration).await?;
    let Some(facts) = facts(configuration)? else { return Ok(()) };
    let owner = Owner { identity: facts.identity };
    let engine = engine(configuration).await?;
    let failed = |error| engine_away(configuration.engine_socket(), &error);
    let mut there = engine.containers(&owner).await.map_err(failed)?;
    // Applications first, what they stand on last.
    there.sort_by_key(is_block);
    for container in there {
        if container.state == ContainerState::Paused {
            engine.unpause_container(&container.id).await.map_err(failed)?;
        }
        if matches!(container.state, ContainerState::Running | ContainerState::Paused) {
            engine.stop_container(&container.id, GRACE_SECONDS).await.map_err(failed)?;
        }
    }
    Ok(())
}

/// Thaws whatever of the box's a killed daemon left frozen. The next start does
/// so as well; this is for a daemon that does not come back.
///
/// # Errors
/// The engine is away, or refuses.
pub(crate) async fn thaw_everything(configuration: &Configuration) -> Result<(), Trouble> {
    let Some(facts) = facts(configuration)? else { return Ok(()) };
    let owner = Owner { identity: facts.identity };
    let engine = engine(configuration).await?;
    let failed = |error| engine_away(configuration.engine_socket(), &error);
    for container in engine.containers(&owner).await.map_err(failed)? {
        if container.state == ContainerState::Paused {
            engine.unpause_container(&container.id).await.map_err(failed)?;
        }
    }
    Ok(())
}

/// Stops a box and deletes all of it: containers, volumes, networks, data,
/// secrets, ledger. What lies in its folder and is not its own stays.
///
/// # Errors
/// What could not be deleted, and why.
pub(crate) async fn delete_everything(configuration: &Configuration) -> Result<(), Trouble> {
    stop_everything(configuration).await?;
    if let Some(facts) = facts(configuration)? {
        let owner = Owner { identity: facts.identity.clone() };
        let engine = engine(configuration).await?;
        let failed = |error| engine_away(configuration.engine_socket(), &error);
        for container in engine.containers(&owner).await.map_err(failed)? {
            engine.remove_container(&container.id).await.map_err(failed)?;
        }
        for volume in engine.volumes(&owner).await.map_err(failed)? {
            engine.remove_volume(&volume.name).await.map_err(failed)?;
        }
        for network in engine.networks(&owner).await.map_err(failed)? {
            engine.remove_network(&network.id).await.map_err(failed)?;
        }
        lift_firewall(&facts).await?;
    }
    let secrets = configuration.secrets_folder();
    system::tmpfs::remove(&secrets).map_err(|error| cannot_write(&secrets, &error))?;
    // The ledger goes last: while it is there, the box can be told from others,
    // and deleting can be asked for again.
    for path in own_paths(configuration) {
        remove(&path).map_err(|error| cannot_write(&path, &error))?;
    }
    // Whatever else somebody put there keeps the folder.
    let _kept = std::fs::remove_dir(configuration.run_folder());
    let _kept = std::fs::remove_dir(configuration.state_folder());
    Ok(())
}

fn is_block(container: &ContainerFacts) -> bool {
    matches!(container.part.as_str(), "database" | "cache")
}

fn own_paths(configuration: &Configuration) -> Vec<PathBuf> {
    let state = configuration.state_folder();
    let ledger = configuration.ledger_folder();
    vec![
        configuration.services_folder(),
        configuration.trash_folder(),
        configuration.certificates_folder(),
        configuration.repository_folder(),
        configuration.restic_folder(),
        configuration.ballast(),
        configuration.secrets_folder(),
        configuration.api_socket(),
        configuration.web_socket(),
        configuration.front_door_socket(),
        configuration.pid_file(),
        configuration.read_me(),
        state.join("images"),
        state.join("front-door.log"),
        ledger.join("ledger.db-wal"),
        ledger.join("ledger.db-shm"),
        ledger.join("ledger.db"),
        ledger.join("ledger.key"),
    ]
}

fn remove(path: &Path) -> std::io::Result<()> {
    let outcome = match path.symlink_metadata() {
        Ok(facts) if facts.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match outcome {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Takes the box's rules away. Where there is no firewall, there are none.
async fn lift_firewall(facts: &BoxFacts) -> Result<(), Trouble> {
    match Nftables::default().lift(&lifecycle::firewall_table(facts)).await {
        Ok(()) | Err(FirewallError::Missing { .. }) => Ok(()),
        Err(error) => Err(Trouble::new(
            "firewall-failed",
            text!(
                "The box’s firewall rules could not be taken away.",
                "Les règles de pare-feu de la boîte n’ont pas pu être retirées."
            ),
            text!("Try again, as root.", "Réessayez, en root."),
        )
        .because_of(whole(&error))),
    }
}

/// What the box is; none when it never started.
fn facts(configuration: &Configuration) -> Result<Option<BoxFacts>, Trouble> {
    if !configuration.ledger_folder().join("ledger.db").exists() {
        return Ok(None);
    }
    let ledger: Ledger = open_ledger(configuration)?;
    ledger.read(|records| records.box_facts()).map_err(|error| unwritten(&error))
}

async fn engine(configuration: &Configuration) -> Result<Docker, Trouble> {
    let socket = configuration.engine_socket();
    Docker::connect(socket).await.map_err(|error| engine_away(socket, &error))
}

/// Ends the daemon that holds the claim; nothing to do when nobody does.
async fn end_daemon(configuration: &Configuration) -> Result<(), Trouble> {
    let path = configuration.pid_file();
    let Ok(mut file) = OpenOptions::new().read(true).write(true).open(&path) else {
        return Ok(());
    };
    let is_free = |file: &File| flock(file, FlockOperation::NonBlockingLockExclusive).is_ok();
    if is_free(&file) {
        return Ok(());
    }
    let mut number = String::new();
    file.read_to_string(&mut number).map_err(|error| cannot_write(&path, &error))?;
    // The lock is held, so the number written there is that of a living daemon.
    if let Some(pid) = number.trim().parse().ok().and_then(Pid::from_raw) {
        kill_process(pid, Signal::TERM)
            .map_err(|error| cannot_write(&path, &std::io::Error::from(error)))?;
    }
    let deadline = Instant::now() + DAEMON_ENDS;
    while !is_free(&file) {
        if Instant::now() >= deadline {
            return Err(Trouble::new(
                "daemon-does-not-end",
                text!("The daemon does not end.", "Le démon ne se termine pas."),
                text!(
                    "Look into its log, then try again.",
                    "Regardez son journal, puis réessayez."
                ),
            ));
        }
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

async fn end_front_door(configuration: &Configuration) -> Result<(), Trouble> {
    let control = configuration.front_door_socket();
    proxy::end_living(&control, DRAIN).await.map_err(|error| {
        Trouble::new(
            "front-door-failed",
            text!("The front door does not end.", "La porte d’entrée ne se ferme pas."),
            text!("Try again.", "Réessayez."),
        )
        .because_of(whole(&error))
    })
}
