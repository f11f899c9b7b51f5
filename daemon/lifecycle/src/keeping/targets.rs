//! Targets: folders and disks that keep copies. Each is known by a mark and by
//! its filesystem, so that an empty mount point is never taken for the disk.

use std::path::{Path, PathBuf};
use std::time::Duration;

use backup::{Separation, TargetError, TargetId, TargetMark, TargetRoom};
use ledger::{JobId, LedgerError, Records, TargetRecord};
use recipe::{Text, Trouble, text};
use tokio::time::timeout;

use super::repositories::Place;
use super::vault;
use crate::lifecycle::Lifecycle;
use crate::names::check_name;
use crate::request::Request;
use crate::site::Ground;
use crate::trouble;

/// A share that does not answer is away.
const LOOK: Duration = Duration::from_secs(10);
/// Less room than this is none.
const LEAST_ROOM: u64 = 64 * 1024 * 1024;
/// The folder of the repository, in a target's own.
const REPOSITORY: &str = "repository";

/// How a target is, now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetState {
    /// It is there, has room, and would outlive the box's own disk.
    Ready,
    /// It is there, and lies on the disk of the data: it never counts as a backup.
    SameDisk,
    /// It is not there: not plugged in, not mounted.
    Away,
    /// Another target lies in its place.
    Strange,
    /// It is there, and has no room.
    Full,
    /// It is there, and nothing can be written.
    ReadOnly,
}

/// A target, and how it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFacts {
    /// What the ledger knows.
    pub record: TargetRecord,
    /// How it is.
    pub state: TargetState,
    /// Bytes in all and free, where it is there.
    pub room: Option<(u64, u64)>,
}

impl Lifecycle {
    /// All targets, and how they are now.
    ///
    /// # Errors
    /// Those of the ledger.
    pub async fn targets(&self) -> Result<Vec<TargetFacts>, Trouble> {
        let ground = self.ground();
        let mut found = Vec::new();
        for record in ground.read(|records| records.targets())? {
            found.push(look(ground, record).await);
        }
        Ok(found)
    }

    /// Makes a folder a target. It must be there: a disk that is not mounted is
    /// not to be filled in its place.
    ///
    /// # Errors
    /// `target-name-wrong`, `target-taken`, `target-away`, `target-strange`,
    /// `target-refused`.
    pub async fn add_target(&self, name: &str, path: &str) -> Result<TargetFacts, Trouble> {
        let ground = self.ground();
        let folder = PathBuf::from(path);
        if check_name(name).is_err() || name == ledger::PlaceRecord::LOCAL {
            return Err(name_wrong(name));
        }
        if !folder.is_absolute() {
            return Err(of_target(name, &TargetError::Absent { folder }));
        }
        let fresh = TargetId(identity()?);
        let made_by = format!("{} ({})", ground.facts.base_domain, ground.facts.short_identity());
        let mark = TargetMark::new(fresh, &made_by, (ground.clock)());
        // One of ours that was taken away may come again: its mark stays its own.
        let known = TargetMark::of(&folder).ok().filter(|found| found.made_by == made_by);
        let mark = known.unwrap_or(mark);
        mark.put(&folder).map_err(|error| of_target(name, &error))?;
        let record = TargetRecord {
            name: name.to_owned(),
            path: path.to_owned(),
            mark: mark.id.0,
            filesystem: backup::filesystem_uuid(&folder).ok().flatten(),
            apart: is_apart(&ground.folders.services, &folder),
            added: (ground.clock)(),
            last_copy: None,
            trouble: None,
        };
        let add =
            |records: &Records<'_>| -> Result<(), LedgerError> { records.add_target(&record) };
        ground.ledger.write(add).map_err(|error| match error {
            LedgerError::NameTaken(name) => taken(&name),
            error => trouble::of_ledger(&error),
        })?;
        Ok(look(ground, record).await)
    }

    /// Checks a target, and copies there what it does not have yet.
    ///
    /// # Errors
    /// `target-unknown`, `busy`.
    pub async fn check_target(&self, name: &str) -> Result<JobId, Trouble> {
        let name = name.to_owned();
        self.submit(|records| {
            records.target(&name)?.ok_or_else(|| unknown(&name))?;
            let request = Request::CheckTarget { name: name.clone() };
            Ok(request.job(subject(&name), name.clone()))
        })
    }

    /// Forgets a target; what lies there stays.
    ///
    /// # Errors
    /// `target-unknown`, `busy` while something is copied there.
    pub async fn remove_target(&self, name: &str) -> Result<(), Trouble> {
        let ground = self.ground();
        let busy = ground.read(|records| records.unfinished_job_on(&subject(name)))?;
        if let Some(job) = busy {
            return Err(trouble::of_ledger(&LedgerError::Busy { job: job.id.0, kind: job.kind }));
        }
        ground.read(|records| records.target(name))?.ok_or_else(|| unknown(name))?;
        let removed = ground.ledger.write(|records| records.delete_target(name));
        removed.map_err(|error| trouble::of_ledger(&error))
    }
}

/// What a job on a target has its hand on.
pub(super) fn subject(name: &str) -> String {
    format!("target/{name}")
}

/// Its repository.
pub(super) fn place(ground: &Ground, record: &TargetRecord) -> Result<Place, Trouble> {
    Ok(Place {
        name: record.name.clone(),
        folder: Path::new(&record.path).join(REPOSITORY),
        key: vault::key(ground)?,
    })
}

