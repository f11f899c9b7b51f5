//! Kept releases: what a service ran before its last update, whole enough to
//! go back to it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use recipe::Trouble;
use rusqlite::params;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::services::time;
use crate::{LedgerError, Records, ServiceId};

/// The release before, as it was when it was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRelease {
    /// Its version.
    pub release: String,
    /// Its revision.
    pub revision: u32,
    /// The recipe's text that it ran by.
    pub recipe_text: String,
    /// Answers to that recipe's questions.
    pub answers: BTreeMap<String, String>,
    /// Container to reference and image id.
    pub images: BTreeMap<String, (String, String)>,
    /// The number of the snapshot of its data.
    pub snapshot: i64,
    /// Its measures when it was left: name to value.
    pub measures: BTreeMap<String, String>,
    /// The measures when the release after it was opened.
    pub measures_after: BTreeMap<String, String>,
    /// When the release after it was opened.
    pub left: Timestamp,
    /// What went wrong with the release after it, as long as a person has to choose.
    pub trouble: Option<Trouble>,
}

const COLUMNS: &str = "release, revision, recipe_text, answers, images, snapshot, measures, \
                       measures_after, left, trouble";

impl Records<'_> {
    /// Keeps a service's release before, in the place of one kept earlier.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Seal`].
    pub fn keep_release(&self, service: ServiceId, kept: &KeptRelease) -> Result<(), LedgerError> {
        let answers = self.seal.seal(&place(service), &to_json(&kept.answers)?)?;
        self.connection.execute(
            &format!(
                "INSERT OR REPLACE INTO kept_releases (service, {COLUMNS})
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
            ),
            params![
                service.0,
                kept.release,
                kept.revision,
                kept.recipe_text,
                answers,
                to_json(&kept.images)?,
                kept.snapshot,
                to_json(&kept.measures)?,
                to_json(&kept.measures_after)?,
                kept.left.to_string(),
                kept.trouble.as_ref().map(to_json).transpose()?,
            ],
        )?;
        Ok(())
    }

    /// The release that a service can go back to.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Seal`], [`LedgerError::Value`].
    pub fn kept_release(&self, service: ServiceId) -> Result<Option<KeptRelease>, LedgerError> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM kept_releases WHERE service = ?1"))?;
        let mut rows = statement.query([service.0])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let answers = self.seal.unseal(&place(service), &row.get::<_, Vec<u8>>("answers")?)?;
        let text = |column: &str| row.get::<_, String>(column);
        let trouble: Option<String> = row.get("trouble")?;
        Ok(Some(KeptRelease {
            release: text("release")?,
            revision: row.get("revision")?,
            recipe_text: text("recipe_text")?,
            answers: from_json(&answers)?,
            images: from_json(&text("images")?)?,
            snapshot: row.get("snapshot")?,
            measures: from_json(&text("measures")?)?,
            measures_after: from_json(&text("measures_after")?)?,
            left: time(&text("left")?)?,
            trouble: trouble.map(|trouble| from_json(&trouble)).transpose()?,
        }))
    }

    /// Writes down what went wrong with the release after the kept one, or that
    /// nothing has to be chosen any more.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_kept_trouble(
        &self,
        service: ServiceId,
        trouble: Option<&Trouble>,
    ) -> Result<(), LedgerError> {
        self.connection.execute(
            "UPDATE kept_releases SET trouble = ?2 WHERE service = ?1",
            params![service.0, trouble.map(to_json).transpose()?],
        )?;
        Ok(())
    }

    /// Forgets the release that a service could go back to.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn forget_kept_release(&self, service: ServiceId) -> Result<(), LedgerError> {
        self.connection.execute("DELETE FROM kept_releases WHERE service = ?1", [service.0])?;
        Ok(())
    }

    /// The snapshots that kept releases need: none of them may be let go.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn kept_snapshots(&self) -> Result<Vec<i64>, LedgerError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT snapshot FROM kept_releases ORDER BY snapshot")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Writes down what a service runs from now on.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_release(
        &self,
        service: ServiceId,
        recipe_text: &str,
        release: &str,
        revision: u32,
    ) -> Result<(), LedgerError> {
        self.connection.execute(
            "UPDATE services SET recipe_text = ?2, release = ?3, revision = ?4 WHERE id = ?1",
            params![service.0, recipe_text, release, revision],
        )?;
        Ok(())
    }
}

fn place(service: ServiceId) -> String {
    format!("{service}/kept-answers")
}

fn to_json(value: &impl Serialize) -> Result<String, LedgerError> {
    serde_json::to_string(value).map_err(|error| LedgerError::Value(error.to_string()))
}

fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, LedgerError> {
    serde_json::from_str(text).map_err(|error| LedgerError::Value(error.to_string()))
}

#[cfg(test)]
mod tests {
    use recipe::text;

    use super::*;
    use crate::{Ledger, NewService};

    fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn kept() -> KeptRelease {
        KeptRelease {
            release: "6.1.5".into(),
            revision: 2,
            recipe_text: "format = 1".into(),
            answers: pairs(&[("password", "hunter2")]),
            images: BTreeMap::from([("app".into(), ("panier/app:6".into(), "sha256:0".into()))]),
            snapshot: 11,
            measures: pairs(&[("bills", "214")]),
            measures_after: pairs(&[("bills", "214")]),
            left: Timestamp::UNIX_EPOCH,
            trouble: None,
        }
    }

    #[test]
    fn a_kept_release_comes_back_as_it_was_with_its_answers_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let none = BTreeMap::new();
        let new = NewService {
            name: "pad",
            recipe: "pad",
            recipe_text: "",
            release: "7.2.1",
            revision: 1,
            created: Timestamp::UNIX_EPOCH,
            domains: &[],
            answers: &none,
            secrets: &none,
        };
        let id = ledger.write(|records| records.add_service(&new)).unwrap();
        let read = || ledger.read(|records| records.kept_release(id)).unwrap();
        assert_eq!(read(), None);
        ledger.write(|records| records.keep_release(id, &kept())).unwrap();
        assert_eq!(read(), Some(kept()));
        assert_eq!(ledger.read(|records| records.kept_snapshots()).unwrap(), [11]);

        let trouble = Trouble::new("x", text!("a", "b"), text!("c", "d"));
        ledger.write(|records| records.set_kept_trouble(id, Some(&trouble))).unwrap();
        assert_eq!(read().unwrap().trouble, Some(trouble));

        let written = |records: &Records<'_>| records.set_release(id, "new", "8", 3);
        ledger.write(written).unwrap();
        let service = ledger.read(|records| records.service(id)).unwrap().unwrap();
        assert_eq!((&*service.recipe_text, &*service.release, service.revision), ("new", "8", 3));
        let file = std::fs::read(ledger.path()).unwrap();
        let log = std::fs::read(folder.path().join("ledger.db-wal")).unwrap_or_default();
        let clear = |bytes: &[u8]| bytes.windows(7).any(|window| window == b"hunter2");
        assert!(!clear(&file) && !clear(&log));

        ledger.write(|records| records.forget_kept_release(id)).unwrap();
        assert_eq!(read(), None);
    }
}
