//! Opening the file, and the two ways in: [`Ledger::read`] and [`Ledger::write`].

use std::fs::{OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};

use crate::schema;
use crate::seal::{Seal, SealError};

/// The ledger of one box.
pub struct Ledger {
    connection: Mutex<Connection>,
    changes: AtomicU64,
    seal: Seal,
    path: PathBuf,
}

/// Why the ledger could not be opened. In every case the file is left as it was.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite could not open or read the file.
    #[error("the ledger {} could not be opened", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// SQLite's reason.
        #[source]
        source: rusqlite::Error,
    },
    /// The file opened, and its content is damaged.
    #[error("the ledger {} is damaged: {finding}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first thing that SQLite found.
        finding: String,
    },
    /// The file was written by a newer Panier.
    #[error("the ledger is of version {found}, and this Panier knows versions up to {known}")]
    Newer {
        /// The version in the file.
        found: u32,
        /// The newest that this program knows.
        known: u32,
    },
    /// The key beside the ledger is missing or damaged while something is sealed.
    #[error("the key beside the ledger cannot be used")]
    Key(#[source] SealError),
}

/// Why a read or a write of the ledger failed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// SQLite refused: a full disk, a broken file, a constraint.
    #[error("the ledger could not be read or written")]
    Sqlite(#[from] rusqlite::Error),
    /// A value in a row is not what this program writes.
    #[error("the ledger holds a value that cannot be read: {0}")]
    Value(String),
    /// A secret could not be sealed or unsealed.
    #[error("a secret could not be sealed or opened")]
    Seal(#[from] SealError),
    /// Another living service has this name.
    #[error("there is already a service named {0}")]
    NameTaken(String),
    /// Another living service answers at this domain.
    #[error("the domain {0} already leads to a service")]
    DomainTaken(String),
    /// Another job is at work on the same subject.
    #[error("job {job} ({kind}) is at work there")]
    Busy {
        /// The job at work.
        job: i64,
        /// Its kind.
        kind: String,
    },
    /// No network of the pool is left.
    #[error("all networks of the pool are in use")]
    PoolEmpty,
}

/// What a household runs is nobody else's to read. SQLite gives the files that
/// it makes beside this one the same mode.
fn keep_from_others(path: &Path) -> std::io::Result<()> {
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))
}

impl Ledger {
    /// Opens the ledger in `folder` (`ledger.db`, and `ledger.key` beside it),
    /// and makes both when there is none.
    ///
    /// # Errors
    /// See [`OpenError`]; a damaged file is never replaced.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join("ledger.db");
        let unreadable = |source| OpenError::Unreadable { path: path.clone(), source };
        // Where this is refused, opening is as well, and says why.
        let _refused = keep_from_others(&path);
        let mut connection = Connection::open(&path).map_err(unreadable)?;
        connection
            .execute_batch(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;
                 PRAGMA busy_timeout=5000; PRAGMA cache_size=-512;",
            )
            .map_err(|source| damaged_or_unreadable(&path, source))?;
        let finding: String = connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(|source| damaged_or_unreadable(&path, source))?;
        if finding != "ok" {
            return Err(OpenError::Damaged { path, finding });
        }
        schema::bring_up_to_date(&mut connection).map_err(|error| match error {
            schema::SchemaError::Newer { found, known } => OpenError::Newer { found, known },
            schema::SchemaError::Sqlite(source) => unreadable(source),
        })?;
        let sealed: i64 = connection
            .query_row(
                "SELECT (SELECT count(*) FROM secrets) + (SELECT count(*) FROM answers)
                      + (SELECT count(*) FROM jobs) + (SELECT count(*) FROM sealed_keys)",
                [],
                |row| row.get(0),
            )
            .map_err(unreadable)?;
        let seal = Seal::open(&folder.join("ledger.key"), sealed == 0).map_err(OpenError::Key)?;
        let (connection, changes) = (Mutex::new(connection), AtomicU64::new(0));
        Ok(Self { connection, changes, seal, path })
    }

    /// Where the file lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads a consistent picture.
    ///
    /// # Errors
    /// What `work` returns, and [`LedgerError::Sqlite`].
    pub fn read<T>(
        &self,
        work: impl FnOnce(&Records<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        work(&Records { connection: &transaction, seal: &self.seal })
    }

    /// Changes the ledger in one transaction: all that `work` does lasts, or,
    /// when it returns an error, nothing.
    ///
    /// # Errors
    /// What `work` returns, and [`LedgerError::Sqlite`].
    pub fn write<T, E: From<LedgerError>>(
        &self,
        work: impl FnOnce(&Records<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(LedgerError::from)?;
        let value = work(&Records { connection: &transaction, seal: &self.seal })?;
        let committed = transaction.commit();
        // Whatever was said of it, it may have come about.
        self.changes.fetch_add(1, Ordering::Release);
        committed.map_err(LedgerError::from)?;
        Ok(value)
    }

    /// How often the ledger has been changed since it was opened. As long as
    /// this is the same, so is all that it says: read it before the rows.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }
}

/// The ledger's rows, inside one transaction.
pub struct Records<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) seal: &'a Seal,
}

fn damaged_or_unreadable(path: &Path, source: rusqlite::Error) -> OpenError {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match source.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => {
            OpenError::Damaged { path: path.to_owned(), finding: source.to_string() }
        }
        _ => OpenError::Unreadable { path: path.to_owned(), source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_reported_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        drop(Ledger::open(folder.path()).unwrap());
        let path = folder.path().join("ledger.db");
        let noise = vec![0x5a; 8192];
        std::fs::write(&path, &noise).unwrap();
        let error = Ledger::open(folder.path()).err().unwrap();
        assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
        assert_eq!(std::fs::read(&path).unwrap(), noise);
    }

    #[test]
    fn a_ledger_from_the_future_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        drop(Ledger::open(folder.path()).unwrap());
        let connection = Connection::open(folder.path().join("ledger.db")).unwrap();
        connection.pragma_update(None, "user_version", 4000).unwrap();
        drop(connection);
        let error = Ledger::open(folder.path()).err().unwrap();
        assert!(matches!(error, OpenError::Newer { found: 4000, .. }), "{error:?}");
    }

    #[test]
    fn what_failed_half_way_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let outcome: Result<(), LedgerError> = ledger.write(|records| {
            records.set_setting("colour", "green")?;
            Err(LedgerError::PoolEmpty)
        });
        assert!(outcome.is_err());
        assert_eq!(ledger.read(|records| records.setting("colour")).unwrap(), None);
    }
}
