//! What checks look at.

use std::path::PathBuf;
use std::sync::Arc;

use containers::Engine;
use jiff::Timestamp;
use ledger::Ledger;
use lifecycle::Lifecycle;
use recipe::Trouble;

/// What checks look at: the box, as far as it can be asked without changing it.
#[derive(Clone)]
pub struct Surroundings {
    /// The services, and how they are.
    pub lifecycle: Lifecycle,
    /// What the box was told to be.
    pub ledger: Arc<Ledger>,
    /// The container engine.
    pub engine: Arc<dyn Engine>,
    /// Where the box keeps its data.
    pub state_folder: PathBuf,
    /// What is wrong with certificates, as whoever keeps them knows.
    pub certificates: Arc<dyn Fn() -> Vec<CertificateTrouble> + Send + Sync>,
    /// Tells the time.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

/// Why a domain has no certificate that it should have.
#[derive(Debug, Clone)]
pub struct CertificateTrouble {
    /// The service that the domain leads to; none: the box's own.
    pub service: Option<String>,
    /// What is in the way.
    pub trouble: Trouble,
    /// When what is served in the meantime ends, if anything is.
    pub ends: Option<Timestamp>,
}
