//! A time limit between two steps of something that goes on for long.

use std::pin::Pin;
use std::task::Context;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// When something has waited long enough, counted from the first time that it
/// could not make a step. Costs nothing while steps are made.
pub(crate) struct Alarm {
    after: Duration,
    is_set: bool,
    timer: Timer,
}

impl Alarm {
    pub(crate) const fn new(after: Duration) -> Self {
        Self { after, is_set: false, timer: Timer(None) }
    }

    /// A step was made.
    pub(crate) const fn rest(&mut self) {
        self.is_set = false;
    }

    /// No step can be made: whether it is too late for one.
    pub(crate) fn is_due(&mut self, context: &mut Context<'_>) -> bool {
        if !std::mem::replace(&mut self.is_set, true) {
            self.timer.set(self.after);
        }
        self.timer.is_over(context)
    }
}

/// One of the runtime's timers, kept from one wait to the next: to put it off
/// costs hardly more than to read the clock, where a new one is entered and
/// taken out under a lock. So somebody may be woken for a wait that is over.
#[derive(Default)]
pub(crate) struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// Begins a wait of so long.
    pub(crate) fn set(&mut self, after: Duration) {
        match &mut self.0 {
            Some(sleep) => sleep.as_mut().reset(Instant::now() + after),
            none => *none = Some(Box::pin(sleep(after))),
        }
    }

    /// Whether the wait is over; who asks is woken when it is.
    pub(crate) fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        self.0.as_mut().is_some_and(|sleep| sleep.as_mut().poll(context).is_ready())
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use tokio::time::advance;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn is_due(alarm: &mut Alarm) -> bool {
        alarm.is_due(&mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test(start_paused = true)]
    async fn each_wait_has_all_of_its_time_and_no_more() {
        let mut alarm = Alarm::new(MINUTE);
        for _ in 0..3 {
            assert!(!is_due(&mut alarm), "it has only begun to wait");
            advance(MINUTE * 2 / 3).await;
            assert!(!is_due(&mut alarm));
            alarm.rest();
            advance(MINUTE * 5).await;
        }
        assert!(!is_due(&mut alarm), "resting counts for nothing");
        advance(MINUTE + Duration::from_secs(1)).await;
        assert!(is_due(&mut alarm));
        alarm.rest();
        assert!(!is_due(&mut alarm), "what was due is forgotten");
    }
}
