//! Measures of a service that runs, and what has moved between two times.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use containers::ContainerState;
use ledger::MeasureRecord;
use recipe::{MeasureSource, Recipe, Trouble, text};
use tokio::time::timeout;

use crate::keeping::measure::{self, DATABASE};
use crate::site::{Folders, recipe_of};
use crate::target::{Drawn, Target};
use crate::{trouble, volumes};

/// Name to value.
pub(crate) type Values = BTreeMap<String, String>;

/// How long a service may stand still while its files are copied: people who
/// wait at the door wait for a page, not for an error.
const STILL: Duration = Duration::from_secs(10);

/// Beside the volumes, for the time of a measure.
const COPY: &str = ".measured";

/// What a service's measures are now, while it runs.
pub(super) struct Reading {
    pub(super) values: Values,
    /// Why some are missing.
    pub(super) missing: Option<Trouble>,
}

impl Reading {
    fn add(&mut self, read: Result<Vec<MeasureRecord>, Trouble>) {
        match read {
            Ok(read) => self.values.extend(values(&read)),
            Err(trouble) => self.missing = Some(trouble),
        }
    }

    /// All of them, or why not.
    pub(super) fn whole(self) -> Result<Values, Trouble> {
        self.missing.map_or(Ok(self.values), Err)
    }
}

pub(super) fn values(records: &[MeasureRecord]) -> Values {
    records.iter().map(|it| (it.name.clone(), it.value.clone())).collect()
}

/// Measures a service that runs. It stands still for as long as its SQLite
/// files take to be copied, so that the copies are whole.
pub(super) async fn of_living(target: &Target, drawn: &Drawn) -> Reading {
    let mut reading = Reading { values: Values::new(), missing: None };
    let recipe = match recipe_of(&drawn.service) {
        Ok(recipe) => recipe,
        Err(trouble) => return Reading { missing: Some(trouble), ..reading },
    };
    reading.add(measure::by_commands(&target.ground, target.id, &recipe).await);
    reading.add(measure::by_database(&target.ground, target.id, &recipe, &drawn.plan).await);
    let files = sqlite_files(&recipe);
    if !files.is_empty() {
        reading.add(by_copied_files(target, drawn, &recipe, files).await);
    }
    reading
}

/// Volume, and the file in it.
fn sqlite_files(recipe: &Recipe) -> Vec<(String, PathBuf)> {
    let of = |source: MeasureSource<'_>| match source {
        MeasureSource::Sqlite { file, .. } => {
            Some((file.volume.to_string(), PathBuf::from(file.path.to_string())))
        }
        _ => None,
    };
    let mut files: Vec<_> =
        recipe.measures().into_iter().filter_map(|measure| of(measure.source)).collect();
    files.dedup();
    files
}

async fn by_copied_files(
    target: &Target,
    drawn: &Drawn,
    recipe: &Recipe,
    files: Vec<(String, PathBuf)>,
) -> Result<Vec<MeasureRecord>, Trouble> {
    let folder = target.ground.folders.of(&drawn.service);
    let copy = folder.join(COPY);
    volumes::delete(copy.clone()).await?;
    // In a task of its own: who asked may go away, and the service must thaw.
    let copying = tokio::spawn({
        let (target, folder, copy) = (target.clone(), folder.clone(), copy.clone());
        async move { standing_still(&target, folder, copy, files).await }
    });
    let copied = copying.await.unwrap_or_else(|error| Err(not_copied(&error)));
    let read = match copied {
        Ok(()) => measure::by_files(recipe, &copy).await,
        Err(trouble) => Err(trouble),
    };
    volumes::delete(copy).await?;
    read
}

