//! Paths inside containers and ports on the box: each given away once.

use std::collections::{BTreeMap, BTreeSet};

use super::Check;
use crate::document::Place;
use crate::format::{Container, Transport};
use crate::text;
use crate::variables::SECRETS_FOLDER;

/// Ports of the box that the front door answers.
const FRONT_DOOR: [u16; 2] = [80, 443];

impl Check<'_, '_, '_, '_> {
    pub(super) fn mounts(&mut self) {
        let file = self.file;
        for (name, container) in &file.container {
            self.paths(container, &Place::root().key("container").key(name));
        }
        self.writers();
        self.ports();
        self.shut_paths();
        self.headers();
    }

    /// Two things at one path would hide each other.
    fn paths(&mut self, container: &Container, place: &Place) {
        let volumes = container
            .volumes
            .iter()
            .map(|(volume, mount)| (mount.path().as_str(), place.key("volumes").key(volume)));
        let tmpfs = container.tmpfs.iter().enumerate();
        let tmpfs = tmpfs.map(|(index, path)| (path.as_str(), place.key("tmpfs").index(index)));
        let files = container.file.iter().enumerate();
        let files = files
            .map(|(index, file)| (file.path.as_str(), place.key("file").index(index).key("path")));
        let mut taken: BTreeSet<&str> = BTreeSet::new();
        for (path, place) in volumes.chain(tmpfs).chain(files) {
            let secrets = path == SECRETS_FOLDER || path.starts_with(&format!("{SECRETS_FOLDER}/"));
            if secrets {
                self.wrong(
                    "path-taken",
                    &place,
                    text!(
                        "Secrets are put into {SECRETS_FOLDER}.",
                        "Les secrets sont placés dans {SECRETS_FOLDER}."
                    ),
                    text!("Choose another path.", "Choisissez un autre chemin."),
                );
            } else if !taken.insert(path) {
                self.wrong(
                    "path-taken",
                    &place,
                    text!(
                        "Something else is at {path} already.",
                        "Il y a déjà autre chose à {path}."
                    ),
                    text!("Choose another path.", "Choisissez un autre chemin."),
                );
            }
        }
    }

    /// A volume that everyone may only read stays empty for ever.
    fn writers(&mut self) {
        let file = self.file;
        let mounts = || {
            file.container.iter().flat_map(|(name, container)| {
                container.volumes.iter().map(move |(volume, mount)| (name, volume, mount))
            })
        };
        let written: BTreeSet<&String> = mounts()
            .filter(|(_, _, mount)| !mount.read_only())
            .map(|(_, volume, _)| volume)
            .collect();
        for (name, volume, _) in mounts() {
            let of_block = self
                .recipe
                .blocks()
                .iter()
                .any(|block| block.container.volumes.contains_key(volume));
            let place = Place::root().key("container").key(name).key("volumes").key(volume);
            if of_block {
                self.twice(volume, &place);
            } else if !written.contains(volume) {
                self.wrong_key(
                    "volume-unknown",
                    &place,
                    text!(
                        "No container writes to the volume “{volume}”.",
                        "Aucun conteneur n’écrit dans le volume « {volume} »."
                    ),
                    super::meant(
                        volume,
                        &written.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
                    ),
                );
            }
        }
    }

    fn ports(&mut self) {
        let file = self.file;
        let mut taken: BTreeMap<(u16, bool), &String> = BTreeMap::new();
        for (name, container) in &file.container {
            for (index, port) in container.port.iter().enumerate() {
                let outside = port.outside.unwrap_or(port.inside);
                let place = Place::root().key("container").key(name).key("port").index(index);
                let place = place.key(if port.outside.is_some() { "outside" } else { "inside" });
                let udp = port.protocol == Transport::Udp;
                if FRONT_DOOR.contains(&outside) {
                    self.wrong(
                        "port-taken",
                        &place,
                        text!(
                            "Port {outside} of the box is the front door’s.",
                            "Le port {outside} de la boîte est celui de la porte d’entrée."
                        ),
                        text!(
                            "Choose another “outside”, or use “web”.",
                            "Choisissez un autre « outside », ou utilisez « web »."
                        ),
                    );
                } else if let Some(other) = taken.insert((outside, udp), name) {
                    self.wrong(
                        "port-taken",
                        &place,
                        text!(
                            "Port {outside} of the box is given to “{other}” already.",
                            "Le port {outside} de la boîte est déjà donné à « {other} »."
                        ),
                        text!("Choose another “outside”.", "Choisissez un autre « outside »."),
                    );
                }
            }
        }
    }

    /// The probe goes through the front door: it cannot ask what is shut.
    fn shut_paths(&mut self) {
        let file = self.file;
        let asked = file.probe.path.as_str();
        for (index, shut) in file.front_door.shut.iter().enumerate() {
            let shut = shut.as_str().trim_end_matches('/');
            let below = asked
                .strip_prefix(shut)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
            if below {
                self.wrong(
                    "probe-shut-out",
                    &Place::root().key("front_door").key("shut").index(index),
                    text!(
                        "The probe asks {asked}, which this shuts.",
                        "La sonde demande {asked}, que ceci ferme."
                    ),
                    text!(
                        "Let the probe ask another path.",
                        "Faites demander un autre chemin à la sonde."
                    ),
                );
            }
        }
        for path in file.front_door.redirects.keys().filter(|path| !path.starts_with('/')) {
            self.wrong_key(
                "url-path-unusable",
                &Place::root().key("front_door").key("redirects").key(path),
                text!(
                    "“{path}” is not a path of a web address.",
                    "« {path} » n’est pas un chemin d’adresse web."
                ),
                text!("Begin with /.", "Commencez par /."),
            );
        }
    }

    /// Names and values of headers (RFC 9110, 5.1 and 5.5).
    fn headers(&mut self) {
        let file = self.file;
        for (name, value) in &file.front_door.headers {
            let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            let named = !name.is_empty() && name.chars().all(token);
            if !named || value.chars().any(char::is_control) {
                self.wrong_key(
                    "header-unusable",
                    &Place::root().key("front_door").key("headers").key(name),
                    text!("“{name}” cannot be sent as a header.", "« {name} » ne peut pas être envoyé comme en-tête."),
                    text!(
                        "Use letters, digits and hyphens for its name, and one line for its value.",
                        "Utilisez des lettres, des chiffres et des traits d’union pour son nom, une seule ligne pour sa valeur."
                    ),
                );
            }
        }
    }
}
