//! A service whose data lie on a disk of their own, which may not be there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use containers::{ContainerState, Engine as _};
use tests::{TestBox, wait_until};

/// A disk that keeps what is on it while it is mounted nowhere that the box knows.
struct Disk {
    held: tempfile::TempDir,
    /// Where it is mounted for the box.
    at: PathBuf,
}

impl Disk {
    fn new(at: &Path) -> Self {
        let held = tempfile::tempdir().unwrap();
        run("mount", &["-t", "tmpfs", "panier-test-disk", text(held.path())]);
        Self { held, at: at.to_owned() }
    }

    fn plug_in(&self) {
        run("mount", &["--bind", text(self.held.path()), text(&self.at)]);
    }

    fn pull_out(&self) {
        run("umount", &[text(&self.at)]);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let unmount = |at: &Path| {
            let _not_mounted = Command::new("umount").args(["--lazy", text(at)]).output();
        };
        unmount(&self.at);
        unmount(self.held.path());
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn run(program: &str, arguments: &[&str]) {
    let done = Command::new(program).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{program} {arguments:?}: {said}");
}

/// What the reconciler says of the one service.
fn trouble(own: &TestBox) -> Option<String> {
    let shown = own.json(&["show", "tiny"]);
    shown.pointer("/health/trouble/code")?.as_str().map(str::to_owned)
}

async fn states(own: &TestBox) -> Vec<ContainerState> {
    let all = own.engine().await.containers(&own.owner()).await;
    all.into_iter().map(|found| found.state).collect()
}

#[tokio::test]
async fn a_service_without_its_disk_is_held_and_starts_when_it_is_back() {
    let Some(mut own) = TestBox::new("a volume whose disk is missing") else { return };
    own.panier(&["install", "tiny"]).well();
    let (client, door) = (own.client(), own.door("tiny"));
    client.post(&door, "/data", "kept").await.unwrap();
    own.panier(&["stop", "tiny"]).well();
    let volume = own.root().join("services/tiny/data");
    let disk = Disk::new(&volume);
    run("cp", &["-a", &format!("{}/.", text(&volume)), text(disk.held.path())]);
    std::fs::remove_dir_all(&volume).unwrap();
    std::fs::create_dir(&volume).unwrap();
    disk.plug_in();
    own.panier(&["start", "tiny"]).well();
    client.post(&door, "/data", "on the disk").await.unwrap();

    // The machine starts again without the disk.
    own.kill();
    let engine = own.engine().await;
    for found in engine.containers(&own.owner()).await {
        engine.docker().stop_container(&found.id, 1).await.unwrap();
    }
    disk.pull_out();
    own.start();
    wait_until("it is held", Duration::from_secs(30), || {
        (trouble(&own)? == "volume-missing").then_some(())
    });
    let findings = own.panier(&["health", "--json"]).json();
    let codes = findings.as_array().unwrap().iter().map(|it| it["trouble"]["code"].clone());
    assert!(codes.into_iter().any(|code| code == "volume-missing"), "{findings}");
    let page = client.get(&door, "/").await.unwrap();
    assert_eq!(page.status, 503);
    // Whatever is asked of it meanwhile, nothing is written to the empty place.
    for what in ["start", "restart", "backup"] {
        let refused = own.panier(&[what, "tiny"]).ended_with(1);
        assert!(refused.told.contains("disk"), "{refused}");
    }
    assert!(states(&own).await.iter().all(|state| *state != ContainerState::Running));
    assert_eq!(std::fs::read_dir(&volume).unwrap().count(), 0, "something was written");

    disk.plug_in();
    own.wait_until_up("tiny");
    assert_eq!(client.when_open(&door, "/data").await.text(), "kept\non the disk\n");

    // Mounted one folder too deep, its absence would not be noticed: held as well.
    own.panier(&["stop", "tiny"]).well();
    run("mount", &["--bind", text(&own.root().join("services")), text(&volume.join("data"))]);
    let deep = Command::new("stat").args(["-c", "%d"]).arg(volume.join("data")).output().unwrap();
    let beside = Command::new("stat").args(["-c", "%d"]).arg(volume.join("identity")).output();
    assert_ne!(deep.stdout, beside.unwrap().stdout);
    let refused = own.panier(&["start", "tiny"]).ended_with(1);
    run("umount", &[text(&volume.join("data"))]);
    assert!(refused.told.contains("identity"), "{refused}");
    own.panier(&["start", "tiny"]).well();
}
