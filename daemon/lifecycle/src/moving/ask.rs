//! What can be asked of a service's releases, checked before it becomes a job.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ledger::{JobId, KeptRelease, Service};
use recipe::{Recipe, Release, ReleaseId, Text, Trouble, text};

use super::course::{Back, Version};
use super::measured;
use crate::lifecycle::{Lifecycle, all_in_one, make_secrets, only_at_install};
use crate::request::Request;
use crate::site::{parse, recipe_of, subject};
use crate::target::Target;
use crate::trouble;

/// What to update to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpdateRequest {
    /// The release's version; none: the newest that can be had.
    pub release: Option<String>,
    /// Answers to questions that the newer recipe asks; the others stay.
    pub answers: BTreeMap<String, String>,
}

/// The newest release that a service can be moved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newer {
    /// Its version and revision.
    pub release: ReleaseId,
    /// All releases on the way, that one included.
    pub way: Vec<ReleaseId>,
    /// What people should know before.
    pub notes: Vec<Text>,
}

/// The release that a service can go back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previous {
    /// Its version and revision.
    pub release: ReleaseId,
    /// When it was left.
    pub left: Timestamp,
    /// What was measured then.
    pub measures: Vec<Written>,
}

/// A measure by its name for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its name in the recipe.
    pub name: String,
    /// What it counts, where the recipe says.
    pub label: Option<Text>,
    /// What was read.
    pub value: String,
}

/// A measure that is another one than when the release was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Its name in the recipe.
    pub name: String,
    /// What it counts, or else its name.
    pub label: Text,
    /// What it was then; none: it was not measured.
    pub then: Option<String>,
    /// What it is now; none: it cannot be read.
    pub now: Option<String>,
}

/// Where a rollback leads, and what it leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayBack {
    /// The release before.
    pub to: Previous,
    /// What has moved since the release that runs was opened.
    pub moved: Vec<Moved>,
}

impl Lifecycle {
    /// Moves a service to a newer release, by all the releases on the way.
    ///
    /// # Errors
    /// `service-unknown`, `busy`, `recipe-unknown`, `recipe-wrong`,
    /// `release-unknown`, `release-current`, `release-backwards`,
    /// `release-unreachable`, `release-database`, `no-image-for-this-box`,
    /// `answers-wrong`; nothing has been done then.
    pub async fn update(&self, name: &str, request: UpdateRequest) -> Result<JobId, Trouble> {
        let ground = self.ground();
        let service = ground.service_named(name)?;
        let found = ground.recipes.text(&service.recipe)?;
        let recipe = parse(&found.file, &found.text)?;
        let way = self.way(&service, &recipe, request.release.as_deref())?;
        let answers = answers_for(&recipe, &service, request.answers)?;
        let known = ground.read(|records| records.secrets(service.id))?;
        let mut secrets = make_secrets(&recipe)?;
        secrets.retain(|name, _| !known.contains_key(name));
        let Some(release) = way.last().cloned() else { return Err(current(&service, &recipe)) };
        let to = Version { recipe_text: found.text, release, answers, secrets };
        self.on(name, move |service| Request::Update { service: service.id, way, to })
    }

    /// Goes back to the release before, with the data that it left. What was
    /// written since is in a snapshot then.
    ///
    /// # Errors
    /// `service-unknown`, `busy`, `release-none-before`.
    pub async fn rollback(&self, name: &str) -> Result<JobId, Trouble> {
        let service = self.ground().service_named(name)?;
        let kept = self.release_before(&service)?;
        self.on(name, move |service| back_to(service, &kept, false))
    }

    /// The newest release that a service can be moved to; none where it runs it.
    #[must_use]
    pub fn newer(&self, service: &Service) -> Option<Newer> {
        let found = self.ground().recipes.text(&service.recipe).ok()?;
        let recipe = parse(&found.file, &found.text).ok()?;
        let from = ReleaseId::new(&service.release, service.revision);
        let way = recipe.newest_way(&from, &self.ground().architecture);
        Some(Newer {
            release: way.last()?.id().clone(),
            notes: way.iter().filter_map(|hop| hop.note().cloned()).collect(),
            way: way.into_iter().map(|hop| hop.id().clone()).collect(),
        })
    }

    /// The release that a service can go back to.
    #[must_use]
    pub fn previous(&self, service: &Service) -> Option<Previous> {
        self.release_before(service).ok().map(|kept| previous(&kept))
    }

    /// What a rollback leads to, and what it would leave to a snapshot: what was
    /// written since the release that runs was opened, as its measures tell.
    ///
    /// # Errors
    /// `service-unknown`, `busy`, `release-none-before`.
    pub async fn way_back(&self, name: &str) -> Result<WayBack, Trouble> {
        let ground = self.ground();
        let service = ground.service_named(name)?;
        let kept = self.release_before(&service)?;
        // Who works on it now may hold its data half-way.
        let _hand = self.hand_on(&service)?;
        let target = Target::new(ground, service.id);
        let drawn = target.draw()?;
        let now = measured::of_living(&target, &drawn).await.values;
        let recipe = recipe_of(&service)?;
        let moved = measured::moved(&kept.measures_after, &now).into_iter().map(|name| Moved {
            name: name.to_owned(),
            label: recipe.words_for_measure(name),
            then: kept.measures_after.get(name).cloned(),
            now: now.get(name).cloned(),
        });
        Ok(WayBack { to: previous(&kept), moved: moved.collect() })
    }

