//! Sessions: what a browser holds, and how long it counts.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use ledger::{Digest, LedgerError, Records, Session};
use ring::digest::{SHA256, digest};
use system::random::NoChance;

use super::People;
use crate::refusal::Refusal;

/// A session that nobody uses ends after a day.
const IDLE: SignedDuration = SignedDuration::from_hours(24);
/// Whoever signs in does so again after two weeks.
pub(super) const LONGEST: SignedDuration = SignedDuration::from_hours(14 * 24);
/// That a session is in use is written down no oftener: cards wear out.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// What a browser holds: 32 random bytes in hexadecimal.
pub(crate) struct Token(String);

impl Token {
    pub(super) fn make() -> Result<Self, NoChance> {
        let mut bytes = [0; 32];
        system::random::fill(&mut bytes)?;
        let mut written = String::with_capacity(64);
        for byte in bytes {
            // Writing to a String cannot fail.
            let _ = write!(written, "{byte:02x}");
        }
        Ok(Self(written))
    }

    pub(super) fn written(written: &str) -> Self {
        Self(written.to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn digest(&self) -> Digest {
        sha256(self.0.as_bytes())
    }
}

pub(super) fn sha256(bytes: &[u8]) -> Digest {
    let mut value = Digest::default();
    value.copy_from_slice(digest(&SHA256, bytes).as_ref());
    value
}

/// Whether a session counts. A clock that jumps, as boards' without a battery
/// do, ends one rather than letting it last.
fn counts(session: &Session, now: Timestamp) -> bool {
    now.duration_since(session.seen).abs() < IDLE
        && now.duration_since(session.begun).abs() < LONGEST
}

/// Takes those out that count no more.
pub(super) fn sweep(records: &Records<'_>, now: Timestamp) -> Result<(), LedgerError> {
    for (digest, session) in records.sessions()? {
        if !counts(&session, now) {
            records.end_session(&digest)?;
        }
    }
    Ok(())
}

impl People {
    /// The session of who holds this token, which is in use by this.
    pub(crate) fn session(&self, token: Option<&Token>) -> Result<Option<Digest>, Refusal> {
        let Some(digest) = token.map(Token::digest) else { return Ok(None) };
        let Some(session) = self.living(&digest)? else { return Ok(None) };
        let now = (self.clock)();
        if now.duration_since(session.seen).abs() >= SEEN_EVERY {
            let seen = self.ledger.write(|records| records.see_session(&digest, now));
            // A full disk must not keep people out of what helps against it.
            if let Err(error) = seen {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "that a session is in use could not be written down");
            }
        }
        Ok(Some(digest))
    }

    fn living(&self, digest: &Digest) -> Result<Option<Session>, LedgerError> {
        let found = self.ledger.read(|records| records.session(digest))?;
        Ok(found.filter(|session| counts(session, (self.clock)())))
    }

    /// Resolves when a session has ended: nothing is told to who signed out.
    pub(super) fn over(&self, digest: Digest) -> impl Future<Output = ()> + Send + use<'_> {
        /// Sessions also end by themselves.
        const LOOKED_AT_EVERY: std::time::Duration = std::time::Duration::from_secs(60);

        let mut ended = self.ended.subscribe();
        async move {
            while matches!(self.living(&digest), Ok(Some(_))) {
                // Late or told: it is looked at again.
                let _why = tokio::time::timeout(LOOKED_AT_EVERY, ended.changed()).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ledger::Session;

    use super::{Token, counts};

    fn session(begun: &str, seen: &str) -> Session {
        Session { begun: begun.parse().unwrap(), seen: seen.parse().unwrap() }
    }

    #[test]
    fn a_session_ends_when_idle_and_at_its_longest() {
        let now = "2026-11-22T12:00:00Z".parse().unwrap();
        assert!(counts(&session("2026-11-10T12:00:00Z", "2026-11-21T13:00:00Z"), now));
        assert!(!counts(&session("2026-11-10T12:00:00Z", "2026-11-21T11:00:00Z"), now), "idle");
        assert!(!counts(&session("2026-11-08T11:00:00Z", "2026-11-22T11:00:00Z"), now), "too long");
        // Signed in while the clock was years ahead.
        assert!(!counts(&session("2030-01-01T00:00:00Z", "2026-11-22T11:00:00Z"), now));
    }

    #[test]
    fn two_tokens_differ_and_so_do_their_digests() {
        let (one, two) = (Token::make().unwrap(), Token::make().unwrap());
        assert_eq!(one.as_str().len(), 64);
        assert_ne!(one.as_str(), two.as_str());
        assert_ne!(one.digest(), two.digest());
        assert_eq!(Token::written(one.as_str()).digest(), one.digest());
    }
}
