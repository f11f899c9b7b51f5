//! The behaviours that every engine must show, each tried on both.

use std::sync::Arc;

use containers::{ContainerState, ExecRequest, LogRequest};
use futures_util::{StreamExt, TryStreamExt};

use crate::bench::{Bench, INSIDE, SERVE, SPEAK, STUBBORN, refusal};

/// One test on each engine. The number gives the behaviour its own addresses.
macro_rules! behaviours {
    ($($share:literal $name:ident)*) => {
        mod on_the_engine_in_memory {
            $(#[test] fn $name() { crate::bench::on_scripted(super::$name); })*
        }
        mod on_the_real_engine {
            $(#[test] fn $name() {
                crate::bench::on_docker(stringify!($name), $share, super::$name);
            })*
        }
    };
}

behaviours! {
    1 what_is_made_is_listed_with_its_facts
    2 what_is_there_is_not_made_twice
    3 a_strangers_things_are_neither_listed_nor_taken_over
    4 a_subnet_belongs_to_one_network
    5 removing_what_is_not_there_is_success
    6 what_a_container_stands_on_must_be_there
    7 a_container_lives_and_ends
    8 who_does_not_stop_is_killed
    9 an_exit_code_is_told
    10 the_log_is_told_in_lines
    11 a_program_runs_inside
    12 a_frozen_container_is_frozen_until_it_is_thawed
    13 events_are_the_owners
    14 what_is_in_use_is_not_removed
    15 an_image_is_known_by_name_and_by_id
    17 an_image_is_taken_in_held_and_removed
    16 two_containers_share_a_network_not_an_address
}

async fn what_is_made_is_listed_with_its_facts(bench: Arc<Bench>) {
    let (engine, owner) = (&bench.engine, &bench.owner);
    let (network, volume) = (bench.network(0), bench.volume("data"));
    let id = engine.create_network(owner, &network).await.unwrap();
    let listed = engine.networks(owner).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0].id, &listed[0].name, &listed[0].service, &listed[0].subnet, listed[0].internal),
        (&id, &network.name, &network.service, &network.subnet, true)
    );

    engine.create_volume(owner, &volume).await.unwrap();
    let listed = engine.volumes(owner).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0].name, &listed[0].service, &listed[0].folder),
        (&volume.name, &volume.service, &volume.folder)
    );

    let spec = Bench::with_volume(bench.container("app", &SERVE), &volume.name, "/data");
    let id = engine.create_container(owner, &spec).await.unwrap();
    let listed = engine.containers(owner).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!((&listed[0].id, &listed[0].name), (&id, &spec.name));
    assert_eq!((listed[0].service.as_str(), listed[0].part.as_str()), ("service-1", "app"));
    assert_eq!(listed[0].fingerprint, spec.fingerprint());
    assert_eq!(listed[0].state, ContainerState::Created);
}

async fn what_is_there_is_not_made_twice(bench: Arc<Bench>) {
    let (engine, owner) = (&bench.engine, &bench.owner);
    let (network, volume) = (bench.network(0), bench.volume("data"));
    let spec = bench.container("app", &SERVE);
    engine.create_network(owner, &network).await.unwrap();
    engine.create_volume(owner, &volume).await.unwrap();
    engine.create_container(owner, &spec).await.unwrap();
    assert_eq!(refusal(engine.create_network(owner, &network).await), "exists: network");
    assert_eq!(refusal(engine.create_volume(owner, &volume).await), "exists: volume");
    assert_eq!(refusal(engine.create_container(owner, &spec).await), "exists: container");
    assert_eq!(engine.networks(owner).await.unwrap().len(), 1);
}

