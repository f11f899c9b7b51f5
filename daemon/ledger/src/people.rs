//! Who may use the panel: the administrator's password, the code that lets
//! somebody choose the first one, sessions, and wrong tries. Only digests come
//! here, never what a person knows or a browser holds.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use crate::services::time;
use crate::{LedgerError, Records};

/// SHA-256 of a session's token or of a first-run code.
pub type Digest = [u8; 32];

/// A session of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// When somebody signed in.
    pub begun: Timestamp,
    /// When it was used last, within a few minutes.
    pub seen: Timestamp,
}

/// The code that lets somebody choose the first password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstRunCode {
    /// Its digest.
    pub digest: Digest,
    /// When it was made.
    pub made: Timestamp,
}

/// Wrong passwords and codes in a row, from one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongTries {
    /// How many.
    pub tries: u32,
    /// The last one.
    pub last: Timestamp,
}

impl Records<'_> {
    /// The administrator's password, as a PHC string; none before the first was chosen.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn administrator_password(&self) -> Result<Option<String>, LedgerError> {
        let found =
            self.connection.query_row("SELECT password FROM administrator", [], |row| row.get(0));
        Ok(found.optional()?)
    }

    /// Puts a password, as a PHC string, in the place of the one before. The
    /// first-run code is used up by it.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_administrator_password(
        &self,
        password: &str,
        changed: Timestamp,
    ) -> Result<(), LedgerError> {
        self.connection.execute(
            "INSERT INTO administrator (only_one, password, changed) VALUES (1, ?1, ?2)
             ON CONFLICT (only_one) DO UPDATE
             SET password = excluded.password, changed = excluded.changed",
            params![password, changed.to_string()],
        )?;
        self.connection.execute("DELETE FROM first_run_code", [])?;
        Ok(())
    }

    /// Forgets the password with all that came of it: sessions, wrong tries, a code.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn forget_administrator(&self) -> Result<(), LedgerError> {
        Ok(self.connection.execute_batch(
            "DELETE FROM administrator; DELETE FROM first_run_code;
             DELETE FROM sessions; DELETE FROM wrong_tries;",
        )?)
    }

    /// The first-run code, if one was made and not used.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn first_run_code(&self) -> Result<Option<FirstRunCode>, LedgerError> {
        let found: Option<(Digest, String)> = self
            .connection
            .query_row("SELECT digest, made FROM first_run_code", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        found.map(|(digest, made)| Ok(FirstRunCode { digest, made: time(&made)? })).transpose()
    }

    /// Puts a first-run code in the place of the one before.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_first_run_code(&self, code: &FirstRunCode) -> Result<(), LedgerError> {
        self.connection.execute(
            "INSERT INTO first_run_code (only_one, digest, made) VALUES (1, ?1, ?2)
             ON CONFLICT (only_one) DO UPDATE SET digest = excluded.digest, made = excluded.made",
            params![code.digest, code.made.to_string()],
        )?;
        Ok(())
    }

    /// Begins a session.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn add_session(&self, digest: &Digest, begun: Timestamp) -> Result<(), LedgerError> {
        self.connection.execute(
            "INSERT INTO sessions (digest, begun, seen) VALUES (?1, ?2, ?2)",
            params![digest, begun.to_string()],
        )?;
        Ok(())
    }

    /// The session of this digest.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn session(&self, digest: &Digest) -> Result<Option<Session>, LedgerError> {
        let found: Option<(String, String)> = self
            .connection
            .query_row("SELECT begun, seen FROM sessions WHERE digest = ?1", [digest], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        found
            .map(|(begun, seen)| Ok(Session { begun: time(&begun)?, seen: time(&seen)? }))
            .transpose()
    }

    /// All sessions, with their digests.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn sessions(&self) -> Result<Vec<(Digest, Session)>, LedgerError> {
        let mut statement =
            self.connection.prepare_cached("SELECT digest, begun, seen FROM sessions")?;
        let mut rows = statement.query([])?;
        let mut sessions = Vec::new();
        while let Some(row) = rows.next()? {
            let (begun, seen): (String, String) = (row.get(1)?, row.get(2)?);
            sessions.push((row.get(0)?, Session { begun: time(&begun)?, seen: time(&seen)? }));
        }
        Ok(sessions)
    }

    /// Writes down that a session is in use.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn see_session(&self, digest: &Digest, seen: Timestamp) -> Result<(), LedgerError> {
        self.connection.execute(
            "UPDATE sessions SET seen = ?2 WHERE digest = ?1",
            params![digest, seen.to_string()],
        )?;
        Ok(())
    }

    /// Ends a session, if there is one of this digest.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn end_session(&self, digest: &Digest) -> Result<(), LedgerError> {
        self.connection.execute("DELETE FROM sessions WHERE digest = ?1", [digest])?;
        Ok(())
    }

    /// Ends all sessions.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn end_all_sessions(&self) -> Result<(), LedgerError> {
        self.connection.execute("DELETE FROM sessions", [])?;
        Ok(())
    }

    /// Wrong tries in a row from this place; none where the last one was right.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn wrong_tries(&self, origin: &str) -> Result<Option<WrongTries>, LedgerError> {
        let found: Option<(u32, String)> = self
            .connection
            .query_row("SELECT tries, last FROM wrong_tries WHERE origin = ?1", [origin], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        found.map(|(tries, last)| Ok(WrongTries { tries, last: time(&last)? })).transpose()
    }

    /// Writes down how many wrong tries came from this place.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_wrong_tries(&self, origin: &str, tries: &WrongTries) -> Result<(), LedgerError> {
        self.connection.execute(
            "INSERT INTO wrong_tries (origin, tries, last) VALUES (?1, ?2, ?3)
             ON CONFLICT (origin) DO UPDATE SET tries = excluded.tries, last = excluded.last",
            params![origin, tries.tries, tries.last.to_string()],
        )?;
        Ok(())
    }

    /// Forgets the wrong tries from this place.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn forget_wrong_tries(&self, origin: &str) -> Result<(), LedgerError> {
        self.connection.execute("DELETE FROM wrong_tries WHERE origin = ?1", [origin])?;
        Ok(())
    }

    /// Where wrong tries came from, with how many.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn all_wrong_tries(&self) -> Result<Vec<(String, WrongTries)>, LedgerError> {
        let mut statement =
            self.connection.prepare_cached("SELECT origin, tries, last FROM wrong_tries")?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let last: String = row.get(2)?;
            all.push((row.get(0)?, WrongTries { tries: row.get(1)?, last: time(&last)? }));
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::{FirstRunCode, Session, WrongTries};
    use crate::{Ledger, LedgerError};

    const MORNING: &str = "2026-11-22T08:00:00Z";
    const NOON: &str = "2026-11-22T12:00:00Z";

    fn time(written: &str) -> jiff::Timestamp {
        written.parse().unwrap()
    }

    fn ledger() -> (tempfile::TempDir, Ledger) {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        (folder, ledger)
    }

    #[test]
    fn choosing_a_password_uses_the_code_up() {
        let (_folder, ledger) = ledger();
        let code = FirstRunCode { digest: [7; 32], made: time(MORNING) };
        let outcome: Result<_, LedgerError> = ledger.write(|records| {
            assert_eq!(records.administrator_password()?, None);
            records.set_first_run_code(&FirstRunCode { digest: [6; 32], made: time(MORNING) })?;
            records.set_first_run_code(&code)?;
            assert_eq!(records.first_run_code()?, Some(code));
            records.set_administrator_password("$argon2id$a", time(MORNING))?;
            records.set_administrator_password("$argon2id$b", time(NOON))
        });
        outcome.unwrap();
        let (password, code) = ledger
            .read(|records| Ok((records.administrator_password()?, records.first_run_code()?)))
            .unwrap();
        assert_eq!((password.as_deref(), code), (Some("$argon2id$b"), None));
    }

    #[test]
    fn forgetting_the_administrator_leaves_nothing_of_theirs() {
        let (_folder, ledger) = ledger();
        let outcome: Result<_, LedgerError> = ledger.write(|records| {
            records.set_administrator_password("$argon2id$a", time(MORNING))?;
            records.add_session(&[1; 32], time(MORNING))?;
            records.set_wrong_tries("a", &WrongTries { tries: 9, last: time(NOON) })?;
            records.forget_administrator()?;
            assert_eq!(records.administrator_password()?, None);
            assert_eq!(records.sessions()?, []);
            assert_eq!(records.wrong_tries("a")?, None);
            Ok(())
        });
        outcome.unwrap();
    }

    #[test]
    fn sessions_and_wrong_tries_survive_a_restart() {
        let (folder, ledger) = ledger();
        let tries = WrongTries { tries: 4, last: time(NOON) };
        let outcome: Result<_, LedgerError> = ledger.write(|records| {
            for digest in [[1; 32], [2; 32]] {
                records.add_session(&digest, time(MORNING))?;
            }
            records.see_session(&[1; 32], time(NOON))?;
            records.end_session(&[2; 32])?;
            records.set_wrong_tries("a", &tries)?;
            records.set_wrong_tries("b", &tries)?;
            records.forget_wrong_tries("b")
        });
        outcome.unwrap();
        drop(ledger);
        let ledger = Ledger::open(folder.path()).unwrap();
        let expected = Session { begun: time(MORNING), seen: time(NOON) };
        let (one, two, all) = ledger
            .read(|records| {
                let (one, two) = (records.session(&[1; 32])?, records.session(&[2; 32])?);
                Ok((one, two, records.all_wrong_tries()?))
            })
            .unwrap();
        assert_eq!((one, two), (Some(expected), None));
        assert_eq!(all, [("a".to_owned(), tries)]);
    }
}
