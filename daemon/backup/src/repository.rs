//! A place where snapshots are kept.

mod check;
mod copy;
mod difference;
mod error;
mod keep;
mod keys;
mod locks;
mod names;
mod read;
mod restore;
mod snapshot;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::restic::{Call, Complaint, Ended, Lines, Restic, RunError};
use crate::secret::Secret;
use crate::target::TargetRoom;

pub use check::{CheckDepth, CheckReport};
pub use copy::{Copied, CopyProgress};
pub use error::{RepositoryError, Unhandled};
pub use keep::KeepRules;
pub use keys::KeyFacts;
pub use locks::Lock;
pub use names::{InvalidName, KeyId, SnapshotId, Tag};
pub use read::ReadError;
pub use restore::{Compare, RestoreError, RestoreFacts, RestoreMode, RestoreRequest};
pub use snapshot::{Capture, Snapshot, SnapshotError, SnapshotList, SnapshotRequest};

/// How long a run waits for another of this machine's that is at work in the repository.
const PATIENCE: Duration = Duration::from_secs(60);
/// How soon it is looked whether who is at work there still lives: one that is
/// being killed with its daemon may outlive it by a moment.
const SOON: Duration = Duration::from_secs(5);
/// The format that restic 0.14 reads.
const FORMAT: &str = "2";

/// Where a repository lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder of this machine: of its own disk, of a stick, of a mounted share.
    Folder(PathBuf),
}

impl Location {
    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match self {
            Self::Folder(folder) => folder,
        }
    }
}

/// What a repository says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RepositoryFacts {
    /// Its identity, made when it was.
    pub id: String,
    /// Its format: 2 for all that we make.
    pub version: u32,
}

/// The room that a repository takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Space {
    /// Bytes on the disk.
    #[serde(rename = "total_size")]
    pub stored: u64,
    /// The same bytes before compression.
    #[serde(default, rename = "total_uncompressed_size")]
    pub uncompressed: u64,
    /// How many snapshots share them.
    #[serde(default, rename = "snapshots_count")]
    pub snapshots: u64,
}

/// A repository and the key that opens it. Clones are the same repository.
///
/// A repository belongs to one box. Each of these calls may be made again after any failure; when
/// its future is dropped, restic is ended and the repository stays whole.
#[derive(Debug, Clone)]
pub struct Repository {
    restic: Restic,
    location: Location,
    key: Secret,
    patience: Duration,
}

impl Repository {
    /// Names a repository; nothing is looked at yet.
    #[must_use]
    pub fn new(restic: Restic, location: Location, key: Secret) -> Self {
        Self { restic, location, key, patience: PATIENCE }
    }

    /// The same, waiting for so long when somebody else is at work in it (a minute else).
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Where it lies.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Makes the repository, in a format that restic 0.14 reads. The folder that is to hold it
    /// must be there: a disk that is not mounted is not to be filled in its place. `like` makes
    /// it cut files as that repository does, so that what is copied between the two is the same
    /// and shared with what is there.
    ///
    /// # Errors
    /// [`RepositoryError::AlreadyThere`] where one is; otherwise as for every call.
    pub async fn init(&self, like: Option<&Self>) -> Result<RepositoryFacts, RepositoryError> {
        if !self.holder_is_there() {
            return Err(RepositoryError::TargetMissing { place: self.place() });
        }
        if self.location.folder().join("config").exists() {
            return Err(RepositoryError::AlreadyThere { place: self.place() });
        }
        let mut call = Call::new("init").arg("--json").option("repository-version", FORMAT);
        if let Some(like) = like {
            call = like.as_source(call).arg("--copy-chunker-params");
        }
        let others: Vec<&Self> = like.into_iter().collect();
        let ended = self.listen(call, &others, &mut |_| {}).await?;
        self.succeeded(ended)?;
        self.open().await
    }

    /// Opens it: the target is there, it holds a repository, and the key is right. Nothing is
    /// written, so a disk that is mounted read-only will do.
    ///
    /// # Errors
    /// As for every call.
    pub async fn open(&self) -> Result<RepositoryFacts, RepositoryError> {
        self.ask(Call::new("cat").arg("config").arg("--json").arg("--no-lock").reading()).await
    }

    /// The room that all snapshots take together.
    ///
    /// # Errors
    /// As for every call.
    pub async fn space(&self) -> Result<Space, RepositoryError> {
        self.ask(Call::new("stats").arg("--json").reading().option("mode", "raw-data")).await
    }

    fn place(&self) -> PathBuf {
        self.location.folder().to_owned()
    }

    fn holder_is_there(&self) -> bool {
        self.location.folder().parent().is_some_and(Path::is_dir)
    }

