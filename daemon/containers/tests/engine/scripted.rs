//! What the engine in memory can be told to do wrong.

use std::sync::Arc;

use containers::{
    Behaviour, Call, ContainerSpec, ContainerState, Engine, EngineError, EngineResult, Fault, Gate,
    NetworkSpec, Owner, Scripted,
};
use futures_util::StreamExt;

use crate::bench::refusal;

fn owner() -> Owner {
    Owner { identity: "box".to_owned() }
}

fn lost() -> EngineError {
    let source = Arc::new(std::io::Error::other("connection reset"));
    EngineError::Api { what: "answer".to_owned(), source }
}

fn network() -> NetworkSpec {
    NetworkSpec {
        name: "net".to_owned(),
        service: "s".to_owned(),
        bridge: "net".to_owned(),
        subnet: "10.1.0.0/28".to_owned(),
        internal: true,
    }
}

fn container() -> ContainerSpec {
    ContainerSpec {
        name: "app".to_owned(),
        service: "s".to_owned(),
        part: "app".to_owned(),
        image: "image:1".to_owned(),
        user: None,
        entrypoint: None,
        command: None,
        environment: vec![],
        volumes: vec![],
        binds: vec![],
        binds_digest: String::new(),
        tmpfs: vec![],
        capabilities: vec![],
        read_only_root: true,
        memory: 1 << 20,
        nano_cpus: 1_000_000_000,
        processes: 10,
        network: "net".to_owned(),
        address: "10.1.0.2".to_owned(),
        resolvers: vec![],
        ports: vec![],
        stop_grace_seconds: 1,
        log_bytes: 1 << 20,
    }
}

async fn with_container() -> EngineResult<(Scripted, String)> {
    let engine = Scripted::new();
    engine.add_image("image:1");
    engine.create_network(&owner(), &network()).await?;
    let id = engine.create_container(&owner(), &container()).await?;
    Ok((engine, id))
}

#[tokio::test]
async fn a_refused_call_changes_nothing() {
    let engine = Scripted::new();
    engine.fail_at(Call::CreateNetwork, 2, Fault::Refused(lost()));
    engine.create_network(&owner(), &network()).await.unwrap();
    let second = NetworkSpec { name: "two".into(), subnet: "10.1.0.16/28".into(), ..network() };
    assert!(engine.create_network(&owner(), &second).await.is_err());
    assert_eq!(engine.networks(&owner()).await.unwrap().len(), 1);
    engine.create_network(&owner(), &second).await.unwrap();
}

#[tokio::test]
async fn a_call_whose_answer_is_lost_has_happened() {
    let engine = Scripted::new();
    engine.fail(Call::CreateNetwork, Fault::AnswerLost(lost()));
    assert!(engine.create_network(&owner(), &network()).await.is_err());
    assert_eq!(engine.networks(&owner()).await.unwrap().len(), 1);
    assert_eq!(refusal(engine.create_network(&owner(), &network()).await), "exists: network");
}

#[tokio::test]
async fn a_call_hangs_until_its_gate_is_opened() {
    let (engine, id) = with_container().await.unwrap();
    let gate = Gate::shut();
    engine.fail(Call::StartContainer, Fault::Hangs(gate.clone()));
    let (starting, started) = (engine.clone(), id.clone());
    let start = tokio::spawn(async move { starting.start_container(&started).await });
    gate.reached().await;
    let state = || async { engine.containers(&owner()).await.unwrap()[0].state.clone() };
    assert_eq!(state().await, ContainerState::Created);
    gate.open();
    start.await.unwrap().unwrap();
    assert_eq!(state().await, ContainerState::Running);
}

#[tokio::test]
async fn a_part_can_be_killed_run_out_of_memory_and_speak() {
    let (engine, id) = with_container().await.unwrap();
    let mut events = engine.events(&owner());
    engine.start_container(&id).await.unwrap();
    engine.say("app", true, "a last word").unwrap();
    engine.run_out_of_memory("app").unwrap();
    assert_eq!(engine.wait_container(&id).await.unwrap(), 137);
    let out = ContainerState::Exited { code: 137 };
    assert_eq!(engine.containers(&owner()).await.unwrap()[0].state, out);
    for expected in ["start", "oom", "die"] {
        assert_eq!(events.next().await.unwrap().unwrap().action, expected);
    }
    assert_eq!(refusal(engine.kill("app")), "not found: container");
    let request = containers::LogRequest::default();
    let line = engine.logs(&id, &request).next().await.unwrap().unwrap();
    assert_eq!((line.error, line.text.as_str()), (true, "a last word"));
}

#[tokio::test]
async fn an_engine_that_goes_away_holds_what_it_held() {
    let (engine, id) = with_container().await.unwrap();
    engine.start_container(&id).await.unwrap();
    let mut events = engine.events(&owner());
    engine.go_away();
    assert!(events.next().await.is_none());
    assert_eq!(refusal(engine.containers(&owner()).await), "unreachable");
    assert_eq!(refusal(engine.wait_container(&id).await), "unreachable");
    engine.come_back();
    assert_eq!(engine.containers(&owner()).await.unwrap()[0].state, ContainerState::Running);
}

#[tokio::test]
async fn what_was_asked_is_recorded() {
    let (engine, id) = with_container().await.unwrap();
    engine.behave(&[], Behaviour { ends: Some(0), ..Behaviour::default() });
    engine.start_container(&id).await.unwrap();
    assert_eq!(engine.wait_container(&id).await.unwrap(), 0);
    let calls: Vec<_> = engine.calls().into_iter().map(|known| known.call).collect();
    let expected =
        [Call::CreateNetwork, Call::CreateContainer, Call::StartContainer, Call::WaitContainer];
    assert_eq!(calls, expected);
    assert_eq!(engine.calls()[1].about, "app");
    assert_eq!(engine.spec("app"), Some(container()));
}

#[tokio::test]
async fn only_an_offered_image_can_be_pulled() {
    let engine = Scripted::new();
    let error = engine.pull("docker.io/pad:1", &|_| {}).await.unwrap_err();
    let trouble = containers::PullTrouble::UnknownImage;
    assert!(matches!(error, EngineError::PullFailed { trouble: known, .. } if known == trouble));
    engine.offer_image("docker.io/pad@sha256:00", 7);
    let facts = engine.pull("docker.io/pad@sha256:00", &|_| {}).await.unwrap();
    assert_eq!((facts.digests, facts.size), (vec!["sha256:00".to_owned()], 7));
    assert!(engine.image("docker.io/pad@sha256:00").await.unwrap().is_some());
}
