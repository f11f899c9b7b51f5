//! The box itself: its identity, and settings as plain keys and values.

use rusqlite::OptionalExtension as _;

use crate::{LedgerError, Records};

/// What a box is, made once at its first start and never changed by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxFacts {
    /// 16 lower-case hexadecimal digits; on every label.
    pub identity: String,
    /// The domain below which services get their first address.
    pub base_domain: String,
}

impl BoxFacts {
    /// The identity's first six digits: enough to tell boxes on one engine
    /// apart in names that people read.
    #[must_use]
    pub fn short_identity(&self) -> &str {
        self.identity.get(..6).unwrap_or(&self.identity)
    }
}

impl Records<'_> {
    /// What this box is; none before its first start has been written down.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn box_facts(&self) -> Result<Option<BoxFacts>, LedgerError> {
        let identity = self.setting("box.identity")?;
        let base_domain = self.setting("box.base_domain")?;
        Ok(identity
            .zip(base_domain)
            .map(|(identity, base_domain)| BoxFacts { identity, base_domain }))
    }

    /// Writes down what this box is.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_box_facts(&self, facts: &BoxFacts) -> Result<(), LedgerError> {
        self.set_setting("box.identity", &facts.identity)?;
        self.set_setting("box.base_domain", &facts.base_domain)
    }

    /// The setting of this key.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn setting(&self, key: &str) -> Result<Option<String>, LedgerError> {
        Ok(self
            .connection
            .query_row("SELECT value FROM settings WHERE key = ?1", [key], |row| row.get(0))
            .optional()?)
    }

    /// Sets the setting of this key.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_setting(&self, key: &str, value: &str) -> Result<(), LedgerError> {
        self.connection.execute(
            "INSERT INTO settings (key, value) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            [key, value],
        )?;
        Ok(())
    }
}
