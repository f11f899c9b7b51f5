//! What is known of the services' health now: in memory alone, since after a
//! restart it is found out afresh.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use ledger::{JobId, ServiceId};
use recipe::Trouble;

use crate::outside::RouteState;

/// How a service is, now.
#[derive(Debug, Clone, PartialEq)]
pub enum Health {
    /// It answered the probe the last time.
    Up,
    /// Its containers run, and it has not answered yet.
    Starting,
    /// It was stopped on purpose.
    Stopped,
    /// A job has its hand on it.
    Working {
        /// Which.
        job: JobId,
        /// What kind of job.
        kind: String,
    },
    /// It should run, and does not.
    Ill {
        /// Why.
        trouble: Trouble,
    },
}

/// A container in which the kernel ended a program because the container's
/// memory was used up. The engine may well say that the container runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryEnded {
    /// Whose.
    pub service: ServiceId,
    /// The container's name in the recipe.
    pub part: String,
    /// How often since the daemon started.
    pub times: u32,
    /// When last.
    pub last: Timestamp,
}

/// The board: health as the reconciler found it, and what a job shows at the door.
#[derive(Default)]
pub(crate) struct Board {
    entries: Mutex<HashMap<ServiceId, Entry>>,
    /// Grows with each change of an entry: who tells the front door can know
    /// that there is nothing to tell.
    changes: AtomicU64,
    memory_ended: Mutex<Vec<MemoryEnded>>,
    /// Held from reading what is to be shown until it is: of two who tell the
    /// front door at once, none may tell it what was true before the other.
    pub(crate) telling: tokio::sync::Mutex<()>,
}

#[derive(Default, Clone, PartialEq)]
struct Entry {
    health: Option<Health>,
    shown: Option<RouteState>,
    hosts: Option<Vec<String>>,
}

impl Board {
    pub(crate) fn health(&self, service: ServiceId) -> Option<Health> {
        self.with(|entries| entries.get(&service).and_then(|entry| entry.health.clone()))
    }

    pub(crate) fn set_health(&self, service: ServiceId, health: Health) {
        self.change(service, |entry| entry.health = Some(health));
    }

    /// How often an entry has changed so far.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// What a job shows at the door in the place of what the ledger says.
    pub(crate) fn shown(&self, service: ServiceId) -> Option<RouteState> {
        self.with(|entries| entries.get(&service).and_then(|entry| entry.shown.clone()))
    }

    pub(crate) fn show(&self, service: ServiceId, state: Option<RouteState>) {
        self.change(service, |entry| entry.shown = state);
    }

    /// The domains that a job shows a service at, in the place of the ledger's.
    pub(crate) fn hosts(&self, service: ServiceId) -> Option<Vec<String>> {
        self.with(|entries| entries.get(&service).and_then(|entry| entry.hosts.clone()))
    }

    pub(crate) fn show_at(&self, service: ServiceId, hosts: Option<Vec<String>>) {
        self.change(service, |entry| entry.hosts = hosts);
    }

    pub(crate) fn forget(&self, service: ServiceId) {
        self.with(|entries| entries.remove(&service));
        self.changes.fetch_add(1, Ordering::Release);
        self.memory_ended().retain(|ended| ended.service != service);
    }

    /// Notes that a container's memory was used up.
    pub(crate) fn note_memory_ended(&self, service: ServiceId, part: &str, now: Timestamp) {
        let mut all = self.memory_ended();
        let known = all.iter_mut().find(|ended| ended.service == service && ended.part == part);
        match known {
            Some(known) => {
                known.times += 1;
                known.last = now;
            }
            None => {
                let part = part.to_owned();
                all.push(MemoryEnded { service, part, times: 1, last: now });
            }
        }
    }

    /// Containers whose memory was used up.
    pub(crate) fn memory_ended(&self) -> MutexGuard<'_, Vec<MemoryEnded>> {
        self.memory_ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, service: ServiceId, change: impl FnOnce(&mut Entry)) {
        self.with(|entries| {
            let entry = entries.entry(service).or_default();
            let before = entry.clone();
            change(entry);
            if *entry != before {
                self.changes.fetch_add(1, Ordering::Release);
            }
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<ServiceId, Entry>) -> T) -> T {
        work(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
