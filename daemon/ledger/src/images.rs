//! Images: what each container runs, and the digests that were seen first.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use std::collections::BTreeMap;

use crate::{LedgerError, Records, ServiceId};

impl Records<'_> {
    /// Puts these images (container to reference and image id) in the place of
    /// a service's images.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_images(
        &self,
        service: ServiceId,
        images: &BTreeMap<String, (String, String)>,
    ) -> Result<(), LedgerError> {
        self.connection.execute("DELETE FROM service_images WHERE service = ?1", [service.0])?;
        for (container, (reference, image)) in images {
            self.connection.execute(
                "INSERT INTO service_images (service, container, reference, image)
                 VALUES (?1, ?2, ?3, ?4)",
                params![service.0, container, reference, image],
            )?;
        }
        Ok(())
    }

    /// Which image each container of a service runs: container to reference and image id.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn images(
        &self,
        service: ServiceId,
    ) -> Result<BTreeMap<String, (String, String)>, LedgerError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT container, reference, image FROM service_images WHERE service = ?1",
        )?;
        let rows = statement
            .query_map([service.0], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Remembers the first digest had of an image whose recipe names none, and
    /// gives the one that counts: the first.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn first_digest(
        &self,
        reference: &str,
        architecture: &str,
        digest: &str,
        seen: Timestamp,
    ) -> Result<String, LedgerError> {
        self.connection.execute(
            "INSERT INTO first_digests (reference, architecture, digest, seen)
             VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            params![reference, architecture, digest, seen.to_string()],
        )?;
        let first = self.known_digest(reference, architecture)?;
        Ok(first.unwrap_or_else(|| digest.to_owned()))
    }

    /// The first digest had of an image, if one was had.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn known_digest(
        &self,
        reference: &str,
        architecture: &str,
    ) -> Result<Option<String>, LedgerError> {
        Ok(self
            .connection
            .query_row(
                "SELECT digest FROM first_digests WHERE reference = ?1 AND architecture = ?2",
                params![reference, architecture],
                |row| row.get(0),
            )
            .optional()?)
    }
}
