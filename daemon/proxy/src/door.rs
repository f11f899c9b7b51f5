//! What all parts of the process share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

use crate::crowd::Crowd;
use crate::live::Live;
use crate::lookups::Lookups;
use crate::message::Status;
use crate::patience::Patience;

/// The front door itself.
pub(crate) struct Door {
    pub(crate) patience: Patience,
    /// The table served; none before the first. Swapped whole: a request that
    /// is on its way keeps the one that it began with.
    live: watch::Sender<Option<Arc<Live>>>,
    /// Set once: nothing more is accepted, and what runs is to end.
    draining: watch::Sender<bool>,
    /// Connections and WebSockets that are open.
    present: watch::Sender<u64>,
    pub(crate) counters: Counters,
    pub(crate) crowd: Arc<Crowd>,
    pub(crate) lookups: Lookups,
}

/// What is counted, for [`Status`].
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) connections: AtomicU64,
    pub(crate) requests: AtomicU64,
    pub(crate) upgrades: AtomicU64,
    pub(crate) pages: AtomicU64,
    pub(crate) unreached: AtomicU64,
    pub(crate) turned_away: AtomicU64,
}

/// Adds one; the counters are for people, so their order does not matter.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Door {
    pub(crate) fn new(patience: Patience) -> Self {
        Self {
            patience,
            live: watch::Sender::new(None),
            draining: watch::Sender::new(false),
            present: watch::Sender::new(0),
            counters: Counters::default(),
            crowd: Arc::new(Crowd::new(patience.in_all, patience.from_one)),
            lookups: Lookups::default(),
        }
    }

    pub(crate) fn live(&self) -> Option<Arc<Live>> {
        self.live.borrow().clone()
    }

    pub(crate) fn publish(&self, live: Live) {
        self.live.send_replace(Some(Arc::new(live)));
    }

    /// Resolves when there is a table.
    pub(crate) async fn has_table(&self) {
        let mut live = self.live.subscribe();
        // The sender is ours: it cannot be gone.
        let _table = live.wait_for(Option::is_some).await;
    }

    pub(crate) fn drain(&self) {
        self.lookups.end();
        self.draining.send_replace(true);
    }

    /// Resolves when what runs is to end.
    pub(crate) async fn drained(&self) {
        let mut draining = self.draining.subscribe();
        let _told = draining.wait_for(|draining| *draining).await;
    }

    /// Resolves when nothing is open any more.
    pub(crate) async fn empty(&self) {
        let mut present = self.present.subscribe();
        let _none = present.wait_for(|present| *present == 0).await;
    }

    /// Someone is here until the guard is dropped.
    pub(crate) fn enter(self: &Arc<Self>) -> Present {
        self.present.send_modify(|present| *present += 1);
        Present(Arc::clone(self))
    }

    pub(crate) fn status(&self) -> Status {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let open_upgrades = read(&self.counters.upgrades);
        Status {
            generation: self.live().map_or(0, |live| live.generation),
            connections: read(&self.counters.connections),
            open_connections: self.present.borrow().saturating_sub(open_upgrades),
            requests: read(&self.counters.requests),
            open_upgrades,
            pages: read(&self.counters.pages),
            unreached: read(&self.counters.unreached),
            turned_away: read(&self.counters.turned_away),
        }
    }
}

/// One that the process waits for before it ends.
pub(crate) struct Present(Arc<Door>);

impl Drop for Present {
    fn drop(&mut self) {
        self.0.present.send_modify(|present| *present -= 1);
    }
}
