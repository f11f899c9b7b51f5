//! The front door as a process: this test's own program, started again.

use std::path::Path;
use std::time::Duration;

use http::StatusCode;

use super::house::{DEADLINE, House, get, open};
use super::upstream;
use crate::*;

/// Not a test: what the tests below start. Run by hand it has no control
/// socket, and says so.
#[test]
#[ignore = "the process that other tests start"]
fn door_of_build_one() {
    let _no_socket = run("one");
}

/// The same, as another build.
#[test]
#[ignore = "the process that other tests start"]
fn door_of_build_two() {
    let _no_socket = run("two");
}

fn options(folder: &Path, build: &str) -> FrontDoorOptions {
    let child = format!("tests::process::door_of_build_{build}");
    FrontDoorOptions {
        unit: None,
        binary: std::env::current_exe().unwrap(),
        arguments: ["--exact", &child, "--ignored", "--nocapture"].map(Into::into).into(),
        control: folder.join("front-door.sock"),
        run_as: None,
        https: vec!["127.0.0.1:0".parse().unwrap()],
        http: vec!["127.0.0.1:0".parse().unwrap()],
        build: build.to_owned(),
        log: Some(folder.join("front-door.log")),
        drain: Duration::from_secs(5),
    }
}

/// A house whose clients speak to `door` in place of its own.
async fn house_of(door: &FrontDoor) -> House {
    let mut house = House::new(Vec::new()).await;
    house.https = door.https_address().unwrap();
    house.http = door.http_address().unwrap();
    house
}

async fn answers(house: &House) -> bool {
    house.ask(get("pad.local", "/")).await.status() == StatusCode::OK
}

#[tokio::test]
async fn the_next_daemon_adopts_a_living_one_of_its_build() {
    let folder = tempfile::tempdir().unwrap();
    let door = FrontDoor::start_or_adopt(options(folder.path(), "one")).await.unwrap();
    assert!(!door.was_adopted());
    let house = house_of(&door).await;
    let routes = vec![open("pad.local", upstream::mirror().await)];
    door.publish(house.table(7, routes.clone())).await.unwrap();
    assert!(answers(&house).await);
    let (pid, addresses) = (door.pid(), door.addresses().to_vec());
    drop(door);
    assert!(answers(&house).await);
    let again = FrontDoor::start_or_adopt(options(folder.path(), "one")).await.unwrap();
    assert!(again.was_adopted());
    assert_eq!((again.pid(), again.generation_found()), (pid, 7));
    assert_eq!(again.addresses(), addresses);
    again.publish(house.table(8, routes)).await.unwrap();
    assert_eq!(again.status().await.unwrap().generation, 8);
    again.stop().await.unwrap();
    assert!(!folder.path().join("front-door.sock").exists());
    assert!(tokio::net::TcpStream::connect(house.https).await.is_err());
}

#[tokio::test]
async fn one_of_another_build_is_replaced_at_the_same_addresses() {
    let folder = tempfile::tempdir().unwrap();
    let old = FrontDoor::start_or_adopt(options(folder.path(), "one")).await.unwrap();
    let house = house_of(&old).await;
    let routes = vec![open("pad.local", upstream::mirror().await)];
    old.publish(house.table(1, routes.clone())).await.unwrap();
    let new = FrontDoor::start_or_adopt(options(folder.path(), "two")).await.unwrap();
    assert!(!new.was_adopted() && new.pid() != old.pid());
    assert_eq!(new.addresses(), old.addresses());
    // Until the new one has a table, the old one answers.
    assert!(answers(&house).await);
    new.publish(house.table(2, routes)).await.unwrap();
    tokio::time::timeout(DEADLINE, old.ended()).await.unwrap();
    assert!(answers(&house).await);
    assert!(!folder.path().join("front-door.next").exists());
    drop(new);
    let adopted = FrontDoor::start_or_adopt(options(folder.path(), "two")).await.unwrap();
    assert!(adopted.was_adopted());
    adopted.stop().await.unwrap();
}

#[tokio::test]
async fn a_daemon_that_dies_before_the_first_table_leaves_the_old_one_serving() {
    let folder = tempfile::tempdir().unwrap();
    let old = FrontDoor::start_or_adopt(options(folder.path(), "one")).await.unwrap();
    let house = house_of(&old).await;
    let routes = vec![open("pad.local", upstream::mirror().await)];
    old.publish(house.table(1, routes.clone())).await.unwrap();
    let pid = old.pid();
    drop(old);
    drop(FrontDoor::start_or_adopt(options(folder.path(), "two")).await.unwrap());
    assert!(answers(&house).await);
    let again = FrontDoor::start_or_adopt(options(folder.path(), "one")).await.unwrap();
    assert!(again.was_adopted() && again.pid() == pid);
    again.stop().await.unwrap();
}

#[tokio::test]
async fn its_death_is_known_and_another_can_be_started() {
    let folder = tempfile::tempdir().unwrap();
    let mut wanted = options(folder.path(), "one");
    let door = FrontDoor::start_or_adopt(wanted.clone()).await.unwrap();
    wanted.https = vec![door.https_address().unwrap()];
    let pid = rustix::process::Pid::from_raw(i32::try_from(door.pid()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    tokio::time::timeout(DEADLINE, door.ended()).await.unwrap();
    let next = FrontDoor::start_or_adopt(wanted.clone()).await.unwrap();
    assert!(!next.was_adopted());
    assert_eq!(next.https_address(), wanted.https.first().copied());
    next.stop().await.unwrap();
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut options = options(folder.path(), "one");
    options.https = vec![taken.local_addr().unwrap()];
    let refused = FrontDoor::start_or_adopt(options).await.unwrap_err();
    assert!(matches!(refused, FrontDoorError::Start(StartError::Bind { address, .. })
        if address == taken.local_addr().unwrap()));
}

#[tokio::test]
async fn a_program_that_is_no_front_door_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path(), "one");
    options.binary = "/bin/false".into();
    let refused = FrontDoor::start_or_adopt(options.clone()).await.unwrap_err();
    assert!(matches!(refused, FrontDoorError::EndedAtStart { .. }), "{refused:?}");
    options.binary = folder.path().join("absent");
    let refused = FrontDoor::start_or_adopt(options).await.unwrap_err();
    assert!(matches!(refused, FrontDoorError::Start(StartError::Spawn { .. })), "{refused}");
}
