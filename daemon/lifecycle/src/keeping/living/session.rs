//! A database held at one instant: a session of its own opens a transaction
//! while everybody else stands still; the dump and the measures are read from
//! that transaction afterwards, however long they take, while people write on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use containers::ExecRequest;
use ledger::{MeasureRecord, ServiceId};
use recipe::{DatabaseKind, Recipe, Trouble};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::keeping::dump::{self, KEPT, WITHIN, WRITTEN, no_dump};
use crate::keeping::measure::{DATABASE, database_name, questions, running, sorted_out};
use crate::plan::Plan;
use crate::site::{Folders, Ground};
use crate::{trouble, volumes};

/// How long a session may take to stand ready, before anything is frozen.
const READY: Duration = Duration::from_secs(60);
/// How often it is looked whether it is as far.
const LOOK: Duration = Duration::from_millis(5);

/// Asked of the shell in a database's container: `$1` is a folder, `$2` the
/// database, `$3` the questions. Files in the folder say how far it is: `ready`,
/// then, once there is `go`, `began`. It ends when its folder is taken away.
///
/// The transaction is exported, so that the dump sees what the questions see
/// (<https://www.postgresql.org/docs/17/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION>).
const POSTGRESQL: &str = r#"
umask 077; rm -rf "$1"; mkdir "$1" "$1/dump"; cd "$1"
mkfifo questions
( psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 \
    --host=/run/postgresql --username=postgres --dbname="$2" < questions > answers
  echo $? > ended ) &
exec 3> questions
left=6000
await() {
  until [ -e "$1" ]; do
    left=$((left - 1)); [ ! -e ended ] && [ -d "$PWD" ] && [ $left -gt 0 ] || exit 1; sleep 0.02
  done
}
printf '%s\n' '\! touch ready' >&3
await ready; await go
printf '%s\n' 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;' '\o name' \
    'SELECT pg_export_snapshot();' '\o' '\! touch began' >&3
await began
printf '%s\n' "$3" >&3
pg_dump --host=/run/postgresql --username=postgres --dbname="$2" --snapshot="$(cat name)" \
    --file=dump/database.sql
pg_dumpall --host=/run/postgresql --username=postgres --roles-only --file=dump/roles.sql
exec 3>&-
wait
[ "$(cat ended)" = 0 ]
tail -n 5 dump/database.sql | grep -q 'PostgreSQL database dump complete'
"#;

/// The same. Two sessions begin while nobody can write: the one that is asked,
/// and the dump's own, which has begun when it names the first table
/// (<https://mariadb.com/kb/en/start-transaction/>).
const MARIADB: &str = r#"
umask 077; rm -rf "$1"; mkdir "$1" "$1/dump"; cd "$1"
s=--socket=/run/mysqld/mysqld.sock
mkfifo questions
( mariadb $s --batch --skip-column-names --unbuffered --database="$2" < questions > answers
  echo $? > ended ) &
exec 3> questions
left=60000
until_holds() {
  until "$@"; do
    left=$((left - 1)); [ ! -e ended ] && [ -d "$PWD" ] && [ $left -gt 0 ] || exit 1; sleep 0.02
  done
}
printf '%s\n' "SELECT 'panier-ready';" >&3
until_holds grep -q panier-ready answers
touch ready
until_holds [ -e go ]
printf '%s\n' 'SET SESSION lock_wait_timeout = 8;' 'FLUSH TABLES WITH READ LOCK;' \
    'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;' \
    'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;' "SELECT 'panier-began';" >&3
until_holds grep -q panier-began answers
: > progress
( mariadb-dump $s --single-transaction --verbose --routines --events --triggers \
    --databases "$2" > dump/database.sql 2> progress
  echo $? > dumped ) &
has_begun() { [ -e dumped ] || grep -q 'Retrieving' progress; }
until_holds has_begun
printf '%s\n' 'UNLOCK TABLES;' "SELECT 'panier-unlocked';" >&3
until_holds grep -q panier-unlocked answers
touch began
printf '%s\n' "$3" >&3
until_holds [ -e dumped ]
[ "$(cat dumped)" = 0 ] || { cat progress >&2; exit 1; }
mariadb-dump $s --system=users > dump/roles.sql
exec 3>&-
wait
[ "$(cat ended)" = 0 ]
tail -n 2 dump/database.sql | grep -q 'Dump completed'
"#;

