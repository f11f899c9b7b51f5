//! Waiting for something to become true.

use std::time::{Duration, Instant};

/// How often a condition is looked at. Short: a test is as quick as what it tests.
const PAUSE: Duration = Duration::from_millis(50);

/// Looks at `condition` until it gives something, and gives that back.
///
/// # Panics
/// When `within` has passed, naming `what` was waited for.
#[expect(clippy::disallowed_methods, reason = "the tests' one deadline and its one pause")]
pub fn wait_until<T>(what: &str, within: Duration, mut condition: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(begun.elapsed() < within, "not within {within:?}: {what}");
        std::thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::wait_until;
    use std::time::Duration;

    #[test]
    fn what_comes_later_is_waited_for() {
        let mut looked = 0;
        let found = wait_until("the third look", Duration::from_secs(10), || {
            looked += 1;
            (looked == 3).then_some(looked)
        });
        assert_eq!(found, 3);
    }

    #[test]
    #[should_panic(expected = "not within 1ms: what never comes")]
    fn what_never_comes_is_named() {
        wait_until("what never comes", Duration::from_millis(1), || None::<()>);
    }
}
