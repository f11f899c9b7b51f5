//! One hand on a subject, in memory: between the jobs, and against the reconciler.
//!
//! The ledger's unique index keeps two jobs off one subject; this keeps the
//! reconciler off it too, without a write.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

#[derive(Default)]
pub(crate) struct Holds {
    held: Mutex<HashSet<String>>,
    released: Notify,
}

/// A hand on a subject; letting it go out of scope takes the hand away.
pub struct Hold {
    holds: Arc<Holds>,
    subject: String,
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.holds.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.subject);
        self.holds.released.notify_waiters();
    }
}

impl Holds {
    pub(crate) fn try_hold(self: &Arc<Self>, subject: &str) -> Option<Hold> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.insert(subject.to_owned())
            .then(|| Hold { holds: Arc::clone(self), subject: subject.to_owned() })
    }

    pub(crate) async fn hold(self: &Arc<Self>, subject: &str) -> Hold {
        loop {
            // Registered before the look, so that a release in between is not missed.
            let released = self.released.notified();
            tokio::pin!(released);
            released.as_mut().enable();
            if let Some(hold) = self.try_hold(subject) {
                return hold;
            }
            released.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_subject_has_one_hand_on_it() {
        let holds = Arc::new(Holds::default());
        let first = holds.hold("service/1").await;
        assert!(holds.try_hold("service/1").is_none());
        assert!(holds.try_hold("service/2").is_some());
        let waiting = tokio::spawn({
            let holds = Arc::clone(&holds);
            async move { holds.hold("service/1").await.subject.clone() }
        });
        tokio::task::yield_now().await;
        drop(first);
        assert_eq!(waiting.await.unwrap(), "service/1");
    }
}
