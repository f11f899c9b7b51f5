//! A time limit between two steps of something that goes on for long.

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::Sleep;

/// When something has waited long enough, counted from the first time that it
/// could not make a step. Costs nothing while steps are made.
pub(crate) struct Alarm {
    after: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Alarm {
    pub(crate) const fn new(after: Duration) -> Self {
        Self { after, sleep: None }
    }

    /// A step was made.
    pub(crate) fn rest(&mut self) {
        self.sleep = None;
    }

    /// No step can be made: whether it is too late for one.
    pub(crate) fn is_due(&mut self, context: &mut Context<'_>) -> bool {
        let after = self.after;
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(after)));
        sleep.as_mut().poll(context).is_ready()
    }
}
