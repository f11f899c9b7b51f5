//! Jobs, their steps, and what they said.

use jiff::Timestamp;
use ledger::{JobId, JobLine, JobRecord, JobState, StepState};
use recipe::{Text, Trouble};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words::{TextShape, TroubleShape};
use crate::kinds;

/// The answer to what takes longer: the job that does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobStarted {
    /// The job's number.
    pub job: i64,
}

/// A job, shortly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Job)]
pub struct JobView {
    /// Its number.
    pub id: i64,
    /// What kind of job.
    pub kind: String,
    /// What it does, for people.
    #[schema(value_type = TextShape)]
    pub label: Text,
    /// What it is about, mostly a service's name.
    pub subject: String,
    /// What it is at.
    pub state: JobStateView,
    /// When it was asked for.
    pub created: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub ended: Option<Timestamp>,
    /// Why it failed, or is being undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TroubleShape>, required = false)]
    pub trouble: Option<Trouble>,
}

/// A job with its steps and what it said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JobDetail {
    /// The job.
    #[serde(flatten)]
    pub job: JobView,
    /// All its steps, in order, those to come included as far as they are known.
    pub steps: Vec<StepView>,
    /// What it said.
    pub lines: Vec<LineView>,
}

/// What a job is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = JobState)]
pub enum JobStateView {
    /// Its steps are being done.
    Running,
    /// A step failed, and what was done is being taken back.
    Undoing,
    /// All is done.
    Done,
    /// It failed, and what it had done is taken back.
    Failed,
}

impl JobStateView {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// One step of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Step)]
pub struct StepView {
    /// Its place in the job, counted from 0.
    pub ordinal: u32,
    /// Its name.
    pub name: String,
    /// What it does, for people; none where only the ledger still knows the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TextShape>, required = false)]
    pub label: Option<Text>,
    /// What it is at.
    pub state: StepStateView,
    /// When it was last begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub begun: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub ended: Option<Timestamp>,
}

/// What a step is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = StepState)]
pub enum StepStateView {
    /// It has not been begun.
    Planned,
    /// It is being done.
    Begun,
    /// It is done.
    Done,
    /// It failed.
    Failed,
    /// It was taken back.
    Undone,
}

/// One line that a job said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Line)]
pub struct LineView {
    /// Its number in the job, counted from 0.
    pub number: u32,
    /// When.
    pub time: Timestamp,
    /// What was said.
    #[schema(value_type = TextShape)]
    pub text: Text,
}

impl From<JobId> for JobStarted {
    fn from(job: JobId) -> Self {
        Self { job: job.0 }
    }
}

impl From<JobRecord> for JobView {
    fn from(job: JobRecord) -> Self {
        Self {
            id: job.id.0,
            label: kinds::label(&job.kind),
            kind: job.kind,
            subject: job.subject_name,
            state: job.state.into(),
            created: job.created,
            ended: job.ended,
            trouble: job.trouble,
        }
    }
}

impl From<JobState> for JobStateView {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Running => Self::Running,
            JobState::Undoing => Self::Undoing,
            JobState::Done => Self::Done,
            JobState::Failed => Self::Failed,
        }
    }
}

impl From<StepState> for StepStateView {
    fn from(state: StepState) -> Self {
        match state {
            StepState::Begun => Self::Begun,
            StepState::Done => Self::Done,
            StepState::Failed => Self::Failed,
            StepState::Undone => Self::Undone,
        }
    }
}

impl From<JobLine> for LineView {
    fn from(line: JobLine) -> Self {
        Self { number: line.number, time: line.time, text: line.text }
    }
}
