//! What the reconciler remembers of a service between two passes: how often it
//! had to be touched, since when it is starting, how often it did not answer.

use std::time::Duration;

use recipe::{Text, Trouble};
use tokio::time::Instant;

use crate::board::Health;

/// Pauses before a service that keeps failing is started again.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// A service that needed no touch for so long has its pause forgotten.
const STEADY: Duration = Duration::from_secs(120);
/// So many bad answers in a row make a service ill that was well.
const MOST_MISSES: u32 = 3;

/// One service, watched.
#[derive(Default)]
pub(crate) struct Watch {
    pause: Option<Pause>,
    starting_since: Option<Instant>,
    misses: u32,
}

struct Pause {
    until: Instant,
    length: Duration,
    touched: Instant,
}

/// Why a service is ill.
#[derive(Debug)]
pub(crate) enum Unwell {
    /// As it was found before.
    AsBefore(Trouble),
    /// Because of its answer now.
    Now(Text),
}

impl Watch {
    /// Whether the service may be made and started now, or is held back for a while.
    pub(crate) fn may_touch(&self, now: Instant) -> bool {
        self.pause.as_ref().is_none_or(|pause| now >= pause.until)
    }

    /// How many bad answers in a row.
    pub(crate) fn misses(&self) -> u32 {
        self.misses
    }

    /// Notes whether the service had to be touched. The first time after the
    /// daemon's start (`again` is false) counts for nothing: a reboot is no illness.
    pub(crate) fn note(&mut self, touched: bool, again: bool, now: Instant) {
        if !touched {
            if self.pause.as_ref().is_some_and(|it| now.duration_since(it.touched) > STEADY) {
                self.pause = None;
            }
            return;
        }
        self.starting_since = Some(now);
        self.misses = 0;
        if again {
            let length = self
                .pause
                .as_ref()
                .map_or(FIRST_PAUSE, |pause| (pause.length * 2).min(LONGEST_PAUSE));
            self.pause = Some(Pause { until: now + length, length, touched: now });
        }
    }

    /// How a service is whose answer to the probe is `answer`, and that was
    /// `known` to be so before. It may be starting for as long as `within`.
    pub(crate) fn verdict(
        &mut self,
        answer: Result<(), Text>,
        known: Option<Health>,
        within: Duration,
        now: Instant,
    ) -> Result<Health, Unwell> {
        let Err(reason) = answer else {
            self.misses = 0;
            self.starting_since = None;
            return Ok(Health::Up);
        };
        self.misses += 1;
        match known {
            Some(Health::Ill { trouble }) => Err(Unwell::AsBefore(trouble)),
            Some(Health::Up) if self.misses < MOST_MISSES => Ok(Health::Up),
            Some(Health::Up) => Err(Unwell::Now(reason)),
            _ => {
                let since = *self.starting_since.get_or_insert(now);
                if now.duration_since(since) > within {
                    Err(Unwell::Now(reason))
                } else {
                    Ok(Health::Starting)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad() -> Result<(), Text> {
        Err(Text::new("no answer", "pas de réponse"))
    }

    #[test]
    fn a_service_that_keeps_failing_is_held_longer_each_time() {
        let mut watch = Watch::default();
        let mut now = Instant::now();
        watch.note(true, false, now);
        assert!(watch.may_touch(now), "the first start after the daemon's is free");
        let mut waited = Vec::new();
        for _ in 0..10 {
            watch.note(true, true, now);
            let mut seconds = 0;
            while !watch.may_touch(now) {
                now += Duration::from_secs(1);
                seconds += 1;
            }
            waited.push(seconds);
        }
        assert_eq!(waited, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
        now += STEADY + Duration::from_secs(1);
        watch.note(false, true, now);
        watch.note(true, true, now);
        assert!(watch.may_touch(now + FIRST_PAUSE), "steady for long: forgotten");
    }

    #[test]
    fn one_bad_answer_closes_no_door() {
        let mut watch = Watch::default();
        let now = Instant::now();
        let within = Duration::from_secs(60);
        for _ in 0..2 {
            let verdict = watch.verdict(bad(), Some(Health::Up), within, now);
            assert!(matches!(verdict, Ok(Health::Up)));
        }
        assert!(matches!(watch.verdict(bad(), Some(Health::Up), within, now), Err(Unwell::Now(_))));
        let verdict = watch.verdict(Ok(()), Some(Health::Up), within, now);
        assert!(matches!(verdict, Ok(Health::Up)));
        assert_eq!(watch.misses(), 0);
    }

    #[test]
    fn starting_has_an_end() {
        let mut watch = Watch::default();
        let now = Instant::now();
        let within = Duration::from_secs(60);
        let known = Some(Health::Starting);
        assert!(matches!(watch.verdict(bad(), known.clone(), within, now), Ok(Health::Starting)));
        let later = now + within + Duration::from_secs(1);
        assert!(matches!(watch.verdict(bad(), known, within, later), Err(Unwell::Now(_))));
    }
}
