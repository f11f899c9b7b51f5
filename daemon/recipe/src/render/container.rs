//! One container, rendered.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Kitchen, Misfilled, limits, order, spots};
use crate::document::Place;
use crate::format::{Container, EgressTo, File, Transport};
use crate::scalar::{AbsolutePath, Capability, Mode, Owner};
use crate::variables::SECRETS_FOLDER;
use crate::{
    Egress, ImageSource, Limits, Protocol, PublishedPort, RenderedContainer, RenderedFile,
    RenderedVolume,
};

/// Whom files belong to where nobody is named.
const ROOT: Owner = Owner { user: 0, group: 0 };
/// Processes and threads of a container that says nothing.
const PROCESSES: u32 = 256;
/// Time between the polite signal and the hard one, where nothing is said.
const STOP_GRACE: Duration = Duration::from_secs(10);

impl Kitchen<'_> {
    /// All containers, in the order in which they start.
    pub(super) fn containers(&self) -> Result<Vec<RenderedContainer>, Misfilled> {
        let file = &self.recipe.file;
        let memory = limits::share(file);
        let mut rendered = Vec::new();
        for block in self.recipe.blocks() {
            rendered.push(self.container(
                &block.name,
                &block.container,
                &memory,
                &Place::root(),
            )?);
        }
        for name in order::starting(file) {
            if let Some(container) = file.container.get(name) {
                let place = Place::root().key("container").key(name);
                rendered.push(self.container(name, container, &memory, &place)?);
            }
        }
        Ok(rendered)
    }

    fn container(
        &self,
        name: &str,
        container: &Container,
        memory: &BTreeMap<String, u64>,
        place: &Place,
    ) -> Result<RenderedContainer, Misfilled> {
        let list = |templates: &Option<Vec<String>>, key: &str| {
            templates.as_ref().map(|list| self.open_list(list, &place.key(key))).transpose()
        };
        Ok(RenderedContainer {
            name: name.to_owned(),
            image: self.image(name, container, place)?,
            user: container.user.map(|user| user.to_string()),
            entrypoint: list(&container.entrypoint, "entrypoint")?,
            command: list(&container.command, "command")?,
            environment: self.environment(container, place)?,
            volumes: volumes(container),
            files: self.files(name, container, place)?,
            tmpfs: container.tmpfs.iter().map(AbsolutePath::as_str).map(str::to_owned).collect(),
            capabilities: container
                .capabilities
                .iter()
                .map(Capability::as_str)
                .map(str::to_owned)
                .collect(),
            writable_root: container.writable_root,
            limits: Limits {
                memory: memory.get(name).copied().unwrap_or_default(),
                cpus: container.limits.cpus.unwrap_or(1.0),
                processes: container.limits.processes.unwrap_or(PROCESSES),
            },
            egress: egress(container),
            ports: ports(container),
            ready: list(&container.ready, "ready")?,
            stop_grace: container.stop_grace.map_or(STOP_GRACE, crate::scalar::Delay::duration),
        })
    }

    fn image(
        &self,
        name: &str,
        container: &Container,
        place: &Place,
    ) -> Result<ImageSource, Misfilled> {
        if let Some(other) = &container.same_image_as
            && let Some(shared) = self.recipe.file.container.get(other.as_str())
            && shared.same_image_as.is_none()
        {
            let place = Place::root().key("container").key(other.as_str());
            return self.image(other.as_str(), shared, &place);
        }
        let tag = match &container.tag {
            Some(template) => self.open(template, &place.key("tag"))?,
            None => self.release.version().to_owned(),
        };
        Ok(match (&container.image, &container.build) {
            (Some(image), _) => ImageSource::Registry {
                reference: format!("{}:{tag}", image.as_str()),
                digest: self
                    .release
                    .image(name, self.setting.architecture)
                    .and_then(|image| image.digest.as_ref())
                    .map(|digest| digest.as_str().to_owned()),
            },
            (None, build) => ImageSource::Build {
                folder: build.as_ref().map(|build| build.folder().to_owned()).unwrap_or_default(),
                version: tag,
            },
        })
    }

    fn environment(
        &self,
        container: &Container,
        place: &Place,
    ) -> Result<BTreeMap<String, String>, Misfilled> {
        let mut all = self.open_map(&container.environment, &place.key("environment"))?;
        if let Some(rule) = &container.secret_environment {
            let place = place.key("secret_environment").key("variables");
            for (key, template) in &rule.variables {
                all.insert(key.clone(), self.secret(template, &place.key(key))?);
            }
        }
        Ok(all)
    }

    /// The files that the recipe writes, and a file for each secret whose path
    /// one of the container's texts says.
    fn files(
        &self,
        name: &str,
        container: &Container,
        place: &Place,
    ) -> Result<Vec<RenderedFile>, Misfilled> {
        let owner = container.user.unwrap_or(ROOT);
        let mut files = Vec::new();
        for secret in self.secrets_as_files(name, container) {
            if let Some(content) = self.setting.secrets.get(&secret) {
                files.push(RenderedFile {
                    path: format!("{SECRETS_FOLDER}/{secret}"),
                    content: content.clone(),
                    owner: (owner.user, owner.group),
                    mode: Mode::PRIVATE.bits(),
                });
            }
        }
        for (index, file) in container.file.iter().enumerate() {
            let File { path, template, owner: named, mode } = file;
            let owner = named.unwrap_or(owner);
            files.push(RenderedFile {
                path: path.as_str().to_owned(),
                content: self.secret(template, &place.key("file").index(index).key("template"))?,
                owner: (owner.user, owner.group),
                mode: mode.unwrap_or(Mode::PRIVATE).bits(),
            });
        }
        Ok(files)
    }

    fn secrets_as_files(&self, name: &str, container: &Container) -> BTreeSet<String> {
        let mut found = spots::of_container(name, container, &Place::root());
        found.extend(spots::of_commands(&self.recipe.file));
        found
            .iter()
            .filter(|spot| spot.container == Some(name))
            .filter_map(|spot| self.engine.names(spot.template).ok())
            .flatten()
            .filter_map(|asked| asked.strip_prefix("secret_file.").map(str::to_owned))
            .collect()
    }
}

fn volumes(container: &Container) -> Vec<RenderedVolume> {
    container
        .volumes
        .iter()
        .map(|(volume, mount)| RenderedVolume {
            volume: volume.clone(),
            path: mount.path().as_str().to_owned(),
            read_only: mount.read_only(),
        })
        .collect()
}

fn egress(container: &Container) -> Egress {
    match &container.egress {
        Some(rule) => match rule.to {
            EgressTo::Internet => Egress::Internet { reason: rule.because.clone() },
        },
        None => Egress::Nothing,
    }
}

fn ports(container: &Container) -> Vec<PublishedPort> {
    container
        .port
        .iter()
        .map(|port| PublishedPort {
            inside: port.inside,
            outside: port.outside.unwrap_or(port.inside),
            protocol: match port.protocol {
                Transport::Tcp => Protocol::Tcp,
                Transport::Udp => Protocol::Udp,
            },
        })
        .collect()
}
