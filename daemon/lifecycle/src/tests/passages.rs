use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use jobs::NoFaults;
use ledger::JobState;

use super::yard::{Yard, folder};

fn yard() -> (tempfile::TempDir, Yard) {
    let folder = folder();
    let yard = Yard::new(folder.path());
    (folder, yard)
}

#[tokio::test(start_paused = true)]
async fn only_the_container_whose_recipe_says_so_may_leave() {
    let (_folder, yard) = yard();
    assert_eq!(yard.install().await.state, JobState::Done);
    let rules = yard.firewall.rules().unwrap();
    // The worker has the first seat, the app the second.
    assert_eq!(rules.leaving, [Ipv4Addr::new(10, 213, 0, 3)].into());
    let bridge = format!("{}1", rules.prefix);
    assert_eq!(rules.bridges, [bridge].into());
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_without_the_rules_and_everything_when_they_can_be_had() {
    let (_folder, yard) = yard();
    yard.firewall.refuse(true);
    let job = yard.install().await;
    assert_eq!(job.state, JobState::Failed);
    assert_eq!(job.trouble.unwrap().code, "firewall-not-permitted");
    assert_eq!(yard.engine_counts().await, (0, 0, 0));
    yard.firewall.refuse(false);
    assert_eq!(yard.install().await.state, JobState::Done);
}

#[tokio::test(start_paused = true)]
async fn rules_that_somebody_removed_come_back() {
    let (_folder, yard) = yard();
    let running = yard.start();
    yard.install().await;
    let rules = yard.firewall.rules();
    yard.firewall.forget();
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(yard.firewall.rules(), rules);
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn the_next_daemon_holds_the_same_rules_before_it_starts_anything() {
    let (folder, yard) = yard();
    yard.install().await;
    let rules = yard.firewall.rules();
    let engine = Arc::clone(&yard.engine);
    drop(yard);
    engine.kill("app").unwrap();
    let next = Yard::open(folder.path(), engine, Arc::new(NoFaults));
    let running = next.start();
    next.until("both run again", || async { next.running().await.len() == 2 }).await;
    assert_eq!(next.firewall.rules(), rules);
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn what_is_removed_may_pass_nowhere() {
    let (_folder, yard) = yard();
    let running = yard.start();
    yard.install().await;
    let job = yard.lifecycle.remove("pad", true).await.unwrap();
    assert_eq!(yard.end_of(job).await.state, JobState::Done);
    let nothing = || async { yard.firewall.rules().is_some_and(|rules| rules.bridges.is_empty()) };
    yard.until("its rules are gone", nothing).await;
    running.abort();
}
