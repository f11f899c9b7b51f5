//! Jobs and their steps, as they are written down before and after each deed.

use jiff::Timestamp;
use recipe::{Text, Trouble};
use rusqlite::{OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use crate::services::time;
use crate::{LedgerError, Records};

/// A job's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub i64);

impl std::fmt::Display for JobId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a job is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// Its steps are being done; after a restart it goes on.
    Running,
    /// A step failed; what was done is being taken back; after a restart that goes on.
    Undoing,
    /// All steps are done.
    Done,
    /// Ended with a trouble, and what it had done is undone.
    Failed,
}

/// A job to write down.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// What kind of job, such as `install`.
    pub kind: String,
    /// What it has its hand on, such as `service/3`: one unfinished job a subject.
    pub subject: String,
    /// How people call that.
    pub subject_name: String,
    /// What was asked, for the job's content to read.
    pub request: serde_json::Value,
}

/// A job as the ledger knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRecord {
    /// Its number.
    pub id: JobId,
    /// What kind of job.
    pub kind: String,
    /// What it has its hand on.
    pub subject: String,
    /// How people call that.
    pub subject_name: String,
    /// What was asked.
    pub request: serde_json::Value,
    /// What it is at.
    pub state: JobState,
    /// When it was asked for.
    pub created: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Why it failed, or is being undone.
    pub trouble: Option<Trouble>,
}

/// What a step is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StepState {
    /// Written down, and perhaps half-done in the world.
    Begun,
    /// Done in the world, and written down.
    Done,
    /// Ended with a trouble; perhaps half-done in the world.
    Failed,
    /// Taken back.
    Undone,
}

/// A step as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRecord {
    /// Its place in the job, counted from 0.
    pub ordinal: u32,
    /// Its name, such as `fetch-images`.
    pub name: String,
    /// What it is at.
    pub state: StepState,
    /// How often it was begun.
    pub attempts: u32,
    /// When it was last begun.
    pub begun: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
}

/// One line of a job's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobLine {
    /// Its number in the job, counted from 0.
    pub number: u32,
    /// When.
    pub time: Timestamp,
    /// What was said.
    pub text: Text,
}

const COLUMNS: &str = "id, kind, subject, subject_name, request, state, created, ended, trouble";

impl Records<'_> {
    /// Writes a job down as running.
    ///
    /// # Errors
    /// [`LedgerError::Busy`] when another unfinished job has the subject.
    pub fn add_job(&self, new: &NewJob, created: Timestamp) -> Result<JobId, LedgerError> {
        if let Some(other) = self.unfinished_job_on(&new.subject)? {
            return Err(LedgerError::Busy { job: other.id.0, kind: other.kind });
        }
        let request = self.seal.seal(&request_place(&new.subject), &new.request.to_string())?;
        self.connection.execute(
            "INSERT INTO jobs (kind, subject, subject_name, request, state, created)
             VALUES (?1, ?2, ?3, ?4, 'running', ?5)",
            params![new.kind, new.subject, new.subject_name, request, created.to_string()],
        )?;
        Ok(JobId(self.connection.last_insert_rowid()))
    }

    /// The job of this number.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn job(&self, id: JobId) -> Result<Option<JobRecord>, LedgerError> {
        Ok(self.select_jobs("id = ?1", [id.0])?.pop())
    }

    /// The newest jobs, the newest first.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn jobs(&self, most: u32) -> Result<Vec<JobRecord>, LedgerError> {
        self.select_jobs("1 ORDER BY id DESC LIMIT ?1", [most])
    }

    /// All jobs that have not ended, the oldest first.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn unfinished_jobs(&self) -> Result<Vec<JobRecord>, LedgerError> {
        self.select_jobs("state IN ('running', 'undoing') ORDER BY id", [])
    }

    /// The unfinished job that has its hand on `subject`.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn unfinished_job_on(&self, subject: &str) -> Result<Option<JobRecord>, LedgerError> {
        Ok(self.select_jobs("subject = ?1 AND state IN ('running', 'undoing')", [subject])?.pop())
    }

    /// Writes down that a job is being undone, and why.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn undo_job(&self, id: JobId, trouble: &Trouble) -> Result<(), LedgerError> {
        self.connection.execute(
            "UPDATE jobs SET state = 'undoing', trouble = ?2 WHERE id = ?1",
            params![id.0, to_json(trouble)?],
        )?;
        Ok(())
    }

    /// Writes down what is told of a job that failed, in the place of what was.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn set_job_trouble(&self, id: JobId, trouble: &Trouble) -> Result<(), LedgerError> {
        self.connection.execute(
            "UPDATE jobs SET trouble = ?2 WHERE id = ?1",
            params![id.0, to_json(trouble)?],
        )?;
        Ok(())
    }

    /// Writes down a job's end: failed when it was being undone, else done.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn end_job(&self, id: JobId, ended: Timestamp) -> Result<(), LedgerError> {
        self.connection.execute(
            "UPDATE jobs SET ended = ?2,
                 state = CASE state WHEN 'undoing' THEN 'failed' ELSE 'done' END
             WHERE id = ?1 AND state IN ('running', 'undoing')",
            params![id.0, ended.to_string()],
        )?;
        Ok(())
    }

    /// Writes down that a step begins; gives how often it has begun, this time included.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn begin_step(
        &self,
        job: JobId,
        ordinal: u32,
        name: &str,
        begun: Timestamp,
    ) -> Result<u32, LedgerError> {
        self.connection.execute(
            "INSERT INTO steps (job, ordinal, name, state, attempts, begun)
             VALUES (?1, ?2, ?3, 'begun', 1, ?4)
             ON CONFLICT (job, ordinal) DO UPDATE
             SET state = 'begun', attempts = attempts + 1, begun = excluded.begun, ended = NULL",
            params![job.0, ordinal, name, begun.to_string()],
        )?;
        Ok(self.connection.query_row(
            "SELECT attempts FROM steps WHERE job = ?1 AND ordinal = ?2",
            params![job.0, ordinal],
            |row| row.get(0),
        )?)
    }

    /// Writes down how a step ended.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn end_step(
        &self,
        job: JobId,
        ordinal: u32,
        state: StepState,
        ended: Timestamp,
    ) -> Result<(), LedgerError> {
        self.connection.execute(
            "UPDATE steps SET state = ?3, ended = ?4 WHERE job = ?1 AND ordinal = ?2",
            params![job.0, ordinal, step_word(state), ended.to_string()],
        )?;
        Ok(())
    }

    /// A job's steps that were begun, in order.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn steps(&self, job: JobId) -> Result<Vec<StepRecord>, LedgerError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT ordinal, name, state, attempts, begun, ended FROM steps
             WHERE job = ?1 ORDER BY ordinal",
        )?;
        let mut rows = statement.query([job.0])?;
        let mut steps = Vec::new();
        while let Some(row) = rows.next()? {
            steps.push(step_from_row(row)?);
        }
        Ok(steps)
    }

    /// Adds a line to a job's log; gives its number.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn add_job_line(&self, job: JobId, at: Timestamp, text: &Text) -> Result<u32, LedgerError> {
        let number: u32 = self.connection.query_row(
            "SELECT coalesce(max(number) + 1, 0) FROM job_lines WHERE job = ?1",
            [job.0],
            |row| row.get(0),
        )?;
        self.connection.execute(
            "INSERT INTO job_lines (job, number, time, en, fr) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![job.0, number, at.to_string(), text.en, text.fr],
        )?;
        Ok(number)
    }

    /// A job's log.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`], [`LedgerError::Value`].
    pub fn job_lines(&self, job: JobId) -> Result<Vec<JobLine>, LedgerError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT number, time, en, fr FROM job_lines WHERE job = ?1 ORDER BY number",
        )?;
        let mut rows = statement.query([job.0])?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            lines.push(JobLine {
                number: row.get(0)?,
                time: time(&row.get::<_, String>(1)?)?,
                text: Text { en: row.get(2)?, fr: row.get(3)? },
            });
        }
        Ok(lines)
    }

    fn select_jobs(
        &self,
        which: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<JobRecord>, LedgerError> {
        let mut statement =
            self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM jobs WHERE {which}"))?;
        let mut rows = statement.query(parameters)?;
        let mut jobs = Vec::new();
        while let Some(row) = rows.next()? {
            let mut job = job_from_row(row)?;
            let sealed: Vec<u8> = row.get("request")?;
            job.request = from_json(&self.seal.unseal(&request_place(&job.subject), &sealed)?)?;
            jobs.push(job);
        }
        Ok(jobs)
    }

    /// Whether a subject is free: no unfinished job has its hand on it.
    ///
    /// # Errors
    /// [`LedgerError::Sqlite`].
    pub fn is_free(&self, subject: &str) -> Result<bool, LedgerError> {
        Ok(self
            .connection
            .query_row(
                "SELECT 1 FROM jobs WHERE subject = ?1 AND state IN ('running', 'undoing')",
                [subject],
                |_row| Ok(()),
            )
            .optional()?
            .is_none())
    }
}

