//! Sees to it that each name of the box has a certificate: orders and renews
//! public ones while the daemon lives, and says how it stands with them.

mod outlook;
mod words;

use std::sync::Arc;
use std::time::Duration;

use admin::views::{
    AuthorityBody, AuthorityView, CertificateStateView, CertificateTestView, CertificateView,
    IssuerView,
};
use async_trait::async_trait;
use certificates::{Public, PublicAuthority, Standing, is_public_name};
use health::CertificateTrouble;
use jiff::Timestamp;
use jobs::Clock;
use ledger::Ledger;
use names::Lookup;
use recipe::Trouble;
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::appliance::doorkeeper::{Doorkeeper, Named};
use crate::appliance::first_start::unwritten;
use crate::appliance::shown::SignedBy;

/// The setting that names the public authority, as JSON; empty: none.
const AUTHORITY: &str = "certificates.authority";
/// The longest between two looks: the wall clock may jump.
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// What it works with.
pub(crate) struct Tools {
    pub(crate) public: Arc<Public>,
    pub(crate) door: Arc<Doorkeeper>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) lookup: Arc<dyn Lookup>,
    /// The port at which the front door answers plain HTTP.
    pub(crate) http_port: u16,
    pub(crate) clock: Clock,
}

/// Sees to the certificates of the box.
pub(crate) struct Certifier {
    tools: Tools,
    wake: Notify,
}

impl Certifier {
    pub(crate) fn new(tools: Tools) -> Arc<Self> {
        Arc::new(Self { tools, wake: Notify::new() })
    }

    /// Orders and renews for as long as the daemon lives.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut names = self.tools.door.names();
        loop {
            let known = names.borrow_and_update().clone();
            let pause = match known {
                Some(known) => self.pass(&known).await,
                None => LONGEST_PAUSE,
            };
            tokio::select! {
                changed = names.changed() => if changed.is_err() { return },
                () = self.wake.notified() => {}
                () = sleep(pause) => {}
            }
        }
    }

    /// What keeps domains from the certificates that they should have, whenever asked.
    pub(crate) fn troubles(
        self: &Arc<Self>,
    ) -> Arc<dyn Fn() -> Vec<CertificateTrouble> + Send + Sync> {
        let certifier = Arc::clone(self);
        let troubled = |view: CertificateView| {
            let ends = view.not_after.filter(|_end| view.issuer == IssuerView::Acme);
            let CertificateView { service, trouble, .. } = view;
            trouble.map(|trouble| CertificateTrouble { service, trouble, ends })
        };
        Arc::new(move || {
            let views = admin::CertificateHand::certificates(certifier.as_ref());
            views.unwrap_or_default().into_iter().filter_map(troubled).collect()
        })
    }

    /// Does what is due; gives how long nothing else will be.
    async fn pass(&self, names: &[Named]) -> Duration {
        let Tools { public, door, clock, .. } = &self.tools;
        let domains: Vec<String> = names
            .iter()
            .map(|named| named.domain.clone())
            .filter(|domain| is_public_name(domain))
            .collect();
        if let Err(error) = public.forget_all_but(&domains) {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "certificates of domains that are gone stay");
        }
        let authority = match self.public_authority() {
            Ok(Some(authority)) => authority,
            Ok(None) => return LONGEST_PAUSE,
            Err(trouble) => {
                tracing::error!(%trouble, "no certificates are ordered");
                return LONGEST_PAUSE;
            }
        };
        for domain in public.due(&authority, &domains) {
            if let Ok(leaf) = public.attend(&authority, &domain, door.as_ref()).await {
                tracing::info!(domain, issuer = leaf.issuer, until = %leaf.not_after, "certified");
                // Where the door is away, its successor gets it.
                let _away = door.tell_again().await;
            }
        }
        let now = clock().as_second();
        let next = public.next(&authority, &domains).map(|next| next.as_second() - now);
        let seconds = u64::try_from(next.unwrap_or(i64::MAX).max(0)).unwrap_or(u64::MAX);
        Duration::from_secs(seconds).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
    }

    fn public_authority(&self) -> Result<Option<PublicAuthority>, Trouble> {
        let set = self.tools.ledger.read(|records| records.setting(AUTHORITY));
        match set.map_err(|error| unwritten(&error))?.filter(|set| !set.is_empty()) {
            None => Ok(None),
            Some(set) => serde_json::from_str(&set).map_err(|error| words::setting_damaged(&error)),
        }
    }

    fn keep(&self, authority: Option<&PublicAuthority>) -> Result<(), Trouble> {
        let text = match authority {
            None => String::new(),
            Some(authority) => {
                serde_json::to_string(authority).map_err(|error| words::setting_damaged(&error))?
            }
        };
        let written = self.tools.ledger.write(|records| records.set_setting(AUTHORITY, &text));
        written.map_err(|error| unwritten(&error))?;
        self.wake.notify_one();
        Ok(())
    }

    fn known(&self) -> Vec<Named> {
        self.tools.door.names().borrow().clone().unwrap_or_default()
    }

    fn view(&self, named: &Named, authority: Option<&PublicAuthority>) -> CertificateView {
        let Named { domain, service, .. } = named.clone();
        let public = is_public_name(&domain);
        let asked = authority.filter(|_| public);
        let standing = self.tools.public.standing(asked, &domain);
        let served = self.tools.door.served(&domain);
        let by = served.as_ref().map(|served| served.by);
        let now = (self.tools.clock)();
        let (state, trouble) = match asked {
            Some(_) => state_of(&standing, now),
            None if by == Some(SignedBy::OwnForOthers) => {
                (CertificateStateView::Missing, Some(words::missing(&domain, public)))
            }
            None => (CertificateStateView::Good, None),
        };
        let good = state == CertificateStateView::Good;
        CertificateView {
            domain,
            service,
            issuer: match by {
                Some(SignedBy::Public) => IssuerView::Acme,
                Some(SignedBy::Own) => IssuerView::Own,
                Some(SignedBy::OwnForOthers) | None => IssuerView::Other,
            },
            issuer_name: served.as_ref().map(|served| served.issuer.clone()),
            not_before: served.as_ref().map(|served| served.not_before),
            not_after: served.as_ref().map(|served| served.not_after),
            renew_at: standing.renew_at.filter(|_| asked.is_some() && good),
            state,
            next_attempt: standing.next.filter(|_| state == CertificateStateView::Waiting),
            trouble,
        }
    }
}

