//! A dump of the database of a service that is stopped, beside its files:
//! whoever comes with the kit and without Panier reads it with any server of the
//! kind, roles and owners included. Putting such a snapshot back uses the files
//! themselves.

use std::path::{Path, PathBuf};
use std::time::Duration;

use containers::ExecRequest;
use ledger::ServiceId;
use recipe::{DatabaseKind, Trouble, text};
use tokio::time::timeout;

use super::manifest::FOLDER;
use super::measure::{DATABASE, database_name, running};
use crate::plan::Plan;
use crate::site::{Folders, Ground};
use crate::{trouble, volumes};

/// How long a dump may take; the files are kept without one after that.
pub(super) const WITHIN: Duration = Duration::from_secs(15 * 60);
/// The folder in the database's volume that its own programs write to.
pub(super) const WRITTEN: &str = "panier-dump";
/// Where a dump lies in a snapshot.
pub(super) const KEPT: &str = "dump";

/// Asked of the shell in a database's container, which takes the folder as
/// `$1` and the database's name as `$2`. Each dump ends with a line of its own
/// making: one that was cut off is none.
const POSTGRESQL: &str = "umask 077; rm -rf \"$1\"; mkdir \"$1\"; \
    pg_dumpall --host=/run/postgresql --username=postgres --roles-only --file=\"$1/roles.sql\"; \
    pg_dump --host=/run/postgresql --username=postgres --dbname=\"$2\" --file=\"$1/database.sql\"; \
    tail -n 5 \"$1/database.sql\" | grep -q 'PostgreSQL database dump complete'";
const MARIADB: &str = "umask 077; rm -rf \"$1\"; mkdir \"$1\"; \
    s=--socket=/run/mysqld/mysqld.sock; \
    mariadb-dump $s --system=users > \"$1/roles.sql\"; \
    mariadb-dump $s --single-transaction --routines --events --triggers --databases \"$2\" \
        > \"$1/database.sql\"; \
    tail -n 2 \"$1/database.sql\" | grep -q 'Dump completed'";

/// The volume of a service's database: its name, and where it is mounted.
pub(super) fn volume(plan: &Plan) -> Option<(&str, &str)> {
    let database = plan.rendered.containers.iter().find(|it| it.name == DATABASE)?;
    let volume = database.volumes.first()?;
    Some((&volume.volume, &volume.path))
}

/// Dumps the database, whose container runs, and lays the dump where a snapshot
/// takes it along. Nobody else may be at work in the database.
pub(super) async fn take(
    ground: &Ground,
    id: ServiceId,
    kind: DatabaseKind,
    plan: &Plan,
    service_folder: &Path,
) -> Result<(), Trouble> {
    let Some((volume, inside)) = volume(plan) else { return Ok(()) };
    let script = match kind {
        DatabaseKind::Postgresql => POSTGRESQL,
        DatabaseKind::Mariadb => MARIADB,
    };
    let folder = format!("{inside}/{WRITTEN}");
    let words = ["sh", "-euc", script, "sh", &folder, &database_name(plan)];
    let command = words.map(str::to_owned).to_vec();
    let request = ExecRequest { command, ..ExecRequest::default() };
    let there = running(ground, id, DATABASE).await?;
    match timeout(WITHIN, ground.engine.exec(&there.id, &request)).await {
        Ok(Ok(outcome)) if outcome.code == 0 => {}
        Ok(Ok(outcome)) => return Err(no_dump().because_of(outcome.output.trim())),
        Ok(Err(error)) => return Err(trouble::of_engine(&error)),
        Err(_elapsed) => return Err(no_dump()),
    }
    let written = Folders::data(service_folder, volume).join(WRITTEN);
    // An engine that runs nothing writes nothing.
    if !written.exists() {
        return Err(no_dump());
    }
    let beside = service_folder.join(FOLDER);
    let moved = system::files::ensure_folder(&beside, 0o700)
        .map_err(|error| no_dump().because_of(trouble::chain(&error)));
    moved?;
    tokio::task::spawn_blocking(move || move_files(&written, &beside.join(KEPT)))
        .await
        .map_err(|error| no_dump().because_of(error))?
        .map_err(|error| no_dump().because_of(error))
}

/// Moves a folder of files, to another filesystem where need be.
pub(super) fn move_files(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let (source, goal): (PathBuf, PathBuf) = {
            let entry = entry?;
            (entry.path(), to.join(entry.file_name()))
        };
        // Only files are copied: a link could lead out of the volume.
        if std::fs::rename(&source, &goal).is_err() && source.symlink_metadata()?.is_file() {
            std::fs::copy(&source, &goal)?;
        }
    }
    std::fs::remove_dir_all(from)
}

/// Takes away what a dump that was cut off left among the database's files.
pub(super) async fn tidy(plan: &Plan, service_folder: &Path) -> Result<(), Trouble> {
    match volume(plan) {
        Some((volume, _)) => {
            volumes::delete(Folders::data(service_folder, volume).join(WRITTEN)).await
        }
        None => Ok(()),
    }
}

pub(super) fn no_dump() -> Trouble {
    Trouble::new(
        "no-dump",
        text!(
            "The database could not be dumped; its files are kept as they are.",
            "La base n’a pas pu être exportée ; ses fichiers sont gardés tels quels."
        ),
        text!(
            "Look into the database’s log: panier logs NAME",
            "Regardez le journal de la base : panier logs NOM"
        ),
    )
}