    /// A hand on a service that no job is at work on.
    fn hand_on(&self, service: &Service) -> Result<jobs::Hold, Trouble> {
        let subject = subject(service.id);
        if let Some(job) = self.ground().read(|records| records.unfinished_job_on(&subject))? {
            let busy = ledger::LedgerError::Busy { job: job.id.0, kind: job.kind };
            return Err(trouble::of_ledger(&busy));
        }
        self.journal().try_hold(&subject).ok_or_else(|| {
            let name = &service.name;
            Trouble::new(
                "busy",
                text!("{name} is being looked after.", "On s’occupe de {name} en ce moment."),
                text!("Try again in a moment.", "Réessayez dans un instant."),
            )
        })
    }

    fn release_before(&self, service: &Service) -> Result<KeptRelease, Trouble> {
        let kept = self.ground().read(|records| records.kept_release(service.id))?;
        kept.ok_or_else(|| {
            let name = &service.name;
            Trouble::new(
                "release-none-before",
                text!(
                    "There is no earlier release of {name} to go back to.",
                    "Il n’y a pas de version précédente de {name} à laquelle revenir."
                ),
                text!(
                    "Snapshots bring earlier data back: panier snapshots",
                    "Les sauvegardes ramènent des données plus anciennes : panier snapshots"
                ),
            )
        })
    }

    /// The releases to move to, one after the other.
    fn way(
        &self,
        service: &Service,
        recipe: &Recipe,
        wanted: Option<&str>,
    ) -> Result<Vec<ReleaseId>, Trouble> {
        let from = ReleaseId::new(&service.release, service.revision);
        let architecture = &self.ground().architecture;
        let goal = match wanted {
            Some(version) => self.release(recipe, Some(version))?.id().clone(),
            None => match recipe.newest_way(&from, architecture).last() {
                Some(release) => release.id().clone(),
                // Whatever keeps it from the newest is told by the way there.
                None => recipe.newest().id().clone(),
            },
        };
        if goal == from {
            return Err(current(service, recipe));
        }
        let way = recipe.path(&from, &goal)?;
        for hop in &way {
            self.runs_here(recipe, hop)?;
        }
        if !recipe.database_goes_along(&from, &way) {
            return Err(database(service, &goal));
        }
        Ok(way.into_iter().map(|hop: &Release| hop.id().clone()).collect())
    }
}

fn previous(kept: &KeptRelease) -> Previous {
    let recipe = parse("recipe.toml", &kept.recipe_text).ok();
    let of = |name: &str| {
        let measures = recipe.as_ref()?.measures();
        measures.iter().find(|measure| measure.name == name)?.label.cloned()
    };
    let written = |(name, value): (&String, &String)| Written {
        name: name.clone(),
        label: of(name),
        value: value.clone(),
    };
    Previous {
        release: ReleaseId::new(&kept.release, kept.revision),
        left: kept.left,
        measures: kept.measures.iter().map(written).collect(),
    }
}

/// The way back to a kept release.
pub(super) fn back_to(service: &Service, kept: &KeptRelease, by_itself: bool) -> Request {
    Request::Rollback {
        service: service.id,
        to: Version {
            recipe_text: kept.recipe_text.clone(),
            release: ReleaseId::new(&kept.release, kept.revision),
            answers: kept.answers.clone(),
            secrets: BTreeMap::new(),
        },
        back: Back {
            snapshot: kept.snapshot,
            images: kept.images.clone(),
            measures: kept.measures.clone(),
            measures_after: kept.measures_after.clone(),
        },
        by_itself,
    }
}

/// The answers that a newer recipe asks for: those there are, those given, and defaults.
fn answers_for(
    recipe: &Recipe,
    service: &Service,
    given: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Trouble> {
    let asked = |key: &str| recipe.questions().iter().find(|it| it.key.as_str() == key);
    let mut answers = service.answers.clone();
    // What is no longer asked is left behind, with the release that asked it.
    answers.retain(|key, _| asked(key).is_some());
    for (key, answer) in given {
        let fixed = asked(&key).is_some_and(|question| question.only_at_install);
        if fixed && answers.get(&key).is_some_and(|before| *before != answer) {
            return Err(only_at_install(&key));
        }
        answers.insert(key, answer);
    }
    recipe.check_answers(&answers).map_err(|troubles| {
        let name = &service.name;
        let Trouble { what, remedy, .. } = all_in_one(troubles);
        let remedy = Text::new(
            format!("{} panier update {name} --set KEY=VALUE", remedy.en),
            format!("{} panier update {name} --set CLÉ=VALEUR", remedy.fr),
        );
        Trouble::new("answers-wrong", what, remedy)
    })
}

fn current(service: &Service, recipe: &Recipe) -> Trouble {
    let (name, software) = (&service.name, recipe.name());
    let release = ReleaseId::new(&service.release, service.revision);
    Trouble::new(
        "release-current",
        text!(
            "{name} runs {software} {release} already.",
            "{name} est déjà en {software} {release}."
        ),
        text!("There is nothing to do.", "Il n’y a rien à faire."),
    )
}

fn database(service: &Service, goal: &ReleaseId) -> Trouble {
    let name = &service.name;
    Trouble::new(
        "release-database",
        text!(
            "{goal} needs another major version of the database, which cannot read the data of {name}.",
            "La {goal} demande une autre version majeure de la base de données, qui ne sait pas lire les données de {name}."
        ),
        text!(
            "Stay with the release that runs: it goes on working, and its data stay as they are.",
            "Restez à la version en place : elle continue de fonctionner et ses données restent telles quelles."
        ),
    )
}
