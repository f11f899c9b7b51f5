//! Thinning out: which snapshots go, so that the disks do not fill up.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::civil::{Date, ISOWeekDate};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use jobs::{Scene, Step};
use ledger::{PlaceRecord, ServiceId, SnapshotNumber, SnapshotRecord};
use recipe::{Text, Trouble, text};

use super::living::of_ground;
use super::repositories::{Place, Told};
use super::targets;
use crate::site::Ground;
use crate::steps::FETCHING;
use crate::trouble;

/// Of each service, the newest so many are kept, whatever their day.
const LAST: usize = 3;
/// And the newest of each of so many days, weeks and months.
const DAYS: usize = 7;
const WEEKS: usize = 4;
const MONTHS: usize = 12;
/// Those that were taken to undo something are kept so long.
const TO_UNDO: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Which of one service's snapshots go. Those that a release to go back to
/// needs are spared.
fn going(
    of_service: &[&SnapshotRecord],
    spared: &BTreeSet<SnapshotNumber>,
    now: Timestamp,
    zone: &TimeZone,
) -> Vec<SnapshotNumber> {
    let mut newest_first: Vec<&SnapshotRecord> = of_service.to_vec();
    newest_first.sort_by_key(|one| std::cmp::Reverse((one.of.taken, one.id)));
    let mut kept: BTreeSet<SnapshotNumber> =
        newest_first.iter().take(LAST).map(|it| it.id).collect();
    kept.extend(spared);
    let date = |one: &SnapshotRecord| one.of.taken.to_zoned(zone.clone()).date();
    let is_for_undoing = |one: &&&SnapshotRecord| one.of.reason.starts_with("before-");
    let young = |one: &&&SnapshotRecord| now.duration_since(one.of.taken) < TO_UNDO;
    kept.extend(newest_first.iter().filter(is_for_undoing).filter(young).map(|it| it.id));
    let regular: Vec<&SnapshotRecord> =
        newest_first.iter().filter(|one| !is_for_undoing(one)).copied().collect();
    kept.extend(first_of(&regular, DAYS, |one| Some(date(one))));
    kept.extend(first_of(&regular, WEEKS, |one| {
        let week = ISOWeekDate::from(date(one));
        Date::new(week.year(), 1, 1).ok().map(|year| (year, week.week()))
    }));
    kept.extend(first_of(&regular, MONTHS, |one| Some((date(one).year(), date(one).month()))));
    newest_first.iter().map(|one| one.id).filter(|id| !kept.contains(id)).collect()
}

/// The newest of each of the first so many spans of time.
fn first_of<Span: Ord>(
    newest_first: &[&SnapshotRecord],
    most: usize,
    span: impl Fn(&SnapshotRecord) -> Option<Span>,
) -> Vec<SnapshotNumber> {
    let mut spans = BTreeSet::new();
    let mut firsts = Vec::new();
    for one in newest_first {
        if spans.len() < most && span(one).is_some_and(|span| spans.insert(span)) {
            firsts.push(one.id);
        }
    }
    firsts
}

/// Forgets what the keep rules do not keep, here and at every target that is
/// there, and gives its room back.
pub(crate) struct ThinOut(pub(crate) Arc<Ground>);

impl ThinOut {
    fn going(&self) -> Result<Vec<SnapshotRecord>, Trouble> {
        let ground = &self.0;
        let (all, spared) =
            ground.read(|records| Ok((records.snapshots()?, records.kept_snapshots()?)))?;
        let spared: BTreeSet<SnapshotNumber> = spared.into_iter().map(SnapshotNumber).collect();
        let services: BTreeSet<_> = all.iter().map(|one| one.of.service).collect();
        let (now, zone) = ((ground.clock)(), TimeZone::system());
        let mut gone = BTreeSet::new();
        for service in services {
            let of_service: Vec<_> = all.iter().filter(|one| one.of.service == service).collect();
            gone.extend(going(&of_service, &spared, now, &zone));
        }
        Ok(all.into_iter().filter(|one| gone.contains(&one.id)).collect())
    }

    /// Forgets what served the next snapshots of services that are no more.
    async fn forget_grounds(&self, told: Told<'_>) -> Result<(), Trouble> {
        let ground = &self.0;
        let (kept, services) =
            ground.read(|records| Ok((records.snapshots()?, records.services()?)))?;
        let kept: BTreeSet<_> = kept.iter().map(|one| one.of.service).collect();
        let is_gone = |id: &ServiceId| services.iter().all(|it| it.id != *id);
        let gone: Vec<ServiceId> = kept.into_iter().filter(is_gone).collect();
        if gone.is_empty() {
            return Ok(());
        }
        let local = ground.vault.local(ground, told).await?;
        let repositories = ground.vault.repositories();
        for service in gone {
            let found = repositories.tagged(&local, &of_ground(service)).await?;
            repositories.forget(&local, &found).await?;
        }
        Ok(())
    }