async fn a_strangers_things_are_neither_listed_nor_taken_over(bench: Arc<Bench>) {
    let (engine, owner, stranger) = (&bench.engine, &bench.owner, &bench.stranger);
    let (network, volume) = (bench.network(0), bench.volume("data"));
    let spec = bench.container("app", &SERVE);
    engine.create_network(stranger, &network).await.unwrap();
    engine.create_volume(stranger, &volume).await.unwrap();
    let theirs = engine.create_container(stranger, &spec).await.unwrap();
    engine.start_container(&theirs).await.unwrap();

    assert_eq!(engine.networks(owner).await.unwrap(), []);
    assert_eq!(engine.volumes(owner).await.unwrap(), []);
    assert_eq!(engine.containers(owner).await.unwrap(), []);
    assert_eq!(refusal(engine.create_network(owner, &network).await), "taken: network");
    assert_eq!(refusal(engine.create_volume(owner, &volume).await), "taken: volume");
    // Neither may a container of ours stand on what is theirs.
    assert_eq!(refusal(engine.create_container(owner, &spec).await), "not found: network");
    engine.create_network(owner, &bench.network(1)).await.unwrap();
    let mut ours = spec.clone();
    ours.network = bench.network(1).name;
    assert_eq!(refusal(engine.create_container(owner, &ours).await), "taken: container");
    ours.name = format!("{}-ours", bench.prefix);
    let ours = Bench::with_volume(ours, &volume.name, "/data");
    assert_eq!(refusal(engine.create_container(owner, &ours).await), "not found: volume");

    let still = engine.containers(stranger).await.unwrap();
    assert_eq!(still[0].state, ContainerState::Running);
}

async fn a_subnet_belongs_to_one_network(bench: Arc<Bench>) {
    let (engine, owner) = (&bench.engine, &bench.owner);
    bench.with_network().await;
    let mut second = bench.network(1);
    second.subnet = bench.network(0).subnet;
    assert_eq!(refusal(engine.create_network(owner, &second).await), "subnet taken");
    engine.create_network(owner, &bench.network(1)).await.unwrap();
}

async fn removing_what_is_not_there_is_success(bench: Arc<Bench>) {
    let engine = &bench.engine;
    engine.remove_container("nobody-of-this-name").await.unwrap();
    engine.stop_container("nobody-of-this-name", 1).await.unwrap();
    engine.remove_network("nothing-of-this-name").await.unwrap();
    engine.remove_volume("nothing-of-this-name").await.unwrap();
    engine.remove_image("panier/nothing-of-this-name:1").await.unwrap();
}

async fn what_a_container_stands_on_must_be_there(bench: Arc<Bench>) {
    let (engine, owner) = (&bench.engine, &bench.owner);
    let spec = bench.container("app", &SERVE);
    let mut without = spec.clone();
    without.image = "panier/nothing-of-this-name:1".to_owned();
    assert_eq!(refusal(engine.create_container(owner, &without).await), "not found: image");
    assert_eq!(refusal(engine.create_container(owner, &spec).await), "not found: network");
    bench.with_network().await;
    let without = Bench::with_volume(spec, "nothing-of-this-name", "/data");
    assert_eq!(refusal(engine.create_container(owner, &without).await), "not found: volume");
    assert_eq!(engine.volumes(owner).await.unwrap(), []);
    let absent = engine.start_container("nobody-of-this-name").await;
    assert_eq!(refusal(absent), "not found: container");
}

async fn a_container_lives_and_ends(bench: Arc<Bench>) {
    let engine = &bench.engine;
    bench.with_network().await;
    let id = bench.started("app", &SERVE).await;
    assert_eq!(bench.state(&id).await, ContainerState::Running);
    engine.start_container(&id).await.unwrap();

    engine.stop_container(&id, 10).await.unwrap();
    let ended = ContainerState::Exited { code: 143 };
    assert_eq!(bench.state(&id).await, ended);
    engine.stop_container(&id, 10).await.unwrap();

    engine.start_container(&id).await.unwrap();
    assert_eq!(bench.state(&id).await, ContainerState::Running);
    engine.remove_container(&id).await.unwrap();
    assert!(bench.facts(&id).await.is_none());
    engine.remove_container(&id).await.unwrap();
}

async fn who_does_not_stop_is_killed(bench: Arc<Bench>) {
    bench.with_network().await;
    let id = bench.started("app", &STUBBORN).await;
    bench.engine.stop_container(&id, 1).await.unwrap();
    let killed = ContainerState::Exited { code: 137 };
    assert_eq!(bench.state(&id).await, killed);
}

