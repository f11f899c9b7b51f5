//! Releases: each once, with an image for every container, reached from
//! releases that there are, with a database that there is.

use std::collections::BTreeSet;

use super::{Check, meant};
use crate::block;
use crate::document::Place;
use crate::format::{Architecture, ReleaseRule};
use crate::releases::{may_step, newest_accepted};
use crate::scalar::{Major, Version};
use crate::text;

impl Check<'_, '_, '_, '_> {
    pub(super) fn releases(&mut self) {
        let file = self.file;
        if file.release.is_empty() {
            self.wrong(
                "release-missing",
                &Place::root().key("release"),
                text!("This recipe has no release.", "Cette recette n’a pas de version."),
                text!("Add one: [[release]]", "Ajoutez-en une : [[release]]"),
            );
        }
        let mut seen = BTreeSet::new();
        for (index, release) in file.release.iter().enumerate() {
            let place = Place::root().key("release").index(index);
            let version = &release.version;
            if !seen.insert((version, release.revision)) {
                let revision = release.revision;
                self.wrong(
                    "release-twice",
                    &place.key("version"),
                    text!(
                        "Revision {revision} of {version} stands here a second time.",
                        "La révision {revision} de {version} est écrite ici une deuxième fois."
                    ),
                    text!(
                        "Raise “revision” when the images were rebuilt.",
                        "Augmentez « revision » si les images ont été refaites."
                    ),
                );
            }
            self.from(release, index, &place.key("from"));
            self.images(release, &place);
            self.majors(release, &place);
        }
    }

    fn from(&mut self, release: &ReleaseRule, index: usize, place: &Place) {
        let Some(range) = &release.from else { return };
        let file = self.file;
        let versions: Vec<&str> =
            file.release.iter().map(|release| release.version.as_str()).collect();
        let mut all_known = true;
        for bound in &range.bounds {
            let version = bound.version.as_str();
            if !versions.contains(&version) {
                all_known = false;
                self.wrong(
                    "version-unknown",
                    place,
                    text!(
                        "This recipe has no version “{version}”.",
                        "Cette recette n’a pas de version « {version} »."
                    ),
                    meant(version, &versions),
                );
            }
        }
        let reachable = (0..index).any(|source| may_step(&versions, source, index, Some(range)));
        if all_known && !reachable {
            self.wrong(
                "range-empty",
                place,
                text!("No release before this one is in this range.", "Aucune version placée avant celle-ci n’est dans cet intervalle."),
                text!(
                    "Releases stand from the oldest to the newest; the first one has no “from”.",
                    "Les versions vont de la plus ancienne à la plus récente ; la première n’a pas de « from »."
                ),
            );
        }
    }

    fn images(&mut self, release: &ReleaseRule, place: &Place) {
        let file = self.file;
        let version = &release.version;
        let with_image = file.container.iter().filter(|(_, container)| container.image.is_some());
        for (name, _) in with_image {
            let images = release.images.get(name);
            let has =
                |architecture| images.is_some_and(|images| images.image(architecture).is_some());
            if !Architecture::ALL.into_iter().any(has) {
                self.wrong(
                    "release-without-image",
                    &place.key("version"),
                    text!(
                        "{version} has no image for the container “{name}”.",
                        "{version} n’a pas d’image pour le conteneur « {name} »."
                    ),
                    text!(
                        "Add it: [release.images.{name}.amd64]",
                        "Ajoutez-la : [release.images.{name}.amd64]"
                    ),
                );
            }
        }
        let place = place.key("images");
        for (name, images) in &release.images {
            let place = place.key(name);
            let Some(container) = file.container.get(name) else {
                let known: Vec<&str> = file.container.keys().map(String::as_str).collect();
                self.wrong_key(
                    "container-unknown",
                    &place,
                    text!(
                        "There is no container “{name}”.",
                        "Il n’y a pas de conteneur « {name} »."
                    ),
                    meant(name, &known),
                );
                continue;
            };
            for architecture in Architecture::ALL {
                let digest = images.image(architecture).and_then(|image| image.digest.as_ref());
                if container.image.is_none() && digest.is_some() {
                    self.wrong(
                        "digest-without-image",
                        &place.key(&architecture.to_string()).key("digest"),
                        text!("This container’s image comes from no registry.", "L’image de ce conteneur ne vient d’aucun registre."),
                        text!("Take the digest out: an image built at home is known by its inputs.", "Retirez l’empreinte : une image faite maison se reconnaît à ce qui la compose."),
                    );
                }
            }
        }
        self.tags(release.version.as_str(), version);
    }

    /// A version with signs that registries refuse needs a tag.
    fn tags(&mut self, text: &str, version: &Version) {
        let file = self.file;
        let refused = text.contains(['+', '~']);
        let silent = file
            .container
            .iter()
            .find(|(_, container)| container.image.is_some() && container.tag.is_none());
        if let (true, Some((name, _))) = (refused, silent) {
            self.wrong_key(
                "tag-impossible",
                &Place::root().key("container").key(name),
                text!(
                    "“{version}” cannot be an image’s tag.",
                    "« {version} » ne peut pas être l’étiquette d’une image."
                ),
                text!(
                    "Say the tag in the container: tag = \"…\"",
                    "Dites l’étiquette dans le conteneur : tag = \"…\""
                ),
            );
        }
    }

    fn majors(&mut self, release: &ReleaseRule, place: &Place) {
        let Some(block) = block::database(self.file) else {
            if !release.database.is_empty() {
                self.wrong_key(
                    "database-missing",
                    &place.key("database"),
                    text!(
                        "This recipe has no database.",
                        "Cette recette n’a pas de base de données."
                    ),
                    text!(
                        "Add [database], or take this out.",
                        "Ajoutez [database], ou retirez ceci."
                    ),
                );
            }
            return;
        };
        let known: Vec<&str> = block.majors.iter().map(Major::as_str).collect();
        let listed = known.join(", ");
        if release.database.is_empty() {
            let example = block.majors.iter().map(Major::as_str).next_back().unwrap_or_default();
            let quoted =
                if example.contains('.') { format!("\"{example}\"") } else { example.to_owned() };
            self.wrong(
                "database-major-missing",
                &place.key("version"),
                text!(
                    "This release does not say which majors of the database it accepts.",
                    "Cette version ne dit pas quelles versions majeures de la base elle accepte."
                ),
                text!("Add it: database = [{quoted}]", "Ajoutez-le : database = [{quoted}]"),
            );
        } else if newest_accepted(release, &block.majors).is_none() {
            self.wrong(
                "database-major-unknown",
                &place.key("database"),
                text!(
                    "Panier has none of these majors of the database.",
                    "Panier n’a aucune de ces versions majeures de la base."
                ),
                text!("It has: {listed}.", "Il a : {listed}."),
            );
        }
    }
}
