//! What is remembered of one domain between attempts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::PublicAuthority;
use super::answer::Way;
use super::failure::Failure;
use super::schedule;

/// The record of one domain with one authority.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// The directory of the authority that it is about.
    #[serde(default)]
    pub(super) directory: String,
    /// Whether the certificate that there is came from that authority.
    #[serde(default)]
    pub(super) fulfilled: bool,
    /// Whether a person asked for a new one.
    #[serde(default)]
    pub(super) asked: bool,
    /// The way that satisfied the authority last.
    #[serde(default)]
    pub(super) way: Way,
    /// Attempts that failed since the last that did not.
    #[serde(default)]
    pub(super) failures: u32,
    /// Why the newest failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<Failure>,
    /// Not to be tried before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<Timestamp>,
}

impl Record {
    /// The same if it is about this authority, else an empty one.
    pub(super) fn of(self, authority: &PublicAuthority) -> Self {
        if self.directory == authority.directory {
            return self;
        }
        Self { directory: authority.directory.clone(), way: self.way, ..Self::default() }
    }

    pub(super) fn fulfilled(authority: &PublicAuthority, way: Way) -> Self {
        let directory = authority.directory.clone();
        Self { directory, fulfilled: true, way, ..Self::default() }
    }

    /// The record after one more failure. What a person asked for has been
    /// tried then; from here on it goes by the schedule.
    pub(super) fn failed(
        self,
        failure: Failure,
        domain: &str,
        life: Option<i64>,
        now: Timestamp,
    ) -> Self {
        let failures = self.failures.saturating_add(1);
        let next = schedule::next_attempt(&failure, failures, domain, life, now);
        Self { failures, failure: Some(failure), next: Some(next), ..self }
    }
}
