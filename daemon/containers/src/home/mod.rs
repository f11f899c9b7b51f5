//! Images built at home: from Debian's archive and, upon that, from
//! `Dockerfile`s that fetch from Debian, PyPI or npm. No container registry is
//! needed.
//!
//! An image is a folder with an `image.toml`. It is known by the digest of what
//! it is made from (its files, its version's arguments, its parent's digest):
//! the tag `panier/<folder>:<version>-<12 digits>` names that content, so an
//! image that is there already is the right one and is not built again. What
//! the host adds to reach the outside (certificates, mirrors, proxies) takes no
//! part in the digest, and reaches build stages only.

mod bootstrap;
mod context;
mod description;
mod error;
mod host;
mod inputs;
mod plan;
mod scratch;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use tokio::sync::{Mutex, OnceCell};

pub use error::HomeImageError;
pub use host::Host;

use crate::engine::{Engine, ProgressSink};
use crate::error::EngineError;
use crate::spec::{BuildRequest, ImageFacts, Progress};
use description::Description;
use plan::{Added, Folders, Origin, Planned};
use scratch::Scratch;

/// The label whose value is the digest of all that an image is made from.
pub const INPUTS_LABEL: &str = "org.panier.inputs";

/// Large files of a build lie here unless told otherwise: on a disk, where
/// `/tmp` may be memory.
const SCRATCH: &str = "/var/tmp";

/// The images that can be built on this machine.
pub struct HomeImages {
    folders: Folders,
    scratch: PathBuf,
    host: OnceCell<Host>,
    /// One build at a time: two services that stand on one base must not both
    /// make it, and a small machine has no room for two builds.
    building: Mutex<()>,
}

/// An image that can be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeImage {
    /// Its folder's name.
    pub folder: String,
    /// One of its versions.
    pub version: String,
    /// The tag that it has in the engine once it is built.
    pub tag: String,
    /// Whether it comes straight from Debian's archive, the base of others.
    pub base: bool,
}

impl HomeImages {
    /// The images in the folders of this folder.
    ///
    /// # Errors
    /// [`HomeImageError::Unreadable`] when it is not a folder that can be read.
    pub fn open(folder: &Path) -> Result<Self, HomeImageError> {
        std::fs::read_dir(folder).map_err(|error| HomeImageError::unreadable(folder, error))?;
        Ok(Self {
            folders: Folders { roots: vec![folder.to_path_buf()], added: Vec::new() },
            scratch: PathBuf::from(SCRATCH),
            host: OnceCell::new(),
            building: Mutex::new(()),
        })
    }

    /// Adds another folder of image folders; of two images with one name, that
    /// of the folder named first is meant. Images may stand on each other
    /// across folders.
    #[must_use]
    pub fn and_folder(mut self, folder: &Path) -> Self {
        self.folders.roots.push(folder.to_path_buf());
        self
    }

    /// Puts the large files of a build into another folder than `/var/tmp`.
    #[must_use]
    pub fn with_scratch(mut self, folder: &Path) -> Self {
        self.scratch = folder.to_path_buf();
        self
    }

    /// Takes this for what the machine adds, in place of reading it.
    #[must_use]
    pub fn with_host(mut self, host: Host) -> Self {
        self.host = OnceCell::new_with(Some(host));
        self
    }

    /// Adds a file, under this name, to the context of the image in `folder`,
    /// as though it lay there: a program that was just compiled, say.
    #[must_use]
    pub fn with_file(mut self, folder: &str, name: &str, path: &Path) -> Self {
        let (folder, name, path) = (folder.to_owned(), name.to_owned(), path.to_path_buf());
        self.folders.added.push(Added { folder, name, path });
        self
    }

    /// All images in all their versions. Reads every file that takes part.
    ///
    /// # Errors
    /// Those of reading and understanding the folders.
    pub fn list(&self) -> Result<Vec<HomeImage>, HomeImageError> {
        let mut images = Vec::new();
        for folder in self.folders.names()? {
            let description = self.folders.description(&folder)?;
            let base = matches!(description, Description::Bootstrap { .. });
            for version in description.versions() {
                let tag = self.tag(&folder, &version)?;
                images.push(HomeImage { folder: folder.clone(), version, tag, base });
            }
        }
        Ok(images)
    }

    /// The tag that this version of an image has once it is built.
    ///
    /// # Errors
    /// Those of reading and understanding the folders.
    pub fn tag(&self, folder: &str, version: &str) -> Result<String, HomeImageError> {
        let plan = self.folders.plan(folder, version)?;
        Ok(plan.into_iter().next_back().map(|wanted| wanted.tag).unwrap_or_default())
    }

