//! Services: what is installed, what is wanted of it, and what lies in the trash.

use std::collections::BTreeMap;

use jiff::Timestamp;
use recipe::Trouble;
use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use crate::{LedgerError, Records};

/// A service's number in the ledger; it stays when the service is renamed or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServiceId(pub i64);

impl std::fmt::Display for ServiceId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Where a service stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its install job is unfinished. It has never answered anybody.
    Installing,
    /// Proven once, and open to people.
    Installed,
    /// A snapshot brought back to see whether it can be: never listed, never
    /// opened, thrown away by its job.
    Rehearsing,
    /// In the trash, with its data, since the given time. Its name is free.
    Removed {
        /// When it was removed.
        at: Timestamp,
    },
}

/// What the person wants of an installed service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wanted {
    /// It should run; the reconciler sees to it.
    Running,
    /// It should not run; people see a page that says so.
    Stopped,
}

/// A service as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its number.
    pub id: ServiceId,
    /// Its name on this box.
    pub name: String,
    /// The recipe's id.
    pub recipe: String,
    /// The recipe's text as it was when the release was proven.
    pub recipe_text: String,
    /// The release's version.
    pub release: String,
    /// The release's revision.
    pub revision: u32,
    /// Where it stands.
    pub standing: Standing,
    /// What is wanted of it.
    pub wanted: Wanted,
    /// Why the daemon itself stopped it, if it did.
    pub held: Option<Trouble>,
    /// When it was asked for.
    pub created: Timestamp,
    /// Its domains, the main one first.
    pub domains: Vec<String>,
    /// Answers to the recipe's questions.
    pub answers: BTreeMap<String, String>,
}

/// A service to write down.
#[derive(Debug, Clone)]
pub struct NewService<'a> {
    /// Its name.
    pub name: &'a str,
    /// The recipe's id.
    pub recipe: &'a str,
    /// The recipe's text.
    pub recipe_text: &'a str,
    /// The release's version.
    pub release: &'a str,
    /// The release's revision.
    pub revision: u32,
    /// When.
    pub created: Timestamp,
    /// Its domains, the main one first.
    pub domains: &'a [String],
    /// Answers.
    pub answers: &'a BTreeMap<String, String>,
    /// Secrets, sealed before they are written.
    pub secrets: &'a BTreeMap<String, String>,
}

const COLUMNS: &str = "id, name, recipe, recipe_text, release, revision, standing, wanted, \
                       held, created, removed";

