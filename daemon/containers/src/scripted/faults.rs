//! What a test has the engine do wrong, and when.

use std::collections::HashMap;

use tokio::sync::watch;

use crate::error::EngineError;

/// The calls of [`crate::Engine`], by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the trait's method of the same name")]
pub enum Call {
    Facts,
    Image,
    Pull,
    Build,
    Import,
    RemoveImage,
    Networks,
    CreateNetwork,
    RemoveNetwork,
    Volumes,
    CreateVolume,
    RemoveVolume,
    Containers,
    CreateContainer,
    StartContainer,
    StopContainer,
    RemoveContainer,
    PauseContainer,
    UnpauseContainer,
    WaitContainer,
    Exec,
}

/// How a call goes wrong.
#[derive(Debug, Clone)]
pub enum Fault {
    /// It fails and nothing has happened.
    Refused(EngineError),
    /// It happens, and then the answer is lost: the caller sees this error.
    AnswerLost(EngineError),
    /// It waits until the gate is opened, then goes on as usual.
    Hangs(Gate),
}

/// Holds calls back until it is opened. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate {
    open: watch::Sender<bool>,
    waiting: watch::Sender<u32>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { open: watch::Sender::new(false), waiting: watch::Sender::new(0) }
    }
}

impl Gate {
    /// A gate that is shut.
    #[must_use]
    pub fn shut() -> Self {
        Self::default()
    }

    /// Lets all calls through, now and later.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Waits until a call stands before the gate.
    pub async fn reached(&self) {
        let mut waiting = self.waiting.subscribe();
        // The sender lives in `self`: this cannot end before a call came.
        let _ = waiting.wait_for(|count| *count > 0).await;
    }

    pub(super) async fn pass(&self) {
        self.waiting.send_modify(|count| *count += 1);
        let mut open = self.open.subscribe();
        let _ = open.wait_for(|open| *open).await;
    }
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(super) struct Faults {
    planned: HashMap<Call, Vec<(u32, Fault)>>,
}

impl Faults {
    /// Plans a fault for the `nth` call from now on; the next one is the first.
    pub(super) fn plan(&mut self, call: Call, nth: u32, fault: Fault) {
        self.planned.entry(call).or_default().push((nth.max(1), fault));
    }

    /// Counts a call, and gives the fault that it is to have.
    pub(super) fn due(&mut self, call: Call) -> Option<Fault> {
        let planned = self.planned.get_mut(&call)?;
        for (left, _) in planned.iter_mut() {
            *left -= 1;
        }
        let due = planned.iter().position(|(left, _)| *left == 0)?;
        Some(planned.remove(due).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_call_from_now_on_fails_and_no_other() {
        let mut faults = Faults::default();
        faults.plan(Call::Exec, 2, Fault::Hangs(Gate::shut()));
        assert!(faults.due(Call::Exec).is_none());
        assert!(faults.due(Call::Facts).is_none());
        assert!(faults.due(Call::Exec).is_some());
        assert!(faults.due(Call::Exec).is_none());
    }
}
