//! Rehearsals: snapshots that were brought back beside the living service,
//! asked and measured, and thrown away.

use jiff::Timestamp;
use recipe::Trouble;
use rusqlite::params;
use serde::{Deserialize, Serialize};

use crate::services::time;
use crate::{JobId, LedgerError, Records, ServiceId, SnapshotNumber};

/// A measure held against what the snapshot says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// The measure's name.
    pub name: String,
    /// What it was when the snapshot was taken.
    pub expected: String,
    /// What was found.
    pub found: String,
}

/// A rehearsal as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RehearsalRecord {
    /// The job that it was.
    pub job: JobId,
    /// The service that the snapshot is of.
    pub service: ServiceId,
    /// The snapshot.
    pub snapshot: SnapshotNumber,
    /// When it ended.
    pub at: Timestamp,
    /// Whether the service came back well, with all measures equal.
    pub passed: bool,
    /// What was compared.
    pub compared: Vec<Compared>,
    /// Why it did not pass.
    pub trouble: Option<Trouble>,
}

impl Records<'_> {
    /// Writes a rehearsal down, in the place of what was said of the same job.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_rehearsal(&self, new: &RehearsalRecord) -> Result<(), LedgerError> {
        let json = |error: serde_json::Error| LedgerError::Value(error.to_string());
        let compared = serde_json::to_string(&new.compared).map_err(json)?;
        let trouble = new.trouble.as_ref().map(serde_json::to_string).transpose().map_err(json)?;
        self.connection.execute(
            "INSERT OR REPLACE INTO rehearsals
                 (job, service, snapshot, at, passed, compared, trouble)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                new.job.0,
                new.service.0,
                new.snapshot.0,
                new.at.to_string(),
                new.passed,
                compared,
                trouble
            ],
        )?;
        Ok(())
    }

    /// The rehearsals of a service's snapshots, the newest first.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn rehearsals(&self, service: ServiceId) -> Result<Vec<RehearsalRecord>, LedgerError> {
        let json = |error: serde_json::Error| LedgerError::Value(error.to_string());
        let mut statement = self.connection.prepare_cached(
            "SELECT job, snapshot, at, passed, compared, trouble FROM rehearsals
             WHERE service = ?1 ORDER BY job DESC",
        )?;
        let mut rows = statement.query([service.0])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let trouble: Option<String> = row.get("trouble")?;
            let trouble = trouble.map(|it| serde_json::from_str(&it)).transpose().map_err(json)?;
            found.push(RehearsalRecord {
                job: JobId(row.get("job")?),
                service,
                snapshot: SnapshotNumber(row.get("snapshot")?),
                at: time(&row.get::<_, String>("at")?)?,
                passed: row.get("passed")?,
                compared: serde_json::from_str(&row.get::<_, String>("compared")?).map_err(json)?,
                trouble,
            });
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ledger;

    #[test]
    fn a_job_has_one_rehearsal_and_its_last_word_counts() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let compared =
            vec![Compared { name: "bills".into(), expected: "3".into(), found: "3".into() }];
        let new = |job, passed| RehearsalRecord {
            job: JobId(job),
            service: ServiceId(1),
            snapshot: SnapshotNumber(2),
            at: Timestamp::UNIX_EPOCH,
            passed,
            compared: compared.clone(),
            trouble: None,
        };
        let work = |records: &Records<'_>| {
            records.set_rehearsal(&new(1, true))?;
            records.set_rehearsal(&new(2, true))?;
            records.set_rehearsal(&new(2, false))?;
            assert_eq!(records.rehearsals(ServiceId(1))?, [new(2, false), new(1, true)]);
            Ok::<_, LedgerError>(())
        };
        ledger.write(work).unwrap();
    }
}
