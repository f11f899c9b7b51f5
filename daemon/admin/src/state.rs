//! What the API and the pages are handed.

use std::path::PathBuf;
use std::sync::Arc;

use catalogue::Catalogue;
use jiff::Timestamp;
use jobs::Journal;
use ledger::Ledger;
use tokio::sync::watch;

use crate::once::Once;
use crate::people::People;
use crate::{CertificateHand, Hand};

/// Tells the time: a parameter, so that a test can set it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the API and the pages are handed.
#[derive(Clone)]
pub struct Admin {
    /// To read from.
    pub ledger: Arc<Ledger>,
    /// To listen to.
    pub journal: Arc<Journal>,
    /// To have things done.
    pub hand: Arc<dyn Hand>,
    /// To know of certificates, and to have them renewed.
    pub certificates: Arc<dyn CertificateHand>,
    /// Where recipes are found.
    pub catalogue: Catalogue,
    /// What this box is.
    pub identity: BoxIdentity,
    /// What people are to trust.
    pub root: RootCertificate,
    /// Tells the time.
    pub clock: Clock,
    /// Where services' data lie.
    pub data: PathBuf,
    /// Who may speak to the API beside root: mostly the daemon's own user.
    pub allowed_users: Vec<u32>,
}

/// What this box is.
#[derive(Debug, Clone)]
pub struct BoxIdentity {
    /// The program's version.
    pub version: String,
    /// The box's own identity.
    pub identity: String,
    /// The domain below which services get their first address.
    pub base_domain: String,
    /// The box's own page.
    pub address: String,
    /// The processor's kind, in the engine's words.
    pub architecture: String,
}

/// The root certificate of the box's own authority.
#[derive(Debug, Clone)]
pub struct RootCertificate {
    /// For programs and most systems.
    pub pem: String,
    /// For systems that want bytes.
    pub der: Vec<u8>,
    /// SHA-256, in hexadecimal pairs with colons between.
    pub fingerprint: String,
}

/// What the handlers share: what was handed in, who may use the
/// panel, when it began, and whether the end has come.
pub(crate) struct Shared {
    pub(crate) admin: Admin,
    pub(crate) people: People,
    pub(crate) once: Once,
    pub(crate) began: Timestamp,
    closing: watch::Receiver<bool>,
}

impl Shared {
    pub(crate) fn new(admin: Admin, closing: watch::Receiver<bool>) -> Arc<Self> {
        let people = People::new(
            Arc::clone(&admin.ledger),
            Arc::clone(&admin.clock),
            admin.identity.base_domain.clone(),
        );
        let began = (admin.clock)();
        Arc::new(Self { admin, people, once: Once::default(), began, closing })
    }

    /// Resolves when the server is to end: streams end with it.
    pub(crate) fn closing(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut closing = self.closing.clone();
        async move {
            // An error means that the server is gone, which is an end as well.
            let _end = closing.wait_for(|closing| *closing).await;
        }
    }
}
