//! Who may use the panel: the first-run code, the administrator's password, and
//! the sessions that come of it.
//!
//! The code is made when the command line asks for it, as root, and shown
//! there; only its digest is kept. It lets somebody choose the first password.
//! The password opens sessions; what a browser holds is known here by its
//! digest alone. A new password, a reset and signing out end sessions at once,
//! with the streams that were open in them.

mod code;
mod cookie;
mod guard;
mod origin;
mod password;
mod plainness;
mod sessions;
mod tries;
mod troubles;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ledger::{Digest, FirstRunCode, Ledger, LedgerError, Records};
use recipe::Trouble;
use tokio::sync::{Semaphore, watch};

pub(crate) use cookie::{cleared, held, kept};
pub(crate) use guard::{SignedIn, check_origin, check_session, dress};
pub(crate) use origin::Place;
pub(crate) use sessions::Token;

use crate::Clock;
use crate::refusal::Refusal;

/// Long enough to walk to another room with it; another is one command away.
const CODE_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// How far the panel has been taken into possession.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// No password was chosen yet.
    FirstRun,
    /// There is a password, and who asks has no session.
    SignedOut,
    /// Who asks has a session.
    SignedIn,
}

/// Who may use the panel.
pub(crate) struct People {
    ledger: Arc<Ledger>,
    clock: Clock,
    base_domain: String,
    /// One hash at a time: each takes as much memory as a small board can spare.
    hashing: Semaphore,
    /// Told whenever sessions were ended.
    ended: watch::Sender<()>,
}

impl People {
    pub(crate) fn new(ledger: Arc<Ledger>, clock: Clock, base_domain: String) -> Self {
        let ended = watch::Sender::new(());
        Self { ledger, clock, base_domain, hashing: Semaphore::new(1), ended }
    }

    /// How far the panel has been taken into possession, for who holds this token.
    pub(crate) fn standing(&self, token: Option<&Token>) -> Result<Standing, Refusal> {
        if self.session(token)?.is_some() {
            return Ok(Standing::SignedIn);
        }
        let password = self.ledger.read(|records| records.administrator_password())?;
        Ok(password.map_or(Standing::FirstRun, |_set| Standing::SignedOut))
    }

    /// Makes a first-run code in the place of the one before, and says until
    /// when it counts; none where a password was chosen already.
    pub(crate) fn make_code(&self) -> Result<Option<(String, Timestamp)>, Refusal> {
        let code = code::make().map_err(troubles::hashing)?;
        let made = (self.clock)();
        let kept = self.ledger.write(|records| {
            if records.administrator_password()?.is_some() {
                return Ok::<_, LedgerError>(false);
            }
            records.set_first_run_code(&FirstRunCode { digest: code::digest(&code), made })?;
            Ok(true)
        })?;
        Ok(kept.then(|| (code, made.saturating_add(CODE_LASTS).unwrap_or(made))))
    }

    /// Forgets the password, ends all sessions, and makes a first-run code.
    pub(crate) fn reset(&self) -> Result<Option<(String, Timestamp)>, Refusal> {
        self.ledger.write(|records| records.forget_administrator())?;
        self.ended.send_replace(());
        tracing::warn!("the administrator's password was reset from the command line");
        self.make_code()
    }

    /// Takes the panel into possession: with the code, somebody chooses the
    /// first password and is signed in.
    pub(crate) async fn begin(
        &self,
        place: &Place,
        code: &str,
        password: String,
    ) -> Result<Token, Refusal> {
        plainness::check(&password, &self.base_domain)?;
        if self.ledger.read(|records| records.administrator_password())?.is_some() {
            return Err(troubles::password_set().into());
        }
        self.admit(place)?;
        let digest = code::digest(code);
        if !self.ledger.read(|records| self.is_code(records, &digest))? {
            tracing::warn!(%place, "a wrong first-run code");
            return Err(troubles::code_wrong().into());
        }
        let hash = self.hashed(password).await?;
        let token = Token::make().map_err(troubles::hashing)?;
        let begun = self.ledger.write(|records| {
            // Of two who have the same code, the first has the panel.
            let still =
                self.is_code(records, &digest)? && records.administrator_password()?.is_none();
            if still {
                records.set_administrator_password(&hash, (self.clock)())?;
                self.open(records, place, &token)?;
            }
            Ok::<_, LedgerError>(still)
        })?;
        if !begun {
            return Err(troubles::code_wrong().into());
        }
        tracing::info!(%place, "the panel has its first password");
        Ok(token)
    }

