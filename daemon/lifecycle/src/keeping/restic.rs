//! The repositories as they are on a box: restic.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use backup::{
    Capture, CheckDepth, Compare, CopyProgress, Location, Obtaining, Progress, Repository,
    RepositoryError, Restic, RestoreMode, RestoreRequest, Secret, SnapshotError, SnapshotId,
    SnapshotRequest, Tag,
};
use recipe::{Text, Trouble, text};
use tokio::sync::{OnceCell, RwLock};

use super::repositories::{Place, Repositories, Source, Taken, Taking, Told};
use super::words;

/// More than any file that is read on its own.
const LARGEST_FILE: usize = 16 * 1024 * 1024;

/// restic, found or fetched at its first use: a daemon without one, or without
/// the internet to fetch one, starts and serves all the same.
pub(crate) struct Restics {
    /// Takes the program, where it is ours, its cache and its temporary files.
    folder: PathBuf,
    restic: OnceCell<Restic>,
    /// What takes away waits for what adds and reads, and the other way round.
    order: RwLock<()>,
}

impl Restics {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, restic: OnceCell::new(), order: RwLock::new(()) }
    }

    async fn restic(&self, told: Told<'_>) -> Result<&Restic, Trouble> {
        let obtain = || async {
            let progress = |step: Obtaining| told(obtaining(step), 0, 0);
            Restic::obtain(&self.folder, &progress).await.map_err(|error| words::of_obtain(&error))
        };
        self.restic.get_or_try_init(obtain).await
    }

    async fn repository(&self, at: &Place, told: Told<'_>) -> Result<Repository, Trouble> {
        let restic = self.restic(told).await?.clone();
        Ok(Repository::new(restic, Location::Folder(at.folder.clone()), at.key.clone()))
    }
}

fn obtaining(step: Obtaining) -> Text {
    match step {
        Obtaining::List => text!(
            "Reading Debian's list of packages, to fetch restic",
            "Lecture de la liste des paquets de Debian, pour obtenir restic"
        ),
        Obtaining::Package => text!("Fetching restic", "Téléchargement de restic"),
        Obtaining::Unpacking => text!("Unpacking restic", "Déballage de restic"),
    }
}

fn nobody(_what: Text, _done: u64, _total: u64) {}

fn id(identity: &str) -> Result<SnapshotId, Trouble> {
    SnapshotId::try_from(identity).map_err(|error| words::unknown_in_repository(&error))
}

fn tag(text: &str) -> Result<Tag, Trouble> {
    Tag::try_from(text).map_err(|error| words::unknown_in_repository(&error))
}

fn request(what: &Taking) -> Result<SnapshotRequest, Trouble> {
    Ok(SnapshotRequest {
        root: what.root.clone(),
        paths: what.paths.clone(),
        left_out: Vec::new(),
        host: what.host.clone(),
        follows: vec![tag(&what.follows)?],
        tags: what.tags.iter().map(|it| tag(it)).collect::<Result<_, _>>()?,
        capture: match what.source {
            Source::AtRest | Source::Living => Capture::Living,
            Source::Likeness(_) => Capture::Copy,
        },
    })
}

/// The snapshot that has the contents of a likeness's stand-ins.
async fn newest(repository: &Repository, at: &Place, what: &Taking) -> Result<SnapshotId, Trouble> {
    let found = repository.snapshots(&[tag(&what.follows)?]).await;
    let found = found.map_err(|error| words::of_repository(&at.name, &error))?.snapshots;
    let newest = found.into_iter().rev().find(|one| one.host == what.host);
    newest.map(|one| one.id).ok_or_else(words::stand_in_read)
}

/// Sees to it that no stand-in was read in the place of what it stands for; a
/// snapshot in which one was is forgotten.
async fn are_as_before(
    repository: &Repository,
    at: &Place,
    stand_ins: &BTreeSet<PathBuf>,
    before: &SnapshotId,
    made: &SnapshotId,
) -> Result<(), Trouble> {
    let differing = repository.contents_that_differ(before, made).await;
    let is_as_before = match &differing {
        Ok(differing) => stand_ins.iter().all(|path| !differing.contains(&shown(path))),
        Err(_) => false,
    };
    if !is_as_before {
        let forgotten = repository.forget(std::slice::from_ref(made)).await;
        forgotten.map_err(|error| words::of_repository(&at.name, &error))?;
    }
    match differing {
        Ok(_) if is_as_before => Ok(()),
        Ok(_) => Err(words::stand_in_read()),
        Err(error) => Err(words::of_repository(&at.name, &error)),
    }
}

/// A path as restic shows it.
fn shown(path: &Path) -> String {
    let mut shown = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        shown.push_str(chunk.valid());
        shown.extend(chunk.invalid().iter().map(|_byte| char::REPLACEMENT_CHARACTER));
    }
    shown
}

#[async_trait]
impl Repositories for Restics {
    async fn ensure(
        &self,
        at: &Place,
        like: Option<&Place>,
        told: Told<'_>,
    ) -> Result<(), Trouble> {
        let repository = self.repository(at, told).await?;
        match repository.open().await {
            Ok(_facts) => {
                let healed = repository.heal_locks().await;
                healed.map(|_locks| ()).map_err(|error| words::of_repository(&at.name, &error))
            }
            Err(RepositoryError::Missing { .. }) => {
                let like = match like {
                    Some(like) => Some(self.repository(like, told).await?),
                    None => None,
                };
                let made = repository.init(like.as_ref()).await;
                made.map(|_facts| ()).map_err(|error| words::of_repository(&at.name, &error))
            }
            Err(error) => Err(words::of_repository(&at.name, &error)),
        }
    }

