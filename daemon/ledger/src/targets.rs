//! Targets: places outside the box that keep copies of snapshots.

use jiff::Timestamp;
use recipe::Trouble;
use rusqlite::{Row, params};

use crate::services::time;
use crate::{LedgerError, Records};

/// A target as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRecord {
    /// What people call it.
    pub name: String,
    /// The folder, as the box sees it.
    pub path: String,
    /// What its mark says.
    pub mark: String,
    /// The identity of its filesystem, where it has one.
    pub filesystem: Option<String>,
    /// Whether it would outlive the box's own disk, when it was last there.
    pub apart: bool,
    /// When it was added.
    pub added: Timestamp,
    /// When a snapshot was last copied there.
    pub last_copy: Option<Timestamp>,
    /// Why the last copy or check failed.
    pub trouble: Option<Trouble>,
}

impl Records<'_> {
    /// Writes a target down.
    ///
    /// # Errors
    /// [`LedgerError::NameTaken`], [`LedgerError::Sqlite`].
    pub fn add_target(&self, new: &TargetRecord) -> Result<(), LedgerError> {
        if self.target(&new.name)?.is_some() {
            return Err(LedgerError::NameTaken(new.name.clone()));
        }
        self.connection.execute(
            "INSERT INTO targets (name, path, mark, filesystem, apart, added)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![new.name, new.path, new.mark, new.filesystem, new.apart, new.added.to_string()],
        )?;
        Ok(())
    }

    /// All targets, by name.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn targets(&self) -> Result<Vec<TargetRecord>, LedgerError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT name, path, mark, filesystem, apart, added, last_copy, trouble FROM targets
             ORDER BY name",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(from_row(row)?);
        }
        Ok(found)
    }

    /// The target of this name.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn target(&self, name: &str) -> Result<Option<TargetRecord>, LedgerError> {
        Ok(self.targets()?.into_iter().find(|target| target.name == name))
    }

    /// Writes down how the last copy or check of a target went; `copied` is
    /// when something was last copied, if it was now.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn set_target_outcome(
        &self,
        name: &str,
        copied: Option<Timestamp>,
        trouble: Option<&Trouble>,
    ) -> Result<(), LedgerError> {
        let trouble = trouble.map(serde_json::to_string).transpose();
        let trouble = trouble.map_err(|error| LedgerError::Value(error.to_string()))?;
        self.connection.execute(
            "UPDATE targets SET trouble = ?2, last_copy = coalesce(?3, last_copy) WHERE name = ?1",
            params![name, trouble, copied.map(|at| at.to_string())],
        )?;
        Ok(())
    }

    /// Writes down whether a target would outlive the box's own disk.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_target_apart(&self, name: &str, apart: bool) -> Result<(), LedgerError> {
        self.connection
            .execute("UPDATE targets SET apart = ?2 WHERE name = ?1", params![name, apart])?;
        Ok(())
    }

    /// Forgets a target and which snapshots it keeps; what lies there stays.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn delete_target(&self, name: &str) -> Result<(), LedgerError> {
        self.connection.execute("DELETE FROM targets WHERE name = ?1", [name])?;
        self.forget_place(name)
    }
}

fn from_row(row: &Row<'_>) -> Result<TargetRecord, LedgerError> {
    let trouble: Option<String> = row.get("trouble")?;
    let trouble = trouble.map(|text| serde_json::from_str(&text)).transpose();
    let last_copy: Option<String> = row.get("last_copy")?;
    Ok(TargetRecord {
        name: row.get("name")?,
        path: row.get("path")?,
        mark: row.get("mark")?,
        filesystem: row.get("filesystem")?,
        apart: row.get("apart")?,
        added: time(&row.get::<_, String>("added")?)?,
        last_copy: last_copy.as_deref().map(time).transpose()?,
        trouble: trouble.map_err(|error| LedgerError::Value(error.to_string()))?,
    })
}

#[cfg(test)]
mod tests {
    use recipe::text;

    use super::*;
    use crate::Ledger;

    #[test]
    fn a_target_remembers_when_it_last_went_well_and_what_is_wrong_now() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let new = TargetRecord {
            name: "blue".into(),
            path: "/mnt/blue".into(),
            mark: "a1".into(),
            filesystem: None,
            apart: true,
            added: Timestamp::UNIX_EPOCH,
            last_copy: None,
            trouble: None,
        };
        let away = Trouble::new("target-away", text!("away", "absente"), text!("plug", "branchez"));
        let work = |records: &Records<'_>| {
            records.add_target(&new)?;
            assert!(matches!(records.add_target(&new), Err(LedgerError::NameTaken(_))));
            records.set_target_outcome("blue", Some(Timestamp::UNIX_EPOCH), None)?;
            records.set_target_outcome("blue", None, Some(&away))?;
            let found = records.target("blue")?.unwrap();
            assert_eq!((found.last_copy, found.trouble), (Some(Timestamp::UNIX_EPOCH), Some(away)));
            records.delete_target("blue")?;
            assert_eq!(records.targets()?, []);
            Ok::<_, LedgerError>(())
        };
        ledger.write(work).unwrap();
    }
}
