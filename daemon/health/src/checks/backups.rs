//! Services that are not kept, or not where it would help.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use ledger::TargetRecord;
use lifecycle::Kept;
use recipe::{Trouble, text};

use super::{Check, services};
use crate::Weight;
use crate::finding::Found;
use crate::surroundings::Surroundings;

/// Longer than the nights that a box sleeps through while its people are away.
const SNAPSHOTS_ARE_OLD: SignedDuration = SignedDuration::from_hours(24 * 4);
/// A disk that is plugged in once a week, and a day.
const COPIES_ARE_OLD: SignedDuration = SignedDuration::from_hours(24 * 8);

/// Reads the ledger alone: a share that does not answer holds up nothing.
pub(super) struct Backups;

#[async_trait]
impl Check for Backups {
    async fn look(&self, at: &Surroundings) -> Vec<Found> {
        let services = services(at);
        let asked = at.ledger.read(|records| records.targets());
        let (Ok(targets), false) = (asked, services.is_empty()) else { return Vec::new() };
        let now = (at.clock)();
        let mut found = of_targets(&targets, now);
        for service in &services {
            if let Ok(kept) = at.lifecycle.kept(service) {
                found.extend(of_service(&service.name, &kept, now));
            }
        }
        if matches!(at.lifecycle.kit_made(), Ok(None)) {
            found.push(Found::of_the_box(Weight::Advice, no_kit()));
        }
        found
    }
}

fn of_targets(targets: &[TargetRecord], now: Timestamp) -> Vec<Found> {
    let apart: Vec<_> = targets.iter().filter(|target| target.apart).collect();
    let mut found = Vec::new();
    if apart.is_empty() {
        found.push(no_target());
    }
    let troubled = targets.iter().filter_map(|target| target.trouble.clone());
    found.extend(troubled);
    let newest = apart.iter().filter_map(|target| target.last_copy).max();
    if let Some(newest) = newest.filter(|newest| now.duration_since(*newest) > COPIES_ARE_OLD) {
        found.push(copies_old(now.duration_since(newest)));
    }
    found.into_iter().map(|trouble| Found::of_the_box(Weight::Soon, trouble)).collect()
}

fn of_service(name: &str, kept: &Kept, now: Timestamp) -> Option<Found> {
    // That it cannot be had back weighs more than that it is old.
    if matches!(kept.last_rehearsal, Some((_at, false))) {
        return Some(Found::of_service(name, Weight::Urgent, not_proven(name)));
    }
    let age = now.duration_since(kept.last_snapshot?);
    (age > SNAPSHOTS_ARE_OLD)
        .then(|| Found::of_service(name, Weight::Soon, snapshot_old(name, age)))
}

fn days(age: SignedDuration) -> i64 {
    age.as_hours() / 24
}

fn no_target() -> Trouble {
    Trouble::new(
        "no-backup",
        text!(
            "Nothing is backed up: what the box keeps lies on its own disk alone.",
            "Rien n’est vraiment sauvegardé : tout ce que garde la boîte est sur son propre disque."
        ),
        text!(
            "Plug in another disk and add it: panier target add NAME FOLDER",
            "Branchez un autre disque et ajoutez-le : panier target add NOM DOSSIER"
        ),
    )
}

fn copies_old(age: SignedDuration) -> Trouble {
    let days = days(age);
    Trouble::new(
        "copies-old",
        text!(
            "The newest copy outside the box is {days} days old.",
            "La copie la plus récente hors de la boîte a {days} jours."
        ),
        text!(
            "Plug in the disk that keeps the copies, then see that it is there: panier target list",
            "Branchez le disque qui garde les copies, puis vérifiez qu’il est là : panier target list"
        ),
    )
}

fn snapshot_old(name: &str, age: SignedDuration) -> Trouble {
    let days = days(age);
    Trouble::new(
        "snapshot-old",
        text!(
            "The newest snapshot of {name} is {days} days old.",
            "La sauvegarde la plus récente de {name} a {days} jours."
        ),
        text!(
            "Take one now, which also tells what is in the way: panier backup {name}",
            "Faites-en une maintenant, qui dira aussi ce qui gêne : panier backup {name}"
        ),
    )
}

fn not_proven(name: &str) -> Trouble {
    Trouble::new(
        "rehearsal-failed",
        text!(
            "The last rehearsal of {name} did not pass.",
            "La dernière répétition de {name} n’a pas réussi."
        ),
        text!("See why: panier show {name}", "Voyez pourquoi : panier show {name}"),
    )
}

fn no_kit() -> Trouble {
    Trouble::new(
        "no-kit",
        text!(
            "There is no recovery kit: without the key on paper, a lost box takes its backups along.",
            "Il n’y a pas de kit de secours : sans la clé sur papier, une boîte perdue emporte ses sauvegardes."
        ),
        text!(
            "Make one and print it: panier key kit",
            "Faites-en un et imprimez-le : panier key kit"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn ago(days: i64) -> Timestamp {
        now().saturating_sub(SignedDuration::from_hours(24 * days)).unwrap()
    }

    fn target(apart: bool, copied: Option<i64>) -> TargetRecord {
        TargetRecord {
            name: "attic".into(),
            path: "/mnt/attic".into(),
            mark: "m".into(),
            filesystem: None,
            apart,
            added: ago(90),
            last_copy: copied.map(ago),
            trouble: None,
        }
    }

    fn codes(found: impl IntoIterator<Item = Found>) -> Vec<(String, Weight)> {
        found.into_iter().map(|found| (found.trouble.code, found.weight)).collect()
    }

    #[test]
    fn a_copy_on_the_same_disk_is_no_backup() {
        let soon = |code: &str| vec![(code.to_owned(), Weight::Soon)];
        assert_eq!(codes(of_targets(&[], now())), soon("no-backup"));
        assert_eq!(codes(of_targets(&[target(false, Some(0))], now())), soon("no-backup"));
        assert_eq!(codes(of_targets(&[target(true, None)], now())), []);
        assert_eq!(codes(of_targets(&[target(true, Some(7))], now())), []);
        let rotated = [target(true, Some(30)), target(true, Some(9))];
        assert_eq!(codes(of_targets(&rotated, now())), soon("copies-old"));
        let troubled = TargetRecord { trouble: Some(no_kit()), ..target(true, Some(1)) };
        assert_eq!(codes(of_targets(&[troubled], now())), soon("no-kit"), "as the target told it");
    }

    #[test]
    fn what_could_not_be_had_back_weighs_most() {
        let kept = |snapshot: i64, passed: bool| Kept {
            last_snapshot: Some(ago(snapshot)),
            last_rehearsal: Some((ago(1), passed)),
            backed_up: true,
        };
        assert_eq!(codes(of_service("pad", &kept(1, true), now())), []);
        let old = codes(of_service("pad", &kept(5, true), now()));
        assert_eq!(old, [("snapshot-old".to_owned(), Weight::Soon)]);
        let failed = codes(of_service("pad", &kept(5, false), now()));
        assert_eq!(failed, [("rehearsal-failed".to_owned(), Weight::Urgent)]);
    }
}
