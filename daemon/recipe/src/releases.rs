//! The releases of a recipe, and the ways from one to another.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::format::{Architecture, ReleaseImage, ReleaseImages, ReleaseRule};
use crate::scalar::{Bound, Comparison, Major, Range};
use crate::{Recipe, Text, Trouble, block, text};

/// Which release: a version, and a revision of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReleaseId {
    /// Upstream's name of the version.
    pub version: String,
    /// Which rebuild of it, from 1.
    pub revision: u32,
}

impl ReleaseId {
    /// A release's identity from its two parts.
    pub fn new(version: impl Into<String>, revision: u32) -> Self {
        Self { version: version.into(), revision }
    }
}

impl fmt::Display for ReleaseId {
    /// The version alone for a first revision, `3.3.3 (2)` for a second.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revision {
            1 => formatter.write_str(&self.version),
            revision => write!(formatter, "{} ({revision})", self.version),
        }
    }
}

/// One release of a recipe.
#[derive(Debug, Clone)]
pub struct Release {
    id: ReleaseId,
    from: Option<Range>,
    major: Option<Major>,
    note: Option<Text>,
    images: BTreeMap<String, ReleaseImages>,
}

impl Release {
    /// A release, with the newest of the database's `majors` that it accepts.
    pub(crate) fn new(rule: &ReleaseRule, majors: &[Major]) -> Self {
        Self {
            id: ReleaseId::new(rule.version.as_str(), rule.revision),
            from: rule.from.clone(),
            major: newest_accepted(rule, majors).cloned(),
            note: rule.note.clone(),
            images: rule.images.clone(),
        }
    }

    /// Its version and revision.
    #[must_use]
    pub fn id(&self) -> &ReleaseId {
        &self.id
    }

    /// Upstream's name of the version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.id.version
    }

    /// Which rebuild of the version, from 1.
    #[must_use]
    pub fn revision(&self) -> u32 {
        self.id.revision
    }

    /// The database's major version that it runs with, if it has a database.
    #[must_use]
    pub fn database_major(&self) -> Option<&str> {
        self.major.as_ref().map(Major::as_str)
    }

    /// What people should know before they move to it.
    #[must_use]
    pub fn note(&self) -> Option<&Text> {
        self.note.as_ref()
    }

    /// What the recipe says of a container's image on an architecture.
    pub(crate) fn image(&self, container: &str, architecture: &str) -> Option<&ReleaseImage> {
        self.images.get(container)?.image(Architecture::named(architecture)?)
    }
}

/// The newest of a block's majors (oldest first) that a release accepts.
pub(crate) fn newest_accepted<'m>(rule: &ReleaseRule, majors: &'m [Major]) -> Option<&'m Major> {
    majors.iter().rev().find(|major| rule.database.contains(major))
}

/// Whether a version at one of `places`, in a file's order, meets a bound on a
/// version that stands from `first` to `last`.
fn meets(bound: &Bound, place: usize, first: usize, last: usize) -> bool {
    match bound.comparison {
        Comparison::AtLeast => place >= first,
        Comparison::After => place > last,
        Comparison::AtMost => place <= last,
        Comparison::Before => place < first,
        Comparison::Exactly => (first..=last).contains(&place),
    }
}

/// Whether the release at place `source` may move to that at place `goal` in
/// one step. `versions` are those of the file, in its order.
pub(crate) fn may_step(
    versions: &[&str],
    source: usize,
    goal: usize,
    range: Option<&Range>,
) -> bool {
    let same_version = versions.get(source) == versions.get(goal);
    let in_range = range.is_some_and(|range| {
        range.bounds.iter().all(|bound| {
            let named = |version: &&str| *version == bound.version.as_str();
            let first = versions.iter().position(named);
            let last = versions.iter().rposition(named);
            first.zip(last).is_some_and(|(first, last)| meets(bound, source, first, last))
        })
    });
    source < goal && (same_version || in_range)
}

impl Recipe {
    /// All releases, from the oldest to the newest.
    #[must_use]
    pub fn releases(&self) -> &[Release] {
        &self.releases
    }

    /// The newest release.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a recipe without a release does not pass its check")]
    pub fn newest(&self) -> &Release {
        self.releases.last().expect("a checked recipe has a release")
    }

    /// The newest revision of a version.
    #[must_use]
    pub fn release(&self, version: &str) -> Option<&Release> {
        self.releases.iter().rev().find(|release| release.version() == version)
    }

