//! Real services with real content, kept and brought back: beside under another
//! name, after a purge, and rehearsed, also when what comes back is not what was
//! measured. Their journeys read the content through their own interfaces.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ledger::{PlaceRecord, Records, ServiceId, SnapshotRecord};
use serde_json::Value;
use tests::{TestBox, path_with_restic};
use tokio::sync::Mutex;

use super::kept::box_with_restic;

/// They build images and take memory: one at a time, on a small machine.
static TURN: Mutex<()> = Mutex::const_new(());

/// A recipe, and how one row of its data is deleted by somebody else's hand in
/// the files of a snapshot.
struct Tried {
    recipe: &'static str,
    /// Given the folder with a snapshot's files.
    delete_a_row: fn(&Path),
    /// What the rehearsal says then, in English and in French.
    said: [&'static str; 2],
}

/// The box's own repository, opened by restic itself with the key of the kit.
struct ByHand<'b> {
    own: &'b TestBox,
    key: PathBuf,
}

impl<'b> ByHand<'b> {
    fn open(own: &'b TestBox) -> Self {
        let kit = own.json(&["key", "kit"]);
        let is_key = |line: &&str| line.len() == 41 && line.matches('-').count() == 5;
        let page = kit["text"].as_str().unwrap();
        let key = own.root().join("key-by-hand");
        std::fs::write(&key, page.lines().map(str::trim).find(is_key).unwrap()).unwrap();
        Self { own, key }
    }

    fn restic(&self, within: &Path, words: &[&str]) -> Output {
        let ran = Command::new("restic")
            .arg("-r")
            .arg(self.own.root().join("repository"))
            .arg("--password-file")
            .arg(&self.key)
            .args(words)
            .current_dir(within)
            .env("PATH", path_with_restic().unwrap())
            .env("RESTIC_CACHE_DIR", self.own.root().join("cache-by-hand"))
            .output()
            .unwrap();
        assert!(ran.status.success(), "{words:?}: {ran:?}");
        ran
    }

    /// Puts other content in the place of a service's newest snapshot: all else
    /// of it stays, what was measured included. Gives the identity of the whole one.
    fn alter(&self, service: &str, change: fn(&Path)) -> String {
        let whole = self.newest(service).identity_in(PlaceRecord::LOCAL).unwrap().to_owned();
        let files = self.own.root().join("altered");
        self.restic(self.own.root(), &["restore", &whole, "--target", files.to_str().unwrap()]);
        change(&files);
        let top = std::fs::read_dir(&files).unwrap().map(|entry| entry.unwrap().file_name());
        let top: Vec<String> = top.map(|name| name.into_string().unwrap()).collect();
        let mut words = vec!["backup", "--json", "--tag", "altered", "--"];
        words.extend(top.iter().map(String::as_str));
        let told = self.restic(&files, &words);
        let told = String::from_utf8(told.stdout).unwrap();
        let summary: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
        self.name(service, summary["snapshot_id"].as_str().unwrap());
        std::fs::remove_dir_all(files).unwrap();
        whole
    }

    fn newest(&self, service: &str) -> SnapshotRecord {
        let id = ServiceId(self.own.json(&["show", service])["id"].as_i64().unwrap());
        self.own.ledger().read(|records| records.snapshots_of(id)).unwrap().remove(0)
    }

    /// Has this one mean a service's newest snapshot.
    fn name(&self, service: &str, identity: &str) {
        let SnapshotRecord { id, of, .. } = self.newest(service);
        let place = PlaceRecord::LOCAL;
        let write =
            |records: &Records<'_>| records.set_snapshot_place(id, place, identity, of.taken);
        self.own.ledger().write(write).unwrap();
    }
}

impl Tried {
    fn content(&self, own: &TestBox, service: &str) -> String {
        own.journey(self.recipe, service, "check").well().said
    }

    /// Which containers a service runs, and since when.
    async fn containers(&self, own: &TestBox) -> Vec<String> {
        let id = own.json(&["show", self.recipe])["id"].to_string();
        let engine = own.engine().await;
        let mut found = Vec::new();
        for container in engine.containers(&own.owner()).await {
            if container.service == id {
                let path = format!("/containers/{}/json", container.id);
                let told: Value =
                    serde_json::from_str(&engine.ask("GET", &path, None).await).unwrap();
                found.push(format!("{} {}", container.id, told["State"]["StartedAt"]));
            }
        }
        found.sort();
        found
    }

    /// Installed, with content, kept, and rehearsed; gives the content.
    fn kept(&self, own: &TestBox) -> String {
        let recipe = self.recipe;
        own.panier(&["install", recipe]).well();
        own.journey(recipe, recipe, "make").well();
        let content = self.content(own, recipe);
        own.panier(&["backup", recipe]).well();
        let kept = own.json(&["snapshots"])[0]["measures"].as_array().unwrap().clone();
        assert!(
            !kept.is_empty() && kept.iter().all(|it| it["label"]["fr"].is_string()),
            "{kept:?}"
        );

        let rehearsed = own.panier(&["rehearse", recipe]).well();
        assert_eq!(rehearsed.said.matches("as it was").count(), kept.len(), "{rehearsed}");
        assert_eq!(own.json(&["show", recipe])["last_rehearsal"]["passed"], true);
        content
    }

