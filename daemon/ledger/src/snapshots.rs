//! Snapshots: what each is of, what was measured, and where it is kept.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use crate::services::time;
use crate::{JobId, LedgerError, Records, ServiceId};

/// A snapshot's number in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SnapshotNumber(pub i64);

impl std::fmt::Display for SnapshotNumber {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Something read from a service's data: equal before a snapshot and after its restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureRecord {
    /// Its name in the recipe.
    pub name: String,
    /// What was read.
    pub value: String,
}

/// A snapshot to write down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSnapshot {
    /// The service that it is of.
    pub service: ServiceId,
    /// The name that the service had.
    pub name: String,
    /// The recipe's id.
    pub recipe: String,
    /// The software's name.
    pub software: String,
    /// The release's version.
    pub release: String,
    /// The release's revision.
    pub revision: u32,
    /// The instant that it shows.
    pub taken: Timestamp,
    /// Why it was taken: `asked`, `nightly`, `before-update`, `before-restore`.
    pub reason: String,
    /// Bytes of all its files.
    pub bytes: u64,
    /// What was measured at that instant.
    pub measures: Vec<MeasureRecord>,
    /// The job that took it.
    pub job: JobId,
}

/// A snapshot as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRecord {
    /// Its number.
    pub id: SnapshotNumber,
    /// What it is of, and how it came to be.
    pub of: NewSnapshot,
    /// Where it is kept.
    pub places: Vec<PlaceRecord>,
}

/// One place that keeps a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRecord {
    /// [`PlaceRecord::LOCAL`], or a target's name.
    pub place: String,
    /// The snapshot's identity in that place's repository.
    pub identity: String,
    /// Since when it is there.
    pub since: Timestamp,
}

impl PlaceRecord {
    /// The repository on the box itself.
    pub const LOCAL: &str = "local";
}

impl SnapshotRecord {
    /// Its identity in the repository of `place`, where it is kept there.
    #[must_use]
    pub fn identity_in(&self, place: &str) -> Option<&str> {
        self.places.iter().find(|it| it.place == place).map(|it| it.identity.as_str())
    }
}

const COLUMNS: &str = "id, service, name, recipe, software, release, revision, taken, reason, \
                       bytes, measures, job";

impl Records<'_> {
    /// Writes a snapshot down that is kept in the repository of the box.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn add_snapshot(
        &self,
        new: &NewSnapshot,
        identity: &str,
    ) -> Result<SnapshotNumber, LedgerError> {
        let measures = serde_json::to_string(&new.measures)
            .map_err(|error| LedgerError::Value(error.to_string()))?;
        let bytes = i64::try_from(new.bytes).unwrap_or(i64::MAX);
        self.connection.execute(
            "INSERT INTO snapshots (service, name, recipe, software, release, revision, taken,
                 reason, bytes, measures, job)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            params![
                new.service.0,
                new.name,
                new.recipe,
                new.software,
                new.release,
                new.revision,
                new.taken.to_string(),
                new.reason,
                bytes,
                measures,
                new.job.0
            ],
        )?;
        let id = SnapshotNumber(self.connection.last_insert_rowid());
        self.set_snapshot_place(id, PlaceRecord::LOCAL, identity, new.taken)?;
        Ok(id)
    }

    /// Writes down that a snapshot is kept in a place.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_snapshot_place(
        &self,
        id: SnapshotNumber,
        place: &str,
        identity: &str,
        since: Timestamp,
    ) -> Result<(), LedgerError> {
        self.connection.execute(
            "INSERT INTO snapshot_places (snapshot, place, identity, since)
             VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (snapshot, place) DO UPDATE SET identity = excluded.identity",
            params![id.0, place, identity, since.to_string()],
        )?;
        Ok(())
    }

    /// Writes down that a place keeps these no more. A snapshot that no place
    /// keeps is forgotten.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn forget_snapshots_at(
        &self,
        place: &str,
        identities: &[String],
    ) -> Result<(), LedgerError> {
        for identity in identities {
            self.connection.execute(
                "DELETE FROM snapshot_places WHERE place = ?1 AND identity = ?2",
                params![place, identity],
            )?;
        }
        self.forget_unkept()
    }

    /// Forgets a place with all that it keeps: a target that is taken away.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn forget_place(&self, place: &str) -> Result<(), LedgerError> {
        self.connection.execute("DELETE FROM snapshot_places WHERE place = ?1", [place])?;
        self.forget_unkept()
    }

    fn forget_unkept(&self) -> Result<(), LedgerError> {
        self.connection.execute(
            "DELETE FROM snapshots WHERE id NOT IN (SELECT snapshot FROM snapshot_places)",
            [],
        )?;
        Ok(())
    }

    /// Forgets the snapshots that a job took: it is being undone.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn forget_snapshots_of_job(&self, job: JobId) -> Result<(), LedgerError> {
        self.connection.execute("DELETE FROM snapshots WHERE job = ?1", [job.0])?;
        Ok(())
    }

    /// The snapshot of this number.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn snapshot(&self, id: SnapshotNumber) -> Result<Option<SnapshotRecord>, LedgerError> {
        Ok(self.select_snapshots("id = ?1", [id.0])?.pop())
    }

    /// All snapshots, the newest first.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn snapshots(&self) -> Result<Vec<SnapshotRecord>, LedgerError> {
        self.select_snapshots("1 ORDER BY id DESC", [])
    }

    /// The snapshots of a service, the newest first.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn snapshots_of(&self, service: ServiceId) -> Result<Vec<SnapshotRecord>, LedgerError> {
        self.select_snapshots("service = ?1 ORDER BY id DESC", [service.0])
    }

    /// The snapshot that a job took, where it has one.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn snapshot_of_job(&self, job: JobId) -> Result<Option<SnapshotRecord>, LedgerError> {
        Ok(self.select_snapshots("job = ?1 ORDER BY id", [job.0])?.pop())
    }

    /// Keeps a key of the box's own, sealed.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Seal`].
    pub fn set_key(&self, name: &str, value: &str) -> Result<(), LedgerError> {
        let sealed = self.seal.seal(&key_place(name), value)?;
        self.connection.execute(
            "INSERT INTO sealed_keys (name, sealed) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
            params![name, sealed],
        )?;
        Ok(())
    }

    /// A key of the box's own, opened; none before it was made.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Seal`].
    pub fn key(&self, name: &str) -> Result<Option<String>, LedgerError> {
        let sealed: Option<Vec<u8>> = self
            .connection
            .query_row("SELECT sealed FROM sealed_keys WHERE name = ?1", [name], |row| row.get(0))
            .optional()?;
        sealed.map(|sealed| Ok(self.seal.unseal(&key_place(name), &sealed)?)).transpose()
    }

    fn select_snapshots(
        &self,
        which: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<SnapshotRecord>, LedgerError> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM snapshots WHERE {which}"))?;
        let mut found = Vec::new();
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            found.push(from_row(row)?);
        }
        for snapshot in &mut found {
            snapshot.places = self.places(snapshot.id)?;
        }
        Ok(found)
    }

    fn places(&self, id: SnapshotNumber) -> Result<Vec<PlaceRecord>, LedgerError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT place, identity, since FROM snapshot_places WHERE snapshot = ?1
             ORDER BY place <> 'local', place",
        )?;
        let mut rows = statement.query([id.0])?;
        let mut places = Vec::new();
        while let Some(row) = rows.next()? {
            places.push(PlaceRecord {
                place: row.get(0)?,
                identity: row.get(1)?,
                since: time(&row.get::<_, String>(2)?)?,
            });
        }
        Ok(places)
    }
}

