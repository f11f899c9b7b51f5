//! What is told while jobs run.

use jobs::Event;
use recipe::{Text, Trouble};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words::{TextShape, TroubleShape};
use super::{JobDetail, JobStateView, StepStateView};

/// Something that happened to a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[schema(as = Event)]
pub enum EventView {
    /// All that is known of the job now: the first and the last event of a
    /// job's stream, and again where a slow reader has missed some.
    Known {
        /// The job.
        detail: Box<JobDetail>,
    },
    /// A step begins or has ended.
    Step {
        /// The job.
        job: i64,
        /// The step's place, counted from 0.
        ordinal: u32,
        /// How many steps the job has.
        of: u32,
        /// The step's name.
        name: String,
        /// What it does, for people.
        #[schema(value_type = TextShape)]
        label: Text,
        /// What it is at.
        state: StepStateView,
    },
    /// A step is so far; not kept.
    Progress {
        /// The job.
        job: i64,
        /// What is being counted, for people.
        #[schema(value_type = TextShape)]
        label: Text,
        /// Bytes done.
        done: u64,
        /// Bytes in all; 0 while unknown.
        total: u64,
    },
    /// The job said something.
    Line {
        /// The job.
        job: i64,
        /// The line's number in the job; none for a passing line.
        number: Option<u32>,
        /// What was said.
        #[schema(value_type = TextShape)]
        text: Text,
    },
    /// The job's state changed.
    State {
        /// The job.
        job: i64,
        /// What it is at now.
        state: JobStateView,
        /// Why it failed or is being undone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<TroubleShape>, required = false)]
        trouble: Option<Trouble>,
    },
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        match event {
            Event::Step { job, ordinal, of, name, label, state } => {
                Self::Step { job: job.0, ordinal, of, name, label, state: state.into() }
            }
            Event::Progress { job, label, done, total } => {
                Self::Progress { job: job.0, label, done, total }
            }
            Event::Line { job, number, text } => Self::Line { job: job.0, number, text },
            Event::State { job, state, trouble } => {
                Self::State { job: job.0, state: state.into(), trouble }
            }
        }
    }
}
