//! Snapshots with the real engine and the real restic: taken, copied, brought
//! back in place and beside, rehearsed, and read without Panier.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tests::{Door, TestBox, TestBoxPlan, old_restic, path_with_restic};

/// A box whose daemon finds restic; none where there is none to be had.
pub(crate) fn box_with_restic(left_out: &str) -> Option<TestBox> {
    let path = path_with_restic()?;
    let environment = vec![("PATH".to_owned(), path)];
    TestBox::planned(left_out, &TestBoxPlan { environment, ..TestBoxPlan::default() })
}

/// A disk of its own in memory, for as long as this lives.
pub(crate) struct Disk(PathBuf);

impl Disk {
    pub(crate) fn mounted(point: PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&point).unwrap();
        let disk = Self(point);
        disk.mount(size).then_some(disk)
    }

    fn mount(&self, options: &str) -> bool {
        let arguments = ["-t", "tmpfs", "-o", options, "none"];
        let ran = Command::new("mount").args(arguments).arg(&self.0).output().unwrap();
        if !ran.status.success() {
            println!("left out, as nothing can be mounted here: {ran:?}");
        }
        ran.status.success()
    }

    /// Its mount point stays, and is empty.
    pub(crate) fn pull_out(&self) {
        Command::new("umount").arg("-l").arg(&self.0).status().unwrap();
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

async fn write(own: &TestBox, door: &Door, line: &str) {
    let answer = own.client().post(door, "/data", line.to_owned()).await.unwrap();
    assert_eq!(answer.status, 201);
}

async fn lines(own: &TestBox, door: &Door) -> String {
    own.client().when_open(door, "/data").await.text()
}

fn snapshots(own: &TestBox) -> Vec<Value> {
    own.json(&["snapshots"]).as_array().unwrap().clone()
}

fn places(snapshot: &Value) -> Vec<&str> {
    snapshot["places"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_was_kept_comes_back_in_place_beside_and_after_a_purge() {
    let Some(own) = box_with_restic("snapshots") else { return };
    let Some(disk) = Disk::mounted(own.root().join("blue"), "size=160m") else { return };
    own.panier(&["install", "tiny"]).well();
    let door = own.door("tiny");
    write(&own, &door, "one").await;
    own.panier(&["target", "add", "blue", disk.path()]).well();
    own.panier(&["backup", "tiny"]).well();
    let kept = snapshots(&own);
    assert_eq!(places(&kept[0]), ["local", "blue"]);
    assert_eq!(
        (&kept[0]["measures"][0]["name"], &kept[0]["measures"][0]["value"]),
        (&"lines".into(), &"1".into())
    );
    assert_eq!(own.json(&["show", "tiny"])["backed_up"], true);

    write(&own, &door, "two").await;
    own.panier(&["rehearse", "tiny"]).well();
    let shown = own.json(&["show", "tiny"]);
    assert_eq!(shown["last_rehearsal"]["passed"], true, "{shown}");
    assert_eq!(lines(&own, &door).await, "one\ntwo\n", "the living service was not touched");

    own.panier(&["restore", "tiny"]).well();
    assert_eq!(lines(&own, &door).await, "one\n");
    let kept = snapshots(&own);
    assert_eq!(kept[0]["reason"], "before-restore");
    // What the restore replaced can come back too.
    own.panier(&["restore", "tiny", "--snapshot", kept[0]["id"].as_str().unwrap()]).well();
    assert_eq!(lines(&own, &door).await, "one\ntwo\n");

    let first = kept[1]["id"].as_str().unwrap();
    let beside = [
        "restore",
        "tiny",
        "--snapshot",
        first,
        "--as",
        "second",
        "--domain",
        "deux.panier.localhost",
    ];
    own.panier(&beside).well();
    assert_eq!(lines(&own, &own.door("second")).await, "one\n");
    assert_eq!(own.door("second").name, "deux.panier.localhost");

    own.panier(&["backup", "tiny"]).well();
    own.panier(&["remove", "tiny", "--purge", "--yes"]).well();
    own.panier(&["restore", "tiny"]).well();
    assert_eq!(lines(&own, &own.door("tiny")).await, "one\ntwo\n");
}

/// Follows the page by hand: its key, its command, Debian 12's restic.
fn by_hand(own: &TestBox, restic: &Path, page: &str, name: &str, repository: &Path, back: &Path) {
    let is_key = |line: &&str| line.len() == 41 && line.matches('-').count() == 5;
    let key = page.lines().map(str::trim).find(is_key).expect("a key on the page");
    let file = own.root().join("key");
    std::fs::write(&file, key).unwrap();
    let tag = format!("service={name}");
    assert!(page.contains(&format!("--tag {tag}")), "{page}");
    let restored = Command::new(restic)
        .args(["restore", "latest", "--tag", &tag, "--password-file"])
        .arg(&file)
        .arg("-r")
        .arg(repository)
        .arg("--target")
        .arg(back)
        .env("RESTIC_CACHE_DIR", own.root().join("old-cache"))
        .output()
        .unwrap();
    assert!(restored.status.success(), "{restored:?}");
}

#[tokio::test]
async fn the_kit_followed_by_hand_brings_the_files_back_with_an_old_restic() {
    let Some(own) = box_with_restic("the recovery kit") else { return };
    let Some(disk) = Disk::mounted(own.root().join("blue"), "size=160m") else { return };
    own.panier(&["install", "tiny"]).well();
    write(&own, &own.door("tiny"), "dear").await;
    // The kit is older than the target, and opens it all the same.
    own.panier(&["key", "kit"]).well();
    own.panier(&["target", "add", "blue", disk.path()]).well();
    own.panier(&["backup", "tiny"]).well();
    let kit = own.json(&["key", "kit"]);
    assert_eq!(kit["tried"], true);
    let back = own.root().join("back");
    let Some(restic) = old_restic() else { return };
    let page = kit["text"].as_str().unwrap();
    by_hand(&own, &restic, page, "tiny", &disk.0.join("repository"), &back);
    assert_eq!(std::fs::read_to_string(back.join("data/data/lines")).unwrap(), "dear\n");
    let manifest = std::fs::read_to_string(back.join(".panier/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!((&manifest["name"], &manifest["release"]), (&"tiny".into(), &"2.0".into()));
    assert!(manifest["secrets"]["token"].as_str().unwrap().len() >= 32);
}

#[tokio::test]
async fn a_target_that_is_full_or_away_is_said_and_nothing_stays_closed() {
    let Some(own) = box_with_restic("full targets") else { return };
    let Some(disk) = Disk::mounted(own.root().join("blue"), "size=80m") else { return };
    own.panier(&["install", "tiny"]).well();
    own.panier(&["target", "add", "blue", disk.path()]).well();
    std::fs::write(disk.0.join("filler"), vec![7; 78 << 20]).unwrap();
    let run = own.panier(&["backup", "tiny"]);
    run.well();
    assert_eq!(own.client().when_open(&own.door("tiny"), "/health").await.status, 200);
    let listed = own.json(&["target", "list"]);
    assert_eq!(listed[0]["state"], "full");
    assert_eq!(listed[0]["trouble"]["code"], "target-full", "{listed}");
    assert_eq!(places(&snapshots(&own)[0]), ["local"]);
    // The disk is pulled out: its mount point is there, and empty.
    disk.pull_out();
    let checked = own.panier(&["target", "check", "blue"]);
    assert!(!checked.is_well());
    assert_eq!(own.json(&["target", "list"])[0]["state"], "away");
    assert_eq!(std::fs::read_dir(&disk.0).unwrap().count(), 0);
}

#[tokio::test]
async fn a_database_comes_back_whole_with_its_roles() {
    let Some(own) = box_with_restic("snapshots of a database") else { return };
    own.panier(&["install", "tiny-database"]).well();
    let engine = own.engine().await;
    let ask = async |service: &str, sql: &str| {
        let owner = own.owner();
        let there = engine.containers(&owner).await;
        let id = own.json(&["show", service])["id"].to_string();
        let database =
            there.iter().find(|found| found.part == "database" && found.service == id).unwrap();
        let command =
            ["psql", "-h", "/run/postgresql", "-U", "postgres", "-At", "-d", "service", "-c", sql];
        let request = containers::ExecRequest {
            command: command.map(str::to_owned).to_vec(),
            ..containers::ExecRequest::default()
        };
        use containers::Engine as _;
        let outcome = engine.docker().exec(&database.id, &request).await.unwrap();
        assert_eq!(outcome.code, 0, "{}", outcome.output);
        outcome.output.trim().to_owned()
    };
    ask("tiny-database", "create table pad (line text); insert into pad values ('one')").await;
    own.panier(&["backup", "tiny-database"]).well();
    assert_eq!(snapshots(&own)[0]["measures"][0]["value"], "1");
    own.panier(&["rehearse", "tiny-database"]).well();
    if let Some(restic) = old_restic() {
        let (kit, back) = (own.json(&["key", "kit"]), own.root().join("back"));
        let page = kit["text"].as_str().unwrap();
        by_hand(&own, &restic, page, "tiny-database", &own.root().join("repository"), &back);
        let dump = std::fs::read_to_string(back.join(".panier/dump/database.sql")).unwrap();
        assert!(dump.contains("CREATE TABLE public.pad"), "{dump}");
        assert!(dump.contains("OWNER TO"), "{dump}");
        let roles = std::fs::read_to_string(back.join(".panier/dump/roles.sql")).unwrap();
        assert!(roles.contains("CREATE ROLE service"), "{roles}");
    }
    own.panier(&["remove", "tiny-database", "--purge", "--yes"]).well();
    own.panier(&["restore", "tiny-database"]).well();
    assert_eq!(ask("tiny-database", "select line from pad").await, "one");
    own.panier(&["restore", "tiny-database", "--as", "second"]).well();
    assert_eq!(ask("second", "select line from pad").await, "one");
}
