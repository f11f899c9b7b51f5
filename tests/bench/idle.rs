//! A box that nobody uses: memory, CPU, bytes written; and how soon it serves
//! again after a start of both processes.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tests::{Client, Door, TestBox, wait_until};
use tokio::runtime::Runtime;

use crate::door::mib;
use crate::figures::{Spread, table};
use crate::process::Family;

/// How many services there are.
const SERVICES: [usize; 3] = [0, 10, 50];
/// What an installation leaves to be done is done within this.
const SETTLED: Duration = Duration::from_secs(20);
/// Two rounds of what is looked at each minute.
const WATCHED: Duration = Duration::from_secs(120);
const PATIENCE: Duration = Duration::from_secs(120);

/// Prints the tables.
pub(crate) fn measure(rounds: usize) {
    println!("\n## A box at rest");
    let Some(mut own) = TestBox::new("a box at rest") else { return };
    let mut rows = Vec::new();
    let mut there = 0;
    for services in SERVICES {
        install(&own, there..services);
        there = services;
        rest(SETTLED);
        rows.extend(watch(&own, services));
    }
    let heads = [
        "services",
        "process",
        "resident, MiB",
        "proportional, MiB",
        "private, MiB",
        "CPU, %",
        "waits ended a minute",
        "written a minute, KiB",
    ];
    println!("\nWatched for {} s each; the services are one container each.", WATCHED.as_secs());
    table(&heads, &rows);
    let client = own.client();
    let doors: Vec<Door> = (0..there).map(|number| own.door(&name(number))).collect();
    let all = (0..rounds).map(|_| start(&mut own, &client, &doors)).collect::<Vec<_>>();
    let said = |figure: fn(&(Duration, Duration)) -> Duration| {
        Spread::of(all.iter().map(|times| figure(times).as_secs_f64() * 1e3)).said(0)
    };
    println!("\nBoth processes started anew beside {there} running services, {rounds} times:");
    let rows = [
        vec!["the first answers".to_owned(), said(|times| times.0)],
        vec![format!("all {there} answer"), said(|times| times.1)],
    ];
    table(&["", "ms from the start"], &rows);
}

fn name(number: usize) -> String {
    format!("tiny-{number}")
}

fn install(own: &TestBox, numbers: std::ops::Range<usize>) {
    for number in numbers {
        own.panier(&["install", "tiny", "--name", &name(number)]).well();
    }
}

fn daemon(own: &TestBox) -> u32 {
    let id = std::fs::read_to_string(own.root().join("run/daemon.pid"));
    id.expect("a daemon").trim().parse().expect("its number")
}

fn watch(own: &TestBox, services: usize) -> Vec<Vec<String>> {
    let door = own.front_door().expect("a front door");
    let both = [("daemon", Family::only(daemon(own))), ("front door", Family::only(door))];
    let read = |family: &Family| (family.cpu(), family.wakes(), family.written());
    let before = both.each_ref().map(|(_, family)| read(family));
    rest(WATCHED);
    let minutes = WATCHED.as_secs_f64() / 60.0;
    let mut sums = [0.0; 6];
    let mut rows: Vec<Vec<String>> = both
        .iter()
        .zip(before)
        .map(|((name, family), before)| {
            let (cpu, wakes, written) = read(family);
            let memory = family.memory();
            let count = |number: u64| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
            let figures = [
                mib(memory.resident),
                mib(memory.proportional),
                mib(memory.private),
                (cpu - before.0).as_secs_f64() / WATCHED.as_secs_f64() * 100.0,
                count(wakes - before.1) / minutes,
                count(written - before.2) / 1024.0 / minutes,
            ];
            sums.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
            row(services, name, figures)
        })
        .collect();
    rows.push(row(services, "both", sums));
    rows
}

fn row(services: usize, name: &str, figures: [f64; 6]) -> Vec<String> {
    let [resident, proportional, private, cpu, wakes, written] = figures;
    vec![
        services.to_string(),
        name.to_owned(),
        format!("{resident:.1}"),
        format!("{proportional:.1}"),
        format!("{private:.1}"),
        format!("{cpu:.3}"),
        format!("{wakes:.0}"),
        format!("{written:.0}"),
    ]
}

/// Ends both processes, starts the daemon, and gives the times until one and
/// until all of the doors answer.
#[expect(clippy::disallowed_methods, reason = "time is what is measured")]
fn start(own: &mut TestBox, client: &Client, doors: &[Door]) -> (Duration, Duration) {
    let door = own.front_door().expect("a front door");
    own.end();
    let id = i32::try_from(door).ok().and_then(Pid::from_raw).expect("a number");
    kill_process(id, Signal::TERM).expect("the front door is told to end");
    wait_until("the front door ends", PATIENCE, || own.front_door().is_none().then_some(()));
    let begun = Instant::now();
    own.spawn();
    let runtime = Runtime::new().expect("a runtime");
    let mut first = None;
    for door in doors {
        runtime.block_on(async {
            loop {
                let answer = client.get(door, "/health").await;
                if answer.is_ok_and(|answer| answer.status.is_success()) {
                    return;
                }
                assert!(begun.elapsed() < PATIENCE, "no answer at {door:?}");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        first.get_or_insert_with(|| begun.elapsed());
    }
    (first.unwrap_or_default(), begun.elapsed())
}

#[expect(clippy::disallowed_methods, reason = "a box at rest is watched for as long as that")]
fn rest(time: Duration) {
    std::thread::sleep(time);
}