fn job_from_row(row: &Row<'_>) -> Result<JobRecord, LedgerError> {
    let state: String = row.get("state")?;
    let state = match state.as_str() {
        "running" => JobState::Running,
        "undoing" => JobState::Undoing,
        "done" => JobState::Done,
        "failed" => JobState::Failed,
        other => return Err(LedgerError::Value(format!("job state {other}"))),
    };
    let ended: Option<String> = row.get("ended")?;
    let trouble: Option<String> = row.get("trouble")?;
    Ok(JobRecord {
        id: JobId(row.get("id")?),
        kind: row.get("kind")?,
        subject: row.get("subject")?,
        subject_name: row.get("subject_name")?,
        request: serde_json::Value::Null,
        state,
        created: time(&row.get::<_, String>("created")?)?,
        ended: ended.map(|ended| time(&ended)).transpose()?,
        trouble: trouble.map(|trouble| from_json(&trouble)).transpose()?,
    })
}

fn step_from_row(row: &Row<'_>) -> Result<StepRecord, LedgerError> {
    let state: String = row.get(2)?;
    let state = match state.as_str() {
        "begun" => StepState::Begun,
        "done" => StepState::Done,
        "failed" => StepState::Failed,
        "undone" => StepState::Undone,
        other => return Err(LedgerError::Value(format!("step state {other}"))),
    };
    let ended: Option<String> = row.get(5)?;
    Ok(StepRecord {
        ordinal: row.get(0)?,
        name: row.get(1)?,
        state,
        attempts: row.get(3)?,
        begun: time(&row.get::<_, String>(4)?)?,
        ended: ended.map(|ended| time(&ended)).transpose()?,
    })
}

/// Sealed for its subject; the job's number is not known before it is written.
fn request_place(subject: &str) -> String {
    format!("request/{subject}")
}

fn step_word(state: StepState) -> &'static str {
    match state {
        StepState::Begun => "begun",
        StepState::Done => "done",
        StepState::Failed => "failed",
        StepState::Undone => "undone",
    }
}

fn to_json(value: &impl Serialize) -> Result<String, LedgerError> {
    serde_json::to_string(value).map_err(|error| LedgerError::Value(error.to_string()))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, LedgerError> {
    serde_json::from_str(text).map_err(|error| LedgerError::Value(error.to_string()))
}
