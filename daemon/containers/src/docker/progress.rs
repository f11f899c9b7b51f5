//! From the engine's chatter about layers and steps to one number, or one line.

use std::collections::{HashMap, VecDeque};

use bollard::models::CreateImageInfo;

use crate::spec::Progress;

/// Lines of the builder's that an error keeps.
const LAST_LINES: usize = 20;

/// The layers of one image on their way.
#[derive(Default)]
pub(super) struct Layers {
    sizes: HashMap<String, (u64, u64)>,
}

impl Layers {
    /// What is had of all layers after this message; none when it told nothing new.
    pub(super) fn after(&mut self, message: CreateImageInfo) -> Option<Progress> {
        let layer = message.id?;
        let detail = message.progress_detail.unwrap_or_default();
        let counted = |bytes: Option<i64>| u64::try_from(bytes.unwrap_or_default()).unwrap_or(0);
        match message.status.as_deref()? {
            "Downloading" => {
                let (done, total) = (counted(detail.current), counted(detail.total));
                self.sizes.insert(layer, (done, total.max(done)));
            }
            "Download complete" | "Pull complete" => {
                let (done, total) = self.sizes.get_mut(&layer)?;
                if done == total {
                    return None;
                }
                *done = *total;
            }
            _ => return None,
        }
        let (done, total) =
            self.sizes.values().fold((0, 0), |(done, total), size| (done + size.0, total + size.1));
        Some(Progress::Bytes { done, total })
    }
}

/// The builder's output, piece by piece.
#[derive(Default)]
pub(super) struct BuildLog {
    open: String,
    step: Option<String>,
    last: VecDeque<String>,
}

impl BuildLog {
    /// The lines that this piece ends.
    pub(super) fn add(&mut self, piece: &str) -> Vec<String> {
        self.open.push_str(piece);
        let mut lines = Vec::new();
        while let Some(end) = self.open.find('\n') {
            let rest = self.open.split_off(end + 1);
            let line = std::mem::replace(&mut self.open, rest);
            lines.extend(self.keep(&line));
        }
        lines
    }

    /// The line that was begun and will not be ended.
    pub(super) fn end(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.open);
        self.keep(&line)
    }

    /// The instruction that ran last, and the last lines.
    pub(super) fn told(self) -> (Option<String>, Vec<String>) {
        (self.step, self.last.into())
    }

    /// A line as a person should see it: of a progress bar that was drawn over
    /// and over, its last state.
    fn keep(&mut self, line: &str) -> Option<String> {
        let line = line.trim_end();
        let line = line.rsplit('\r').next().unwrap_or_default();
        let line = without_escapes(line);
        if line.trim().is_empty() {
            return None;
        }
        if let Some((_, instruction)) =
            line.strip_prefix("Step ").and_then(|at| at.split_once(" : "))
        {
            self.step = Some(instruction.to_owned());
        }
        if self.last.len() == LAST_LINES {
            self.last.pop_front();
        }
        self.last.push_back(line.clone());
        Some(line)
    }
}

/// Without the terminal's colours and movements.
fn without_escapes(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter != '\u{1b}' {
            kept.extend((!letter.is_control() || letter == '\t').then_some(letter));
            continue;
        }
        if letters.next() == Some('[') {
            // A sequence ends with its first letter: ECMA-48, 5.4.
            for letter in letters.by_ref() {
                if ('\u{40}'..='\u{7e}').contains(&letter) {
                    break;
                }
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use bollard::models::ProgressDetail;

    use super::*;

    fn message(id: &str, status: &str, detail: Option<(i64, i64)>) -> CreateImageInfo {
        CreateImageInfo {
            id: Some(id.into()),
            status: Some(status.into()),
            progress_detail: detail.map(|(current, total)| ProgressDetail {
                current: Some(current),
                total: Some(total),
            }),
            ..CreateImageInfo::default()
        }
    }

    #[test]
    fn layers_are_summed() {
        let mut layers = Layers::default();
        assert_eq!(layers.after(message("a", "Pulling fs layer", None)), None);
        layers.after(message("a", "Downloading", Some((10, 100))));
        let told = layers.after(message("b", "Downloading", Some((5, 50))));
        assert_eq!(told, Some(Progress::Bytes { done: 15, total: 150 }));
        let told = layers.after(message("a", "Download complete", None));
        assert_eq!(told, Some(Progress::Bytes { done: 105, total: 150 }));
        assert_eq!(layers.after(message("a", "Extracting", Some((1, 100)))), None);
        assert_eq!(layers.after(message("c", "Already exists", None)), None);
    }

    #[test]
    fn a_build_log_knows_its_step_and_its_last_lines() {
        let mut log = BuildLog::default();
        assert_eq!(log.add("Step 1/2 : FROM scr"), Vec::<String>::new());
        assert_eq!(log.add("atch\n\n"), ["Step 1/2 : FROM scratch"]);
        assert_eq!(log.add(" 10%\r 90%\r100%\n"), ["100%"]);
        assert_eq!(log.add("\u{1b}[91mred\u{1b}[0m"), Vec::<String>::new());
        assert_eq!(log.end(), Some("red".into()));
        let (step, last) = log.told();
        assert_eq!(step.as_deref(), Some("FROM scratch"));
        assert_eq!(last, ["Step 1/2 : FROM scratch", "100%", "red"]);
    }
}
