//! Where jobs are handed in, found again, and listened to.

use std::sync::Arc;

use jiff::Timestamp;
use ledger::{JobId, JobRecord, JobState, Ledger, LedgerError, NewJob, Records, Text};
use tokio::sync::broadcast;

use crate::hold::{Hold, Holds};
use crate::{Content, Event, Faults, Step, run};

/// Tells the time: a parameter, so that a test can set it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Events that a slow listener may lag behind before it loses some.
const EVENTS_KEPT: usize = 1024;

/// The journal of one box.
pub struct Journal {
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) content: Arc<dyn Content>,
    pub(crate) faults: Arc<dyn Faults>,
    pub(crate) clock: Clock,
    pub(crate) events: broadcast::Sender<Event>,
    holds: Arc<Holds>,
}

impl Journal {
    /// A journal over a ledger; nothing runs before [`Journal::recover`] or
    /// [`Journal::submit`].
    #[must_use]
    pub fn new(
        ledger: Arc<Ledger>,
        content: Arc<dyn Content>,
        faults: Arc<dyn Faults>,
        clock: Clock,
    ) -> Arc<Self> {
        let (events, _) = broadcast::channel(EVENTS_KEPT);
        Arc::new(Self { ledger, content, faults, clock, events, holds: Arc::default() })
    }

    /// Lets every unfinished job go on, or be undone, from where it was; gives
    /// how many there are.
    ///
    /// # Errors
    /// Those of the ledger.
    pub fn recover(self: &Arc<Self>) -> Result<usize, LedgerError> {
        let unfinished = self.ledger.read(|records| records.unfinished_jobs())?;
        let count = unfinished.len();
        for job in unfinished {
            tracing::info!(job = %job.id, kind = job.kind, "a job goes on");
            tokio::spawn(run::run(Arc::clone(self), job.id));
        }
        Ok(count)
    }

    /// Writes a job down, together with what `also` writes, and lets it run.
    /// `also` makes the job, since its subject may only come to be there.
    ///
    /// # Errors
    /// [`LedgerError::Busy`] when another job has its hand on the subject, and
    /// what `also` returns; then nothing is written.
    pub fn submit<E: From<LedgerError>>(
        self: &Arc<Self>,
        also: impl FnOnce(&Records<'_>) -> Result<NewJob, E>,
    ) -> Result<JobId, E> {
        let id = self.ledger.write(|records| {
            let new = also(records)?;
            Ok::<_, E>(records.add_job(&new, (self.clock)())?)
        })?;
        // Whoever shows what is under way sees it begin.
        self.tell(Event::State { job: id, state: JobState::Running, trouble: None });
        tokio::spawn(run::run(Arc::clone(self), id));
        Ok(id)
    }

    /// The steps of a job, those to come included and those left out that are
    /// passed over: each one's number in the ledger, its name, and what it does,
    /// for people. None where the job's content can tell no more: what it was
    /// about may be gone.
    #[must_use]
    pub fn plan(&self, job: &JobRecord) -> Option<Vec<(u32, &'static str, Text)>> {
        let steps = self.content.steps(job).ok()?;
        let shown = self.shown(job, &steps).ok()?;
        let steps = steps.iter().zip(0_u32..).filter(|(_step, ordinal)| shown.contains(ordinal));
        Some(steps.map(|(step, ordinal)| (ordinal, step.name(), step.label())).collect())
    }

    /// The numbers of the steps that were begun, or whose turn comes as things
    /// stand: people see these alone.
    pub(crate) fn shown(
        &self,
        job: &JobRecord,
        steps: &[Box<dyn Step>],
    ) -> Result<Vec<u32>, LedgerError> {
        self.ledger.read(|records| {
            let known = records.steps(job.id)?;
            let mut shown = Vec::new();
            for (step, ordinal) in steps.iter().zip(0_u32..) {
                let is_begun = known.iter().any(|it| it.ordinal == ordinal);
                if is_begun || step.is_due(records)? {
                    shown.push(ordinal);
                }
            }
            Ok(shown)
        })
    }

    /// What happens to jobs from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Waits for a job's end. None when there is no such job.
    ///
    /// # Errors
    /// Those of the ledger.
    pub async fn wait(&self, id: JobId) -> Result<Option<JobRecord>, LedgerError> {
        let mut events = self.events();
        loop {
            let job = self.ledger.read(|records| records.job(id))?;
            if job.as_ref().is_none_or(|job| job.ended.is_some()) {
                return Ok(job);
            }
            // Any event of the job, or having lagged behind, is a reason to look again.
            while let Ok(event) = events.recv().await {
                if event.job() == id && event.is_end() {
                    break;
                }
            }
        }
    }

    /// Puts a hand on a subject, if nobody has one.
    #[must_use]
    pub fn try_hold(&self, subject: &str) -> Option<Hold> {
        self.holds.try_hold(subject)
    }

    /// Puts a hand on a subject, when nobody has one any more.
    pub async fn hold(&self, subject: &str) -> Hold {
        self.holds.hold(subject).await
    }

    pub(crate) fn tell(&self, event: Event) {
        // Nobody listening is no error.
        let _listeners = self.events.send(event);
    }
}