    /// One release exactly.
    #[must_use]
    pub fn release_at(&self, id: &ReleaseId) -> Option<&Release> {
        self.place(id).and_then(|place| self.releases.get(place))
    }

    fn place(&self, id: &ReleaseId) -> Option<usize> {
        self.releases.iter().position(|release| release.id == *id)
    }

    /// The shortest way from one release to another: the releases to move to,
    /// one after the other, the last one being `to`. Empty when they are the same.
    ///
    /// # Errors
    /// `release-unknown`, `release-backwards`, or `release-unreachable`.
    pub fn path(&self, from: &ReleaseId, to: &ReleaseId) -> Result<Vec<&Release>, Trouble> {
        let source = self.place(from).ok_or_else(|| self.unknown(from))?;
        let goal = self.place(to).ok_or_else(|| self.unknown(to))?;
        if goal < source {
            return Err(Trouble::new(
                "release-backwards",
                text!("{to} is older than {from}.", "{to} est plus ancienne que {from}."),
                text!(
                    "To go back, restore a snapshot made with the older release.",
                    "Pour revenir en arrière, restaurez une sauvegarde faite avec l’ancienne version."
                ),
            ));
        }
        self.walk(source, goal).ok_or_else(|| {
            Trouble::new(
                "release-unreachable",
                text!(
                    "The recipe knows no way from {from} to {to}.",
                    "La recette ne connaît pas de chemin de {from} à {to}."
                ),
                text!(
                    "Wait for a recipe that knows one, or install the new release as a second service.",
                    "Attendez une recette qui en connaît un, ou installez la nouvelle version comme un second service."
                ),
            )
        })
    }

    /// The way to the newest release that `from` can be moved to on an
    /// architecture, each release on the way having its images; empty when
    /// there is nothing newer to be had.
    ///
    /// A way on which the database could not read its data is passed over; see
    /// [`Recipe::database_goes_along`].
    #[must_use]
    pub fn newest_way(&self, from: &ReleaseId, architecture: &str) -> Vec<&Release> {
        let Some(source) = self.place(from) else { return Vec::new() };
        let can_be_walked = |way: &Vec<&Release>| {
            way.iter().all(|hop| self.runs_on(hop, architecture))
                && self.database_goes_along(from, way)
        };
        (source + 1..self.releases.len())
            .rev()
            .filter_map(|goal| self.walk(source, goal))
            .find(can_be_walked)
            .unwrap_or_default()
    }

    /// Whether the database of a service at `from` can read its data on all of
    /// a way: its major stays, or its kind takes over the data of older ones.
    #[must_use]
    pub fn database_goes_along(&self, from: &ReleaseId, way: &[&Release]) -> bool {
        let Some(block) = block::database(&self.file) else { return true };
        let rank = |release: &Release| {
            block.majors.iter().position(|it| Some(it.as_str()) == release.database_major())
        };
        let mut rank_before = self.release_at(from).and_then(rank);
        way.iter().all(|hop| {
            let rank = rank(hop);
            let goes = rank == rank_before || (block.reads_older && rank > rank_before);
            rank_before = rank;
            goes
        })
    }

    /// A search in breadth: the first way that arrives is a shortest one.
    fn walk(&self, source: usize, goal: usize) -> Option<Vec<&Release>> {
        let versions: Vec<&str> = self.releases.iter().map(Release::version).collect();
        let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
        let mut waiting = VecDeque::from([source]);
        while let Some(place) = waiting.pop_front() {
            if place == goal {
                break;
            }
            for (next, release) in self.releases.iter().enumerate().skip(place + 1) {
                if !came_from.contains_key(&next)
                    && may_step(&versions, place, next, release.from.as_ref())
                {
                    came_from.insert(next, place);
                    waiting.push_back(next);
                }
            }
        }
        let mut way = Vec::new();
        let mut place = goal;
        while place != source {
            way.push(self.releases.get(place)?);
            place = *came_from.get(&place)?;
        }
        way.reverse();
        Some(way)
    }

    fn unknown(&self, id: &ReleaseId) -> Trouble {
        let name = self.name();
        let recipe = self.id();
        Trouble::new(
            "release-unknown",
            text!(
                "The recipe of {name} has no release {id}.",
                "La recette de {name} n’a pas de version {id}."
            ),
            text!(
                "See its releases: panier recipe show {recipe}",
                "Voyez ses versions : panier recipe show {recipe}"
            ),
        )
    }
}
