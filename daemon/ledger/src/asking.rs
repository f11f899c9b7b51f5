//! Asking an SQLite file of somebody else's: a service's own database. It is
//! here as no other crate knows SQLite.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::LedgerError;

/// Asks an SQLite file one question. The file is left as it is: its log is
/// read and not worked in, and no file is made beside it that would belong to
/// us (<https://sqlite.org/wal.html#use_of_wal_without_shared_memory>).
///
/// # Errors
/// [`LedgerError::Sqlite`]: no such file, another kind of file, a wrong question.
pub fn ask_file(path: &Path, sql: &str) -> Result<String, LedgerError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "query_only", true)?;
    let answer = connection.query_row(sql, [], |row| {
        Ok(match row.get_ref(0)? {
            ValueRef::Null => String::new(),
            ValueRef::Integer(value) => value.to_string(),
            ValueRef::Real(value) => value.to_string(),
            ValueRef::Text(text) | ValueRef::Blob(text) => {
                String::from_utf8_lossy(text).trim().to_owned()
            }
        })
    })?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_log(path: &Path) -> Connection {
        let connection = Connection::open(path).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode=WAL; CREATE TABLE bill (amount); INSERT INTO bill VALUES (3), (4);")
            .unwrap();
        connection
    }

    #[test]
    fn what_still_lies_in_the_log_counts_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let living = with_log(&folder.path().join("living.db"));
        let copy = folder.path().join("copy.db");
        for end in ["", "-wal"] {
            let name = |of: &str| folder.path().join(format!("{of}.db{end}"));
            std::fs::copy(name("living"), name("copy")).unwrap();
        }
        let before = std::fs::read(folder.path().join("copy.db-wal")).unwrap();
        let sql = "select count(*) || ' / ' || sum(amount) from bill";
        assert_eq!(ask_file(&copy, sql).unwrap(), "2 / 7");
        assert_eq!(std::fs::read(folder.path().join("copy.db-wal")).unwrap(), before);
        assert!(!folder.path().join("copy.db-shm").exists());
        drop(living);
    }

    #[test]
    fn a_measure_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        drop(with_log(&path));
        assert!(ask_file(&path, "delete from bill returning amount").is_err());
        assert_eq!(ask_file(&path, "select count(*) from bill").unwrap(), "2");
    }
}