    fn is_read_only(&self) -> bool {
        TargetRoom::of(self.location.folder()).is_ok_and(|room| room.read_only)
    }

    /// Adds what makes this the repository that is read from in a call to another one.
    fn as_source<'a>(&'a self, call: Call<'a>) -> Call<'a> {
        call.variable("RESTIC_FROM_REPOSITORY", self.location.folder())
            .key("RESTIC_FROM_PASSWORD_FILE", &self.key)
    }

    /// Runs a call that answers with one JSON text.
    async fn ask<Answer: DeserializeOwned>(
        &self,
        call: Call<'_>,
    ) -> Result<Answer, RepositoryError> {
        Ok(self.ask_with_complaints(call).await?.0)
    }

    /// The same, with what restic complained of although it did not fail.
    async fn ask_with_complaints<Answer: DeserializeOwned>(
        &self,
        call: Call<'_>,
    ) -> Result<(Answer, Vec<Complaint>), RepositoryError> {
        let mut answer = Vec::new();
        let ended = self
            .hear(call, &[], &mut |piece| {
                answer.extend_from_slice(piece);
                ControlFlow::Continue(())
            })
            .await?;
        if ended.code != Some(0) {
            return Err(self.failure(ended));
        }
        // Where there is nothing to tell, restic tells nothing.
        let told: &[u8] = if answer.trim_ascii().is_empty() { b"null" } else { &answer };
        let answer =
            serde_json::from_slice(told).map_err(|source| RepositoryError::Answer { source })?;
        Ok((answer, ended.complaints))
    }

    /// Runs a call and gives its lines.
    async fn listen(
        &self,
        call: Call<'_>,
        others: &[&Self],
        each: &mut (dyn FnMut(&[u8]) + Send),
    ) -> Result<Ended, RepositoryError> {
        let mut lines = Lines::default();
        let mut take = |piece: &[u8]| {
            lines.take(piece, each);
            ControlFlow::Continue(())
        };
        let ended = self.hear(call, others, &mut take).await?;
        lines.finish(each);
        Ok(ended)
    }

    /// Runs a call; where a lock stands in its way, dead locks are healed and it is run again,
    /// waiting for the living ones.
    async fn hear(
        &self,
        call: Call<'_>,
        others: &[&Self],
        listener: &mut (dyn FnMut(&[u8]) -> ControlFlow<()> + Send),
    ) -> Result<Ended, RepositoryError> {
        let folder = self.location.folder();
        let mut call =
            call.variable("RESTIC_REPOSITORY", folder).key("RESTIC_PASSWORD_FILE", &self.key);
        // restic would try to write its lock for a quarter of an hour.
        if self.is_read_only() && !call.only_reads() {
            return Err(RepositoryError::Refused { said: "mounted read-only".to_owned() });
        }
        if self.is_read_only() || others.iter().any(|other| other.is_read_only()) {
            call = call.before("no-lock", "true");
        }
        let ended = self.restic.run(&call, listener).await.map_err(of_run)?;
        if ended.code != Some(error::LOCKED) {
            return Ok(ended);
        }
        self.heal_all(others).await?;
        let mut patience = SOON.min(self.patience);
        loop {
            let call = call.clone().before("retry-lock", &format!("{}s", patience.as_secs()));
            let ended = self.restic.run(&call, listener).await.map_err(of_run)?;
            if ended.code != Some(error::LOCKED) {
                return Ok(ended);
            }
            // Who lived before may have died since, with the daemon that had started it.
            if !self.heal_all(others).await? && patience == self.patience {
                break;
            }
            patience = self.patience;
        }
        let mut by = self.locks().await?;
        for other in others {
            by.extend(other.locks().await?);
        }
        Err(RepositoryError::Locked { by })
    }

    /// Heals the dead locks of all that a call works in; whether there was one.
    async fn heal_all(&self, others: &[&Self]) -> Result<bool, RepositoryError> {
        let mut healed = false;
        for locked in others.iter().chain([&self]) {
            healed |= !locked.heal_locks().await?.is_empty();
        }
        Ok(healed)
    }

    /// Turns the end of a run that failed into what it means.
    fn succeeded(&self, ended: Ended) -> Result<(), RepositoryError> {
        if ended.code == Some(0) { Ok(()) } else { Err(self.failure(ended)) }
    }

    fn failure(&self, ended: Ended) -> RepositoryError {
        error::of_end(ended, self.place(), self.holder_is_there())
    }
}

fn of_run(error: RunError) -> RepositoryError {
    match error {
        RunError::Start(source) | RunError::Listen(source) => RepositoryError::Run { source },
        RunError::Enough => RepositoryError::Unheard,
        RunError::Full(said) => RepositoryError::Full { said },
    }
}
