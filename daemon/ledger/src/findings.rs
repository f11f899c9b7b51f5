//! Findings: what a job's steps found out, for the steps behind them and for
//! the daemon's next life. They go when their job is forgotten.

use rusqlite::{OptionalExtension as _, params};

use crate::{JobId, LedgerError, Records};

impl Records<'_> {
    /// Writes down what a step of a job found out, in the place of what was
    /// found under that key before.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_finding(&self, job: JobId, key: &str, value: &str) -> Result<(), LedgerError> {
        self.connection.execute(
            "INSERT INTO job_findings (job, key, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (job, key) DO UPDATE SET value = excluded.value",
            params![job.0, key, value],
        )?;
        Ok(())
    }

    /// What a job's steps found out under that key.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn finding(&self, job: JobId, key: &str) -> Result<Option<String>, LedgerError> {
        Ok(self
            .connection
            .query_row(
                "SELECT value FROM job_findings WHERE job = ?1 AND key = ?2",
                params![job.0, key],
                |row| row.get(0),
            )
            .optional()?)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use crate::{Ledger, LedgerError, NewJob};

    #[test]
    fn a_finding_is_kept_with_its_job_and_may_be_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let new = NewJob {
            kind: "update".into(),
            subject: "service/1".into(),
            subject_name: "pad".into(),
            request: serde_json::Value::Null,
        };
        let read = ledger.write(|records| {
            let job = records.add_job(&new, Timestamp::UNIX_EPOCH)?;
            records.set_finding(job, "snapshot", "0f11")?;
            records.set_finding(job, "snapshot", "2f2c")?;
            Ok::<_, LedgerError>((records.finding(job, "snapshot")?, records.finding(job, "x")?))
        });
        assert_eq!(read.unwrap(), (Some("2f2c".into()), None));
    }
}
