//! Looks, and remembers since when.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use recipe::Trouble;
use tokio::time::{sleep, timeout};

use crate::checks::{self, Check};
use crate::finding::Found;
use crate::{About, Finding, Surroundings};

/// Time between two looks when nobody asks.
const PERIOD: Duration = Duration::from_secs(60);
/// A check that takes longer is left out of the look.
const WITHIN: Duration = Duration::from_secs(5);

/// What is wrong with the box, as far as checks can find it.
pub struct Health {
    at: Surroundings,
    checks: Vec<Box<dyn Check>>,
    /// When what is wrong now was first seen.
    seen: Mutex<BTreeMap<(String, About), Timestamp>>,
}

impl Health {
    /// Checks that look at these surroundings.
    #[must_use]
    pub fn new(at: Surroundings) -> Self {
        Self { at, checks: checks::all(), seen: Mutex::default() }
    }

    /// Looks again and again, for as long as the daemon lives.
    pub async fn run(&self) {
        loop {
            self.look().await;
            sleep(PERIOD).await;
        }
    }

    /// What is wrong with how the services are kept.
    pub async fn look_at_backups(&self) -> Vec<Trouble> {
        let found = checks::backups().look(&self.at).await;
        found.into_iter().map(|found| found.trouble).collect()
    }

    /// All that is wrong now, the most pressing first.
    pub async fn look(&self) -> Vec<Finding> {
        let looks = self.checks.iter().map(|check| timeout(WITHIN, check.look(&self.at)));
        let found = join_all(looks).await.into_iter().filter_map(Result::ok).flatten();
        let mut findings = self.dated(found.collect());
        findings.sort_by(|one, other| {
            (one.weight, &one.about, one.since).cmp(&(other.weight, &other.about, other.since))
        });
        findings
    }

    /// Gives each what is known of its beginning; what is over is forgotten.
    fn dated(&self, found: Vec<Found>) -> Vec<Finding> {
        let now = (self.at.clock)();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::take(&mut *seen);
        let findings = found.into_iter().map(|Found { trouble, weight, about }| {
            let key = (trouble.code.clone(), about.clone());
            let since = before.get(&key).copied().unwrap_or(now);
            seen.insert(key, since);
            Finding { trouble, weight, about, since }
        });
        findings.collect()
    }
}
