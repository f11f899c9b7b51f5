//! What a snapshot says of the service that it is of: all that brings it back
//! on a box that has never heard of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ledger::{MeasureRecord, NewService, Service};
use recipe::{Recipe, Trouble, text};
use serde::{Deserialize, Serialize};

use crate::site::Ground;
use crate::trouble;

/// The folder beside the volumes that a snapshot's own files lie in. No volume
/// can have this name. It holds secrets: only root may enter.
pub(super) const FOLDER: &str = ".panier";
/// The manifest, relative to the service's folder.
pub(super) const FILE: &str = ".panier/manifest.json";

/// A snapshot's account of its service. Kept as JSON in the snapshot: read by
/// later versions of Panier, so fields are only added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The format of this file: 1, or 2 where the database is there as a dump alone.
    pub(crate) format: u32,
    /// The box's identity.
    #[serde(rename = "box")]
    pub(crate) made_by: String,
    /// The service's name.
    pub(crate) name: String,
    /// The recipe's id.
    pub(crate) recipe: String,
    /// The recipe's text, of which the release was proven.
    pub(crate) recipe_text: String,
    pub(crate) release: String,
    pub(crate) revision: u32,
    /// The main one first.
    pub(crate) domains: Vec<String>,
    pub(crate) answers: BTreeMap<String, String>,
    pub(crate) secrets: BTreeMap<String, String>,
    /// Container to image, by name and by identity in the engine.
    pub(crate) images: BTreeMap<String, (String, String)>,
    /// Volume to its identity on the box.
    pub(crate) volumes: BTreeMap<String, String>,
    /// The database's volume, where a dump is there in the place of its files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dumped: Option<Dumped>,
    /// What was measured at the instant that the data show.
    pub(crate) measures: Vec<MeasureRecord>,
    /// That instant.
    pub(crate) taken: Timestamp,
    /// Why it was taken.
    pub(crate) reason: String,
}

/// A database of which a snapshot holds a dump in the place of its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dumped {
    /// Its volume.
    pub(crate) volume: String,
    /// Bytes that its files took up.
    pub(crate) bytes: u64,
}

impl Manifest {
    /// Where everything that is restored lies as files.
    const FILES: u32 = 1;
    /// Where a database is loaded from its dump.
    const DUMPED: u32 = 2;

    /// What is true of a service now.
    pub(crate) fn of(
        ground: &Ground,
        service: &Service,
        measures: Vec<MeasureRecord>,
        reason: &str,
    ) -> Result<Self, Trouble> {
        let (secrets, images, volumes) = ground.read(|records| {
            Ok((
                records.secrets(service.id)?,
                records.images(service.id)?,
                records.volumes(service.id)?,
            ))
        })?;
        Ok(Self {
            format: Self::FILES,
            made_by: ground.facts.identity.clone(),
            name: service.name.clone(),
            recipe: service.recipe.clone(),
            recipe_text: service.recipe_text.clone(),
            release: service.release.clone(),
            revision: service.revision,
            domains: service.domains.clone(),
            answers: service.answers.clone(),
            secrets,
            images,
            volumes: volumes.into_iter().map(|it| (it.name, it.identity)).collect(),
            dumped: None,
            measures,
            taken: (ground.clock)(),
            reason: reason.to_owned(),
        })
    }

    /// The same, with a dump in the place of the database's files. A Panier that
    /// would only put files back must not take it for one of its own.
    pub(super) fn with_dump(self, volume: String, bytes: u64) -> Self {
        Self { format: Self::DUMPED, dumped: Some(Dumped { volume, bytes }), ..self }
    }

    /// Reads one back.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Trouble> {
        let unreadable = || {
            Trouble::new(
                "snapshot-unreadable",
                text!(
                    "The snapshot does not say what it is of in words that this version of Panier knows.",
                    "La sauvegarde ne dit pas de quoi elle est faite dans des mots que cette version de Panier connaît."
                ),
                text!(
                    "Bring Panier up to date, then try again.",
                    "Mettez Panier à jour, puis réessayez."
                ),
            )
        };
        let found: Self =
            serde_json::from_slice(bytes).map_err(|error| unreadable().because_of(error))?;
        if found.format > Self::DUMPED { Err(unreadable()) } else { Ok(found) }
    }

    /// Writes it below a folder that a snapshot is taken of.
    pub(super) fn write(&self, root: &Path) -> Result<(), Trouble> {
        let folder = root.join(FOLDER);
        let bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        let written = system::files::ensure_folder(&folder, 0o700)
            .and_then(|()| system::files::write_whole(&root.join(FILE), &bytes, 0o600));
        written.map_err(|error| {
            let place = folder.display();
            trouble::of_file(
                text!("{place} could not be written.", "{place} n’a pas pu être écrit."),
                &error,
            )
        })
    }

    /// The software's name, as it calls itself.
    pub(super) fn software(&self) -> String {
        Recipe::parse("recipe.toml", &self.recipe_text)
            .map_or_else(|_wrong| self.recipe.clone(), |recipe| recipe.name().to_owned())
    }

    /// A service like the one that it is of, under this name and these domains.
    pub(super) fn service<'a>(
        &'a self,
        name: &'a str,
        domains: &'a [String],
        created: Timestamp,
    ) -> NewService<'a> {
        NewService {
            name,
            recipe: &self.recipe,
            recipe_text: &self.recipe_text,
            release: &self.release,
            revision: self.revision,
            created,
            domains,
            answers: &self.answers,
            secrets: &self.secrets,
        }
    }

    /// The paths of the data that are kept as files, relative to the service's folder.
    pub(super) fn data(&self) -> Vec<PathBuf> {
        let dumped = self.dumped.as_ref().map(|dumped| &dumped.volume);
        let volumes = self.volumes.keys().filter(|name| Some(*name) != dumped);
        volumes.map(|name| Path::new(name).join("data")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the first version of Panier that took snapshots wrote it.
    const FIRST: &str = r#"{
        "format": 1, "box": "0123456789abcdef", "name": "pad", "recipe": "pad",
        "recipe_text": "format = 1", "release": "1.0", "revision": 1,
        "domains": ["pad.box.localhost"], "answers": {"title": "Pads"},
        "secrets": {"admin_password": "open sesame"},
        "images": {"app": ["docker.io/example/pad:1.0", "sha256:aa"]},
        "volumes": {"var": "a1"}, "measures": [{"name": "rows", "value": "7"}],
        "taken": "2026-11-22T06:00:00Z", "reason": "asked"
    }"#;

    #[test]
    fn the_first_format_stays_readable() {
        let manifest = Manifest::read(FIRST.as_bytes()).unwrap();
        assert_eq!(manifest.measures[0].value, "7");
        assert_eq!(manifest.data(), [Path::new("var/data")]);
        let folder = tempfile::tempdir().unwrap();
        manifest.write(folder.path()).unwrap();
        let written = std::fs::read(folder.path().join(FILE)).unwrap();
        assert_eq!(Manifest::read(&written).unwrap(), manifest);
    }

    #[test]
    fn one_from_the_future_is_not_guessed_at() {
        let later = FIRST.replace("\"format\": 1", "\"format\": 3");
        assert_eq!(Manifest::read(later.as_bytes()).unwrap_err().code, "snapshot-unreadable");
    }
}
