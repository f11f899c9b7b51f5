//! Holding what came back against what was measured when it was kept.

use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{Compared, JobId, MeasureRecord, SnapshotNumber};
use recipe::{Recipe, Text, Trouble, text};

use super::measure::{self, DATABASE};
use super::put_back::gone;
use crate::site::{Ground, recipe_of};
use crate::stand;
use crate::steps::STARTING;
use crate::target::Target;
use crate::trouble;

/// Under which key a job keeps what it compared.
pub(super) const FINDING: &str = "compared";

/// What is measured when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Files and the database, before the service's own programs start: what
    /// they change then is theirs.
    Data,
    /// What the service's own programs say, once they run.
    Answers,
}

/// Compares measures with those of the snapshot that was put back. A measure
/// that the snapshot does not have is not compared; one that it has and that
/// cannot be read any more is a difference.
pub(crate) struct Compare {
    pub(crate) target: Target,
    pub(crate) snapshot: SnapshotNumber,
    pub(crate) phase: Phase,
}

impl Compare {
    async fn measure(&self) -> Result<Vec<MeasureRecord>, Trouble> {
        let Target { ground, id, .. } = &self.target;
        let drawn = self.target.draw()?;
        let recipe = recipe_of(&drawn.service)?;
        if self.phase == Phase::Answers {
            stand::up(ground, &drawn.service, &drawn.plan).await?;
            return measure::by_commands(ground, *id, &recipe).await;
        }
        let mut found = measure::by_files(&recipe, &ground.folders.of(&drawn.service)).await?;
        if recipe.database().is_some() {
            let is_database = |part: &str| part == DATABASE;
            stand::up_only(ground, &drawn.service, &drawn.plan, &is_database).await?;
            found.extend(measure::by_database(ground, *id, &recipe, &drawn.plan).await?);
        }
        Ok(found)
    }
}

#[async_trait]
impl Step for Compare {
    fn name(&self) -> &'static str {
        match self.phase {
            Phase::Data => "compare",
            Phase::Answers => "compare-answers",
        }
    }

    fn label(&self) -> Text {
        text!("Comparing with what was kept", "On compare avec ce qui était gardé")
    }

    fn deadline(&self) -> Duration {
        STARTING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let ground = &self.target.ground;
        let snapshot = ground.read(|records| records.snapshot(self.snapshot))?.ok_or_else(gone)?;
        let found = self.measure().await?;
        scene.halfway().await?;
        let compared = pair(&snapshot.of.measures, found);
        keep(ground, scene.job(), &compared)?;
        let differing: Vec<_> = compared.iter().filter(|one| one.expected != one.found).collect();
        if differing.is_empty() {
            return Ok(());
        }
        Err(differs(&recipe_of(&self.target.service()?)?, &differing))
    }
}

fn pair(expected: &[MeasureRecord], found: Vec<MeasureRecord>) -> Vec<Compared> {
    let pairs = found.into_iter().filter_map(|found| {
        let expected = expected.iter().find(|one| one.name == found.name)?;
        let expected = expected.value.clone();
        Some(Compared { name: found.name, expected, found: found.value })
    });
    pairs.collect()
}

/// Adds to what a job has compared so far, and says it in its log.
fn keep(ground: &Ground, job: JobId, compared: &[Compared]) -> Result<(), Trouble> {
    let mut all = of_job(ground, job)?;
    all.retain(|one| compared.iter().all(|new| new.name != one.name));
    all.extend(compared.iter().cloned());
    let written = serde_json::to_string(&all).unwrap_or_default();
    let write = ground.ledger.write(|records| records.set_finding(job, FINDING, &written));
    write.map_err(|error| trouble::of_ledger(&error))
}

/// What a job has compared.
pub(super) fn of_job(ground: &Ground, job: JobId) -> Result<Vec<Compared>, Trouble> {
    let found = ground.read(|records| records.finding(job, FINDING))?;
    Ok(found.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

fn differs(recipe: &Recipe, differing: &[&Compared]) -> Trouble {
    let told = differing.iter().map(|Compared { name, expected, found }| {
        let Text { en, fr } = recipe.words_for_measure(name);
        let en = format!("{en}: {expected} when it was taken, {found} now");
        (en, format!("{fr} : {expected} lors de la sauvegarde, {found} maintenant"))
    });
    let (en, fr): (Vec<_>, Vec<_>) = told.unzip();
    let (en, fr) = (en.join("; "), fr.join(" ; "));
    Trouble::new(
        "restore-differs",
        text!(
            "What came back is not what was kept ({en}).",
            "Ce qui est revenu n’est pas ce qui était gardé ({fr})."
        ),
        text!(
            "Rely on another snapshot (panier snapshots), and check the disk that holds this one.",
            "Fiez-vous à une autre sauvegarde (panier snapshots), et vérifiez le disque qui contient celle-ci."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(name: &str, value: &str) -> MeasureRecord {
        MeasureRecord { name: name.into(), value: value.into() }
    }

    #[test]
    fn only_what_was_measured_then_is_compared_now() {
        let expected = [measure("bills", "3"), measure("people", "2")];
        let found = vec![measure("bills", "2"), measure("new", "9")];
        let compared = pair(&expected, found);
        assert_eq!(compared.len(), 1);
        assert_eq!((&*compared[0].expected, &*compared[0].found), ("3", "2"));
        let recipe = crate::site::parse("pad", crate::tests::yard::PAD).unwrap();
        let said = differs(&recipe, &[&compared[0]]);
        assert!(said.what.en.contains("(bills: 3 when it was taken, 2 now)"), "{}", said.what.en);
    }
}
