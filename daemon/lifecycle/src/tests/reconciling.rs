use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use containers::{Call, ContainerState, Engine, EngineError, Fault, Kind, NetworkSpec, Owner};
use jobs::NoFaults;

use super::yard::{Yard, folder};
use crate::Health;

fn yard() -> (tempfile::TempDir, Yard) {
    let folder = folder();
    let yard = Yard::new(folder.path());
    (folder, yard)
}

#[tokio::test(start_paused = true)]
async fn a_container_that_ended_or_vanished_comes_back() {
    let (_folder, yard) = yard();
    let running = yard.start();
    yard.install().await;
    yard.engine.kill("app").unwrap();
    yard.until("both run again", || async { yard.running().await.len() == 2 }).await;
    let there = yard.engine.containers(&yard.owner).await.unwrap();
    yard.engine.remove_container(&there[0].id).await.unwrap();
    yard.until("it is made again", || async { yard.running().await.len() == 2 }).await;
    yard.until("it is open again", || async { yard.shown("pad") == "open" }).await;
    running.abort();
}

/// An engine that was killed can have lost its networks, and keeps its containers.
#[tokio::test(start_paused = true)]
async fn containers_of_a_network_that_vanished_are_made_again_in_a_new_one() {
    let (_folder, yard) = yard();
    yard.install().await;
    for container in yard.engine.containers(&yard.owner).await.unwrap() {
        yard.engine.stop_container(&container.id, 0).await.unwrap();
    }
    for network in yard.engine.networks(&yard.owner).await.unwrap() {
        yard.engine.remove_network(&network.id).await.unwrap();
    }
    let running = yard.start();
    yard.until("both run again", || async { yard.running().await.len() == 2 }).await;
    yard.until("it is open again", || async { yard.shown("pad") == "open" }).await;
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_stopped_service_that_somebody_started_is_stopped_again() {
    let (_folder, yard) = yard();
    let running = yard.start();
    yard.install().await;
    let job = yard.lifecycle.stop("pad").await.unwrap();
    yard.end_of(job).await;
    let there = yard.engine.containers(&yard.owner).await.unwrap();
    yard.engine.start_container(&there[0].id).await.unwrap();
    // Nothing wakes the reconciler here: its period does.
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert!(yard.running().await.is_empty());
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn leftovers_of_ours_go_and_strangers_stay() {
    let (_folder, yard) = yard();
    let stranger = Owner { identity: "another box".into() };
    let spec = |name: &str, service: &str, subnet: &str| NetworkSpec {
        name: name.into(),
        service: service.into(),
        bridge: name.into(),
        subnet: subnet.into(),
        internal: true,
    };
    let engine = &yard.engine;
    engine.create_network(&yard.owner, &spec("ours", "77", "10.9.0.0/27")).await.unwrap();
    engine.create_network(&stranger, &spec("theirs", "77", "10.9.1.0/27")).await.unwrap();
    let running = yard.start();
    yard.until("ours is gone", || async { yard.engine_counts().await == (0, 0, 0) }).await;
    assert_eq!(engine.networks(&stranger).await.unwrap().len(), 1);
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_service_that_keeps_dying_is_held_longer_each_time() {
    let (_folder, yard) = yard();
    let running = yard.start();
    yard.install().await;
    let before = yard.calls(Call::StartContainer);
    let deaths = async {
        loop {
            let _not_running = yard.engine.kill("app");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let _ten_minutes = tokio::time::timeout(Duration::from_secs(600), deaths).await;
    let starts = yard.calls(Call::StartContainer) - before;
    assert!((4..=12).contains(&starts), "{starts} starts in ten minutes");
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_service_that_stops_answering_is_ill_and_says_why() {
    let (_folder, yard) = yard();
    let running = yard.start();
    yard.install().await;
    let id = yard.service("pad").unwrap().id;
    yard.door.well.store(false, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(180)).await;
    assert_eq!(yard.shown("pad"), "ill");
    let Health::Ill { trouble } = yard.lifecycle.health(id) else { panic!("not ill") };
    assert_eq!(trouble.code, "service-unwell");
    assert_eq!(yard.running().await.len(), 2, "it is not restarted for that");
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_service_does_not_start_where_its_data_are_not() {
    let (folder, yard) = yard();
    yard.install().await;
    let job = yard.lifecycle.stop("pad").await.unwrap();
    yard.end_of(job).await;
    // The disk is not mounted: an empty folder is where the data were.
    let (var, away) = (folder.path().join("services/pad/var"), folder.path().join("away"));
    std::fs::rename(&var, &away).unwrap();
    std::fs::create_dir(&var).unwrap();
    let job = yard.lifecycle.start("pad").await.unwrap();
    assert_eq!(yard.end_of(job).await.trouble.unwrap().code, "volume-missing");
    assert!(yard.running().await.is_empty());
    assert_eq!(std::fs::read_dir(&var).unwrap().count(), 0, "nothing is written there");
    std::fs::remove_dir(&var).unwrap();
    std::fs::rename(&away, &var).unwrap();
    let job = yard.lifecycle.start("pad").await.unwrap();
    assert!(yard.end_of(job).await.trouble.is_none());
}

#[tokio::test(start_paused = true)]
async fn while_the_engine_is_away_nothing_is_closed() {
    let (_folder, yard) = yard();
    let running = yard.start();
    yard.install().await;
    yard.engine.go_away();
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert_eq!(yard.shown("pad"), "open", "what serves may serve on without the engine");
    yard.engine.come_back();
    yard.engine.kill("app").unwrap();
    yard.until("it is looked after again", || async { yard.running().await.len() == 2 }).await;
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_daemon_left_frozen_is_thawed_first() {
    let (folder, yard) = yard();
    yard.install().await;
    let there = yard.engine.containers(&yard.owner).await.unwrap();
    yard.engine.pause_container(&there[0].id).await.unwrap();
    let engine = Arc::clone(&yard.engine);
    drop(yard);
    let next = Yard::open(folder.path(), engine, Arc::new(NoFaults));
    let running = next.start();
    next.until("both run", || async {
        let there = next.engine.containers(&next.owner).await.unwrap();
        there.iter().all(|it| it.state == ContainerState::Running)
    })
    .await;
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn an_image_that_vanished_is_fetched_again() {
    let (_folder, yard) = yard();
    yard.install().await;
    let pulls = yard.calls(Call::Pull);
    let images = yard.ledger.read(|records| records.images(ledger::ServiceId(1))).unwrap();
    let (reference, _) = &images["app"];
    for container in yard.engine.containers(&yard.owner).await.unwrap() {
        yard.engine.remove_container(&container.id).await.unwrap();
    }
    yard.engine.remove_image(reference).await.unwrap();
    let running = yard.start();
    yard.until("it runs again", || async { yard.running().await.len() == 2 }).await;
    assert!(yard.calls(Call::Pull) > pulls);
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn an_undoing_waits_for_an_engine_that_is_away() {
    let (_folder, yard) = yard();
    let refused = EngineError::NotFound { kind: Kind::Image, name: "x".into() };
    yard.engine.fail(Call::StartContainer, Fault::Refused(refused));
    let job = yard.lifecycle.install(Yard::install_request()).await.unwrap();
    yard.engine.go_away();
    tokio::time::sleep(Duration::from_secs(300)).await;
    yard.engine.come_back();
    let job = yard.end_of(job).await;
    assert!(job.trouble.is_some());
    assert_eq!(yard.engine_counts().await, (0, 0, 0));
}
