//! What is told while a job runs.

use ledger::{JobId, JobState, StepState};
use ledger::{Text, Trouble};
use serde::{Deserialize, Serialize};

/// Something that happened to a job. What matters is in the ledger as well; a
/// listener that lags behind loses nothing but bytes of progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A step begins or has ended.
    Step {
        /// The job.
        job: JobId,
        /// The step's place, counted from 0.
        ordinal: u32,
        /// How many steps the job has.
        of: u32,
        /// The step's name.
        name: String,
        /// What it does, for people.
        label: Text,
        /// What it is at.
        state: StepState,
    },
    /// A step is so far; not kept.
    Progress {
        /// The job.
        job: JobId,
        /// What is being counted, for people.
        label: Text,
        /// Bytes done.
        done: u64,
        /// Bytes in all; 0 while unknown.
        total: u64,
    },
    /// A line of the job's log.
    Line {
        /// The job.
        job: JobId,
        /// The line's number in the job; none for a passing line that is not kept.
        number: Option<u32>,
        /// What was said.
        text: Text,
    },
    /// The job's state changed; `done` and `failed` are ends.
    State {
        /// The job.
        job: JobId,
        /// What it is at now.
        state: JobState,
        /// Why it failed or is being undone.
        trouble: Option<Trouble>,
    },
}

impl Event {
    /// Which job it is about.
    #[must_use]
    pub fn job(&self) -> JobId {
        match self {
            Self::Step { job, .. }
            | Self::Progress { job, .. }
            | Self::Line { job, .. }
            | Self::State { job, .. } => *job,
        }
    }

    /// Whether the job has ended with it.
    #[must_use]
    pub fn is_end(&self) -> bool {
        matches!(self, Self::State { state: JobState::Done | JobState::Failed, .. })
    }
}
