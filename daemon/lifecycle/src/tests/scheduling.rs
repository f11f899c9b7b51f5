use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use containers::{Call, ExecOutcome, Fault, Gate};
use jobs::NoFaults;

use super::yard::{Yard, folder};
use crate::Health;

fn tidied(yard: &Yard) -> usize {
    let calls = yard.engine.calls();
    calls.iter().filter(|it| it.call == Call::Exec && it.about.contains("tidy")).count()
}

async fn up(yard: &Yard) {
    let id = yard.service("pad").unwrap().id;
    yard.until("pad is well", || async { yard.lifecycle.health(id) == Health::Up }).await;
}

/// So long that a command that is due has certainly begun.
async fn a_while() {
    tokio::time::sleep(Duration::from_secs(150)).await;
}

#[tokio::test(start_paused = true)]
async fn a_scheduled_command_runs_once_a_period_through_a_restart_too() {
    let folder = folder();
    let engine = Yard::engine();
    let yard = Yard::open(folder.path(), Arc::clone(&engine), Arc::new(NoFaults));
    let running = yard.start();
    yard.install().await;
    a_while().await;
    assert_eq!(tidied(&yard), 0, "an hour after the installation, not at once");
    yard.now.store(3600, Ordering::SeqCst);
    yard.until("it ran", || async { tidied(&yard) == 1 }).await;
    a_while().await;
    assert_eq!(tidied(&yard), 1);
    running.abort();
    drop(yard);

    let next = Yard::open(folder.path(), engine, Arc::new(NoFaults));
    next.now.store(7199, Ordering::SeqCst);
    let running = next.start();
    up(&next).await;
    a_while().await;
    assert_eq!(tidied(&next), 1, "its last run was not forgotten");
    next.now.store(7200, Ordering::SeqCst);
    next.until("it ran again", || async { tidied(&next) == 2 }).await;
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_job_and_a_scheduled_command_wait_for_each_other() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    let running = yard.start();
    yard.install().await;
    up(&yard).await;
    let gate = Gate::shut();
    yard.engine.fail(Call::Exec, Fault::Hangs(gate.clone()));
    yard.now.store(3600, Ordering::SeqCst);
    gate.reached().await;
    let stops = yard.calls(Call::StopContainer);
    let job = yard.lifecycle.stop("pad").await.unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(yard.calls(Call::StopContainer), stops, "the command goes on still");
    gate.open();
    yard.end_of(job).await;
    assert!(yard.running().await.is_empty());
    // What is stopped has no schedule.
    yard.now.store(36_000, Ordering::SeqCst);
    a_while().await;
    assert_eq!(tidied(&yard), 1);
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_scheduled_command_that_fails_is_named_and_the_service_goes_on() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    let running = yard.start();
    yard.install().await;
    up(&yard).await;
    let broken = ExecOutcome { code: 3, output: "no room".into() };
    yard.engine.answer(&["tidy", "up"], broken);
    yard.now.store(3600, Ordering::SeqCst);
    let service = yard.service("pad").unwrap();
    let trouble = || yard.lifecycle.inside(&service).unwrap().schedule.remove(0).trouble;
    yard.until("its failure is known", || async { trouble().is_some() }).await;
    let trouble = trouble().unwrap();
    assert_eq!(trouble.code, "command-failed");
    assert!(format!("{trouble:?}").contains("no room"));
    assert_eq!(yard.lifecycle.health(service.id), Health::Up);
    running.abort();
}