async fn an_exit_code_is_told(bench: Arc<Bench>) {
    bench.with_network().await;
    let id = bench.started("app", &SPEAK).await;
    assert_eq!(bench.engine.wait_container(&id).await.unwrap(), 3);
    let ended = ContainerState::Exited { code: 3 };
    assert_eq!(bench.state(&id).await, ended);
    // Who has ended long ago is not waited for.
    assert_eq!(bench.engine.wait_container(&id).await.unwrap(), 3);
    let absent = bench.engine.wait_container("nobody-of-this-name").await;
    assert_eq!(refusal(absent), "not found: container");
}

async fn the_log_is_told_in_lines(bench: Arc<Bench>) {
    let engine = &bench.engine;
    bench.with_network().await;
    let id = bench.started("app", &SPEAK).await;
    // Following ends when the container does.
    let request = LogRequest { follow: true, tail: None };
    let lines: Vec<_> = engine.logs(&id, &request).try_collect().await.unwrap();
    let by = |error| {
        let lines = lines.iter().filter(move |line| line.error == error);
        lines.map(|line| line.text.as_str()).collect::<Vec<_>>()
    };
    assert_eq!((by(false), by(true)), (vec!["hello", "again"], vec!["oops"]));
    assert!(lines.iter().all(|line| line.time.starts_with("20") && line.time.ends_with('Z')));

    let request = LogRequest { follow: false, tail: Some(1) };
    let last: Vec<_> = engine.logs(&id, &request).try_collect().await.unwrap();
    assert_eq!(last.len(), 1);
    let absent = engine.logs("nobody-of-this-name", &request).next().await.unwrap();
    assert_eq!(refusal(absent), "not found: container");
}

async fn a_program_runs_inside(bench: Arc<Bench>) {
    let engine = &bench.engine;
    bench.with_network().await;
    let id = bench.started("app", &SERVE).await;
    let command = INSIDE.map(str::to_owned).into();
    let request = ExecRequest { command, ..ExecRequest::default() };
    let outcome = engine.exec(&id, &request).await.unwrap();
    assert_eq!((outcome.code, outcome.output.as_str()), (4, "inside\n"));
    engine.stop_container(&id, 10).await.unwrap();
    assert_eq!(refusal(engine.exec(&id, &request).await), "not running");
    engine.remove_container(&id).await.unwrap();
    assert_eq!(refusal(engine.exec(&id, &request).await), "not found: container");
}

async fn a_frozen_container_is_frozen_until_it_is_thawed(bench: Arc<Bench>) {
    let engine = &bench.engine;
    bench.with_network().await;
    let id = bench.started("app", &SERVE).await;
    engine.unpause_container(&id).await.unwrap();
    engine.pause_container(&id).await.unwrap();
    engine.pause_container(&id).await.unwrap();
    assert_eq!(bench.state(&id).await, ContainerState::Paused);
    let command = INSIDE.map(str::to_owned).into();
    let request = ExecRequest { command, ..ExecRequest::default() };
    assert_eq!(refusal(engine.exec(&id, &request).await), "frozen");
    engine.unpause_container(&id).await.unwrap();
    assert_eq!(bench.state(&id).await, ContainerState::Running);
    assert_eq!(engine.exec(&id, &request).await.unwrap().code, 4);

    // Who is frozen can be stopped all the same.
    engine.pause_container(&id).await.unwrap();
    engine.stop_container(&id, 1).await.unwrap();
    assert!(matches!(bench.state(&id).await, ContainerState::Exited { .. }));
    assert_eq!(refusal(engine.pause_container(&id).await), "not running");
}

