//! Taking a snapshot: what is asked.

use ledger::JobId;
use recipe::Trouble;

use crate::lifecycle::Lifecycle;
use crate::request::Request;

impl Lifecycle {
    /// Takes a snapshot of a service.
    ///
    /// # Errors
    /// `service-unknown`, `busy`.
    pub async fn back_up(&self, name: &str) -> Result<JobId, Trouble> {
        self.on(name, |service| Request::BackUp {
            service: service.id,
            reason: "asked".to_owned(),
            was: service.wanted,
        })
    }
}