/// Copies files while everything but the database stands still. What a killed
/// daemon leaves frozen is thawed at its next start.
async fn standing_still(
    target: &Target,
    folder: PathBuf,
    copy: PathBuf,
    files: Vec<(String, PathBuf)>,
) -> Result<(), Trouble> {
    let engine = &target.ground.engine;
    let there =
        engine.containers(&target.ground.owner).await.map_err(|e| trouble::of_engine(&e))?;
    let label = target.id.to_string();
    let running: Vec<_> = there
        .into_iter()
        .filter(|it| it.service == label && it.part != DATABASE)
        .filter(|it| it.state == ContainerState::Running)
        .collect();
    let work = async {
        for container in &running {
            engine.pause_container(&container.id).await.map_err(|e| trouble::of_engine(&e))?;
        }
        let copied = tokio::task::spawn_blocking(move || copy_all(&folder, &copy, &files)).await;
        copied.map_err(|error| not_copied(&error))?.map_err(|error| not_copied(&error))
    };
    let outcome = timeout(STILL, work).await;
    for container in &running {
        if let Err(error) = engine.unpause_container(&container.id).await {
            // One that was not frozen refuses; a frozen one the reconciler thaws.
            tracing::debug!(%error, container.name, "was not thawed");
        }
    }
    outcome.unwrap_or_else(|_elapsed| {
        Err(not_copied(&std::io::Error::from(std::io::ErrorKind::TimedOut)))
    })
}

/// Copies each file with what SQLite keeps beside it, into the same places
/// below another folder. A file that leads out of its volume is not followed.
fn copy_all(folder: &Path, copy: &Path, files: &[(String, PathBuf)]) -> std::io::Result<()> {
    for (volume, file) in files {
        let data = Folders::data(folder, volume).canonicalize()?;
        for end in ["", "-wal", "-journal"] {
            let mut name = file.clone().into_os_string();
            name.push(end);
            let from = match data.join(&name).canonicalize() {
                Ok(from) if from.starts_with(&data) => from,
                Ok(_outside) => return Err(std::io::ErrorKind::PermissionDenied.into()),
                // Not made yet: then what is asked of it says so.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let to = Folders::data(copy, volume).join(&name);
            std::fs::create_dir_all(to.parent().unwrap_or(copy))?;
            std::fs::copy(from, to)?;
        }
    }
    Ok(())
}

fn not_copied(error: &dyn std::error::Error) -> Trouble {
    trouble::of_file(
        text!(
            "The service's data could not be read to be measured.",
            "Les données du service n’ont pas pu être lues pour être mesurées."
        ),
        error,
    )
}

/// The names of the measures that differ, or that only one side has.
pub(super) fn moved<'v>(then: &'v Values, now: &'v Values) -> Vec<&'v str> {
    let names: std::collections::BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    names.into_iter().filter(|name| then.get(*name) != now.get(*name)).map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_one_side_has_counts_as_moved() {
        let values = |pairs: &[(&str, &str)]| -> Values {
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
        };
        let then = values(&[("bills", "4"), ("people", "3"), ("gone", "1")]);
        let now = values(&[("bills", "5"), ("people", "3"), ("new", "1")]);
        assert_eq!(moved(&then, &now), ["bills", "gone", "new"]);
        assert!(moved(&then, &then).is_empty());
    }

    #[test]
    fn a_copy_stays_within_the_volume() {
        let folder = tempfile::tempdir().unwrap();
        let service = folder.path().join("pad");
        let data = service.join("data/data");
        std::fs::create_dir_all(&data).unwrap();
        std::fs::write(data.join("a.db"), "a").unwrap();
        std::fs::write(data.join("a.db-wal"), "w").unwrap();
        std::fs::write(folder.path().join("other"), "theirs").unwrap();
        std::os::unix::fs::symlink(folder.path().join("other"), data.join("b.db")).unwrap();
        let copy = service.join(COPY);
        let files = |name: &str| vec![("data".to_owned(), PathBuf::from(name))];
        copy_all(&service, &copy, &files("a.db")).unwrap();
        assert_eq!(std::fs::read_to_string(copy.join("data/data/a.db-wal")).unwrap(), "w");
        assert!(copy_all(&service, &copy, &files("b.db")).is_err());
        copy_all(&service, &copy, &files("not-yet.db")).unwrap();
    }
}
