//! How times, sizes and states are written for people.

use admin::views::{HealthView, JobStateView, LastRehearsalView};
use jiff::Timestamp;
use recipe::{Language, Text, text};

use super::output::{Output, Paint};

/// A moment in the local zone, to the minute.
pub(super) fn moment(output: &Output, at: Timestamp) -> String {
    let pattern = match output.language {
        Language::En => "%Y-%m-%d %H:%M",
        Language::Fr => "%d/%m/%Y %H:%M",
    };
    at.to_zoned(output.zone.clone()).strftime(pattern).to_string()
}

/// How long it took: `8 s`, `2 min 5 s`, `3 h 12 min`.
pub(super) fn duration(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.as_second().saturating_sub(from.as_second()).max(0);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// A time between two runs, in the largest unit that fits: `every 1 d`, `every 90 min`.
pub(super) fn period(seconds: u64) -> Text {
    const UNITS: [(u64, &str, &str); 3] =
        [(86_400, "d", "j"), (3600, "h", "h"), (60, "min", "min")];
    let fits = |unit: u64| seconds > 0 && seconds.is_multiple_of(unit);
    let found = UNITS.into_iter().find(|(unit, ..)| fits(*unit));
    let (unit, en, fr) = found.unwrap_or((1, "s", "s"));
    let count = seconds / unit;
    text!("every {count} {en}", "à {count} {fr} d’intervalle")
}

/// Bytes in the unit that fits, for whoever reads `language`.
pub(super) fn size(language: Language, bytes: u64) -> String {
    Text::of_bytes(bytes).in_language(language).to_owned()
}

/// A service's health in a word or two, and its colour.
pub(super) fn health(health: &HealthView) -> (Text, Paint) {
    match health {
        HealthView::Up => (text!("works", "fonctionne"), Paint::Good),
        HealthView::Starting => (text!("is starting", "démarre"), Paint::Waiting),
        HealthView::Stopped => (text!("stopped", "arrêté"), Paint::Soft),
        HealthView::Working { job, label, .. } => {
            let Text { en, fr } = label;
            (text!("job {job}: {en}", "tâche {job} : {fr}"), Paint::Waiting)
        }
        HealthView::Ill { .. } => (text!("does not work", "ne fonctionne pas"), Paint::Bad),
    }
}

/// A job's state in a word or two, and its colour.
pub(super) fn job_state(state: JobStateView) -> (Text, Paint) {
    match state {
        JobStateView::Running => (text!("running", "en cours"), Paint::Waiting),
        JobStateView::Undoing => (text!("being undone", "en annulation"), Paint::Waiting),
        JobStateView::Done => (text!("done", "faite"), Paint::Good),
        JobStateView::Failed => (text!("failed", "échouée"), Paint::Bad),
    }
}

/// When a restore was last tried, and what came of it.
pub(super) fn rehearsal(output: &Output, last: LastRehearsalView) -> String {
    let at = moment(output, last.at);
    let said = if last.passed {
        text!("{at}, it came back well", "{at}, elle revient bien")
    } else {
        text!("{at}, it did not come back well", "{at}, elle ne revient pas bien")
    };
    output.say(&said).to_owned()
}

/// A name and what is said of it, with the language's own colon.
pub(super) fn pair(output: &Output, name: &str, value: impl std::fmt::Display) -> String {
    match output.language {
        Language::En => format!("{name}: {value}"),
        Language::Fr => format!("{name} : {value}"),
    }
}

/// Lines of names and values, the values aligned.
pub(super) fn facts(output: &Output, facts: &[(Text, String)]) -> String {
    let width = |text: &Text| output.say(text).chars().count();
    let widest = facts.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let lines = facts.iter().map(|(name, value)| {
        let gap = " ".repeat(widest - width(name) + 2);
        let indent = " ".repeat(widest + 2);
        let value = value.replace('\n', &format!("\n{indent}"));
        format!("{}{gap}{value}", output.paint(output.say(name), Paint::Soft))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use recipe::Language::{En, Fr};

    use super::{duration, moment};
    use crate::cli::output::Output;

    #[test]
    fn durations_and_moments_are_short() {
        let at = |text: &str| text.parse().unwrap();
        let (from, to) = (at("2026-11-22T10:00:00Z"), at("2026-11-22T10:02:05.4Z"));
        assert_eq!(duration(from, to), "2 min 5 s");
        assert_eq!(duration(from, at("2026-11-22T13:12:59Z")), "3 h 12 min");
        // A clock that was set back.
        assert_eq!(duration(to, from), "0 s");
        assert_eq!(moment(&Output::plain(En), from), "2026-11-22 10:00");
        assert_eq!(moment(&Output::plain(Fr), from), "22/11/2026 10:00");
    }
}
