//! The nights: every service kept, old snapshots thinned out, and once a month
//! each newest snapshot rehearsed. A night that the box slept through is made
//! up for when it wakes.

use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use ledger::{JobId, LedgerError, Service, Standing};
use recipe::Trouble;
use tokio::time::sleep;

use crate::lifecycle::Lifecycle;
use crate::request::Request;
use crate::trouble;

/// When a night's work begins, local time: before most people are up.
const HOUR: i8 = 3;
/// How often it is looked whether something is due. The clock may jump.
const LOOK: Duration = Duration::from_secs(60);
/// How often a service that another job is at work on is asked again.
const BUSY: Duration = Duration::from_secs(20);
/// How old a rehearsal may be.
const MONTH: SignedDuration = SignedDuration::from_hours(24 * 30);
/// When the last night's work was finished, in the settings.
const LAST: &str = "nightly.last";
/// What a job on the box's own repository has its hand on.
const SUBJECT: &str = "repository";

/// The last instant at which a night's work was due, and the next.
fn around(now: Timestamp, zone: &TimeZone) -> (Timestamp, Timestamp) {
    let local = now.to_zoned(zone.clone());
    let of = |days: i64| {
        let date = local.date().saturating_add(days.days());
        let begins = date.to_datetime(Time::constant(HOUR, 0, 0, 0));
        begins.to_zoned(zone.clone()).map_or(now, |zoned| zoned.timestamp())
    };
    let today = of(0);
    if today <= now { (today, of(1)) } else { (of(-1), today) }
}

impl Lifecycle {
    /// When the next night's work is due.
    #[must_use]
    pub fn next_night(&self) -> Timestamp {
        around((self.ground().clock)(), &TimeZone::system()).1
    }

    /// Does the nights' work for as long as the daemon lives.
    pub(crate) async fn keep_nights(self) {
        loop {
            if let Err(trouble) = self.night_if_due(&TimeZone::system()).await {
                tracing::warn!(%trouble, "a night's work was cut short; it is tried again");
            }
            sleep(LOOK).await;
        }
    }

    /// Does a night's work if one is due. What it waits for, a job at work on
    /// a service, is never cut short: the schedule waits.
    pub(crate) async fn night_if_due(&self, zone: &TimeZone) -> Result<(), Trouble> {
        let ground = self.ground();
        let now = (ground.clock)();
        let (due, _next) = around(now, zone);
        let last = ground.read(|records| records.setting(LAST))?;
        let last: Option<Timestamp> = last.and_then(|last| last.parse().ok());
        match last {
            Some(last) if last >= due => return Ok(()),
            // A box's first night is the one that comes.
            None => return self.remember(now),
            Some(_) => {}
        }
        for service in ground.read(|records| records.services())? {
            if service.standing == Standing::Installed && !self.is_kept_since(&service, due)? {
                let request = |reason: &str| Request::BackUp {
                    service: service.id,
                    reason: reason.to_owned(),
                    was: service.wanted,
                };
                self.in_turn(|| request("nightly").on(&service)).await?;
            }
        }
        self.in_turn(|| Request::ThinOut {}.job(SUBJECT.to_owned(), SUBJECT.to_owned())).await?;
        self.rehearse_what_is_due(now).await?;
        self.remember(now)
    }

    fn remember(&self, now: Timestamp) -> Result<(), Trouble> {
        let write =
            self.ground().ledger.write(|records| records.set_setting(LAST, &now.to_string()));
        write.map_err(|error| trouble::of_ledger(&error))
    }

    /// Whether a night that was cut short has kept it already, or somebody has.
    fn is_kept_since(&self, service: &Service, due: Timestamp) -> Result<bool, Trouble> {
        let kept = self.ground().read(|records| records.snapshots_of(service.id))?;
        Ok(kept.iter().any(|one| one.of.taken >= due && !one.of.reason.starts_with("before-")))
    }

    async fn rehearse_what_is_due(&self, now: Timestamp) -> Result<(), Trouble> {
        let ground = self.ground();
        for service in ground.read(|records| records.services())? {
            let (kept, rehearsed) = ground.read(|records| {
                Ok((records.snapshots_of(service.id)?, records.rehearsals(service.id)?))
            })?;
            let last = rehearsed.first().map(|one| one.at);
            if kept.is_empty() || last.is_some_and(|last| now.duration_since(last) < MONTH) {
                continue;
            }
            match self.rehearse(&service.name).await {
                Ok(job) => self.end_of(job).await?,
                // Said where a person looks: the others are rehearsed all the same.
                Err(trouble) => {
                    tracing::warn!(%trouble, service = service.name, "was not rehearsed");
                }
            }
        }
        Ok(())
    }

    /// Hands in a job when nothing else is at work on its subject, and waits for its end.
    async fn in_turn(&self, new: impl Fn() -> ledger::NewJob) -> Result<(), Trouble> {
        loop {
            let submitted = self.journal().submit(|_records| Ok::<_, LedgerError>(new()));
            match submitted {
                Ok(job) => return self.end_of(job).await,
                Err(LedgerError::Busy { .. }) => sleep(BUSY).await,
                Err(error) => return Err(trouble::of_ledger(&error)),
            }
        }
    }

    async fn end_of(&self, job: JobId) -> Result<(), Trouble> {
        let ended = self.journal().wait(job).await;
        ended.map(|_job| ()).map_err(|error| trouble::of_ledger(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_begins_at_three_local_time_whatever_the_summer_does() {
        let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (last, next) = around(at("2026-11-22T12:00:00Z"), &TimeZone::UTC);
        assert_eq!((last, next), (at("2026-11-22T03:00:00Z"), at("2026-11-23T03:00:00Z")));
        let (last, next) = around(at("2026-11-22T02:59:00Z"), &TimeZone::UTC);
        assert_eq!((last, next), (at("2026-11-21T03:00:00Z"), at("2026-11-22T03:00:00Z")));
        // The night in which the clocks are put back is an hour longer.
        if zone != TimeZone::UTC {
            let (last, next) = around(at("2026-10-24T12:00:00Z"), &zone);
            assert_eq!(next.duration_since(last), SignedDuration::from_hours(25));
        }
    }
}
