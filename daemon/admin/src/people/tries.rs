//! Wrong tries are slowed down, ever more: those from one place at once and
//! long, those from everywhere together late and shortly, so that one visitor's
//! guesses keep nobody else out. It is all in the ledger: a restart forgives
//! nothing.

use jiff::{SignedDuration, Timestamp};
use ledger::{LedgerError, Records, WrongTries};

use super::Place;

/// How many tries in a row are free, and how long the pauses after them grow.
struct Patience {
    free: u32,
    longest: SignedDuration,
}

const WITH_ONE: Patience = Patience { free: 4, longest: SignedDuration::from_mins(15) };
const WITH_ALL: Patience = Patience { free: 40, longest: SignedDuration::from_secs(30) };

/// Where all places together are counted; no address reads like this.
const EVERYWHERE: &str = "everywhere";

/// After so long without a try, those of before are forgotten.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Whether a try may be made.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// It may, and was counted.
    Free,
    /// Not before this much time has passed.
    After(SignedDuration),
}

impl Patience {
    /// The pause after this many tries: none, then 2 s, 4 s, 8 s…
    fn pause(&self, tries: u32) -> SignedDuration {
        let Some(over) = tries.checked_sub(self.free) else { return SignedDuration::ZERO };
        let seconds = 2_i64.checked_pow(over + 1).unwrap_or(i64::MAX);
        SignedDuration::from_secs(seconds).min(self.longest)
    }

    /// How much of the pause is left. A clock that was set back begins it anew.
    fn left(&self, known: &WrongTries, now: Timestamp) -> SignedDuration {
        let since = now.duration_since(known.last).max(SignedDuration::ZERO);
        (self.pause(known.tries) - since).max(SignedDuration::ZERO)
    }
}

/// Counts a try from a place, unless it comes too early.
pub(super) fn admit(
    records: &Records<'_>,
    place: &Place,
    now: Timestamp,
) -> Result<Admission, LedgerError> {
    sweep(records, now)?;
    let counted = [(place.as_str(), WITH_ONE), (EVERYWHERE, WITH_ALL)];
    let mut wait = SignedDuration::ZERO;
    for (origin, patience) in &counted {
        if let Some(known) = records.wrong_tries(origin)? {
            wait = wait.max(patience.left(&known, now));
            if known.last > now {
                records.set_wrong_tries(origin, &WrongTries { last: now, ..known })?;
            }
        }
    }
    if wait > SignedDuration::ZERO {
        return Ok(Admission::After(wait));
    }
    for (origin, _) in &counted {
        let tries = records.wrong_tries(origin)?.map_or(0, |known| known.tries);
        records
            .set_wrong_tries(origin, &WrongTries { tries: tries.saturating_add(1), last: now })?;
    }
    Ok(Admission::Free)
}

/// The try was right: those from this place are forgotten, others' are not.
pub(super) fn forgive(records: &Records<'_>, place: &Place) -> Result<(), LedgerError> {
    let own = records.wrong_tries(place.as_str())?.map_or(0, |known| known.tries);
    records.forget_wrong_tries(place.as_str())?;
    let Some(all) = records.wrong_tries(EVERYWHERE)? else { return Ok(()) };
    match all.tries.saturating_sub(own) {
        0 => records.forget_wrong_tries(EVERYWHERE),
        tries => records.set_wrong_tries(EVERYWHERE, &WrongTries { tries, ..all }),
    }
}

fn sweep(records: &Records<'_>, now: Timestamp) -> Result<(), LedgerError> {
    for (origin, known) in records.all_wrong_tries()? {
        if now.duration_since(known.last) >= FORGOTTEN_AFTER {
            records.forget_wrong_tries(&origin)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use ledger::{Ledger, LedgerError};

    use super::{Admission, Place, WITH_ONE, admit, forgive};

    struct Door {
        folder: tempfile::TempDir,
        ledger: Ledger,
        now: Timestamp,
    }

    impl Door {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let ledger = Ledger::open(folder.path()).unwrap();
            Self { folder, ledger, now: "2026-11-22T12:00:00Z".parse().unwrap() }
        }

        fn restarted(self) -> Self {
            let Self { folder, ledger, now } = self;
            drop(ledger);
            let ledger = Ledger::open(folder.path()).unwrap();
            Self { folder, ledger, now }
        }

        fn knock(&self, from: &str) -> Admission {
            let place = Place::of(from);
            self.ledger.write(|records| admit(records, &place, self.now)).unwrap()
        }

        fn later(&mut self, seconds: i64) {
            self.now += SignedDuration::from_secs(seconds);
        }
    }

    fn after(seconds: i64) -> Admission {
        Admission::After(SignedDuration::from_secs(seconds))
    }

    #[test]
    fn pauses_double_up_to_a_quarter_of_an_hour() {
        let pauses: Vec<_> = [3, 4, 5, 6, 12, 13, 500]
            .iter()
            .map(|tries| WITH_ONE.pause(*tries).as_secs())
            .collect();
        assert_eq!(pauses, [0, 2, 4, 8, 512, 900, 900]);
    }

    #[test]
    fn after_a_few_tries_one_waits_longer_and_longer_over_a_restart_too() {
        let mut door = Door::new();
        for _ in 0..4 {
            assert_eq!(door.knock("192.168.1.9"), Admission::Free);
        }
        assert_eq!(door.knock("192.168.1.9"), after(2));
        door.later(1);
        let mut door = door.restarted();
        assert_eq!(door.knock("192.168.1.9"), after(1), "waiting counts, asking in vain does not");
        door.later(1);
        assert_eq!(door.knock("192.168.1.9"), Admission::Free);
        assert_eq!(door.knock("192.168.1.9"), after(4));
        assert_eq!(door.knock("192.168.1.10"), Admission::Free, "others are not kept out");
    }

    #[test]
    fn many_places_together_are_slowed_down_a_little() {
        let mut door = Door::new();
        for place in 0..40 {
            assert_eq!(door.knock(&format!("10.0.0.{place}")), Admission::Free);
        }
        assert_eq!(door.knock("10.0.1.1"), after(2));
        for place in 0..12 {
            door.later(30);
            assert_eq!(door.knock(&format!("10.0.2.{place}")), Admission::Free);
        }
        assert_eq!(door.knock("10.0.3.1"), after(30));
    }

    #[test]
    fn the_right_one_is_forgiven_and_only_that_one() {
        let door = Door::new();
        for _ in 0..4 {
            door.knock("10.0.0.1");
            door.knock("10.0.0.2");
        }
        let forgiven: Result<(), LedgerError> =
            door.ledger.write(|records| forgive(records, &Place::of("10.0.0.1")));
        forgiven.unwrap();
        assert_eq!(door.knock("10.0.0.1"), Admission::Free);
        assert_eq!(door.knock("10.0.0.2"), after(2));
    }

    #[test]
    fn a_clock_set_back_makes_nobody_wait_for_years() {
        let mut door = Door::new();
        for _ in 0..5 {
            door.knock("10.0.0.1");
        }
        door.later(-3600 * 24 * 365);
        assert_eq!(door.knock("10.0.0.1"), after(2));
        door.later(2);
        assert_eq!(door.knock("10.0.0.1"), Admission::Free);
    }

    #[test]
    fn tries_of_yesterday_are_forgotten() {
        let mut door = Door::new();
        for _ in 0..5 {
            door.knock("10.0.0.1");
        }
        door.later(24 * 3600);
        for _ in 0..4 {
            assert_eq!(door.knock("10.0.0.1"), Admission::Free);
        }
    }
}