    async fn take(&self, at: &Place, what: &Taking, told: Told<'_>) -> Result<Taken, Trouble> {
        let repository = self.repository(at, told).await?;
        let _order = self.order.read().await;
        let before = match &what.source {
            Source::Likeness(_) => Some(newest(&repository, at, what).await?),
            Source::AtRest | Source::Living => None,
        };
        let label = text!("Keeping the data", "On garde les données");
        let progress = |at: Progress| told(label.clone(), at.bytes, at.of_bytes);
        match repository.snapshot(&request(what)?, &progress).await {
            Ok(made) => {
                if let (Source::Likeness(stand_ins), Some(before)) = (&what.source, before) {
                    are_as_before(&repository, at, stand_ins, &before, &made.id).await?;
                }
                let identity = String::from(made.id);
                Ok(Taken { identity, bytes: made.size.unwrap_or_default() })
            }
            Err(SnapshotError::Incomplete { snapshot, .. }) if what.source == Source::Living => {
                Ok(Taken { identity: snapshot.into(), bytes: 0 })
            }
            Err(SnapshotError::Incomplete { snapshot, unread }) => {
                let forgotten = repository.forget(&[snapshot]).await;
                if let Err(error) = forgotten {
                    tracing::warn!(%error, "a snapshot that is not whole stays");
                }
                Err(words::incomplete(&unread))
            }
            Err(SnapshotError::Path { path }) => Err(words::no_such_folder(&path)),
            Err(SnapshotError::Repository(error)) => Err(words::of_repository(&at.name, &error)),
        }
    }

    async fn put_back(
        &self,
        at: &Place,
        identity: &str,
        into: &Path,
        paths: &[PathBuf],
        told: Told<'_>,
    ) -> Result<(), Trouble> {
        let repository = self.repository(at, told).await?;
        let _order = self.order.read().await;
        let request = RestoreRequest {
            snapshot: id(identity)?,
            into: into.to_owned(),
            // By content: a database writes into files of one size, twice within one tick.
            mode: RestoreMode::InPlace { paths: paths.to_vec(), compare: Compare::Content },
            verify: false,
        };
        let label = text!("Putting the data back", "On remet les données");
        let progress = |at: Progress| told(label.clone(), at.bytes, at.of_bytes);
        let restored = repository.restore(&request, &progress).await;
        restored.map(|_facts| ()).map_err(|error| words::of_restore(&at.name, &error))
    }

    async fn read(&self, at: &Place, identity: &str, path: &Path) -> Result<Vec<u8>, Trouble> {
        let repository = self.repository(at, &nobody).await?;
        let _order = self.order.read().await;
        let read = repository.read(&id(identity)?, path, LARGEST_FILE).await;
        read.map_err(|error| words::of_read(&at.name, error))
    }

    async fn tagged(&self, at: &Place, wanted: &str) -> Result<Vec<String>, Trouble> {
        let repository = self.repository(at, &nobody).await?;
        let found = repository.snapshots(&[tag(wanted)?]).await;
        let found = found.map_err(|error| words::of_repository(&at.name, &error))?;
        Ok(found.snapshots.into_iter().map(|one| one.id.into()).collect())
    }

    async fn forget(&self, at: &Place, identities: &[String]) -> Result<(), Trouble> {
        let repository = self.repository(at, &nobody).await?;
        let _order = self.order.write().await;
        let ids = identities.iter().map(|it| id(it)).collect::<Result<Vec<_>, _>>()?;
        let forgotten = repository.forget(&ids).await;
        forgotten.map_err(|error| words::of_repository(&at.name, &error))
    }

    async fn prune(&self, at: &Place) -> Result<(), Trouble> {
        let repository = self.repository(at, &nobody).await?;
        let _order = self.order.write().await;
        repository.prune().await.map_err(|error| words::of_repository(&at.name, &error))
    }

    async fn copy(
        &self,
        from: &Place,
        to: &Place,
        identity: &str,
        told: Told<'_>,
    ) -> Result<String, Trouble> {
        let (source, goal) = (self.repository(from, told).await?, self.repository(to, told).await?);
        let _order = self.order.read().await;
        let name = &to.name;
        let label = text!("Copying to {name} (parcels)", "Copie vers {name} (paquets)");
        let progress = |at: CopyProgress| told(label.clone(), at.parcels, at.of_parcels);
        let copied = goal.copy_from(&source, &[id(identity)?], &progress).await;
        let copied = copied.map_err(|error| words::of_repository(name, &error))?;
        copied.into_iter().next().map(|one| one.to.id.into()).ok_or_else(|| {
            words::of_repository(name, &RepositoryError::SnapshotMissing { said: identity.into() })
        })
    }

    async fn check(&self, at: &Place, told: Told<'_>) -> Result<(), Trouble> {
        let repository = self.repository(at, told).await?;
        let _order = self.order.read().await;
        let report = repository.check(CheckDepth::Structure).await;
        let report = report.map_err(|error| words::of_repository(&at.name, &error))?;
        if report.is_whole() {
            return Ok(());
        }
        let said = report.errors.into_iter().chain(report.broken).take(3);
        let said = said.collect::<Vec<_>>().join("; ");
        Err(words::of_repository(&at.name, &RepositoryError::Damaged { said }))
    }

    async fn add_key(&self, at: &Place, key: &Secret, name: &str) -> Result<(), Trouble> {
        let repository = self.repository(at, &nobody).await?;
        let failed = |error: RepositoryError| words::of_repository(&at.name, &error);
        if !repository.is_opened_by(key).await.map_err(failed)? {
            let host = system::identity::hostname();
            // It is tried there as it is added.
            repository.add_key(key, name, &host).await.map_err(failed)?;
        }
        Ok(())
    }
}
