//! How one job runs: forward, step by step, or back.

use std::sync::Arc;
use std::time::Duration;

use ledger::Trouble;
use ledger::{JobId, JobRecord, JobState, LedgerError, StepRecord, StepState};
use tokio::time::{sleep, timeout};

use crate::{Event, Journal, Moment, Scene, Step};

/// How often a step may be begun before its job is undone: a step that takes
/// the daemon down with it must not do so for ever.
pub const MOST_ATTEMPTS: u32 = 4;

/// The pause before an undoing is tried again, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Runs a job to its end. Whatever goes wrong with the ledger itself, a full
/// disk say, is tried again: what is not written down is not given up. A step
/// that panics is begun again as if the daemon had been killed in it.
pub(crate) async fn run(journal: Arc<Journal>, id: JobId) {
    let mut pause = FIRST_PAUSE;
    loop {
        let journal = Arc::clone(&journal);
        match tokio::spawn(async move { attempt(&journal, id).await }).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => {
                tracing::error!(job = %id, error = &error as &dyn std::error::Error, "ledger");
            }
            Err(panic) if panic.is_panic() => tracing::error!(job = %id, %panic, "a step panicked"),
            Err(_cancelled) => return,
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn attempt(journal: &Arc<Journal>, id: JobId) -> Result<(), LedgerError> {
    let read = || journal.ledger.read(|records| records.job(id));
    let Some(known) = read()? else { return Ok(()) };
    let _hand = journal.hold(&known.subject).await;
    // Read again with the hand on it: a job that was handed in before the
    // recovery is found by both, and must run once.
    let Some(job) = read()?.filter(|job| job.ended.is_none()) else { return Ok(()) };
    let steps = match journal.content.steps(&job) {
        Ok(steps) => steps,
        Err(trouble) => {
            tell_state(journal, &job, JobState::Undoing, Some(&trouble));
            journal.ledger.write(|records| records.undo_job(id, &trouble))?;
            return end(journal, &job, Some(trouble));
        }
    };
    if job.state == JobState::Running {
        let Err(trouble) = forward(journal, &job, &steps).await? else {
            return end(journal, &job, None);
        };
        tracing::warn!(job = %id, kind = job.kind, %trouble, "a job is being undone");
        journal.ledger.write(|records| records.undo_job(id, &trouble))?;
        tell_state(journal, &job, JobState::Undoing, Some(&trouble));
        backward(journal, &job, &steps).await?;
        return end(journal, &job, Some(trouble));
    }
    backward(journal, &job, &steps).await?;
    end(journal, &job, job.trouble.clone())
}

/// Runs the steps that are not done yet. The inner error is the job's trouble.
async fn forward(
    journal: &Arc<Journal>,
    job: &JobRecord,
    steps: &[Box<dyn Step>],
) -> Result<Result<(), Trouble>, LedgerError> {
    let known = journal.ledger.read(|records| records.steps(job.id))?;
    for (step, ordinal) in steps.iter().zip(0_u32..) {
        let state = state_of(&known, ordinal);
        let passed_over =
            || journal.ledger.read(|records| step.is_due(records)).map(|is_due| !is_due);
        if state == Some(StepState::Done) || (state.is_none() && passed_over()?) {
            continue;
        }
        let name = step.name();
        let attempts = journal
            .ledger
            .write(|records| records.begin_step(job.id, ordinal, name, (journal.clock)()))?;
        tell_step(journal, job, steps, ordinal, StepState::Begun);
        let outcome = if attempts > MOST_ATTEMPTS {
            Err(journal.content.interrupted_trouble(&step.label()))
        } else {
            do_step(journal, job, step.as_ref()).await
        };
        let recorded = outcome.and_then(|()| record(journal, job, step.as_ref(), ordinal));
        if let Err(trouble) = recorded {
            journal.ledger.write(|records| {
                records.end_step(job.id, ordinal, StepState::Failed, (journal.clock)())
            })?;
            tell_step(journal, job, steps, ordinal, StepState::Failed);
            return Ok(Err(trouble));
        }
        tell_step(journal, job, steps, ordinal, StepState::Done);
    }
    Ok(Ok(()))
}

async fn do_step(journal: &Journal, job: &JobRecord, step: &dyn Step) -> Result<(), Trouble> {
    let scene = scene(journal, job, step.name().to_owned());
    let work = async {
        scene.reach(Moment::Before).await?;
        step.run(&scene).await?;
        scene.reach(Moment::After).await
    };
    match timeout(step.deadline(), work).await {
        Ok(outcome) => outcome,
        Err(_elapsed) => Err(journal.content.deadline_trouble(&step.label(), step.deadline())),
    }
}

fn record(
    journal: &Journal,
    job: &JobRecord,
    step: &dyn Step,
    ordinal: u32,
) -> Result<(), Trouble> {
    journal
        .ledger
        .write(|records| {
            step.record(records)?;
            records.end_step(job.id, ordinal, StepState::Done, (journal.clock)())
        })
        .map_err(|error| journal.content.ledger_trouble(&error))
}

/// Takes back, in reverse order, every step that was begun. Never gives up.
async fn backward(
    journal: &Arc<Journal>,
    job: &JobRecord,
    steps: &[Box<dyn Step>],
) -> Result<(), LedgerError> {
    let known = journal.ledger.read(|records| records.steps(job.id))?;
    let begun = steps.iter().zip(0_u32..).filter(|(_, ordinal)| {
        !matches!(state_of(&known, *ordinal), None | Some(StepState::Undone))
    });
    for (step, ordinal) in begun.collect::<Vec<_>>().into_iter().rev() {
        let mut pause = FIRST_PAUSE;
        while let Err(trouble) = undo_step(journal, job, step.as_ref()).await {
            tracing::warn!(job = %job.id, step = step.name(), %trouble, "undoing goes on");
            scene(journal, job, step.name().to_owned()).say(trouble.what);
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        journal.ledger.write(|records| {
            step.unrecord(records)?;
            records.end_step(job.id, ordinal, StepState::Undone, (journal.clock)())
        })?;
        tell_step(journal, job, steps, ordinal, StepState::Undone);
    }
    Ok(())
}

async fn undo_step(journal: &Journal, job: &JobRecord, step: &dyn Step) -> Result<(), Trouble> {
    let scene = scene(journal, job, format!("undo-{}", step.name()));
    let work = async {
        scene.reach(Moment::Before).await?;
        step.undo(&scene).await?;
        scene.reach(Moment::After).await
    };
    match timeout(step.deadline(), work).await {
        Ok(outcome) => outcome,
        Err(_elapsed) => Err(journal.content.deadline_trouble(&step.label(), step.deadline())),
    }
}

fn end(journal: &Journal, job: &JobRecord, trouble: Option<Trouble>) -> Result<(), LedgerError> {
    let trouble = trouble.map(|trouble| journal.content.last_word(job, trouble));
    journal.ledger.write(|records| {
        if let Some(trouble) = &trouble {
            records.set_job_trouble(job.id, trouble)?;
        }
        records.end_job(job.id, (journal.clock)())
    })?;
    let state = if trouble.is_some() { JobState::Failed } else { JobState::Done };
    tracing::info!(job = %job.id, kind = job.kind, ?state, "a job ended");
    tell_state(journal, job, state, trouble.as_ref());
    Ok(())
}

fn scene(journal: &Journal, job: &JobRecord, step: String) -> Scene {
    Scene {
        job: job.id,
        kind: job.kind.clone(),
        step,
        ledger: Arc::clone(&journal.ledger),
        events: journal.events.clone(),
        faults: Arc::clone(&journal.faults),
        clock: Arc::clone(&journal.clock),
    }
}

fn state_of(known: &[StepRecord], ordinal: u32) -> Option<StepState> {
    known.iter().find(|step| step.ordinal == ordinal).map(|step| step.state)
}

fn tell_state(journal: &Journal, job: &JobRecord, state: JobState, trouble: Option<&Trouble>) {
    journal.tell(Event::State { job: job.id, state, trouble: trouble.cloned() });
}

fn tell_step(
    journal: &Journal,
    job: &JobRecord,
    steps: &[Box<dyn Step>],
    ordinal: u32,
    state: StepState,
) {
    let Some(step) = steps.get(usize::try_from(ordinal).unwrap_or(usize::MAX)) else { return };
    let Ok(shown) = journal.shown(job, steps) else { return };
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    journal.tell(Event::Step {
        job: job.id,
        ordinal: count(shown.iter().filter(|it| **it < ordinal).count()),
        of: count(shown.len()),
        name: step.name().to_owned(),
        label: step.label(),
        state,
    });
}

#[cfg(test)]
mod tests;
