//! Certificates from public authorities, by ACME (RFC 8555).
//!
//! One certificate a domain, not one a service: a domain whose DNS leads
//! elsewhere then keeps no other from its certificate, what went wrong belongs
//! to one domain, and nobody learns from the public logs of certificates which
//! domains belong together.
//!
//! Everything that must outlast a kill lies in one folder, written whole or not
//! at all: the account's key before the account is made, an order with its key
//! before it is fulfilled, the certificate, and when to try again. An order that
//! was cut off is taken up where it was.

mod account;
mod answer;
mod failure;
mod names;
mod order;
mod record;
mod schedule;
mod shelf;
mod web;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::leaf::Leaf;
pub use answer::{AnswerBoard, ChallengeAnswer, NotShown, Way};
pub use failure::{Failure, Reason, Refusal};
pub use names::is_public_name;
use record::Record;
use schedule::renew_at;
use shelf::Shelf;
pub use shelf::ShelfError;

/// Tells the time: a parameter, so that a test can move it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A public authority, as the box's administrator names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicAuthority {
    /// The URL of its directory (RFC 8555, section 7.1.1).
    pub directory: String,
    /// A mail address that it may write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// What its own server's certificate is signed by, as PEM; none: the
    /// system's list of roots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_pem: Option<String>,
}

/// What is known of one domain's public certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The domain.
    pub domain: String,
    /// Its certificate, if there is one.
    pub leaf: Option<Leaf>,
    /// When that one is renewed, if all goes well.
    pub renew_at: Option<Timestamp>,
    /// Whether an order was begun and is not finished.
    pub ordering: bool,
    /// Why the newest attempt failed; none when it did not.
    pub failure: Option<Failure>,
    /// Attempts that failed since the last that did not.
    pub failures: u32,
    /// When it is tried next.
    pub next: Option<Timestamp>,
}

/// Gets certificates from a public authority, keeps them, and renews them.
pub struct Public {
    shelf: Shelf,
    clock: Clock,
    /// One order at a time: a box has few domains, and authorities count.
    one: Mutex<()>,
}

impl Public {
    /// Keeps all in `folder`, which is made when something comes.
    #[must_use]
    pub fn new(folder: &Path, clock: Clock) -> Self {
        Self { shelf: Shelf::new(folder), clock, one: Mutex::new(()) }
    }

    /// The certificate of a domain, whatever its age. A damaged file is set
    /// aside with a warning, and counts as none.
    #[must_use]
    pub fn leaf(&self, domain: &str) -> Option<Leaf> {
        self.shelf.leaf(domain)
    }

    /// The answers of orders that are not finished: what a front door must go
    /// on showing after a daemon has died.
    #[must_use]
    pub fn answers(&self) -> Vec<ChallengeAnswer> {
        self.shelf.orders().into_iter().filter_map(|order| order.answer).collect()
    }

    /// Of these domains, those for which something is to be done now, the
    /// longest due first.
    #[must_use]
    pub fn due(&self, authority: &PublicAuthority, domains: &[String]) -> Vec<String> {
        let now = (self.clock)();
        let mut due: Vec<_> = domains
            .iter()
            .map(|domain| (self.due_at(authority, domain, now), domain.clone()))
            .filter(|(at, _)| *at <= now)
            .collect();
        due.sort();
        due.into_iter().map(|(_, domain)| domain).collect()
    }

    /// When the next of these domains is due; none where there are none.
    #[must_use]
    pub fn next(&self, authority: &PublicAuthority, domains: &[String]) -> Option<Timestamp> {
        let now = (self.clock)();
        domains.iter().map(|domain| self.due_at(authority, domain, now)).min()
    }