    async fn forget(&self, place: &Place, going: &[SnapshotRecord]) -> Result<(), Trouble> {
        let there = going.iter().filter_map(|one| one.identity_in(&place.name).map(str::to_owned));
        let there: Vec<String> = there.collect();
        if there.is_empty() {
            return Ok(());
        }
        let repositories = self.0.vault.repositories();
        repositories.forget(place, &there).await?;
        let forgotten =
            self.0.ledger.write(|records| records.forget_snapshots_at(&place.name, &there));
        forgotten.map_err(|error| trouble::of_ledger(&error))?;
        repositories.prune(place).await
    }
}

#[async_trait]
impl Step for ThinOut {
    fn name(&self) -> &'static str {
        "thin-out"
    }

    fn label(&self) -> Text {
        text!("Thinning out old snapshots", "On éclaircit les anciennes sauvegardes")
    }

    fn deadline(&self) -> Duration {
        FETCHING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let ground = &self.0;
        let told = |label: Text, done: u64, total: u64| scene.progress(label, done, total);
        let going = self.going()?;
        scene.halfway().await?;
        self.forget_grounds(&told).await?;
        if going.is_empty() {
            return Ok(());
        }
        for record in ground.read(|records| records.targets())? {
            let facts = targets::look(ground, record.clone()).await;
            if targets::hindrance(&record.name, &record.path, facts.state).is_some() {
                continue;
            }
            if let Err(trouble) = self.forget(&targets::place(ground, &record)?, &going).await {
                scene.say(trouble.what);
            }
        }
        let local = ground.vault.local(ground, &told).await?;
        debug_assert_eq!(local.name, PlaceRecord::LOCAL);
        self.forget(&local, &going).await
    }
}

#[cfg(test)]
mod tests {
    use ledger::{JobId, NewSnapshot};

    use super::*;

    fn snapshot(id: i64, taken: &str, reason: &str) -> SnapshotRecord {
        SnapshotRecord {
            id: SnapshotNumber(id),
            of: NewSnapshot {
                service: ServiceId(1),
                name: "pad".into(),
                recipe: "pad".into(),
                software: "Pad".into(),
                release: "1".into(),
                revision: 1,
                taken: taken.parse().unwrap(),
                reason: reason.into(),
                bytes: 0,
                measures: Vec::new(),
                job: JobId(id),
            },
            places: Vec::new(),
        }
    }

    #[test]
    fn a_year_of_nights_leaves_days_weeks_and_months() {
        let now: Timestamp = "2026-11-22T04:00:00Z".parse().unwrap();
        let nights: Vec<SnapshotRecord> = (0..400)
            .map(|ago| {
                let taken = now - SignedDuration::from_hours(24 * ago);
                snapshot(1000 - ago, &taken.to_string(), "nightly")
            })
            .collect();
        let all: Vec<_> = nights.iter().collect();
        let gone = going(&all, &BTreeSet::new(), now, &TimeZone::UTC);
        let left = nights.len() - gone.len();
        assert!((18..=23).contains(&left), "{left}");
        assert!(!gone.contains(&SnapshotNumber(1000)), "the newest stays");
        // Thinned out again the same night, nothing more goes.
        let rest: Vec<_> = nights.iter().filter(|one| !gone.contains(&one.id)).collect();
        assert_eq!(going(&rest, &BTreeSet::new(), now, &TimeZone::UTC), []);
    }

    #[test]
    fn what_a_way_back_needs_stays_and_what_was_for_undoing_goes_after_a_while() {
        let now: Timestamp = "2026-11-22T04:00:00Z".parse().unwrap();
        let mut all: Vec<SnapshotRecord> = (10..20)
            .map(|it| snapshot(it, &format!("2026-11-{it}T01:00:00Z"), "nightly"))
            .collect();
        all.push(snapshot(1, "2026-05-01T01:00:00Z", "before-update"));
        all.push(snapshot(2, "2026-05-02T01:00:00Z", "before-restore"));
        all.push(snapshot(3, "2026-11-11T01:00:00Z", "before-restore"));
        let all: Vec<_> = all.iter().collect();
        let spared = BTreeSet::from([SnapshotNumber(1)]);
        let gone = going(&all, &spared, now, &TimeZone::UTC);
        assert!(gone.contains(&SnapshotNumber(2)));
        assert!(!gone.contains(&SnapshotNumber(1)) && !gone.contains(&SnapshotNumber(3)));
    }
}
