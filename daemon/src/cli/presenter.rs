//! How a job is shown while it runs: bars on a terminal, plain lines
//! elsewhere, events for programs.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, stderr};
use std::time::Duration;

use admin::views::{EventView, JobDetail, JobStateView, StepStateView};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use recipe::{Text, text};
use tokio::time::Instant;

use super::output::{Output, Paint};
use super::{Call, shown};

/// How often the bar's sign turns.
const TURN: Duration = Duration::from_millis(120);
/// Where there are no bars, what passes is told after so long a silence.
const SILENCE: Duration = Duration::from_secs(5);
/// So much of a passing line is told there.
const PASSING_SIGNS: usize = 100;
/// A long download is told in this many parts where there are no bars.
const PARTS: u64 = 4;

/// Shows one job.
pub(super) struct Presenter<'c> {
    output: &'c Output,
    way: Way<'c>,
    /// The first step that was not told yet.
    next: u32,
    /// The first line that was not told yet.
    next_line: u32,
    /// The steps that were told to be taken back.
    undone: BTreeSet<u32>,
    /// The part of the download that was told.
    part: u64,
    /// When anything was told last.
    told: Instant,
}

enum Way<'c> {
    Events,
    /// Plain lines, and where they go.
    Lines(Box<dyn Fn(&str) + 'c>),
    Bar(ProgressBar),
}

