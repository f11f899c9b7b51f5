//! A disk that fills up. Source: lesson of boxes that no longer started.

use async_trait::async_trait;
use recipe::{Text, Trouble, text};
use system::disk::{Level, Room};

use super::{Check, of_the_box};
use crate::Weight;
use crate::finding::Found;
use crate::surroundings::Surroundings;

/// Fewer new files than this, and services fail as on a full disk.
const FEW_FILES: u64 = 10_000;

pub(super) struct DiskRoom;

#[async_trait]
impl Check for DiskRoom {
    async fn look(&self, at: &Surroundings) -> Vec<Found> {
        let Ok(room) = system::disk::room(&at.state_folder) else { return Vec::new() };
        of_the_box(judge(room, &at.state_folder.display().to_string()))
    }
}

fn judge(room: Room, folder: &str) -> Option<(Weight, Trouble)> {
    if room.free_files.is_some_and(|files| files < FEW_FILES) {
        return Some((Weight::Urgent, too_many_files(folder)));
    }
    let weight = match room.level() {
        Level::NearlyNone => Weight::Urgent,
        Level::Little => Weight::Soon,
        Level::Ample => return None,
    };
    let Text { en: free, fr: libre } = Text::of_bytes(room.free);
    let Text { en: total, fr: en_tout } = Text::of_bytes(room.total);
    let what = text!(
        "The disk of {folder} is nearly full: {free} are free of {total}.",
        "Le disque de {folder} est presque plein : {libre} libres sur {en_tout}."
    );
    Some((weight, Trouble::new("disk-nearly-full", what, make_room())))
}

fn too_many_files(folder: &str) -> Trouble {
    let what = text!(
        "The disk of {folder} can hold hardly any more files.",
        "Le disque de {folder} ne peut presque plus contenir de fichiers."
    );
    Trouble::new("disk-nearly-full", what, make_room())
}

fn make_room() -> recipe::Text {
    text!(
        "Empty the trash (panier trash list), or move to a larger disk.",
        "Videz la corbeille (panier trash list), ou passez à un disque plus grand."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(free: u64, total: u64) -> Option<Weight> {
        let room = Room { total, free, free_files: None };
        judge(room, "/srv").map(|(weight, _)| weight)
    }

    #[test]
    fn a_disk_is_judged_by_what_is_free_and_by_its_size() {
        const GIB: u64 = 1 << 30;
        assert_eq!(weight(100 * GIB, 1000 * GIB), None);
        assert_eq!(weight(3 * GIB, 1000 * GIB), Some(Weight::Soon));
        assert_eq!(weight(GIB / 4, 1000 * GIB), Some(Weight::Urgent));
        // A card of 8 GiB: a tenth of it, then a fiftieth.
        assert_eq!(weight(GIB, 8 * GIB), None);
        assert_eq!(weight(GIB / 2, 8 * GIB), Some(Weight::Soon));
        assert_eq!(weight(GIB / 10, 8 * GIB), Some(Weight::Urgent));
    }

    #[test]
    fn a_disk_without_room_for_files_is_as_full() {
        let room = Room { total: 1 << 40, free: 1 << 39, free_files: Some(12) };
        assert_eq!(judge(room, "/srv").map(|(weight, _)| weight), Some(Weight::Urgent));
    }
}
