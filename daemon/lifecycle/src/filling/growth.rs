//! What services weigh on a disk, and who grew most.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ledger::{Service, ServiceId};
use recipe::Trouble;
use system::disk::{self, Room};

use crate::keeping::count;
use crate::site::Ground;
use crate::trouble;

/// Bytes that each service takes up.
pub(super) type Weights = BTreeMap<ServiceId, u64>;

/// Weighs the services: their volumes, and what their containers wrote to their
/// own root filesystems.
pub(super) async fn weigh(
    ground: &Ground,
    volumes: bool,
    layers: bool,
) -> Result<Weights, Trouble> {
    let services = ground.read(|records| records.services())?;
    let mut weights = Weights::new();
    if volumes {
        for service in &services {
            let counted = count(volumes_on_the_boxs_disk(ground, service), None).await?;
            weights.insert(service.id, counted.bytes);
        }
    }
    if layers {
        let written = ground.engine.written(&ground.owner).await;
        for (label, bytes) in written.map_err(|error| trouble::of_engine(&error))? {
            let id = ServiceId(label.parse().unwrap_or_default());
            *weights.entry(id).or_default() += bytes;
        }
    }
    Ok(weights)
}

/// Where a service's volumes lie, without those that have a disk of their own.
fn volumes_on_the_boxs_disk(ground: &Ground, service: &Service) -> Vec<PathBuf> {
    let own = disk::filesystem(&ground.folders.services).ok();
    let entries = std::fs::read_dir(ground.folders.of(service)).into_iter().flatten().flatten();
    let folders = entries.map(|entry| entry.path());
    folders.filter(|folder| disk::filesystem(folder).ok() == own).collect()
}

/// Who grew most, and by how many bytes, if that explains where the room went:
/// `fell` bytes of it are gone since `before`. Half of what is gone may have gone
/// to others; a growth of less than an eighth of nearly nothing is nobody's fault.
pub(super) fn culprit(
    before: &Weights,
    now: &Weights,
    fell: u64,
    room: &Room,
) -> Option<(ServiceId, u64)> {
    let grown = now.iter().map(|(id, bytes)| {
        let was = before.get(id).copied().unwrap_or_default();
        (*id, bytes.saturating_sub(was))
    });
    let (id, most) = grown.max_by_key(|(_, grown)| *grown)?;
    let is_much = most >= (room.nearly_none() / 8).max(1);
    (is_much && most.saturating_mul(2) >= fell).then_some((id, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;
    const ROOM: Room = Room { total: 1000 * MIB, free: 10 * MIB, free_files: None };

    fn weights(all: &[(i64, u64)]) -> Weights {
        all.iter().map(|(id, mebibytes)| (ServiceId(*id), mebibytes * MIB)).collect()
    }

    #[test]
    fn who_grew_most_is_found_not_who_weighs_most() {
        let before = weights(&[(1, 400), (2, 5)]);
        let now = weights(&[(1, 410), (2, 205)]);
        let found = culprit(&before, &now, 210 * MIB, &ROOM);
        assert_eq!(found, Some((ServiceId(2), 200 * MIB)));
        // One that was not there before grew by all that it weighs.
        let now = weights(&[(1, 400), (2, 5), (3, 300)]);
        assert_eq!(culprit(&before, &now, 300 * MIB, &ROOM), Some((ServiceId(3), 300 * MIB)));
    }

    #[test]
    fn nobody_is_accused_of_what_others_took() {
        let before = weights(&[(1, 400), (2, 5)]);
        // Most of what is gone went elsewhere: the host’s logs, images.
        let now = weights(&[(1, 440), (2, 5)]);
        assert_eq!(culprit(&before, &now, 300 * MIB, &ROOM), None);
        // Nobody grew to speak of.
        let now = weights(&[(1, 401), (2, 5)]);
        assert_eq!(culprit(&before, &now, 0, &ROOM), None);
        assert_eq!(culprit(&before, &before, 0, &ROOM), None);
    }
}
