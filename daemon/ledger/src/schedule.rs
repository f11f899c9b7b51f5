//! Commands that run again and again: when each was last run, and how it went.

use jiff::Timestamp;
use rusqlite::params;

use crate::services::time;
use crate::{LedgerError, Records, ServiceId, Trouble};

/// The last run of a command that is on a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct LastRun {
    /// Which command: what the recipe says to run, and where.
    pub command: String,
    /// When it began.
    pub began: Timestamp,
    /// Why it failed; none: it did not, or it goes on still.
    pub trouble: Option<Trouble>,
}

impl Records<'_> {
    /// Writes down that a command begins, or how it ended.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_last_run(&self, service: ServiceId, run: &LastRun) -> Result<(), LedgerError> {
        // Only a map with keys that are no text cannot become JSON; there is none.
        let trouble = run.trouble.as_ref().and_then(|it| serde_json::to_string(it).ok());
        self.connection.execute(
            "INSERT INTO last_runs (service, command, began, trouble) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (service, command) DO UPDATE SET began = ?3, trouble = ?4",
            params![service.0, run.command, run.began.to_string(), trouble],
        )?;
        Ok(())
    }

    /// The last run of each of a service's commands that ever ran.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn last_runs(&self, service: ServiceId) -> Result<Vec<LastRun>, LedgerError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT command, began, trouble FROM last_runs WHERE service = ?1 ORDER BY command",
        )?;
        let rows = statement.query_map([service.0], |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?))
        })?;
        rows.map(|row| {
            let (command, began, trouble) = row?;
            Ok(LastRun {
                command,
                began: time(&began)?,
                trouble: trouble
                    .map(|text| serde_json::from_str(&text))
                    .transpose()
                    .map_err(|error: serde_json::Error| LedgerError::Value(error.to_string()))?,
            })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use recipe::text;

    use super::*;
    use crate::Ledger;

    #[test]
    fn the_last_run_of_a_command_is_kept_and_goes_with_its_service() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let new = crate::NewService {
            name: "pad",
            recipe: "pad",
            recipe_text: "format = 1",
            release: "1.0",
            revision: 1,
            created: Timestamp::UNIX_EPOCH,
            domains: &[],
            answers: &BTreeMap::new(),
            secrets: &BTreeMap::new(),
        };
        let id = ledger.write(|records| records.add_service(&new)).unwrap();
        let began = "2026-11-22T03:00:00Z".parse().unwrap();
        let mut run = LastRun { command: "app: tidy".into(), began, trouble: None };
        ledger.write(|records| records.set_last_run(id, &run)).unwrap();
        run.trouble = Some(Trouble::new("t", text!("no", "non"), text!("go", "va")));
        ledger.write(|records| records.set_last_run(id, &run)).unwrap();
        assert_eq!(ledger.read(|records| records.last_runs(id)).unwrap(), [run]);
        ledger.write(|records| records.delete_service(id)).unwrap();
        assert!(ledger.read(|records| records.last_runs(id)).unwrap().is_empty());
    }
}
