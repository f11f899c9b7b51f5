//! The recovery kit: a key on paper, and how to get everything back with it
//! and without Panier. The key is tried when the page is made.

use std::path::Path;

use backup::{KitFacts, KitKey, KitLanguage, KitPlace, Tag};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ledger::PlaceRecord;
use recipe::{Language, Text, Trouble, text};

use super::targets::{self, TargetState};
use crate::lifecycle::Lifecycle;
use crate::site::Ground;
use crate::trouble;

/// The name of the kit's key: in the ledger, and in the repositories.
pub(super) const KEY: &str = "kit";
/// When a kit was last made, in the settings.
const MADE: &str = "kit.made";

/// A recovery kit.
#[derive(Clone, PartialEq, Eq)]
pub struct Kit {
    /// The page, as plain text. It holds the key.
    pub page: String,
    /// When it was made.
    pub made: Timestamp,
    /// Whether the key was tried on every repository of the box: one whose
    /// target is away now is tried when it is next copied to.
    pub tried: bool,
}

impl std::fmt::Debug for Kit {
    // The page holds the key: it is never printed.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Kit").field("made", &self.made).finish_non_exhaustive()
    }
}

impl Lifecycle {
    /// Makes the recovery kit, and tries its key on each repository. Made
    /// again, the key stays: a page that was printed before stays good.
    ///
    /// # Errors
    /// Why a repository that is there could not be opened by the key.
    pub async fn make_kit(&self, language: Language) -> Result<Kit, Trouble> {
        let ground = self.ground();
        let told = |_label: Text, _done: u64, _total: u64| {};
        let local = ground.vault.local(ground, &told).await?;
        let key = made(ground)?;
        let repositories = ground.vault.repositories();
        repositories.add_key(&local, &key.secret(), KEY).await?;
        let mut places = Vec::new();
        let mut tried = true;
        for record in ground.read(|records| records.targets())? {
            let goal = targets::place(ground, &record)?;
            let facts = targets::look(ground, record.clone()).await;
            if matches!(facts.state, TargetState::Away | TargetState::Strange) {
                tried = false;
            } else {
                repositories.ensure(&goal, Some(&local), &told).await?;
                repositories.add_key(&goal, &key.secret(), KEY).await?;
            }
            let (name, filesystem) = (record.name, record.filesystem);
            places.push(KitPlace { name, repository: goal.folder, filesystem });
        }
        places.push(own(ground, &local.folder, language));
        let made = (ground.clock)();
        let facts = KitFacts {
            box_name: ground.facts.base_domain.clone(),
            made: made.to_zoned(TimeZone::system()).date(),
            key,
            places,
            services: services(ground)?,
        };
        let language = match language {
            Language::En => KitLanguage::English,
            Language::Fr => KitLanguage::French,
        };
        let remember = ground.ledger.write(|records| records.set_setting(MADE, &made.to_string()));
        remember.map_err(|error| trouble::of_ledger(&error))?;
        Ok(Kit { page: backup::kit_page(&facts, language), made, tried })
    }

    /// When a kit was last made.
    ///
    /// # Errors
    /// Those of the ledger.
    pub fn kit_made(&self) -> Result<Option<Timestamp>, Trouble> {
        let made = self.ground().read(|records| records.setting(MADE))?;
        Ok(made.and_then(|made| made.parse().ok()))
    }
}

/// The repository on the box's own disk, which the page names last.
fn own(ground: &Ground, folder: &Path, language: Language) -> KitPlace {
    let name = text!("The box itself", "La boîte elle-même");
    KitPlace {
        name: name.in_language(language).to_owned(),
        repository: folder.to_owned(),
        filesystem: backup::filesystem_uuid(&ground.folders.services).ok().flatten(),
    }
}

/// Every service that has a snapshot, with the tag that finds it.
fn services(ground: &Ground) -> Result<Vec<(String, Tag)>, Trouble> {
    let kept = ground.read(|records| records.snapshots())?;
    let mut names: Vec<String> = kept
        .into_iter()
        .filter(|one| one.identity_in(PlaceRecord::LOCAL).is_some())
        .map(|one| one.of.name)
        .collect();
    names.sort();
    names.dedup();
    let tagged = names.into_iter().filter_map(|name| {
        let tag = Tag::try_from(format!("service={name}")).ok()?;
        Some((name, tag))
    });
    Ok(tagged.collect())
}

/// The kit's key, where one was made.
pub(super) fn key(ground: &Ground) -> Result<Option<KitKey>, Trouble> {
    let known = ground.read(|records| records.key(KEY))?;
    Ok(known.and_then(|text| KitKey::parse(&text).ok()))
}

/// The kit's key, made when there is none.
fn made(ground: &Ground) -> Result<KitKey, Trouble> {
    if let Some(known) = key(ground)? {
        return Ok(known);
    }
    let drawn = KitKey::draw(system::random::fill).map_err(|error| {
        trouble::of_file(
            text!("The machine gave no random bytes.", "La machine n’a pas donné d’aléa."),
            &error,
        )
    })?;
    let kept = ground.ledger.write(|records| records.set_key(KEY, drawn.reveal()));
    kept.map_err(|error| trouble::of_ledger(&error))?;
    Ok(drawn)
}
