//! A clock that is wrong: boards without a battery start in the past, where no
//! certificate is valid yet.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use recipe::{Trouble, text};

use super::{Check, of_the_box};
use crate::Weight;
use crate::finding::Found;
use crate::surroundings::Surroundings;

/// A clock that is set back by less is no news.
const SLACK: SignedDuration = SignedDuration::from_mins(10);

pub(super) struct ClockIsRight;

#[async_trait]
impl Check for ClockIsRight {
    async fn look(&self, at: &Surroundings) -> Vec<Found> {
        let last = at.ledger.read(|records| records.jobs(1)).unwrap_or_default();
        let written = last.first().map(|job| job.ended.unwrap_or(job.created));
        of_the_box(written.and_then(|written| judge((at.clock)(), written)))
    }
}

/// What was written down cannot lie in the future.
fn judge(now: Timestamp, written: Timestamp) -> Option<(Weight, Trouble)> {
    if written.duration_since(now) <= SLACK {
        return None;
    }
    let (now, then) = (now.strftime("%F %H:%M"), written.strftime("%F %H:%M"));
    let what = text!(
        "The box’s clock is wrong: it shows {now} UTC, and has already been past {then}.",
        "L’horloge de la boîte est fausse : elle indique {now} UTC, alors qu’elle a déjà dépassé {then}."
    );
    let remedy = text!(
        "Connect the box to the internet and let it set its clock (timedatectl), or set it by hand (date).",
        "Connectez la boîte à internet pour qu’elle se remette à l’heure (timedatectl), ou réglez-la à la main (date)."
    );
    Some((Weight::Urgent, Trouble::new("clock-wrong", what, remedy)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_before_what_was_written_is_wrong() {
        let written: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        assert!(judge(written, written).is_none());
        assert!(judge(written - SignedDuration::from_mins(5), written).is_none());
        let (weight, trouble) = judge("1970-01-01T00:00:00Z".parse().unwrap(), written).unwrap();
        assert_eq!(weight, Weight::Urgent);
        assert!(trouble.what.fr.contains("1970-01-01 00:00"), "{trouble:?}");
    }
}
