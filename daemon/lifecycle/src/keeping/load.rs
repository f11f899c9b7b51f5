//! A database made from a dump: where a snapshot of a running service is put
//! back, which holds no files of the database.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use containers::ExecRequest;
use jobs::{Scene, Step};
use ledger::{LedgerError, Records};
use recipe::{DatabaseKind, Text, Trouble, text};
use tokio::time::timeout;

use super::dump::{self, KEPT, WRITTEN};
use super::manifest::FOLDER;
use super::measure::{DATABASE, database_name, running};
use crate::plan::Plan;
use crate::site::{Folders, recipe_of};
use crate::stand;
use crate::steps::DISK;
use crate::target::Target;
use crate::{trouble, volumes};

/// Asked of the shell in the database's container: `$1` is the folder with the
/// dump, `$2` the database. The superuser and the service's role are there
/// already, and roles have no other content: what is said of them twice may fail.
const POSTGRESQL: &str = r#"
p="psql --no-psqlrc --quiet --host=/run/postgresql --username=postgres"
$p --dbname=postgres --file="$1/roles.sql" > /dev/null 2>&1
$p --dbname="$2" --set=ON_ERROR_STOP=1 --single-transaction --file="$1/database.sql" > /dev/null
"#;
/// The same. A user who is there already keeps what is his; the dump makes its
/// database anew where it has to.
const MARIADB: &str = r#"
s=--socket=/run/mysqld/mysqld.sock
mariadb $s --batch --force < "$1/roles.sql" > /dev/null 2>&1 || true
mariadb $s --batch < "$1/database.sql" > /dev/null
mariadb $s --batch --execute='FLUSH PRIVILEGES'
"#;

/// Makes the service's database from the dump that a [`PutBack`](super::PutBack)
/// before it laid beside the volumes. It begins from nothing each time; with its
/// end the dump is gone, and its turn does not come again.
pub(crate) struct LoadDatabase(pub(crate) Target);

/// Where the dump lies.
fn kept(service_folder: &Path) -> PathBuf {
    service_folder.join(FOLDER).join(KEPT)
}

/// Takes away all that a database's own folder holds; the folder stays, with its owner.
pub(super) async fn empty(data: PathBuf) -> Result<(), Trouble> {
    let place = data.display().to_string();
    let emptied = tokio::task::spawn_blocking(move || {
        let entries = match std::fs::read_dir(&data) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                std::fs::remove_dir_all(entry.path())?;
            } else {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    });
    let failed = |error: &dyn std::error::Error| {
        trouble::of_file(
            text!("{place} could not be emptied.", "{place} n’a pas pu être vidé."),
            error,
        )
    };
    match emptied.await {
        Ok(emptied) => emptied.map_err(|error: std::io::Error| failed(&error)),
        Err(error) => Err(failed(&error)),
    }
}

impl LoadDatabase {
    async fn load(&self, scene: &Scene) -> Result<(), Trouble> {
        let Target { ground, id, .. } = &self.0;
        let drawn = self.0.draw()?;
        let folder = ground.folders.of(&drawn.service);
        let kind = recipe_of(&drawn.service)?.database();
        let (Some(kind), Some((volume, inside))) = (kind, dump::volume(&drawn.plan)) else {
            return volumes::delete(folder.join(FOLDER)).await;
        };
        stand::check_volumes(ground, &drawn.service)?;
        stand::stop(ground, *id, &drawn.plan).await?;
        let data = Folders::data(&folder, volume);
        empty(data.clone()).await?;
        stand::up_only(ground, &drawn.service, &drawn.plan, &|part| part == DATABASE).await?;
        scene.halfway().await?;
        let handed = data.join(WRITTEN);
        hand_over(kept(&folder), handed.clone()).await?;
        self.run_script(kind, &drawn.plan, &format!("{inside}/{WRITTEN}")).await?;
        volumes::delete(handed).await?;
        volumes::delete(folder.join(FOLDER)).await
    }

    async fn run_script(
        &self,
        kind: DatabaseKind,
        plan: &Plan,
        inside: &str,
    ) -> Result<(), Trouble> {
        let Target { ground, id, .. } = &self.0;
        let script = match kind {
            DatabaseKind::Postgresql => POSTGRESQL,
            DatabaseKind::Mariadb => MARIADB,
        };
        let words = ["sh", "-euc", script, "sh", inside, &database_name(plan)];
        let command = words.map(str::to_owned).to_vec();
        let request = ExecRequest { command, ..ExecRequest::default() };
        let there = running(ground, *id, DATABASE).await?;
        match timeout(DISK * 6, ground.engine.exec(&there.id, &request)).await {
            Ok(Ok(outcome)) if outcome.code == 0 => Ok(()),
            Ok(Ok(outcome)) => Err(not_loaded().because_of(outcome.output.trim())),
            Ok(Err(error)) => Err(trouble::of_engine(&error)),
            Err(_elapsed) => Err(not_loaded()),
        }
    }
}

/// Copies the dump to where the database's own programs can read it. The folder
/// around it is the database's alone.
async fn hand_over(from: PathBuf, to: PathBuf) -> Result<(), Trouble> {
    let handed = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&to)?;
        std::fs::set_permissions(&to, Permissions::from_mode(0o755))?;
        for name in ["roles.sql", "database.sql"] {
            let goal = to.join(name);
            std::fs::copy(from.join(name), &goal)?;
            std::fs::set_permissions(&goal, Permissions::from_mode(0o644))?;
        }
        Ok::<_, std::io::Error>(())
    });
    let handed = handed.await.map_err(|error| not_loaded().because_of(error))?;
    handed.map_err(|error| not_loaded().because_of(error))
}

fn not_loaded() -> Trouble {
    Trouble::new(
        "not-loaded",
        text!(
            "The database could not be made from what was kept of it.",
            "La base n’a pas pu être refaite à partir de ce qui en était gardé."
        ),
        text!(
            "Choose another snapshot: panier snapshots",
            "Choisissez une autre sauvegarde : panier snapshots"
        ),
    )
}

#[async_trait]
impl Step for LoadDatabase {
    fn name(&self) -> &'static str {
        "load-database"
    }

    fn label(&self) -> Text {
        text!("Filling the database", "On remplit la base")
    }

    fn deadline(&self) -> Duration {
        DISK * 12
    }

    /// Where files alone were put back, there is nothing to be loaded.
    fn is_due(&self, records: &Records<'_>) -> Result<bool, LedgerError> {
        let service = records.service(self.0.id)?;
        Ok(service.is_some_and(|service| kept(&self.0.ground.folders.of(&service)).exists()))
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let service = self.0.service()?;
        // Done, and killed before that was written down.
        if !kept(&self.0.ground.folders.of(&service)).exists() {
            return Ok(());
        }
        self.load(scene).await
    }
}
