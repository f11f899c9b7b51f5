//! The wall clock.

use jiff::Timestamp;

/// The present, by the box's wall clock. A board without a clock of its own may
/// be years off until it has reached a time server, and may jump: a duration is
/// never measured with this.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock for all")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::now;

    #[test]
    fn time_does_not_stand_still_at_the_epoch() {
        let first = now();
        assert!(first.as_second() > 0);
        assert!(now() >= first, "two readings in a row are in order");
    }
}
