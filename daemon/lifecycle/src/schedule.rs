//! The commands that a recipe wants run again and again, while its service is
//! well.
//!
//! A command runs with the hand on its service: never beside a job, another
//! scheduled command of the same service, or the reconciler. One that fails is
//! named in the service's *Inside* and tried again when its time has come
//! round; the service goes on.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jobs::{Hold, Journal};
use ledger::{LastRun, Service, ServiceId, Standing, Wanted};
use recipe::{Moment, RenderedCommand, Trouble};
use tokio::time::sleep;

use crate::board::Health;
use crate::site::{Ground, subject};
use crate::steps::run_one;
use crate::{target, trouble};

/// How often the schedule is looked at.
const LOOK: Duration = Duration::from_secs(30);

/// A command's place in the schedule, for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Scheduled {
    /// In which container it runs.
    pub container: String,
    /// Program and arguments.
    pub run: Vec<String>,
    /// Time between two runs.
    pub every: Duration,
    /// When it last began; none: it never ran.
    pub last: Option<Timestamp>,
    /// Why the last run failed; none: it did not.
    pub trouble: Option<Trouble>,
}

/// Runs what is due, for as long as the daemon does.
pub(crate) async fn run(ground: Arc<Ground>, journal: Arc<Journal>) {
    loop {
        sleep(LOOK).await;
        match ground.read(|records| records.services()) {
            Ok(services) => {
                for service in services {
                    look_at(&ground, &journal, service);
                }
            }
            Err(trouble) => tracing::error!(%trouble, "no schedule without the ledger"),
        }
    }
}

/// Lets a service's due commands run, one after the other, in a task of their
/// own: one that takes an hour keeps no other service waiting.
fn look_at(ground: &Arc<Ground>, journal: &Arc<Journal>, service: Service) {
    let well = ground.board.health(service.id) == Some(Health::Up);
    if !well || service.standing != Standing::Installed || service.wanted != Wanted::Running {
        return;
    }
    let due = match due_commands(ground, service.id, &service) {
        Ok(due) if due.is_empty() => return,
        Ok(due) => due,
        Err(trouble) => {
            tracing::warn!(%trouble, service = service.name, "its schedule is unknown");
            return;
        }
    };
    let subject = subject(service.id);
    let Some(hand) = journal.try_hold(&subject) else { return };
    // A job that waits for the hand goes first.
    if !ground.read(|records| records.is_free(&subject)).unwrap_or(false) {
        return;
    }
    let ground = Arc::clone(ground);
    tokio::spawn(async move {
        if let Err(trouble) = run_all(&ground, &service, &due, &hand).await {
            tracing::warn!(%trouble, service = service.name, "its schedule was not kept");
        }
    });
}

fn due_commands(
    ground: &Arc<Ground>,
    id: ServiceId,
    service: &Service,
) -> Result<Vec<RenderedCommand>, Trouble> {
    let drawn = target::drawn(ground, id)?;
    let commands = drawn.plan.rendered.commands.iter().cloned();
    let runs = ground.read(|records| records.last_runs(id))?;
    let now = (ground.clock)();
    let due = commands.filter(|command| {
        let last = runs.iter().find(|run| run.command == name(command)).map(|run| run.began);
        every(command).is_some_and(|every| is_due(now, last, service.created, every))
    });
    Ok(due.collect())
}

async fn run_all(
    ground: &Ground,
    service: &Service,
    due: &[RenderedCommand],
    _hand: &Hold,
) -> Result<(), Trouble> {
    let there =
        ground.engine.containers(&ground.owner).await.map_err(|e| trouble::of_engine(&e))?;
    let label = service.id.to_string();
    for command in due {
        let container = there.iter().find(|it| it.service == label && it.part == command.container);
        let id = container.map(|found| found.id.as_str()).unwrap_or_default();
        let mut run = LastRun { command: name(command), began: (ground.clock)(), trouble: None };
        // Written down before: one that ends the daemon is not run in a circle.
        write_down(ground, service.id, &run)?;
        if let Err(trouble) = run_one(ground, id, command).await {
            tracing::warn!(%trouble, service = service.name, "a scheduled command failed");
            run.trouble = Some(trouble);
            write_down(ground, service.id, &run)?;
        }
    }
    Ok(())
}

fn write_down(ground: &Ground, id: ServiceId, run: &LastRun) -> Result<(), Trouble> {
    ground
        .ledger
        .write(|records| records.set_last_run(id, run))
        .map_err(|error| trouble::of_ledger(&error))
}

/// What is on a service's schedule, and how it went.
pub(crate) fn of(
    ground: &Ground,
    id: ServiceId,
    commands: &[RenderedCommand],
) -> Result<Vec<Scheduled>, Trouble> {
    let runs = ground.read(|records| records.last_runs(id))?;
    let scheduled = commands.iter().filter_map(|command| {
        let last = runs.iter().find(|run| run.command == name(command));
        Some(Scheduled {
            container: command.container.clone(),
            run: command.run.clone(),
            every: every(command)?,
            last: last.map(|run| run.began),
            trouble: last.and_then(|run| run.trouble.clone()),
        })
    });
    Ok(scheduled.collect())
}

fn every(command: &RenderedCommand) -> Option<Duration> {
    match command.moment {
        Moment::Every { period } => Some(period),
        _ => None,
    }
}

/// By which the ledger knows a command: recipes give them no names.
fn name(command: &RenderedCommand) -> String {
    format!("{}: {}", command.container, command.run.join(" "))
}

/// Whether a command's time has come. A service that is new waits for one
/// period; a clock that was set back must not hold a command up for years.
fn is_due(now: Timestamp, last: Option<Timestamp>, created: Timestamp, every: Duration) -> bool {
    let from = last.unwrap_or(created);
    now < from || Duration::try_from(now.duration_since(from)).is_ok_and(|since| since >= every)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_command_is_due_one_period_after_its_last_run_or_the_installation() {
        let day = Duration::from_secs(86_400);
        assert!(!is_due(at(86_399), None, at(0), day));
        assert!(is_due(at(86_400), None, at(0), day));
        assert!(!is_due(at(90_000), Some(at(86_400)), at(0), day));
        assert!(is_due(at(172_800), Some(at(86_400)), at(0), day));
    }

    #[test]
    fn a_clock_that_was_set_back_holds_no_command_up() {
        assert!(is_due(at(1000), Some(at(9_000_000)), at(0), Duration::from_secs(60)));
    }
}
