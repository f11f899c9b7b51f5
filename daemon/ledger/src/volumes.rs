//! Volumes: the identity that must lie beside the data before a service starts on it.

use rusqlite::params;

use crate::{LedgerError, Records, ServiceId};

/// A volume of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeRecord {
    /// Its name in the recipe.
    pub name: String,
    /// What the file beside its data must say.
    pub identity: String,
}

impl Records<'_> {
    /// Writes a volume down; keeps the identity of one that is known already,
    /// and gives the one that counts.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn add_volume(
        &self,
        service: ServiceId,
        name: &str,
        identity: &str,
    ) -> Result<String, LedgerError> {
        self.connection.execute(
            "INSERT INTO volumes (service, name, identity) VALUES (?1, ?2, ?3)
             ON CONFLICT (service, name) DO NOTHING",
            params![service.0, name, identity],
        )?;
        Ok(self.connection.query_row(
            "SELECT identity FROM volumes WHERE service = ?1 AND name = ?2",
            params![service.0, name],
            |row| row.get(0),
        )?)
    }

    /// Forgets a volume that a service no longer has.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn forget_volume(&self, service: ServiceId, name: &str) -> Result<(), LedgerError> {
        self.connection.execute(
            "DELETE FROM volumes WHERE service = ?1 AND name = ?2",
            params![service.0, name],
        )?;
        Ok(())
    }

    /// A service's volumes, by name.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn volumes(&self, service: ServiceId) -> Result<Vec<VolumeRecord>, LedgerError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT name, identity FROM volumes WHERE service = ?1 ORDER BY name",
        )?;
        let rows = statement.query_map([service.0], |row| {
            Ok(VolumeRecord { name: row.get(0)?, identity: row.get(1)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
