//! Which images a wish comes down to: the image itself and all that it stands on.

use std::path::PathBuf;

use super::bootstrap;
use super::description::{Bootstrap, Built, Description};
use super::error::HomeImageError;
use super::inputs::{Files, Inputs, files_of};

/// Folders of image folders, and the files that a caller adds to one of them.
#[derive(Debug, Clone)]
pub(super) struct Folders {
    pub(super) roots: Vec<PathBuf>,
    pub(super) added: Vec<Added>,
}

/// A file that is not in an image's folder and belongs to its context.
#[derive(Debug, Clone)]
pub(super) struct Added {
    pub(super) folder: String,
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// One image, ready to be built once its parent is there.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) tag: String,
    /// 64 hexadecimal digits over all that it is made from, its parent included.
    pub(super) digest: String,
    pub(super) from: Origin,
}

/// What an image is made from.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// Debian's archive.
    Archive(Bootstrap),
    /// A `Dockerfile` upon the image of this tag.
    Dockerfile { parent: String, files: Files, built: Built },
}

impl Folders {
    /// The names of all image folders, sorted.
    pub(super) fn names(&self) -> Result<Vec<String>, HomeImageError> {
        let mut names = Vec::new();
        for root in &self.roots {
            let unreadable = |error| HomeImageError::unreadable(root, error);
            for entry in std::fs::read_dir(root).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                if entry.path().join(super::description::FILE).is_file() {
                    names.push(entry.file_name().to_string_lossy().into_owned());
                }
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// An image's folder; the first root that has it wins.
    fn find(&self, name: &str) -> Result<PathBuf, HomeImageError> {
        let plain = !name.is_empty() && !name.contains('/') && !name.starts_with('.');
        let mut places = self.roots.iter().map(|root| root.join(name));
        match places.find(|place| plain && place.join(super::description::FILE).is_file()) {
            Some(place) => Ok(place),
            None => {
                Err(HomeImageError::NoSuchImage { folder: name.to_owned(), known: self.names()? })
            }
        }
    }

    /// What an image's `image.toml` says.
    pub(super) fn description(&self, name: &str) -> Result<Description, HomeImageError> {
        Description::read(&self.find(name)?)
    }

    /// The images to have, the deepest first, the wanted one last.
    pub(super) fn plan(&self, name: &str, version: &str) -> Result<Vec<Planned>, HomeImageError> {
        self.plan_within(name, version, &mut Vec::new())
    }

    fn plan_within(
        &self,
        name: &str,
        version: &str,
        path: &mut Vec<String>,
    ) -> Result<Vec<Planned>, HomeImageError> {
        path.push(name.to_owned());
        if path.iter().filter(|known| *known == name).count() > 1 {
            return Err(HomeImageError::Circle { folders: path.clone() });
        }
        let description = self.description(name)?;
        let known = description.versions();
        let unknown = || HomeImageError::NoSuchVersion {
            folder: name.to_owned(),
            version: version.to_owned(),
            known,
        };
        let mut inputs = Inputs::new();
        let (mut before, from) = match description {
            Description::Bootstrap { version: mut versions } => {
                let wanted = versions.remove(version).ok_or_else(unknown)?;
                inputs.say("suite", &wanted.suite);
                inputs.say("renewed", &wanted.renewed);
                inputs.say("rules", &bootstrap::rules());
                (Vec::new(), Origin::Archive(wanted))
            }
            Description::Dockerfile { from, version: mut versions } => {
                let built = versions.remove(version).ok_or_else(unknown)?;
                let from = built.from.as_deref().unwrap_or(&from);
                let before = self.parents(name, from, path)?;
                let files = self.files(name, version)?;
                let parent = before.last().map(|parent| parent.tag.clone()).unwrap_or_default();
                let digest = before.last().map(|parent| parent.digest.as_str());
                inputs.say("parent", digest.unwrap_or_default());
                for (name, value) in &built.arguments {
                    inputs.say(name, value);
                }
                for (name, path) in &files {
                    inputs.file(name, path)?;
                }
                (before, Origin::Dockerfile { parent, files, built })
            }
        };
        let digest = inputs.digest();
        let short: String = digest.chars().take(12).collect();
        let tag = format!("panier/{name}:{version}-{short}");
        before.push(Planned { tag, digest, from });
        Ok(before)
    }

    fn parents(
        &self,
        name: &str,
        from: &str,
        path: &mut Vec<String>,
    ) -> Result<Vec<Planned>, HomeImageError> {
        if let Some((parent, version)) = from.split_once(':') {
            return self.plan_within(parent, version, path);
        }
        let versions = self.description(from)?.versions();
        let [version] = versions.as_slice() else {
            let (folder, parent) = (name.to_owned(), from.to_owned());
            return Err(HomeImageError::WhichParent { folder, parent });
        };
        self.plan_within(from, version, path)
    }

    fn files(&self, name: &str, version: &str) -> Result<Files, HomeImageError> {
        let mut files = files_of(&self.find(name)?, version)?;
        let added = self.added.iter().filter(|added| added.folder == name);
        files.extend(added.map(|added| (added.name.clone(), added.path.clone())));
        Ok(files)
    }
}