    /// Opens a session for who knows the password; `held` is ended by it.
    pub(crate) async fn sign_in(
        &self,
        place: &Place,
        held: Option<&Token>,
        password: String,
    ) -> Result<Token, Refusal> {
        self.know(place, password).await?;
        let token = Token::make().map_err(troubles::hashing)?;
        self.ledger.write(|records| {
            if let Some(held) = held {
                records.end_session(&held.digest())?;
            }
            self.open(records, place, &token)
        })?;
        self.ended.send_replace(());
        tracing::info!(%place, "somebody signed in to the panel");
        Ok(token)
    }

    /// Puts another password in the place of the one that somebody knows. All
    /// sessions end; the one that is given goes on under the token returned.
    pub(crate) async fn change(
        &self,
        place: &Place,
        current: String,
        new: String,
    ) -> Result<Token, Refusal> {
        plainness::check(&new, &self.base_domain)?;
        self.know(place, current).await?;
        let hash = self.hashed(new).await?;
        let token = Token::make().map_err(troubles::hashing)?;
        self.ledger.write(|records| {
            records.set_administrator_password(&hash, (self.clock)())?;
            records.end_all_sessions()?;
            self.open(records, place, &token)
        })?;
        self.ended.send_replace(());
        tracing::info!(%place, "the administrator's password was changed");
        Ok(token)
    }

    /// Ends a session.
    pub(crate) fn sign_out(&self, digest: &Digest) -> Result<(), Refusal> {
        self.ledger.write(|records| records.end_session(digest))?;
        self.ended.send_replace(());
        Ok(())
    }

    /// Whether `digest` is that of the code that counts now.
    fn is_code(&self, records: &Records<'_>, digest: &Digest) -> Result<bool, LedgerError> {
        let Some(code) = records.first_run_code()? else { return Ok(false) };
        let age = (self.clock)().duration_since(code.made);
        Ok(age.abs() < CODE_LASTS && code.digest == *digest)
    }

    fn open(&self, records: &Records<'_>, place: &Place, token: &Token) -> Result<(), LedgerError> {
        let now = (self.clock)();
        sessions::sweep(records, now)?;
        tries::forgive(records, place)?;
        records.add_session(&token.digest(), now)
    }

    /// Counts a try before it is judged, so that of many at once none is free.
    fn admit(&self, place: &Place) -> Result<(), Refusal> {
        let now = (self.clock)();
        match self.ledger.write(|records| tries::admit(records, place, now))? {
            tries::Admission::Free => Ok(()),
            tries::Admission::After(wait) => Err(troubles::too_many_tries(wait)),
        }
    }

    /// Passes who knows the password.
    async fn know(&self, place: &Place, password: String) -> Result<(), Refusal> {
        let known = self.ledger.read(|records| records.administrator_password())?;
        let Some(known) = known else { return Err(troubles::password_unset().into()) };
        self.admit(place)?;
        if self.worked(move || password::is(&password, &known)).await? {
            return Ok(());
        }
        tracing::warn!(%place, "a wrong password for the panel");
        Err(troubles::password_wrong().into())
    }

    async fn hashed(&self, password: String) -> Result<String, Refusal> {
        self.worked(move || password::hash(&password)).await
    }

    /// Does what takes a processor's whole attention where it holds up nobody,
    /// one at a time.
    async fn worked<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Refusal> {
        let _turn = self.hashing.acquire().await.map_err(troubles::hashing)?;
        let done = tokio::task::spawn_blocking(work).await.map_err(troubles::hashing)?;
        Ok(done?)
    }
}
