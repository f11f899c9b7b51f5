//! Containers: where their images come from, who answers the web, who waits
//! for whom, and whether the memory suffices.

use super::{Check, meant};
use crate::document::Place;
use crate::format::Container;
use crate::render;
use crate::text;

/// Less memory than this starts nothing.
const LEAST_MEMORY: u64 = 6 << 20;

impl Check<'_, '_, '_, '_> {
    pub(super) fn containers(&mut self) {
        let file = self.file;
        for (name, container) in &file.container {
            let place = Place::root().key("container").key(name);
            if self.recipe.blocks().iter().any(|block| block.name == *name) {
                self.twice(name, &place);
            }
            self.image(container, &place);
            if let Some(other) = &container.same_image_as {
                self.shared_image(name, other.as_str(), &place.key("same_image_as"));
            }
            for (index, other) in container.after.iter().enumerate() {
                self.container_named(other.as_str(), &place.key("after").index(index), true);
            }
            for key in ["entrypoint", "ready"] {
                let list = if key == "ready" { &container.ready } else { &container.entrypoint };
                if list.as_ref().is_some_and(Vec::is_empty) {
                    self.blank(&place.key(key));
                }
            }
            if let Some(rule) = &container.secret_environment
                && rule.because.trim().is_empty()
            {
                self.blank(&place.key("secret_environment").key("because"));
            }
        }
        self.web();
        self.circles();
        self.memory();
    }

    fn image(&mut self, container: &Container, place: &Place) {
        let said = [
            container.image.is_some(),
            container.build.is_some(),
            container.same_image_as.is_some(),
        ];
        let count = said.iter().filter(|said| **said).count();
        let hint = text!(
            "Say one of image, build and same_image_as.",
            "Dites l’un de image, build et same_image_as."
        );
        if count == 0 {
            self.wrong_key(
                "image-missing",
                place,
                text!("This container has no image.", "Ce conteneur n’a pas d’image."),
                hint,
            );
        } else if count > 1 {
            self.wrong_key(
                "image-twice",
                place,
                text!(
                    "This container has more than one image.",
                    "Ce conteneur a plus d’une image."
                ),
                hint,
            );
        }
        if container.same_image_as.is_some() && container.tag.is_some() {
            self.wrong_key(
                "tag-of-shared-image",
                &place.key("tag"),
                text!(
                    "The tag is that of the container it shares the image with.",
                    "L’étiquette est celle du conteneur dont il partage l’image."
                ),
                text!("Take “tag” out.", "Retirez « tag »."),
            );
        }
    }

    fn shared_image(&mut self, name: &str, other: &str, place: &Place) {
        let own: Vec<&str> = self
            .file
            .container
            .iter()
            .filter(|(known, container)| *known != name && container.same_image_as.is_none())
            .map(|(known, _)| known.as_str())
            .collect();
        if !own.contains(&other) {
            self.wrong(
                "container-unknown",
                place,
                text!(
                    "There is no other container “{other}” with an image of its own.",
                    "Il n’y a pas d’autre conteneur « {other} » avec sa propre image."
                ),
                meant(other, &own),
            );
        }
    }

    fn web(&mut self) {
        let file = self.file;
        let answering: Vec<&String> = file
            .container
            .iter()
            .filter(|(_, container)| container.web.is_some())
            .map(|(name, _)| name)
            .collect();
        let place = Place::root().key("container");
        match answering.as_slice() {
            [_] => {}
            [] => {
                // The place of the first container: there the key is missing.
                let first = file.container.keys().next();
                let place = first.map_or(place.clone(), |name| place.key(name));
                self.wrong_key(
                    "web-missing",
                    &place,
                    text!(
                        "No container answers the front door.",
                        "Aucun conteneur ne répond à la porte d’entrée."
                    ),
                    text!(
                        "Say it in one of them: web = {{ port = 8080 }}",
                        "Dites-le dans l’un d’eux : web = {{ port = 8080 }}"
                    ),
                );
            }
            [first, others @ ..] => {
                for name in others {
                    self.wrong_key(
                        "web-twice",
                        &place.key(name).key("web"),
                        text!(
                            "“{first}” answers the front door already.",
                            "« {first} » répond déjà à la porte d’entrée."
                        ),
                        text!(
                            "Keep “web” in one container.",
                            "Gardez « web » dans un seul conteneur."
                        ),
                    );
                }
            }
        }
    }

    fn circles(&mut self) {
        let waiting = render::in_a_circle(self.file);
        let Some(first) = waiting.first() else { return };
        let place = Place::root().key("container").key(first).key("after");
        let listed = waiting.join(", ");
        self.wrong(
            "containers-in-a-circle",
            &place,
            text!(
                "These containers wait for each other: {listed}.",
                "Ces conteneurs s’attendent les uns les autres : {listed}."
            ),
            text!("Let one of them start first.", "Laissez l’un d’eux démarrer en premier."),
        );
    }

    /// The limits together stay within what the service says it needs.
    fn memory(&mut self) {
        let shares = render::share(self.file);
        let total = shares.values().fold(0, |sum: u64, part| sum.saturating_add(*part));
        let starved = shares.iter().find(|(_, bytes)| **bytes < LEAST_MEMORY).map(|(name, _)| name);
        let needs = self.file.needs.memory.bytes();
        let place = Place::root().key("needs").key("memory");
        let mebibytes = total.div_ceil(1 << 20);
        if total > needs {
            self.wrong(
                "memory-too-small",
                &place,
                text!(
                    "The limits of the containers add up to more than this: {mebibytes} MiB.",
                    "Les limites des conteneurs font ensemble plus que cela : {mebibytes} MiB."
                ),
                text!("Raise it, or lower the limits.", "Augmentez-la, ou baissez les limites."),
            );
        } else if let Some(name) = starved {
            self.wrong(
                "memory-too-small",
                &place,
                text!(
                    "This leaves no memory for “{name}”.",
                    "Il ne reste pas de mémoire pour « {name} »."
                ),
                text!(
                    "Raise it, or lower the limits of the others.",
                    "Augmentez-la, ou baissez les limites des autres."
                ),
            );
        }
    }
}
