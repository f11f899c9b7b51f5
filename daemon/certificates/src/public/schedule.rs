//! When: renewals by share of life, attempts by growing pauses. No randomness:
//! what spreads boxes apart is drawn from the names themselves, so that a
//! restart changes nothing.

use jiff::{SignedDuration, Timestamp};

use super::failure::Failure;
use crate::leaf::{Leaf, sha256};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Pauses after the first, second… attempt that failed. The first ones stay
/// below the five failed validations an hour that Let's Encrypt allows, two
/// ways being tried each time (letsencrypt.org/docs/rate-limits).
const PAUSES: [i64; 6] = [30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY];
/// The same for what has nothing to do with the domain: the network, mostly.
const SHORT_PAUSES: [i64; 5] = [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR];
/// At least so many attempts find their place in the life of a certificate:
/// one that lives six days cannot wait for days.
const ATTEMPTS_IN_A_LIFE: i64 = 24;
/// What is waited for where an authority says to wait and not how long.
pub(super) const UNSAID: i64 = HOUR;
/// The longest that one domain's limit keeps others back: most limits are of
/// one domain, and which are not cannot be told apart.
const ALL_HELD: i64 = HOUR;
/// Nothing is planned further ahead: a time beyond was written by a clock that
/// was wrong.
const LONGEST: i64 = 8 * DAY;

/// When a certificate is renewed: at two thirds of its life, and up to a
/// thirtieth of it later, so that boxes set up together do not come together.
pub(super) fn renew_at(leaf: &Leaf, domain: &str) -> Timestamp {
    let from = leaf.not_before.as_second();
    let life = leaf.not_after.as_second() - from;
    let spread = drawn(&format!("{domain} {from}"), life / 30);
    Timestamp::from_second(from + life / 3 * 2 + spread).unwrap_or(leaf.not_after)
}

/// When it is tried again after the `failures`th failure in a row.
pub(super) fn next_attempt(
    failure: &Failure,
    failures: u32,
    domain: &str,
    life: Option<i64>,
    now: Timestamp,
) -> Timestamp {
    let pauses: &[i64] = match failure {
        Failure::Limited { until, .. } => {
            // Not on the very second at which all others come back.
            return after((*until).max(now), drawn(domain, 5 * MINUTE));
        }
        Failure::Away { .. } | Failure::DoorAway | Failure::Slow | Failure::Files { .. } => {
            &SHORT_PAUSES
        }
        _ => &PAUSES,
    };
    let step = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
    let pause = pauses.get(step).or(pauses.last()).copied().unwrap_or(HOUR);
    let most = life.map_or(DAY, |life| (life / ATTEMPTS_IN_A_LIFE).max(MINUTE));
    let pause = pause.min(most);
    after(now, pause + drawn(&format!("{domain} {failures}"), pause / 5))
}

/// Until when the authority is left alone for every domain; none: others may go on.
pub(super) fn hold_all(failure: &Failure, now: Timestamp) -> Option<Timestamp> {
    match failure {
        Failure::Limited { until, .. } => Some((*until).min(after(now, ALL_HELD))),
        Failure::Away { .. } => Some(after(now, MINUTE)),
        _ => None,
    }
}

/// Whether a time that was written down can be meant.
pub(super) fn is_sane(until: Timestamp, now: Timestamp) -> bool {
    until.as_second() - now.as_second() <= LONGEST
}

/// `seconds` after `now`.
pub(super) fn after(now: Timestamp, seconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now)
}

/// A number of seconds up to `most`, always the same for the same words.
fn drawn(words: &str, most: i64) -> i64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(sha256(words.as_bytes()).first_chunk::<8>().unwrap_or(&[0; 8]));
    let number = u64::from_be_bytes(bytes);
    let most = u64::try_from(most).unwrap_or(0);
    i64::try_from(number % (most + 1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn leaf(days: i64) -> Leaf {
        Leaf {
            names: vec!["pad.example.org".into()],
            chain_pem: String::new(),
            key_pem: String::new(),
            issuer: String::new(),
            not_before: now(),
            not_after: after(now(), days * DAY),
            public_key: [0; 32],
        }
    }

    fn hours(from: Timestamp, to: Timestamp) -> i64 {
        (to.as_second() - from.as_second()) / HOUR
    }

    #[test]
    fn long_lives_and_short_ones_are_renewed_with_a_third_left() {
        for days in [6, 47, 90, 398] {
            let leaf = leaf(days);
            let at = hours(now(), renew_at(&leaf, "pad.example.org"));
            assert!(at >= days * 16 && at <= days * 16 + days * 24 / 30 + 1, "{days} days: {at} h");
            assert_eq!(renew_at(&leaf, "pad.example.org"), renew_at(&leaf, "pad.example.org"));
        }
        let spread: std::collections::BTreeSet<_> = (0..20)
            .map(|number| renew_at(&leaf(90), &format!("pad{number}.example.org")))
            .collect();
        assert!(spread.len() > 15);
    }

    #[test]
    fn pauses_grow_to_a_day_and_less_for_short_lives() {
        let failure = Failure::Refused { detail: String::new() };
        let pause = |failures, life| {
            hours(now(), next_attempt(&failure, failures, "pad.example.org", life, now()))
        };
        assert_eq!(pause(1, None), 0);
        assert!((24..=29).contains(&pause(6, None)) && (24..=29).contains(&pause(600, None)));
        assert!((6..=8).contains(&pause(600, Some(6 * DAY))));
        for failures in 1..6 {
            assert!(pause(failures, None) <= pause(failures + 1, None));
        }
    }

    #[test]
    fn what_an_authority_says_of_waiting_is_kept() {
        let until = after(now(), 7 * DAY);
        let failure = Failure::Limited { until, detail: String::new() };
        let next = next_attempt(&failure, 9, "pad.example.org", Some(DAY), now());
        assert!(next >= until && next <= after(until, 5 * MINUTE));
        assert_eq!(hold_all(&failure, now()), Some(after(now(), HOUR)));
        assert!(is_sane(next, now()));
        assert!(!is_sane(after(now(), 30 * DAY), now()));
    }
}
