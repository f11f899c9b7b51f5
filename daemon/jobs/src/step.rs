//! What a job consists of, as its content says.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ledger::{JobId, JobRecord, Ledger, LedgerError, Records};
use ledger::{Text, Trouble};
use tokio::sync::broadcast;

use crate::{Clock, Event, FaultPoint, Faults, Moment};

/// Knows what each kind of job does. The journal asks it afresh after every restart.
pub trait Content: Send + Sync {
    /// The steps of a job, in order: always the same for the same job, however
    /// far it has come.
    ///
    /// # Errors
    /// A trouble that makes the job fail before its first step.
    fn steps(&self, job: &JobRecord) -> Result<Vec<Box<dyn Step>>, Trouble>;

    /// What to say of a ledger that cannot be written: a full disk, a broken file.
    fn ledger_trouble(&self, error: &LedgerError) -> Trouble;

    /// What to say of a step that did not end before its deadline.
    fn deadline_trouble(&self, step: &Text, deadline: Duration) -> Trouble;

    /// What to tell of a job that failed, once all that it had done is taken
    /// back: by then it is known what people find now.
    fn last_word(&self, _job: &JobRecord, trouble: Trouble) -> Trouble {
        trouble
    }

    /// What to say of a step that was begun again and again, and interrupted each time.
    fn interrupted_trouble(&self, step: &Text) -> Trouble;
}

/// A named piece of a job, that may run more than once.
#[async_trait]
pub trait Step: Send + Sync {
    /// Its name, in kebab case; never changes, since fault points and the ledger hold to it.
    fn name(&self) -> &'static str;

    /// What it does, for people: « On télécharge les images ».
    fn label(&self) -> Text;

    /// How long it may take.
    fn deadline(&self) -> Duration;

    /// Whether its turn comes at all, as the steps before it have left the
    /// ledger. One whose turn does not come is passed over without a word.
    ///
    /// # Errors
    /// Those of the ledger; it is asked again.
    fn is_due(&self, _records: &Records<'_>) -> Result<bool, LedgerError> {
        Ok(true)
    }

    /// Does it to the world. It may find itself done, or half-done.
    async fn run(&self, scene: &Scene) -> Result<(), Trouble>;

    /// What it changes in the ledger: committed together with the step's own end.
    ///
    /// # Errors
    /// Those of the ledger; the step then counts as failed.
    fn record(&self, _records: &Records<'_>) -> Result<(), LedgerError> {
        Ok(())
    }

    /// Takes it back from the world, done or half-done or not begun.
    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        Ok(())
    }

    /// Takes it back from the ledger: committed together with the step's undoing.
    ///
    /// # Errors
    /// Those of the ledger; the undoing is then tried again.
    fn unrecord(&self, _records: &Records<'_>) -> Result<(), LedgerError> {
        Ok(())
    }
}

/// What a step is given: its job's number, and ways to be heard.
#[derive(Clone)]
pub struct Scene {
    pub(crate) job: JobId,
    pub(crate) kind: String,
    pub(crate) step: String,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) faults: Arc<dyn Faults>,
    pub(crate) clock: Clock,
}

impl Scene {
    /// The job's number.
    #[must_use]
    pub fn job(&self) -> JobId {
        self.job
    }

    /// Says a line that stays in the job's log.
    pub fn say(&self, text: Text) {
        let written =
            self.ledger.write(|records| records.add_job_line(self.job, (self.clock)(), &text));
        // A line that could not be written is still shown: it is not worth the job.
        let number = written.map_err(|error| tracing::warn!(%error, "job line lost")).ok();
        let _listeners = self.events.send(Event::Line { job: self.job, number, text });
    }

    /// Says a passing line, shown to who is listening and not kept.
    pub fn murmur(&self, text: Text) {
        let _listeners = self.events.send(Event::Line { job: self.job, number: None, text });
    }

    /// Tells how far a long piece of work is, in bytes.
    pub fn progress(&self, label: Text, done: u64, total: u64) {
        let _listeners = self.events.send(Event::Progress { job: self.job, label, done, total });
    }

    /// The fault point within a step: to be called where the world is half-done.
    ///
    /// # Errors
    /// What a test asked for.
    pub async fn halfway(&self) -> Result<(), Trouble> {
        self.reach(Moment::Within).await
    }

    pub(crate) async fn reach(&self, moment: Moment) -> Result<(), Trouble> {
        let point = FaultPoint { kind: self.kind.clone(), step: self.step.clone(), moment };
        self.faults.reach(&point).await
    }
}
