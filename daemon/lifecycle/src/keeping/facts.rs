//! What the ledger says of a service beside its data, and what changes with
//! them when a snapshot is put back.

use std::collections::BTreeMap;

use ledger::{LedgerError, Records, Service, ServiceId};
use recipe::Trouble;
use serde::{Deserialize, Serialize};

use super::manifest::Manifest;
use crate::site::Ground;

/// A release with all that was settled for it. Kept in requests of jobs, so
/// that it can be written down again whichever way the job ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ServiceFacts {
    pub(crate) recipe_text: String,
    pub(crate) release: String,
    pub(crate) revision: u32,
    pub(crate) answers: BTreeMap<String, String>,
    pub(crate) secrets: BTreeMap<String, String>,
    /// Container to image, by name and by identity in the engine.
    pub(crate) images: BTreeMap<String, (String, String)>,
}

impl ServiceFacts {
    /// What is true of a service now.
    pub(crate) fn of(ground: &Ground, service: &Service) -> Result<Self, Trouble> {
        let (secrets, images) = ground
            .read(|records| Ok((records.secrets(service.id)?, records.images(service.id)?)))?;
        Ok(Self {
            recipe_text: service.recipe_text.clone(),
            release: service.release.clone(),
            revision: service.revision,
            answers: service.answers.clone(),
            secrets,
            images,
        })
    }

    /// Writes them down for a service whose data they belong to from now on.
    pub(crate) fn write(&self, records: &Records<'_>, id: ServiceId) -> Result<(), LedgerError> {
        records.set_release(id, &self.recipe_text, &self.release, self.revision)?;
        records.set_answers(id, &self.answers)?;
        for (key, value) in &self.secrets {
            records.set_secret(id, key, value)?;
        }
        records.set_images(id, &self.images)
    }
}

impl From<&Manifest> for ServiceFacts {
    fn from(manifest: &Manifest) -> Self {
        Self {
            recipe_text: manifest.recipe_text.clone(),
            release: manifest.release.clone(),
            revision: manifest.revision,
            answers: manifest.answers.clone(),
            secrets: manifest.secrets.clone(),
            images: manifest.images.clone(),
        }
    }
}
