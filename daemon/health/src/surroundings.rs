//! What checks look at.

use std::path::PathBuf;
use std::sync::Arc;

use containers::Engine;
use jiff::Timestamp;
use ledger::Ledger;
use lifecycle::Lifecycle;

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
    /// Tells the time.
    pub clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}