/// Looks how a target is.
pub(super) async fn look(ground: &Ground, record: TargetRecord) -> TargetFacts {
    let (folder, data) = (PathBuf::from(&record.path), ground.folders.services.clone());
    let mark = TargetId(record.mark.clone());
    let looked = tokio::task::spawn_blocking(move || seen(&folder, &data, &mark));
    let (state, room) = match timeout(LOOK, looked).await {
        Ok(Ok(seen)) => seen,
        // A share whose server is gone blocks whoever looks.
        Ok(Err(_)) | Err(_) => (TargetState::Away, None),
    };
    TargetFacts { record, state, room }
}

fn seen(folder: &Path, data: &Path, mark: &TargetId) -> (TargetState, Option<(u64, u64)>) {
    match TargetMark::check(folder, mark) {
        Ok(_mark) => {}
        Err(TargetError::Absent { .. } | TargetError::Unmarked { .. }) => {
            return (TargetState::Away, None);
        }
        Err(_) => return (TargetState::Strange, None),
    }
    let Ok(room) = TargetRoom::of(folder) else { return (TargetState::Away, None) };
    let state = if room.read_only {
        TargetState::ReadOnly
    } else if room.free < LEAST_ROOM {
        TargetState::Full
    } else if is_apart(data, folder) {
        TargetState::Ready
    } else {
        TargetState::SameDisk
    };
    (state, Some((room.total, room.free)))
}

/// Whether a copy in this folder would outlive the disk of the data.
fn is_apart(data: &Path, folder: &Path) -> bool {
    backup::separation(data, folder).is_ok_and(|it| it == Separation::Apart)
}

/// Why a target in this state cannot be written to; none where it can.
pub(super) fn hindrance(name: &str, path: &str, state: TargetState) -> Option<Trouble> {
    let folder = PathBuf::from(path);
    match state {
        TargetState::Ready | TargetState::SameDisk => None,
        TargetState::Away => Some(of_target(name, &TargetError::Absent { folder })),
        TargetState::Strange => Some(strange(name)),
        TargetState::Full => Some(Trouble::new(
            "target-full",
            text!("The target {name} is full.", "La destination {name} est pleine."),
            text!(
                "Make room on that disk, or add a larger one: panier target add",
                "Faites de la place sur ce disque, ou ajoutez-en un plus grand : panier target add"
            ),
        )),
        TargetState::ReadOnly => Some(Trouble::new(
            "target-read-only",
            text!(
                "Nothing can be written to the target {name}.",
                "Impossible d’écrire sur la destination {name}."
            ),
            text!("Mount it for writing.", "Montez-la en écriture."),
        )),
    }
}

fn strange(name: &str) -> Trouble {
    Trouble::new(
        "target-strange",
        text!(
            "What lies in the place of the target {name} is another one.",
            "Ce qui se trouve à la place de la destination {name} en est une autre."
        ),
        text!(
            "Plug in the disk that is meant; nothing was touched.",
            "Branchez le bon disque ; rien n’a été touché."
        ),
    )
}

fn of_target(name: &str, error: &TargetError) -> Trouble {
    let causes = trouble::chain(error);
    match error {
        TargetError::Absent { folder } => {
            let place = folder.display();
            Trouble::new(
                "target-away",
                text!(
                    "The target {name} is not there: {place} is no folder that can be reached.",
                    "La destination {name} n’est pas là : {place} n’est pas un dossier accessible."
                ),
                text!(
                    "Plug the disk in and mount it, then try again.",
                    "Branchez et montez le disque, puis réessayez."
                ),
            )
        }
        TargetError::Another { .. }
        | TargetError::Damaged { .. }
        | TargetError::Unmarked { .. } => strange(name).because_of(causes),
        TargetError::Unusable { .. } => Trouble::new(
            "target-refused",
            text!("The folder cannot be used.", "Ce dossier ne peut pas être utilisé."),
            text!(
                "Check that it can be written to, and whose it is.",
                "Vérifiez qu’on peut y écrire, et à qui il est."
            ),
        )
        .because_of(causes),
    }
}

fn name_wrong(name: &str) -> Trouble {
    Trouble::new(
        "target-name-wrong",
        text!("“{name}” cannot name a target.", "« {name} » ne peut pas nommer une destination."),
        text!(
            "Use lower-case letters, digits and hyphens, a letter first.",
            "Utilisez des lettres minuscules sans accent, des chiffres et des traits d’union, en commençant par une lettre."
        ),
    )
}

fn taken(name: &str) -> Trouble {
    Trouble::new(
        "target-taken",
        text!(
            "There is already a target named {name}.",
            "Il y a déjà une destination nommée {name}."
        ),
        text!("Choose another name.", "Choisissez un autre nom."),
    )
}

fn unknown(name: &str) -> Trouble {
    Trouble::new(
        "target-unknown",
        text!("There is no target named {name}.", "Il n’y a pas de destination nommée {name}."),
        text!(
            "See those that there are: panier target list",
            "Voyez celles qu’il y a : panier target list"
        ),
    )
}

fn identity() -> Result<String, Trouble> {
    let mut bytes = [0; 16];
    system::random::fill(&mut bytes).map_err(|error| {
        let what: Text =
            text!("The machine gave no random bytes.", "La machine n’a pas donné d’aléa.");
        trouble::of_file(what, &error)
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
