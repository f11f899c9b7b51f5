//! Domains whose certificate nobody trusts, or soon nobody will.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::Check;
use crate::Weight;
use crate::finding::Found;
use crate::surroundings::{CertificateTrouble, Surroundings};

/// With less time left a person can hardly mend it before browsers refuse.
const VERY_LITTLE: SignedDuration = SignedDuration::from_hours(24 * 3);
/// With more, the next tries may well mend it by themselves.
const ENOUGH: SignedDuration = SignedDuration::from_hours(24 * 14);

pub(super) struct Certificates;

#[async_trait]
impl Check for Certificates {
    async fn look(&self, at: &Surroundings) -> Vec<Found> {
        let now = (at.clock)();
        (at.certificates)().into_iter().map(|it| judged(it, now)).collect()
    }
}

fn judged(of: CertificateTrouble, now: Timestamp) -> Found {
    let left = of.ends.map(|ends| ends.duration_since(now));
    let weight = match left {
        Some(left) if left < VERY_LITTLE => Weight::Urgent,
        Some(left) if left > ENOUGH => Weight::Advice,
        _ => Weight::Soon,
    };
    match of.service {
        Some(name) => Found::of_service(&name, weight, of.trouble),
        None => Found::of_the_box(weight, of.trouble),
    }
}

#[cfg(test)]
mod tests {
    use recipe::{Trouble, text};

    use super::*;
    use crate::About;

    #[test]
    fn what_ends_within_days_is_urgent() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let trouble = || Trouble::new("port-80-closed", text!("a", "b"), text!("c", "d"));
        let of = |hours: Option<i64>, service: Option<&str>| {
            let ends = hours.map(|hours| now + SignedDuration::from_hours(hours));
            let service = service.map(str::to_owned);
            let found = judged(CertificateTrouble { service, trouble: trouble(), ends }, now);
            (found.weight, found.about)
        };
        assert_eq!(of(None, None), (Weight::Soon, About::Box));
        assert_eq!(of(Some(24 * 9), None), (Weight::Soon, About::Box));
        assert_eq!(of(Some(24 * 20), None), (Weight::Advice, About::Box));
        let pad = About::Service { name: "pad".into() };
        assert_eq!(of(Some(24 * 2), Some("pad")), (Weight::Urgent, pad.clone()));
        assert_eq!(of(Some(-5), Some("pad")), (Weight::Urgent, pad), "it has ended");
    }
}
