//! Waking a task only where it sleeps.
//!
//! What a task drives itself also wakes it: by an answer that it gives, by a
//! piece that is taken from it. A task that is woken in its own turn gets
//! another one, in which there is nothing to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};

use futures_util::task::AtomicWaker;

/// What something is driven under: it rings for its driver, and wakes that one
/// only where it has gone to sleep.
pub(crate) struct Bell {
    rope: Arc<Rope>,
    waker: Waker,
}

#[derive(Default)]
struct Rope {
    has_rung: AtomicBool,
    /// Who sleeps until it rings.
    task: AtomicWaker,
}

impl Bell {
    /// One that has not rung.
    pub(crate) fn new() -> Self {
        let rope = Arc::<Rope>::default();
        Self { waker: Waker::from(Arc::clone(&rope)), rope }
    }

    /// The context in which to drive what rings.
    pub(crate) fn context(&self) -> Context<'_> {
        Context::from_waker(&self.waker)
    }

    /// Rings it.
    pub(crate) fn ring(&self) {
        self.rope.ring();
    }

    /// The driver is awake: whoever rings now is heard without waking it.
    pub(crate) fn awake(&self) {
        self.rope.task.take();
    }

    /// Whether it has rung since that was asked last.
    pub(crate) fn has_rung(&self) -> bool {
        self.rope.has_rung.swap(false, Ordering::AcqRel)
    }

    /// The driver goes to sleep until it rings; at once, where it has rung.
    pub(crate) fn sleep(&self, context: &Context<'_>) {
        self.rope.task.register(context.waker());
        if self.rope.has_rung.load(Ordering::Acquire) {
            context.waker().wake_by_ref();
        }
    }
}

impl Rope {
    fn ring(&self) {
        self.has_rung.store(true, Ordering::Release);
        self.task.wake();
    }
}

impl Wake for Rope {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::sleeper::Sleeper;

    #[test]
    fn who_is_awake_is_not_woken_and_hears_it_before_going_to_sleep() {
        let sleeper = Arc::<Sleeper>::default();
        let waker = sleeper.waker();
        let (bell, context) = (Bell::new(), Context::from_waker(&waker));
        bell.sleep(&context);
        assert_eq!(sleeper.woken(), 0);
        bell.context().waker().wake_by_ref();
        assert_eq!(sleeper.woken(), 1);
        bell.awake();
        assert!(bell.has_rung() && !bell.has_rung());
        bell.ring();
        assert_eq!(sleeper.woken(), 1);
        bell.sleep(&context);
        assert_eq!(sleeper.woken(), 2);
        assert!(bell.has_rung());
        bell.awake();
        bell.sleep(&context);
        assert_eq!(sleeper.woken(), 2);
    }
}
