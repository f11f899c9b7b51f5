//! Plans that were drawn, kept for as long as the ledger says the same.
//!
//! A box at rest looks at every service again and again: the reconciler, the
//! schedule, the door. Reading a recipe anew for each was most of what it did.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ledger::ServiceId;
use recipe::Trouble;

use crate::target::Drawn;

/// What was drawn of each service, and at which of the ledger's changes.
#[derive(Default)]
pub(crate) struct Drawings {
    kept: Mutex<HashMap<ServiceId, (u64, Arc<Drawn>)>>,
}

impl Drawings {
    /// What was drawn of a service; drawn now where the ledger has changed since.
    /// `changes` was read before.
    pub(crate) fn of(
        &self,
        id: ServiceId,
        changes: u64,
        draw: impl FnOnce() -> Result<Drawn, Trouble>,
    ) -> Result<Arc<Drawn>, Trouble> {
        let known = self.with(|kept| kept.get(&id).cloned());
        if let Some((_, drawn)) = known.filter(|(at, _)| *at == changes) {
            return Ok(drawn);
        }
        let drawn = Arc::new(draw()?);
        self.with(|kept| kept.insert(id, (changes, Arc::clone(&drawn))));
        Ok(drawn)
    }

    /// Forgets all services but these.
    pub(crate) fn keep_only(&self, is_there: impl Fn(ServiceId) -> bool) {
        self.with(|kept| kept.retain(|id, _| is_there(*id)));
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<ServiceId, (u64, Arc<Drawn>)>) -> T) -> T {
        work(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
