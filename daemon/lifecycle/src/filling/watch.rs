//! When the services are weighed, and what they weighed before.

use std::time::Duration;

use system::disk::{Level, Room};
use tokio::time::Instant;

/// Weights are taken again after so long. Whoever is looked for grew since.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The first time, the daemon's start is let through: the services come first.
const AFTER_START: Duration = Duration::from_secs(10);

/// What is to be done about the room that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    /// The services are weighed, for later.
    Weigh,
    /// They are weighed to see who grew.
    Judge,
}

/// One filesystem, watched; `W` is what the services weigh on it.
#[derive(Debug)]
pub(super) struct Watch<W> {
    /// The weights that growth is counted from, when they were taken, and the
    /// bytes that were free then.
    base: Option<(W, Instant, u64)>,
    /// What was free when somebody was looked for last.
    judged: Option<u64>,
    began: Instant,
}

impl<W: Clone> Watch<W> {
    pub(super) fn new(now: Instant) -> Self {
        Self { base: None, judged: None, began: now }
    }

    pub(super) fn due(&mut self, room: &Room, now: Instant) -> Due {
        let taken = self.base.as_ref().map(|(_, taken, _)| *taken);
        if room.level() == Level::NearlyNone {
            // Looked for once, and again whenever a good part of the rest is gone.
            let step = room.nearly_none() / 8;
            let is_new = self.judged.is_none_or(|judged| {
                room.free.saturating_add(step) <= judged || (room.free == 0 && judged > 0)
            });
            return if is_new { Due::Judge } else { Due::Nothing };
        }
        self.judged = None;
        let is_due = match taken {
            Some(taken) => now.duration_since(taken) >= DAY,
            None => now.duration_since(self.began) >= AFTER_START,
        };
        if is_due { Due::Weigh } else { Due::Nothing }
    }

    /// Notes what the services weigh now. Gives what growth is counted from,
    /// with what was free then, where somebody is looked for. Where nothing was
    /// ever weighed, that is nothing at a disk whose room is unknown.
    pub(super) fn weighed(
        &mut self,
        due: Due,
        room: &Room,
        weights: W,
        now: Instant,
    ) -> Option<(W, u64)> {
        if due == Due::Judge {
            self.judged = Some(room.free);
            if let Some((weights, _, free)) = &self.base {
                return Some((weights.clone(), *free));
            }
        }
        self.base = Some((weights, now, room.free));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn room(free: u64) -> Room {
        Room { total: 1000 * MIB, free, free_files: None }
    }

    #[test]
    fn services_are_weighed_after_the_start_and_then_daily() {
        let began = Instant::now();
        let mut watch = Watch::<u8>::new(began);
        assert_eq!(watch.due(&room(500 * MIB), began), Due::Nothing);
        let now = began + AFTER_START;
        assert_eq!(watch.due(&room(500 * MIB), now), Due::Weigh);
        assert_eq!(watch.weighed(Due::Weigh, &room(500 * MIB), 1, now), None);
        assert_eq!(watch.due(&room(500 * MIB), now), Due::Nothing);
        assert_eq!(watch.due(&room(500 * MIB), now + DAY), Due::Weigh);
    }

    #[test]
    fn somebody_is_looked_for_when_room_ends_and_again_only_when_more_is_gone() {
        let now = Instant::now();
        let mut watch = Watch::<u8>::new(now);
        watch.weighed(Due::Weigh, &room(500 * MIB), 7, now);
        let low = room(19 * MIB);
        assert_eq!(watch.due(&low, now), Due::Judge);
        assert_eq!(watch.weighed(Due::Judge, &low, 9, now), Some((7, 500 * MIB)));
        assert_eq!(watch.due(&low, now), Due::Nothing, "nothing more was taken");
        assert_eq!(watch.due(&room(15 * MIB), now), Due::Judge);
        watch.weighed(Due::Judge, &room(15 * MIB), 9, now);
        assert_eq!(watch.due(&room(14 * MIB), now), Due::Nothing);
        assert_eq!(watch.due(&room(0), now), Due::Judge);
        watch.weighed(Due::Judge, &room(0), 9, now);
        assert_eq!(watch.due(&room(0), now), Due::Nothing);
        // Room was made, and taken again.
        assert_eq!(watch.due(&room(500 * MIB), now), Due::Nothing);
        assert_eq!(watch.due(&low, now), Due::Judge);
    }

    #[test]
    fn of_a_disk_that_was_full_before_anything_was_weighed_nobody_is_accused() {
        let now = Instant::now();
        let mut watch = Watch::<u8>::new(now);
        let low = room(19 * MIB);
        assert_eq!(watch.due(&low, now), Due::Judge);
        assert_eq!(watch.weighed(Due::Judge, &low, 3, now), None);
        // Whoever takes more from then on is found.
        assert_eq!(watch.due(&room(10 * MIB), now), Due::Judge);
        assert_eq!(watch.weighed(Due::Judge, &room(10 * MIB), 4, now), Some((3, 19 * MIB)));
    }
}