    /// What is known of a domain.
    #[must_use]
    pub fn standing(&self, authority: Option<&PublicAuthority>, domain: &str) -> Standing {
        let leaf = self.shelf.leaf(domain);
        let record = authority.map(|to| self.shelf.record(domain).of(to)).unwrap_or_default();
        let ordering = authority.is_some_and(|to| self.shelf.order(domain, to).is_some());
        let now = (self.clock)();
        Standing {
            domain: domain.to_owned(),
            renew_at: leaf.as_ref().map(|leaf| renew_at(leaf, domain)),
            next: authority.map(|to| self.due_at(to, domain, now)),
            leaf,
            ordering,
            failure: record.failure,
            failures: record.failures,
        }
    }

    /// Asks for a certificate at the next look, whatever the age of the one
    /// that there is. Only what the authority itself asked to wait is waited for.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn ask_now(&self, authority: &PublicAuthority, domain: &str) -> Result<(), ShelfError> {
        let before = self.shelf.record(domain).of(authority);
        let next = before.next.filter(|_| before.failure.as_ref().is_some_and(Failure::is_limit));
        let record = Record { asked: true, next, ..before };
        self.shelf.set_record(domain, &record)
    }

    /// Forgets certificates, keys and attempts of all domains but these.
    ///
    /// # Errors
    /// [`ShelfError`].
    pub fn forget_all_but(&self, domains: &[String]) -> Result<(), ShelfError> {
        self.shelf.forget_all_but(domains)
    }

    /// Gets or renews the certificate of one domain. What goes wrong is written
    /// down with the time of the next attempt, and given back.
    ///
    /// # Errors
    /// [`Failure`]; the certificate that there was stays.
    pub async fn attend(
        &self,
        authority: &PublicAuthority,
        domain: &str,
        board: &dyn AnswerBoard,
    ) -> Result<Leaf, Failure> {
        let _one = self.one.lock().await;
        let before = self.shelf.record(domain).of(authority);
        let attempt = order::Attempt {
            shelf: &self.shelf,
            clock: &self.clock,
            authority,
            domain,
            ear: web::Ear::default(),
        };
        let outcome = attempt.run(before.way, board).await;
        // What was shown for it is shown no longer, but by an order that goes on.
        let _away = board.show(self.answers()).await;
        let now = (self.clock)();
        let (record, outcome) = match outcome {
            Ok((leaf, way)) => (Record::fulfilled(authority, way), Ok(leaf)),
            Err(failure) => {
                tracing::warn!(domain, ?failure, "no public certificate");
                let life = self.shelf.leaf(domain).map(|leaf| life(&leaf));
                let record = before.failed(failure.clone(), domain, life, now);
                self.hold_all(authority, &failure, now);
                (record, Err(failure))
            }
        };
        match self.shelf.set_record(domain, &record) {
            Ok(()) => outcome,
            Err(error) => Err(Failure::of_files(&error)),
        }
    }

    fn due_at(&self, authority: &PublicAuthority, domain: &str, now: Timestamp) -> Timestamp {
        let record = self.shelf.record(domain).of(authority);
        let wanted = match self.shelf.leaf(domain) {
            _ if record.asked || self.shelf.order(domain, authority).is_some() => Timestamp::MIN,
            // One of another authority, or of none any more: the new one's is wanted.
            Some(leaf) if record.fulfilled => renew_at(&leaf, domain),
            _ => Timestamp::MIN,
        };
        let held = self.shelf.hold(authority);
        let not_before = record.next.into_iter().chain(held).max();
        let not_before = not_before.filter(|until| schedule::is_sane(*until, now));
        wanted.max(not_before.unwrap_or(Timestamp::MIN))
    }

    /// An authority that is away or at its limit is away for all domains.
    fn hold_all(&self, authority: &PublicAuthority, failure: &Failure, now: Timestamp) {
        if let Some(until) = schedule::hold_all(failure, now)
            && let Err(error) = self.shelf.set_hold(authority, until)
        {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "an authority's wish to wait was not written down");
        }
    }
}

/// A certificate's whole life, in seconds.
fn life(leaf: &Leaf) -> i64 {
    leaf.not_after.as_second() - leaf.not_before.as_second()
}