fn key_place(name: &str) -> String {
    format!("key/{name}")
}

fn from_row(row: &Row<'_>) -> Result<SnapshotRecord, LedgerError> {
    let measures: String = row.get("measures")?;
    let measures = serde_json::from_str(&measures)
        .map_err(|error| LedgerError::Value(format!("measures: {error}")))?;
    Ok(SnapshotRecord {
        id: SnapshotNumber(row.get("id")?),
        of: NewSnapshot {
            service: ServiceId(row.get("service")?),
            name: row.get("name")?,
            recipe: row.get("recipe")?,
            software: row.get("software")?,
            release: row.get("release")?,
            revision: row.get("revision")?,
            taken: time(&row.get::<_, String>("taken")?)?,
            reason: row.get("reason")?,
            bytes: u64::try_from(row.get::<_, i64>("bytes")?).unwrap_or_default(),
            measures,
            job: JobId(row.get("job")?),
        },
        places: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ledger;

    fn new(job: i64) -> NewSnapshot {
        NewSnapshot {
            service: ServiceId(3),
            name: "pad".into(),
            recipe: "etherpad".into(),
            software: "Etherpad".into(),
            release: "3.3.3".into(),
            revision: 1,
            taken: Timestamp::UNIX_EPOCH,
            reason: "asked".into(),
            bytes: 12,
            measures: vec![MeasureRecord { name: "rows".into(), value: "7".into() }],
            job: JobId(job),
        }
    }

    #[test]
    fn a_snapshot_is_known_as_long_as_one_place_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let work = |records: &Records<'_>| {
            let id = records.add_snapshot(&new(1), "aaaa")?;
            records.set_snapshot_place(id, "blue", "bbbb", Timestamp::UNIX_EPOCH)?;
            let found = records.snapshot(id)?.unwrap();
            assert_eq!(found.of, new(1));
            assert_eq!(found.identity_in("local"), Some("aaaa"));
            records.forget_snapshots_at("local", &["aaaa".into()])?;
            let found = records.snapshots_of(ServiceId(3))?.pop().unwrap();
            assert_eq!(
                (found.identity_in("local"), found.identity_in("blue")),
                (None, Some("bbbb"))
            );
            records.forget_place("blue")?;
            assert_eq!(records.snapshot(id)?, None);
            assert!(
                records.add_snapshot(&new(2), "cccc")?.0 > id.0,
                "a number is never given twice"
            );
            Ok::<_, LedgerError>(())
        };
        ledger.write(work).unwrap();
    }

    #[test]
    fn what_a_job_took_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        let work = |records: &Records<'_>| {
            records.add_snapshot(&new(1), "aaaa")?;
            records.add_snapshot(&new(2), "bbbb")?;
            assert_eq!(
                records.snapshot_of_job(JobId(2))?.unwrap().identity_in("local"),
                Some("bbbb")
            );
            records.forget_snapshots_of_job(JobId(2))?;
            assert_eq!(records.snapshots()?.len(), 1);
            Ok::<_, LedgerError>(())
        };
        ledger.write(work).unwrap();
    }

    #[test]
    fn a_key_is_kept_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(folder.path()).unwrap();
        assert_eq!(ledger.read(|records| records.key("repository")).unwrap(), None);
        ledger.write(|records| records.set_key("repository", "open sesame")).unwrap();
        let kept = ledger.read(|records| records.key("repository")).unwrap();
        assert_eq!(kept.as_deref(), Some("open sesame"));
        drop(ledger);
        let stored = std::fs::read(folder.path().join("ledger.db")).unwrap();
        assert!(!stored.windows(6).any(|bytes| bytes == b"sesame"));
    }
}