    /// Beside under another name and domain, and under its own after a purge.
    fn comes_back(&self, own: &TestBox, content: &str) {
        let recipe = self.recipe;
        let elsewhere = ["--as", "ailleurs", "--domain", "chez-nous.panier.localhost"];
        own.panier(&[&["restore", recipe][..], &elsewhere].concat()).well();
        assert_eq!(own.door("ailleurs").name, "chez-nous.panier.localhost");
        assert_eq!(self.content(own, "ailleurs"), content);
        assert_eq!(self.content(own, recipe), content, "both answer");

        own.panier(&["remove", recipe, "--purge", "--yes"]).well();
        assert!(!own.root().join("services").join(recipe).exists());
        own.panier(&["restore", recipe]).well();
        assert_eq!(self.content(own, recipe), content);
        assert_eq!(self.content(own, "ailleurs"), content, "the other one was left alone");
    }

    /// One row is gone from what the repository gives back.
    async fn is_told_of_a_loss(&self, own: &TestBox, content: &str) {
        let recipe = self.recipe;
        let running = self.containers(own).await;
        let by_hand = ByHand::open(own);
        let whole = by_hand.alter(recipe, self.delete_a_row);
        let run = own.panier(&["rehearse", recipe]).ended_with(1);
        let [english, french] = self.said;
        assert!(run.told.contains(english), "{run}");
        let french_run = own.panier(&["--language", "fr", "show", recipe]).well();
        assert!(french_run.said.contains(french), "{french_run}");
        let shown = own.json(&["show", recipe]);
        assert_eq!(
            (&shown["last_rehearsal"]["passed"], &shown["health"]["state"]),
            (&false.into(), &"up".into())
        );
        let listed = own.panier(&["snapshots", recipe]).well();
        assert!(listed.said.contains("did not come back well"), "{listed}");
        assert_eq!(self.containers(own).await, running, "the living service was not touched");
        assert_eq!(self.content(own, recipe), content);
        let left: Vec<_> = std::fs::read_dir(own.root().join("services")).unwrap().collect();
        assert_eq!(left.len(), 1, "nothing is left of the rehearsal: {left:?}");
        by_hand.name(recipe, &whole);
    }
}

/// Deletes in an SQLite file of a snapshot's.
fn in_sqlite(files: &Path, file: &str, sql: &str) {
    let database = rusqlite::Connection::open(files.join(file)).unwrap();
    database.pragma_update(None, "foreign_keys", false).unwrap();
    assert_eq!(database.execute(sql, []).unwrap(), 1, "one row");
}

#[tokio::test]
async fn ihatemoney_comes_back_with_its_bills_and_a_lost_one_is_told() {
    let _turn = TURN.lock().await;
    let Some(own) = box_with_restic("ihatemoney kept") else { return };
    let tried = Tried {
        recipe: "ihatemoney",
        delete_a_row: |files| {
            let bill = "delete from bill where what = 'Retour'";
            in_sqlite(files, "data/data/ihatemoney.db", bill);
        },
        said: [
            "bills: 4 when it was taken, 3 now",
            "dépenses : 4 lors de la sauvegarde, 3 maintenant",
        ],
    };
    let content = tried.kept(&own);
    tried.is_told_of_a_loss(&own, &content).await;
    tried.comes_back(&own, &content);
}

#[tokio::test]
async fn mediawiki_comes_back_with_its_pages_and_a_lost_one_is_told() {
    let _turn = TURN.lock().await;
    let Some(own) = box_with_restic("MediaWiki kept") else { return };
    let tried = Tried {
        recipe: "mediawiki",
        delete_a_row: |files| {
            let page = "delete from page where page_id = (select max(page_id) from page)";
            in_sqlite(files, "data/data/database/wiki.sqlite", page);
        },
        said: [
            "pages: 3 when it was taken, 2 now",
            "pages : 3 lors de la sauvegarde, 2 maintenant",
        ],
    };
    let content = tried.kept(&own);
    tried.is_told_of_a_loss(&own, &content).await;
    tried.comes_back(&own, &content);
}

/// Deletes the last row of a table in the dump of a PostgreSQL database.
fn in_dump(files: &Path, table: &str) {
    let file = files.join(".panier/dump/database.sql");
    let dump = std::fs::read_to_string(&file).unwrap();
    let start = dump.find(&format!("COPY public.{table} (")).unwrap();
    let end = start + dump[start..].find("\n\\.\n").unwrap();
    let row = dump[..end].rfind('\n').unwrap();
    assert!(row > start, "there is a row");
    std::fs::write(&file, format!("{}{}", &dump[..row], &dump[end..])).unwrap();
}

#[tokio::test]
async fn miniflux_comes_back_with_its_feeds_and_a_lost_one_is_told() {
    let _turn = TURN.lock().await;
    let Some(own) = box_with_restic("Miniflux kept") else { return };
    let tried = Tried {
        recipe: "miniflux",
        delete_a_row: |files| in_dump(files, "feeds"),
        said: ["feeds: 2 when it was taken, 1 now", "flux : 2 lors de la sauvegarde, 1 maintenant"],
    };
    let content = tried.kept(&own);
    tried.is_told_of_a_loss(&own, &content).await;
    tried.comes_back(&own, &content);
}
