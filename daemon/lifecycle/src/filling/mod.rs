//! A service that fills the disk: it is found and stopped before the others,
//! and the daemon itself, can write no more.
//!
//! No filesystem that a box may have can be counted on to bound a folder, so the
//! room is looked at often, which costs next to nothing, and the services'
//! folders are weighed seldom: once a day, and when there is nearly no room
//! left. Whoever grew most since is held, with the reason, until a person says
//! what is wanted of it. What it wrote stays. Where services are not the cause,
//! none is held, and the check of the disk's room tells of it.

mod growth;
mod hold;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jobs::Journal;
use ledger::ServiceId;
use system::ballast::Ballast;
use system::disk::{self, Room};
use tokio::time::{Instant, sleep};

use crate::filling::growth::Weights;
use crate::filling::watch::{Due, Watch};
use crate::site::Ground;

/// What the quickest disk of a small box takes in a millisecond, in bytes.
const MOST_A_MILLISECOND: u64 = 1 << 20;
/// Time between two looks at the room: the least, and the most.
const SHORTEST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(60);

/// A filesystem on which services can take away others' room.
pub(crate) struct Place {
    folder: PathBuf,
    /// Whether services' volumes lie there.
    has_volumes: bool,
    /// Whether what containers write to their own root filesystems lies there.
    pub(crate) has_layers: bool,
    watch: Watch<Weights>,
}

/// Watches for as long as the daemon does.
pub(crate) async fn run(ground: Arc<Ground>, journal: Arc<Journal>) {
    let ballast = Ballast::new(ground.folders.ballast.clone());
    // A volume on a disk of its own can fill nothing but that.
    let mut places = vec![Place::new(ground.folders.services.clone(), true, false)];
    let mut is_store_known = false;
    loop {
        is_store_known = is_store_known || know_store(&ground, &mut places).await;
        let mut pause = LONGEST;
        for place in &mut places {
            let Ok(room) = disk::room(&place.folder) else { continue };
            pause = pause.min(until_it_could_end(&room));
            if let Some(found) = look_at(&ground, place, &room).await {
                hold::hold(&ground, &journal, &found, &ballast).await;
            }
            // Behind that: whoever fills the disk would fill all of this room too.
            if place.has_volumes {
                trim(&ballast, &room);
            }
        }
        sleep(pause).await;
    }
}

/// How long it takes at least until nearly no room is left.
fn until_it_could_end(room: &Room) -> Duration {
    let left = room.free.saturating_sub(room.nearly_none());
    Duration::from_millis(left / MOST_A_MILLISECOND).clamp(SHORTEST, LONGEST)
}

impl Place {
    pub(crate) fn new(folder: PathBuf, has_volumes: bool, has_layers: bool) -> Self {
        Self { folder, has_volumes, has_layers, watch: Watch::new(Instant::now()) }
    }
}

/// Adds the engine's disk to the box's own where that is another one. Whether it
/// is known now: an engine that is away says nothing of its store.
pub(crate) async fn know_store(ground: &Ground, places: &mut Vec<Place>) -> bool {
    let Ok(facts) = ground.engine.facts().await else { return false };
    let Ok(there) = disk::filesystem(&facts.store) else { return false };
    match places.iter_mut().find(|place| disk::filesystem(&place.folder).ok() == Some(there)) {
        Some(shared) => shared.has_layers = true,
        None => places.push(Place::new(facts.store, false, true)),
    }
    true
}

fn trim(ballast: &Ballast, room: &Room) {
    match ballast.trim(room) {
        Ok(true) => tracing::warn!(free = room.free, "nearly no room: the ballast is thrown off"),
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "the ballast"),
    }
}

/// Who fills a disk.
struct Found {
    service: ServiceId,
    /// Bytes that it grew by.
    grown: u64,
    /// What is left.
    room: Room,
}

async fn look_at(ground: &Ground, place: &mut Place, room: &Room) -> Option<Found> {
    let due = place.watch.due(room, Instant::now());
    if due == Due::Nothing {
        return None;
    }
    let weights = match growth::weigh(ground, place.has_volumes, place.has_layers).await {
        Ok(weights) => weights,
        Err(trouble) => {
            tracing::warn!(%trouble, "the services could not be weighed");
            return None;
        }
    };
    tracing::info!(folder = %place.folder.display(), free = room.free, "the services were weighed");
    let (before, free_before) = place.watch.weighed(due, room, weights.clone(), Instant::now())?;
    let fell = free_before.saturating_sub(room.free);
    let (service, grown) = growth::culprit(&before, &weights, fell, room)?;
    Some(Found { service, grown, room: *room })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_less_room_the_oftener_it_is_looked_at() {
        let room = |free| Room { total: 100 << 30, free, free_files: None };
        let looked = |free| until_it_could_end(&room(free));
        assert_eq!(looked(90 << 30), LONGEST);
        assert_eq!(looked((512 << 20) + (10 << 30)), Duration::from_millis(10 << 10));
        assert_eq!(looked(600 << 20), SHORTEST);
        assert_eq!(looked(0), SHORTEST);
    }
}
