//! A box on a machine with one core: the front door has one thread for all.

use http::StatusCode;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use tests::{Client, Door, Http, TestBox};
use tokio::io::AsyncWriteExt as _;

/// What this thread starts from here on finds one core. Others keep theirs.
fn on_one_core() {
    let all = sched_getaffinity(None).unwrap();
    let first = (0..CpuSet::MAX_CPU).find(|core| all.is_set(*core)).unwrap();
    let mut one = CpuSet::new();
    one.set(first);
    sched_setaffinity(None, &one).unwrap();
}

async fn all_are_served(client: &Client, door: &Door) {
    for http in [Http::One, Http::Two] {
        let door = door.by(http);
        let asked = (0..20).map(|_| client.get(&door, "/health"));
        for answer in futures_util::future::join_all(asked).await {
            assert_eq!(answer.unwrap().status, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn one_thread_serves_all_and_the_next_daemon_adopts_it() {
    on_one_core();
    let Some(mut own) = TestBox::new("a machine with one core") else { return };
    own.panier(&["install", "tiny"]).well();
    let (client, door) = (own.client(), own.door("tiny"));
    let front_door = own.front_door().unwrap();
    let threads = std::fs::read_dir(format!("/proc/{front_door}/task")).unwrap().count();
    assert_eq!(threads, 1, "of the front door");
    // One who stops in the middle of an upload is waited for, and nobody waits with it.
    let mut slow = client.dial(&door).await.unwrap();
    let (name, port) = (&door.name, door.at.port());
    let head = format!("POST /count HTTP/1.1\r\nhost: {name}:{port}\r\ncontent-length: 9\r\n\r\n");
    slow.write_all(head.as_bytes()).await.unwrap();
    all_are_served(&client, &door).await;
    own.kill();
    all_are_served(&client, &door).await;
    own.start();
    assert_eq!(own.front_door(), Some(front_door), "it was adopted");
    all_are_served(&client, &door).await;
}
