//! The program: finding it, fetching it, running it.

mod debian;
mod launcher;
mod message;
mod run;
mod version;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use tokio::process::Command;

use launcher::Launcher;

pub(crate) use message::{Complaint, Lines, Message, Summary};
pub(crate) use run::{Call, Ended, Pace, RunError};

pub use message::Progress;
pub use version::Version;

/// A step on the way to a restic of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obtaining {
    /// Debian's list of packages is read: some 10 MB.
    List,
    /// The package is downloaded: some 8 MB.
    Package,
    /// It is unpacked and tried.
    Unpacking,
}

/// Why there is no restic.
#[derive(Debug, thiserror::Error)]
pub enum ObtainError {
    /// The machine's restic is too old or missing, and it has not what it takes to fetch Debian's.
    #[error("restic {oldest} or later is not here, and without {missing} it cannot be fetched", oldest = Version::OLDEST)]
    NotDebian {
        /// The program or file that is not there.
        missing: PathBuf,
    },
    /// Debian's archive was not reached, or what came was not signed by Debian.
    #[error("restic could not be had from Debian's archive: {said}")]
    Archive {
        /// The last lines of the program that failed.
        said: String,
    },
    /// What came does not run here, or is not new enough either.
    #[error("the restic of Debian's archive does not work here")]
    Useless,
    /// A folder or file of ours.
    #[error("{} could not be prepared", path.display())]
    Local {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A restic that works, and the folder of ours that it may use.
///
/// Clones are the same restic.
#[derive(Debug, Clone)]
pub struct Restic {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    program: PathBuf,
    version: Version,
    folder: PathBuf,
    launcher: Launcher,
}

impl Restic {
    /// Finds the machine's restic where it is new enough, else the one of ours in `folder`, else
    /// fetches Debian 13's package into `folder`, for us alone. `folder` also takes restic's
    /// cache and its temporary files; it must belong to this process alone.
    ///
    /// # Errors
    /// When there is none and none can be had.
    pub async fn obtain(
        folder: &Path,
        progress: &(dyn Fn(Obtaining) + Send + Sync),
    ) -> Result<Self, ObtainError> {
        if let Some(found) = Self::on_path(folder).await? {
            return Ok(found);
        }
        let ours = folder.join("program").join("restic");
        if let Some(found) = Self::at(&ours, folder).await? {
            return Ok(found);
        }
        debian::fetch(folder, &ours, progress).await?;
        Self::at(&ours, folder).await?.ok_or(ObtainError::Useless)
    }

    async fn on_path(folder: &Path) -> Result<Option<Self>, ObtainError> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        for place in std::env::split_paths(&path).filter(|place| place.is_absolute()) {
            if let Some(found) = Self::at(&place.join("restic"), folder).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Takes the restic at `program`, if there is one that runs and is new enough.
    ///
    /// # Errors
    /// When `folder` cannot be prepared.
    pub async fn at(program: &Path, folder: &Path) -> Result<Option<Self>, ObtainError> {
        let Some(version) = version_of(program).await.filter(|version| version.is_new_enough())
        else {
            return Ok(None);
        };
        for part in [folder.to_owned(), folder.join("cache"), folder.join("temporary")] {
            private_folder(&part).map_err(|source| ObtainError::Local { path: part, source })?;
        }
        let launcher = Launcher::start()
            .map_err(|source| ObtainError::Local { path: folder.to_owned(), source })?;
        let inner =
            Inner { program: program.to_owned(), version, folder: folder.to_owned(), launcher };
        Ok(Some(Self { inner: Arc::new(inner) }))
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.inner.version
    }

    /// Where the program lies.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.inner.program
    }
}

async fn version_of(program: &Path) -> Option<Version> {
    if !program.is_file() {
        return None;
    }
    let mut command = Command::new(program);
    command.arg("version").env_clear().stdin(Stdio::null()).kill_on_drop(true);
    match command.output().await {
        Ok(output) => Version::of_line(String::from_utf8_lossy(&output.stdout).lines().next()?),
        Err(error) => {
            tracing::warn!(program = %program.display(), %error, "does not run");
            None
        }
    }
}

/// Makes a folder that nobody else reads; one that is there is left as it is.
fn private_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}