impl<'c> Presenter<'c> {
    pub(super) fn new(call: &'c Call) -> Self {
        let way = if call.json {
            Way::Events
        } else if stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(step_style());
            bar.enable_steady_tick(TURN);
            Way::Bar(bar)
        } else {
            return Self::lines(&call.output, |line| call.output.message(line));
        };
        Self::with(&call.output, way)
    }

    /// Shows the job as plain lines.
    pub(super) fn lines(output: &'c Output, write: impl Fn(&str) + 'c) -> Self {
        Self::with(output, Way::Lines(Box::new(write)))
    }

    fn with(output: &'c Output, way: Way<'c>) -> Self {
        let told = Instant::now();
        Self { output, way, next: 0, next_line: 0, undone: BTreeSet::new(), part: 0, told }
    }

    pub(super) fn show(&mut self, event: &EventView) {
        if let Way::Events = self.way {
            self.output.json(event, true);
            return;
        }
        match event {
            EventView::Known { detail } => self.known(detail),
            EventView::Step { ordinal, of, label, state, .. } => {
                self.step(*ordinal, *of, self.output.say(label), *state);
            }
            EventView::Progress { label, done, total, .. } => self.progress(label, *done, *total),
            EventView::Line { number: Some(number), text, .. } => self.line(*number, text),
            EventView::Line { number: None, text, .. } => self.murmur(text),
            EventView::State { state: JobStateView::Undoing, trouble, .. } => {
                let what = trouble.as_ref().map(|trouble| &trouble.what);
                self.undoing(what);
            }
            EventView::State { .. } => {}
        }
    }

    /// Takes the bar away.
    pub(super) fn close(&mut self) {
        if let Way::Bar(bar) = &self.way {
            bar.finish_and_clear();
        }
    }

    fn known(&mut self, detail: &JobDetail) {
        let of = u32::try_from(detail.steps.len()).unwrap_or(u32::MAX);
        for step in &detail.steps {
            if step.state != StepStateView::Planned {
                let label = step.label.as_ref().map(|label| self.output.say(label));
                self.step(step.ordinal, of, label.unwrap_or(&step.name), step.state);
            }
        }
        for line in &detail.lines {
            self.line(line.number, &line.text);
        }
        if detail.job.state == JobStateView::Done {
            let Text { en, fr } = &detail.job.label;
            let subject = &detail.job.subject;
            let ended = detail.job.ended.unwrap_or(detail.job.created);
            let took = shown::duration(detail.job.created, ended);
            let done =
                text!("{subject}: {en} done ({took})", "{subject} : {fr}, c’est fait ({took})");
            let mark = self.output.paint_message("✓", Paint::Good);
            self.say(&format!("{mark} {}", self.output.say(&done)));
        }
    }

    fn step(&mut self, ordinal: u32, of: u32, label: &str, state: StepStateView) {
        let place = self.output.paint_message(&format!("[{}/{of}]", ordinal + 1), Paint::Soft);
        if state == StepStateView::Undone {
            if self.undone.insert(ordinal) {
                let undone = text!("taken back: {label}", "annulé : {label}");
                self.say(&format!("{place} {}", self.output.say(&undone)));
            }
            return;
        }
        match &self.way {
            Way::Bar(bar) if state == StepStateView::Begun => {
                bar.set_style(step_style());
                bar.set_message(format!("{place} {label}"));
                self.part = 0;
            }
            Way::Bar(_) if ordinal >= self.next => {
                let (mark, paint) = super::jobs::mark(state);
                let mark = self.output.paint_message(mark, paint);
                self.say(&format!("{mark} {place} {label}"));
                self.next = ordinal + 1;
            }
            Way::Lines(_) if ordinal >= self.next => {
                self.say(&format!("{place} {label}"));
                self.next = ordinal + 1;
                self.part = 0;
                self.told = Instant::now();
            }
            _ => {}
        }
    }

    fn progress(&mut self, label: &Text, done: u64, total: u64) {
        let language = self.output.language;
        let label = self.output.say(label);
        let (so_far, all) = (shown::size(language, done), shown::size(language, total));
        match &self.way {
            Way::Bar(bar) if total > 0 => {
                bar.set_style(bytes_style());
                bar.set_length(total);
                bar.set_position(done);
                bar.set_message(format!("{so_far} / {all}  {label}"));
            }
            Way::Bar(bar) => {
                bar.set_style(step_style());
                bar.set_message(format!("{label} {so_far}"));
            }
            Way::Lines(_) if total > 0 => {
                let part = done.saturating_mul(PARTS) / total;
                if part > self.part {
                    self.part = part;
                    self.say(&format!("      {label}  {so_far} / {all}"));
                } else if part < self.part {
                    // Another file.
                    self.part = part;
                }
            }
            _ => {}
        }
    }

    fn line(&mut self, number: u32, text: &Text) {
        if number >= self.next_line {
            self.next_line = number + 1;
            self.say(&format!("      {}", self.output.say(text)));
        }
    }

    /// A passing line is seen while it lasts, where there is a bar to put it
    /// in; elsewhere one in a while, so that nobody wonders whether it hangs.
    fn murmur(&mut self, text: &Text) {
        let said = self.output.say(text);
        match &self.way {
            Way::Bar(bar) => bar.set_message(said.to_owned()),
            Way::Lines(_) if self.told.elapsed() >= SILENCE && !said.trim().is_empty() => {
                let part: String = said.trim().chars().take(PASSING_SIGNS).collect();
                self.told = Instant::now();
                self.say(&format!("      {part}"));
            }
            _ => {}
        }
    }

    fn undoing(&self, what: Option<&Text>) {
        let undoing = text!("What was done is being taken back.", "On annule ce qui a été fait.");
        let mark = self.output.paint_message("✗", Paint::Bad);
        if let Some(what) = what {
            self.say(&format!("{mark} {}", self.output.say(what)));
        }
        self.say(&format!("  {}", self.output.say(&undoing)));
    }

    fn say(&self, line: &str) {
        match &self.way {
            Way::Bar(bar) => bar.suspend(|| self.output.message(line)),
            Way::Lines(write) => write(line),
            Way::Events => {}
        }
    }
}

fn step_style() -> ProgressStyle {
    style("{spinner:.green} {wide_msg} {elapsed}")
}

fn bytes_style() -> ProgressStyle {
    style("{spinner:.green} {bar:24.green/dim} {wide_msg}")
}

/// A template that indicatif could not read would be shown as its plain bar.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_error| ProgressStyle::default_bar())
}
