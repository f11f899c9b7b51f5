//! All checks: one a file, each looking for one thing that goes wrong.

mod backups;
mod certificates;
mod clock;
mod disk_room;
mod engine;
mod firewall;
mod memory;
mod out_of_memory;
mod services;

use async_trait::async_trait;
use ledger::Service;
use recipe::Trouble;

use crate::finding::Found;
use crate::surroundings::Surroundings;

/// Looks for one thing that goes wrong.
#[async_trait]
pub(crate) trait Check: Send + Sync {
    /// What is wrong now; nothing when all is well, or when it cannot be told.
    async fn look(&self, at: &Surroundings) -> Vec<Found>;
}

/// Every check there is.
pub(crate) fn all() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(services::Services),
        Box::new(engine::EngineAnswers),
        Box::new(firewall::FirewallHolds),
        Box::new(disk_room::DiskRoom),
        Box::new(memory::Memory),
        Box::new(out_of_memory::OutOfMemory),
        Box::new(clock::ClockIsRight),
        Box::new(certificates::Certificates),
        Box::new(backups()),
    ]
}

/// The check of how services are kept, which their own page asks as well.
pub(crate) fn backups() -> impl Check + use<> {
    backups::Backups
}

/// The box's services; none where the ledger does not answer, which the daemon
/// itself does not survive for long.
fn services(at: &Surroundings) -> Vec<Service> {
    at.ledger.read(|records| records.services()).unwrap_or_default()
}

/// A finding of the box's, or none.
fn of_the_box(found: Option<(crate::Weight, Trouble)>) -> Vec<Found> {
    found.into_iter().map(|(weight, trouble)| Found::of_the_box(weight, trouble)).collect()
}