async fn events_are_the_owners(bench: Arc<Bench>) {
    let (engine, stranger) = (&bench.engine, &bench.stranger);
    bench.with_network().await;
    let mut events = bench.events().await;
    engine.create_network(stranger, &bench.network(1)).await.unwrap();
    let mut theirs = bench.container("theirs", &SERVE);
    theirs.network = bench.network(1).name;
    engine.create_container(stranger, &theirs).await.unwrap();

    let id = bench.started("app", &SERVE).await;
    engine.stop_container(&id, 10).await.unwrap();
    engine.remove_container(&id).await.unwrap();
    for expected in ["create", "start", "kill", "die", "stop", "destroy"] {
        let event = events.next().await.unwrap();
        assert_eq!((event.service.as_str(), event.part.as_str()), ("service-1", "app"));
        assert_eq!(event.action, expected);
    }
}

async fn what_is_in_use_is_not_removed(bench: Arc<Bench>) {
    let (engine, owner) = (&bench.engine, &bench.owner);
    let network = engine.create_network(owner, &bench.network(0)).await.unwrap();
    let volume = bench.volume("data");
    engine.create_volume(owner, &volume).await.unwrap();
    let spec = Bench::with_volume(bench.container("app", &SERVE), &volume.name, "/data");
    let id = engine.create_container(owner, &spec).await.unwrap();
    engine.start_container(&id).await.unwrap();
    assert_eq!(refusal(engine.remove_network(&network).await), "in use: network");
    engine.stop_container(&id, 10).await.unwrap();
    assert_eq!(refusal(engine.remove_volume(&volume.name).await), "in use: volume");
    engine.remove_container(&id).await.unwrap();
    engine.remove_network(&network).await.unwrap();
    engine.remove_volume(&volume.name).await.unwrap();
    assert!(volume.folder.is_dir(), "the folder itself stays");
    assert_eq!(engine.volumes(owner).await.unwrap(), []);
}

async fn an_image_is_known_by_name_and_by_id(bench: Arc<Bench>) {
    let engine = &bench.engine;
    let by_name = engine.image(&bench.image).await.unwrap().unwrap();
    assert!(by_name.id.starts_with("sha256:") && by_name.size > 0);
    assert_eq!(engine.image(&by_name.id).await.unwrap(), Some(by_name.clone()));
    assert_eq!(engine.image("panier/nothing-of-this-name:1").await.unwrap(), None);
    assert_eq!(engine.facts().await.unwrap().architecture, by_name.architecture);
    bench.with_network().await;
    let mut spec = bench.container("app", &SERVE);
    spec.image = by_name.id;
    engine.create_container(&bench.owner, &spec).await.unwrap();
}

async fn an_image_is_taken_in_held_and_removed(bench: Arc<Bench>) {
    let (engine, owner) = (&bench.engine, &bench.owner);
    let archive = bench.folder.path().join("root.tar");
    let mut tar = tar::Builder::new(std::fs::File::create(&archive).unwrap());
    tar.append_path_with_name("/etc/hostname", "etc/told").unwrap();
    tar.finish().unwrap();
    let tag = format!("panier-test/{}:1", bench.prefix);
    let label = ("org.panier.inputs".to_owned(), "a \"quoted\", $odd, value".to_owned());
    let made = engine.import(&archive, &tag, std::slice::from_ref(&label)).await.unwrap();
    assert_eq!(made.labels, [label]);
    assert_eq!(engine.image(&tag).await.unwrap(), Some(made));

    bench.with_network().await;
    let mut spec = bench.container("app", &SERVE);
    spec.image.clone_from(&tag);
    let id = engine.create_container(owner, &spec).await.unwrap();
    assert_eq!(refusal(engine.remove_image(&tag).await), "in use: image");
    engine.remove_container(&id).await.unwrap();
    engine.remove_image(&tag).await.unwrap();
    assert_eq!(engine.image(&tag).await.unwrap(), None);
}

async fn two_containers_share_a_network_not_an_address(bench: Arc<Bench>) {
    let (engine, owner) = (&bench.engine, &bench.owner);
    bench.with_network().await;
    bench.started("app", &SERVE).await;
    bench.started("database", &SERVE).await;
    let mut third = bench.container("third", &SERVE);
    third.address = bench.container("app", &SERVE).address;
    let id = engine.create_container(owner, &third).await.unwrap();
    assert!(engine.start_container(&id).await.is_err());
    assert_ne!(bench.state(&id).await, ContainerState::Running);
}
