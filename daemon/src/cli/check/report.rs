//! What came of a recipe's check: a line for each thing that was tried.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use recipe::{Text, text};
use serde::Serialize;

use crate::cli::output::{Output, Paint};

/// What came of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub(super) enum Verdict {
    /// It went well; what was seen, where there is more to say.
    Passed { seen: Option<String> },
    /// It did not, and why.
    Failed { why: Text },
    /// It was not tried, and why.
    LeftOut { why: Text },
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Line {
    /// Its name, for scripts.
    pub(super) line: &'static str,
    /// The same for people.
    pub(super) label: Text,
    #[serde(flatten)]
    pub(super) verdict: Verdict,
    pub(super) seconds: u64,
}

/// Everything that was tried, and against what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Report {
    pub(super) recipe: String,
    pub(super) releases: Vec<String>,
    pub(super) date: Timestamp,
    /// Panier's own version.
    pub(super) panier: String,
    pub(super) architecture: String,
    /// The engine's version.
    pub(super) engine: String,
    /// What whoever ran it says of where the images came from.
    pub(super) against: Option<String>,
    /// Release and container, to the image that it ran.
    pub(super) images: BTreeMap<String, String>,
    pub(super) lines: Vec<Line>,
}

impl Report {
    /// Whether nothing failed. What was left out is said, and is no failure.
    pub(super) fn passed(&self) -> bool {
        !self.lines.iter().any(|line| matches!(line.verdict, Verdict::Failed { .. }))
    }

    /// For `recipes/README.md`, and for people.
    pub(super) fn markdown(&self, output: &Output) -> String {
        let mut page = format!("# {}\n\n", self.recipe);
        let facts = [
            (text!("date", "date"), self.date.strftime("%Y-%m-%d %H:%M UTC").to_string()),
            (text!("releases", "versions"), self.releases.join(", ")),
            (text!("Panier", "Panier"), self.panier.clone()),
            (text!("engine", "moteur"), format!("{} ({})", self.engine, self.architecture)),
            (text!("against", "face à"), self.against.clone().unwrap_or_default()),
        ];
        for (name, fact) in facts.iter().filter(|(_, fact)| !fact.is_empty()) {
            let _infallible = writeln!(page, "- {}: {fact}", output.say(name));
        }
        for (container, image) in &self.images {
            let _infallible = writeln!(page, "- {container}: `{image}`");
        }
        let (what, went) = (text!("what", "quoi"), text!("came of it", "résultat"));
        let _infallible = write!(
            page,
            "\n| {} | {} | s |\n|---|---|---|\n",
            output.say(&what),
            output.say(&went)
        );
        for line in &self.lines {
            let (mark, words) = words(output, &line.verdict);
            let (label, seconds) = (output.say(&line.label), line.seconds);
            let words = words.replace('|', "\\|").replace('\n', "<br>");
            let _infallible = writeln!(page, "| {label} | {mark} {words} | {seconds} |");
        }
        page
    }
}

/// A line as it is shown when it has ended.
pub(super) fn shown(output: &Output, line: &Line) -> String {
    let (mark, words) = words(output, &line.verdict);
    let paint = match line.verdict {
        Verdict::Passed { .. } => Paint::Good,
        Verdict::Failed { .. } => Paint::Bad,
        Verdict::LeftOut { .. } => Paint::Soft,
    };
    let (mark, label) = (output.paint_message(mark, paint), output.say(&line.label));
    let seconds = line.seconds;
    let words = if words.is_empty() { words } else { format!(": {words}") };
    format!("{mark} {label} ({seconds} s){}", words.replace('\n', "\n    "))
}

fn words(output: &Output, verdict: &Verdict) -> (&'static str, String) {
    match verdict {
        Verdict::Passed { seen } => ("✓", seen.clone().unwrap_or_default()),
        Verdict::Failed { why } => ("✗", output.say(why).to_owned()),
        Verdict::LeftOut { why } => ("–", output.say(why).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use recipe::Language;

    use super::*;

    fn line(line: &'static str, verdict: Verdict) -> Line {
        Line { line, label: text!("it is {line}", "c’est {line}"), verdict, seconds: 7 }
    }

    #[test]
    fn a_report_says_what_was_tried_against_what_and_what_was_not() {
        let mut report = Report {
            recipe: "pad".into(),
            releases: vec!["1.0".into()],
            date: "2026-11-22T07:00:00Z".parse().unwrap(),
            panier: "0.1.0".into(),
            architecture: "amd64".into(),
            engine: "20.10.24".into(),
            against: Some("images of our own".into()),
            images: BTreeMap::from([("1.0 app".into(), "pad@sha256:00".into())]),
            lines: vec![
                line("install", Verdict::Passed { seen: Some("2 | 3".into()) }),
                line("update", Verdict::LeftOut { why: text!("one release", "une version") }),
            ],
        };
        assert!(report.passed(), "what was left out is no failure");
        report.lines.push(line("restore", Verdict::Failed { why: text!("it\nfell", "il\ntomba") }));
        assert!(!report.passed());
        let both = [Language::En, Language::Fr].map(|it| report.markdown(&Output::plain(it)));
        insta::assert_snapshot!(both.join("\n"));
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["lines"][0]["verdict"], "passed");
        assert_eq!(json["lines"][2]["why"]["en"], "it\nfell");
    }
}