/// A session in the database's container. Given up when it is dropped.
pub(super) struct Session {
    /// Where its files lie, as the box sees them.
    folder: PathBuf,
    names: Vec<String>,
    at_work: JoinHandle<Result<(), Trouble>>,
}

impl Session {
    /// Begins a session with the service's database, and waits until it is ready
    /// to be held at the instant that is to come.
    pub(super) async fn begin(
        ground: &Arc<Ground>,
        id: ServiceId,
        kind: DatabaseKind,
        recipe: &Recipe,
        plan: &Plan,
        service_folder: &Path,
    ) -> Result<Self, Trouble> {
        let (volume, inside) = dump::volume(plan).ok_or_else(no_dump)?;
        let there = running(ground, id, DATABASE).await?;
        let script = match kind {
            DatabaseKind::Postgresql => POSTGRESQL,
            DatabaseKind::Mariadb => MARIADB,
        };
        let (names, asked) = questions(recipe);
        let asked: Vec<String> = asked
            .iter()
            .map(|question| format!("SELECT '{}';\n{question};", crate::keeping::measure::MARK))
            .collect();
        let (within, asked) = (format!("{inside}/{WRITTEN}"), asked.join("\n"));
        let words = ["sh", "-euc", script, "sh", &within, &database_name(plan), &asked];
        let command = words.map(str::to_owned).to_vec();
        let request = ExecRequest { command, ..ExecRequest::default() };
        let engine = Arc::clone(&ground.engine);
        let at_work = tokio::spawn(async move {
            match timeout(WITHIN, engine.exec(&there.id, &request)).await {
                Ok(Ok(outcome)) if outcome.code == 0 => Ok(()),
                Ok(Ok(outcome)) => Err(no_dump().because_of(outcome.output.trim())),
                Ok(Err(error)) => Err(trouble::of_engine(&error)),
                Err(_elapsed) => Err(no_dump()),
            }
        });
        let folder = Folders::data(service_folder, volume).join(WRITTEN);
        let mut session = Self { folder, names, at_work };
        let ready = timeout(READY, session.is_as_far_as("ready")).await;
        ready.unwrap_or_else(|_elapsed| Err(no_dump()))?;
        Ok(session)
    }

    /// Holds the database at this instant.
    pub(super) async fn hold(&mut self) -> Result<(), Trouble> {
        std::fs::write(self.folder.join("go"), "").map_err(|error| no_dump().because_of(error))?;
        self.is_as_far_as("began").await
    }

    async fn is_as_far_as(&mut self, point: &str) -> Result<(), Trouble> {
        let point = self.folder.join(point);
        while !point.exists() {
            if self.at_work.is_finished() {
                let ended = (&mut self.at_work).await;
                ended.map_err(|error| no_dump().because_of(error))??;
                // An engine that runs nothing writes nothing.
                return Err(no_dump());
            }
            sleep(LOOK).await;
        }
        Ok(())
    }

    /// Waits for the dump, lays it into the folder `into`, and gives what was measured.
    pub(super) async fn finish(mut self, into: &Path) -> Result<Vec<MeasureRecord>, Trouble> {
        let ended = (&mut self.at_work).await;
        ended.map_err(|error| no_dump().because_of(error))??;
        let answers = std::fs::read(self.folder.join("answers"));
        let answers = answers.map_err(|error| no_dump().because_of(error))?;
        let (from, to) = (self.folder.join("dump"), into.join(KEPT));
        let moved = tokio::task::spawn_blocking(move || dump::move_files(&from, &to)).await;
        moved
            .map_err(|error| no_dump().because_of(error))?
            .map_err(|error| no_dump().because_of(error))?;
        volumes::delete(self.folder.clone()).await?;
        Ok(sorted_out(&self.names, &String::from_utf8_lossy(&answers)))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.at_work.abort();
        // What runs in the container ends when it has no folder any more. At once,
        // since the next session has the same; twice, as it may write meanwhile.
        for _time in 0..2 {
            if self.folder.exists()
                && let Err(error) = std::fs::remove_dir_all(&self.folder)
            {
                tracing::warn!(%error, "a dump that was given up was not taken away yet");
            }
        }
    }
}