impl Records<'_> {
    /// Writes a service down as [`Standing::Installing`].
    ///
    /// # Errors
    /// [`LedgerError::NameTaken`], [`LedgerError::DomainTaken`], [`LedgerError::Sqlite`].
    pub fn add_service(&self, new: &NewService<'_>) -> Result<ServiceId, LedgerError> {
        if self.service_named(new.name)?.is_some() {
            return Err(LedgerError::NameTaken(new.name.to_owned()));
        }
        self.connection.execute(
            "INSERT INTO services
                 (name, recipe, recipe_text, release, revision, standing, wanted, created)
             VALUES (?1, ?2, ?3, ?4, ?5, 'installing', 'running', ?6)",
            params![
                new.name,
                new.recipe,
                new.recipe_text,
                new.release,
                new.revision,
                new.created.to_string()
            ],
        )?;
        let id = ServiceId(self.connection.last_insert_rowid());
        self.set_domains(id, new.domains)?;
        self.set_answers(id, new.answers)?;
        for (key, value) in new.secrets {
            self.set_secret(id, key, value)?;
        }
        Ok(id)
    }

    /// All services that are not in the trash, by name.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn services(&self) -> Result<Vec<Service>, LedgerError> {
        self.select("standing NOT IN ('removed', 'rehearsing') ORDER BY name", [])
    }

    /// The services that rehearsals have brought back, for as long as they are there.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn rehearsing(&self) -> Result<Vec<Service>, LedgerError> {
        self.select("standing = 'rehearsing' ORDER BY name", [])
    }

    /// What lies in the trash, the newest first.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn trash(&self) -> Result<Vec<Service>, LedgerError> {
        self.select("standing = 'removed' ORDER BY removed DESC, id DESC", [])
    }

    /// The service of this number, wherever it stands.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn service(&self, id: ServiceId) -> Result<Option<Service>, LedgerError> {
        Ok(self.select("id = ?1", [id.0])?.pop())
    }

    /// The living service of this name.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn service_named(&self, name: &str) -> Result<Option<Service>, LedgerError> {
        Ok(self.select("name = ?1 AND standing <> 'removed'", [name])?.pop())
    }

    /// Sets what is wanted of a service; it is no longer held.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_wanted(&self, id: ServiceId, wanted: Wanted) -> Result<(), LedgerError> {
        let word = match wanted {
            Wanted::Running => "running",
            Wanted::Stopped => "stopped",
        };
        self.connection.execute(
            "UPDATE services SET wanted = ?2, held = NULL WHERE id = ?1",
            params![id.0, word],
        )?;
        Ok(())
    }

    /// Has a service stand still until somebody says what is wanted of it.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn hold(&self, id: ServiceId, why: &Trouble) -> Result<(), LedgerError> {
        let why = serde_json::to_string(why).unwrap_or_default();
        self.connection.execute(
            "UPDATE services SET wanted = 'stopped', held = ?2 WHERE id = ?1",
            params![id.0, why],
        )?;
        Ok(())
    }

    /// Sets where a service stands.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`]; [`LedgerError::NameTaken`] when a service comes
    /// back from the trash and its name is in use.
    pub fn set_standing(&self, id: ServiceId, standing: Standing) -> Result<(), LedgerError> {
        let (word, removed) = match standing {
            Standing::Installing => ("installing", None),
            Standing::Installed => ("installed", None),
            Standing::Rehearsing => ("rehearsing", None),
            Standing::Removed { at } => ("removed", Some(at.to_string())),
        };
        self.connection
            .execute(
                "UPDATE services SET standing = ?2, removed = ?3 WHERE id = ?1",
                params![id.0, word, removed],
            )
            .map_err(|error| match self.name_of(id) {
                Some(name) if is_unique_violation(&error) => LedgerError::NameTaken(name),
                _ => error.into(),
            })?;
        Ok(())
    }

    /// Gives a service another name: one that comes back from the trash may
    /// find its old one in use.
    ///
    /// # Errors
    /// [`LedgerError::NameTaken`], [`LedgerError::Sqlite`].
    pub fn rename_service(&self, id: ServiceId, name: &str) -> Result<(), LedgerError> {
        self.connection
            .execute("UPDATE services SET name = ?2 WHERE id = ?1", params![id.0, name])
            .map_err(|error| {
                if is_unique_violation(&error) {
                    LedgerError::NameTaken(name.to_owned())
                } else {
                    error.into()
                }
            })?;
        Ok(())
    }

    /// Forgets a service and all that hangs on it; jobs stay as history.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn delete_service(&self, id: ServiceId) -> Result<(), LedgerError> {
        self.connection.execute("DELETE FROM services WHERE id = ?1", [id.0])?;
        Ok(())
    }

    /// The living service that a domain leads to.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn service_at(&self, host: &str) -> Result<Option<ServiceId>, LedgerError> {
        let found = self.connection.query_row(
            "SELECT s.id FROM domains d JOIN services s ON s.id = d.service
             WHERE d.host = ?1 AND s.standing <> 'removed'",
            [host],
            |row| row.get(0),
        );
        Ok(found.optional()?.map(ServiceId))
    }

    /// Puts these domains, the main one first, in the place of a service's domains.
    ///
    /// # Errors
    /// [`LedgerError::DomainTaken`] when a living service has one of them.
    pub fn set_domains(&self, id: ServiceId, domains: &[String]) -> Result<(), LedgerError> {
        self.connection.execute("DELETE FROM domains WHERE service = ?1", [id.0])?;
        for (host, rank) in domains.iter().zip(0_i64..) {
            if self.service_at(host)?.is_some() {
                return Err(LedgerError::DomainTaken(host.clone()));
            }
            self.connection.execute(
                "INSERT INTO domains (service, host, rank) VALUES (?1, ?2, ?3)",
                params![id.0, host, rank],
            )?;
        }
        Ok(())
    }

    /// Puts these answers, sealed, in the place of a service's answers.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Seal`].
    pub fn set_answers(
        &self,
        id: ServiceId,
        answers: &BTreeMap<String, String>,
    ) -> Result<(), LedgerError> {
        self.connection.execute("DELETE FROM answers WHERE service = ?1", [id.0])?;
        for (key, value) in answers {
            let sealed = self.seal.seal(&answer_place(id, key), value)?;
            self.connection.execute(
                "INSERT INTO answers (service, key, sealed) VALUES (?1, ?2, ?3)",
                params![id.0, key, sealed],
            )?;
        }
        Ok(())
    }

    /// Seals and writes one secret.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Seal`].
    pub fn set_secret(&self, id: ServiceId, key: &str, value: &str) -> Result<(), LedgerError> {
        let sealed = self.seal.seal(&place(id, key), value)?;
        self.connection.execute(
            "INSERT INTO secrets (service, key, sealed) VALUES (?1, ?2, ?3)
             ON CONFLICT (service, key) DO UPDATE SET sealed = excluded.sealed",
            params![id.0, key, sealed],
        )?;
        Ok(())
    }

    /// A service's secrets, opened.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Seal`].
    pub fn secrets(&self, id: ServiceId) -> Result<BTreeMap<String, String>, LedgerError> {
        self.opened("SELECT key, sealed FROM secrets WHERE service = ?1", id, place)
    }

    fn name_of(&self, id: ServiceId) -> Option<String> {
        self.connection
            .query_row("SELECT name FROM services WHERE id = ?1", [id.0], |row| row.get(0))
            .optional()
            .ok()
            .flatten()
    }

    fn select(
        &self,
        which: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<Service>, LedgerError> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("SELECT {COLUMNS} FROM services WHERE {which}"))?;
        let mut services = Vec::new();
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            let mut service = from_row(row)?;
            service.domains = self.domains(service.id)?;
            service.answers = self.answers(service.id)?;
            services.push(service);
        }
        Ok(services)
    }

    fn domains(&self, id: ServiceId) -> Result<Vec<String>, LedgerError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT host FROM domains WHERE service = ?1 ORDER BY rank")?;
        let rows = statement.query_map([id.0], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn answers(&self, id: ServiceId) -> Result<BTreeMap<String, String>, LedgerError> {
        self.opened("SELECT key, sealed FROM answers WHERE service = ?1", id, answer_place)
    }

    /// Keys and values of a service that are sealed, opened.
    fn opened(
        &self,
        select: &str,
        id: ServiceId,
        place: fn(ServiceId, &str) -> String,
    ) -> Result<BTreeMap<String, String>, LedgerError> {
        let mut statement = self.connection.prepare_cached(select)?;
        let rows = statement
            .query_map([id.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        let mut values = BTreeMap::new();
        for row in rows {
            let (key, sealed) = row?;
            let value = self.seal.unseal(&place(id, &key), &sealed)?;
            values.insert(key, value);
        }
        Ok(values)
    }
}

fn from_row(row: &Row<'_>) -> Result<Service, LedgerError> {
    let standing: String = row.get("standing")?;
    let removed: Option<String> = row.get("removed")?;
    let standing = match (standing.as_str(), removed) {
        ("installing", _) => Standing::Installing,
        ("installed", _) => Standing::Installed,
        ("rehearsing", _) => Standing::Rehearsing,
        ("removed", Some(at)) => Standing::Removed { at: time(&at)? },
        (other, _) => return Err(LedgerError::Value(format!("standing {other}"))),
    };
    let wanted: String = row.get("wanted")?;
    let wanted = match wanted.as_str() {
        "running" => Wanted::Running,
        "stopped" => Wanted::Stopped,
        other => return Err(LedgerError::Value(format!("wanted {other}"))),
    };
    let held: Option<String> = row.get("held")?;
    Ok(Service {
        id: ServiceId(row.get("id")?),
        name: row.get("name")?,
        recipe: row.get("recipe")?,
        recipe_text: row.get("recipe_text")?,
        release: row.get("release")?,
        revision: row.get("revision")?,
        standing,
        wanted,
        held: held.and_then(|text| serde_json::from_str(&text).ok()),
        created: time(&row.get::<_, String>("created")?)?,
        domains: Vec::new(),
        answers: BTreeMap::new(),
    })
}

pub(crate) fn time(text: &str) -> Result<Timestamp, LedgerError> {
    text.parse().map_err(|_error| LedgerError::Value(format!("time {text}")))
}

fn place(id: ServiceId, key: &str) -> String {
    format!("{id}/{key}")
}

fn answer_place(id: ServiceId, key: &str) -> String {
    format!("{id}/answer/{key}")
}

fn is_unique_violation(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
}

#[cfg(test)]
#[path = "services/tests.rs"]
mod tests;
