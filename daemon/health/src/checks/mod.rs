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

/// Bytes as a person says them, in each language's own unit.
fn said(bytes: u64) -> (String, String) {
    const GIB: u64 = 1 << 30;
    const MIB: u64 = 1 << 20;
    let (number, en, fr) = if bytes >= GIB {
        let tenths = bytes.saturating_mul(10) / GIB;
        (format!("{}.{}", tenths / 10, tenths % 10), "GiB", "Gio")
    } else {
        ((bytes / MIB).to_string(), "MiB", "Mio")
    };
    (format!("{number} {en}"), format!("{} {fr}", number.replace('.', ",")))
}

/// A finding of the box's, or none.
fn of_the_box(found: Option<(crate::Weight, Trouble)>) -> Vec<Found> {
    found.into_iter().map(|(weight, trouble)| Found::of_the_box(weight, trouble)).collect()
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn bytes_are_said_in_each_language() {
        assert_eq!(said(1_610_612_736), ("1.5 GiB".into(), "1,5 Gio".into()));
        assert_eq!(said(300 << 20), ("300 MiB".into(), "300 Mio".into()));
    }
}