/// How it stands with a domain for which an authority is asked.
fn state_of(standing: &Standing, now: Timestamp) -> (CertificateStateView, Option<Trouble>) {
    let due = standing.next.is_none_or(|next| next <= now);
    match &standing.failure {
        Some(failure) if !due => {
            let next = standing.next.unwrap_or(now);
            let trouble = words::failed(&standing.domain, failure, next);
            (CertificateStateView::Waiting, Some(trouble))
        }
        _ if due || standing.ordering => (CertificateStateView::Ordering, None),
        _ if standing.leaf.is_some() => (CertificateStateView::Good, None),
        // The authority as a whole is left alone for a while.
        _ => (CertificateStateView::Ordering, None),
    }
}

#[async_trait]
impl admin::CertificateHand for Certifier {
    fn certificates(&self) -> Result<Vec<CertificateView>, Trouble> {
        let authority = self.public_authority()?;
        Ok(self.known().iter().map(|named| self.view(named, authority.as_ref())).collect())
    }

    fn renew(&self, domain: &str) -> Result<CertificateView, Trouble> {
        let domain = domain.trim_end_matches('.').to_ascii_lowercase();
        let known = self.known().into_iter().find(|named| named.domain == domain);
        let named = known.ok_or_else(|| words::unknown(&domain))?;
        if !is_public_name(&domain) {
            return Err(words::not_public(&domain));
        }
        let authority = self.public_authority()?.ok_or_else(words::no_authority)?;
        let asked = self.tools.public.ask_now(&authority, &domain);
        asked.map_err(|error| words::not_kept(&error))?;
        self.wake.notify_one();
        Ok(self.view(&named, Some(&authority)))
    }

    async fn test(&self, domain: &str) -> Result<CertificateTestView, Trouble> {
        let domain = domain.trim_end_matches('.').to_ascii_lowercase();
        let authority = self.public_authority()?;
        outlook::of(&self.tools, &domain, authority.is_some()).await
    }

    fn authority(&self) -> Result<AuthorityView, Trouble> {
        Ok(self.public_authority()?.map(described).unwrap_or_default())
    }

    fn set_authority(&self, authority: AuthorityBody) -> Result<AuthorityView, Trouble> {
        let AuthorityBody { directory, contact, root_pem } = authority;
        let authority = PublicAuthority { directory, contact, root_pem };
        words::check(&authority)?;
        self.keep(Some(&authority))?;
        Ok(described(authority))
    }

    fn forget_authority(&self) -> Result<AuthorityView, Trouble> {
        self.keep(None)?;
        Ok(AuthorityView::default())
    }
}

fn described(authority: PublicAuthority) -> AuthorityView {
    AuthorityView {
        directory: Some(authority.directory),
        contact: authority.contact,
        own_root: authority.root_pem.is_some(),
    }
}