    /// Sees to it that the engine has this version of an image: does nothing
    /// when it has; otherwise builds what it stands on, then itself. May be cut
    /// off at any moment and called again.
    ///
    /// # Errors
    /// Any [`HomeImageError`]; nothing half made bears the image's tag.
    pub async fn ensure(
        &self,
        engine: &dyn Engine,
        folder: &str,
        version: &str,
        progress: ProgressSink<'_>,
    ) -> Result<ImageFacts, HomeImageError> {
        let plan = self.planned(folder, version).await?;
        let Some(wanted) = plan.last() else { return Err(no_plan(folder)) };
        if let Some(there) = built(engine, wanted).await? {
            return Ok(there);
        }
        let _alone = self.building.lock().await;
        let mut made = None;
        for image in &plan {
            made = match built(engine, image).await? {
                Some(there) => Some(there),
                None => Some(self.build(engine, image, progress).await?),
            };
        }
        made.ok_or_else(|| no_plan(folder))
    }

    async fn planned(&self, folder: &str, version: &str) -> Result<Vec<Planned>, HomeImageError> {
        let (folders, name, version) =
            (self.folders.clone(), folder.to_owned(), version.to_owned());
        in_background(folder, move || folders.plan(&name, &version)).await
    }

    async fn build(
        &self,
        engine: &dyn Engine,
        image: &Planned,
        progress: ProgressSink<'_>,
    ) -> Result<ImageFacts, HomeImageError> {
        progress(Progress::Line(format!("== {}", image.tag)));
        let parent = self.scratch.clone();
        let scratch = in_background(&image.tag, move || Scratch::make(&parent)).await?;
        let host = self.host.get_or_init(Host::read).await;
        let labels = vec![(INPUTS_LABEL.to_owned(), image.digest.clone())];
        match &image.from {
            Origin::Archive(wanted) => {
                let archive = scratch.file("base.tar");
                bootstrap::run(wanted, host, &archive, &self.scratch, progress).await?;
                Ok(engine.import(&archive, &image.tag, &labels).await?)
            }
            Origin::Dockerfile { parent, files, built: version } => {
                let context = scratch.file("context.tar");
                let (inside, from_host) = (files.clone(), host.files());
                let archive = context.clone();
                let write = move || context::write(&archive, &inside, &from_host);
                in_background(&image.tag, write).await?;
                let mut arguments = vec![
                    ("BASE".to_owned(), parent.clone()),
                    ("STAGE".to_owned(), image.tag.clone()),
                    ("APT_OPTIONS".to_owned(), host.apt_options()),
                ];
                arguments.extend(host.proxies.iter().cloned());
                arguments.extend(version.arguments.clone());
                let arguments = wanted_by(files.get("Dockerfile"), arguments)?;
                let tag = image.tag.clone();
                let request = BuildRequest { context, tag, arguments, labels };
                match engine.build(&request, progress).await {
                    Ok(made) => Ok(made),
                    // Another box on this engine may have built the same and
                    // cleaned up under our feet; what counts is that it is there.
                    Err(error) => built(engine, image).await?.ok_or_else(|| error.into()),
                }
            }
        }
    }
}

/// The image, if the engine has it and it is what its tag says.
async fn built(engine: &dyn Engine, image: &Planned) -> Result<Option<ImageFacts>, EngineError> {
    let there = engine.image(&image.tag).await?;
    Ok(there.filter(|facts| {
        facts.labels.iter().any(|(name, value)| name == INPUTS_LABEL && *value == image.digest)
    }))
}

/// The arguments that a `Dockerfile` declares; of others the builder complains.
/// The proxies' are known to it without a declaration.
fn wanted_by(
    dockerfile: Option<&PathBuf>,
    arguments: Vec<(String, String)>,
) -> Result<Vec<(String, String)>, HomeImageError> {
    let Some(path) = dockerfile else { return Ok(arguments) };
    let text =
        std::fs::read_to_string(path).map_err(|error| HomeImageError::unreadable(path, error))?;
    let declared = |wanted: &str| {
        text.lines().any(|line| {
            let rest = line.trim().strip_prefix("ARG ").unwrap_or_default();
            rest.split('=').next().unwrap_or_default().trim() == wanted
        })
    };
    let proxy = |name: &str| name.to_ascii_lowercase().ends_with("_proxy");
    Ok(arguments.into_iter().filter(|(name, _)| proxy(name) || declared(name)).collect())
}

/// Reading and writing files, away from the tasks that must not wait.
async fn in_background<T: Send + 'static>(
    what: &str,
    work: impl FnOnce() -> Result<T, HomeImageError> + Send + 'static,
) -> Result<T, HomeImageError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(HomeImageError::unreadable(Path::new(what), error.into())),
    }
}

fn no_plan(folder: &str) -> HomeImageError {
    HomeImageError::NoSuchImage { folder: folder.to_owned(), known: Vec::new() }
}
