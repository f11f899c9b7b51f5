//! Updates that work, fail, and are killed: the release that people had and all
//! of their data are there at every end that is not the new release.

use std::collections::BTreeMap;
use std::path::Path;

use http::StatusCode;
use serde_json::Value;
use tests::{TestBox, TestBoxPlan, wait_until};

/// The tests' own recipe, whose newer release misbehaves as `fail` says.
pub(crate) fn failing(fail: &str) -> String {
    let recipe = include_str!("../../recipes/tiny/recipe.toml");
    let orders = format!(
        "FAIL = \"{{% if release.version == '2.0' %}}{fail}{{% else %}}{{{{ answer.fail }}}}{{% endif %}}\""
    );
    let failing = recipe.replace("FAIL = \"{{ answer.fail }}\"", &orders);
    assert_ne!(failing, recipe);
    failing.replace("within = \"30 s\"", "within = \"3 s\"")
}

/// All files of a service, byte for byte, with their owners.
fn data(own: &TestBox, service: &str) -> BTreeMap<String, (Vec<u8>, u32)> {
    use std::os::unix::fs::MetadataExt as _;
    let folder = own.root().join("services").join(service).join("data/data");
    let owner = |path: &Path| std::fs::metadata(path).unwrap().uid();
    std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, (std::fs::read(&path).unwrap(), owner(&path)))
        })
        .chain([(".".to_owned(), (Vec::new(), owner(&folder)))])
        .collect()
}

async fn keep(own: &TestBox, service: &str, line: &'static str) {
    let answer = own.client().post(&own.door(service), "/data", line).await.unwrap();
    assert_eq!(answer.status, StatusCode::CREATED);
}

async fn lines(own: &TestBox, service: &str) -> String {
    own.client().when_open(&own.door(service), "/data").await.text()
}

/// The older release, with three lines.
async fn install_older(own: &TestBox, service: &str) {
    own.panier(&["install", "tiny", "--name", service, "--release", "1.0"]).well();
    for line in ["un", "deux", "trois"] {
        keep(own, service, line).await;
    }
}

fn release(own: &TestBox, service: &str) -> Value {
    own.json(&["show", service])["release"].clone()
}

/// What the newest job says in French, at the command line.
fn in_french(own: &TestBox) -> String {
    let job = own.json(&["jobs"])[0]["id"].to_string();
    let mut command = own.command(&["job", &job]);
    let output = command.env("LC_ALL", "fr_FR.UTF-8").output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn a_release_that_does_not_work_is_undone_and_says_so() {
    let Some(own) = TestBox::new("updates that fail") else { return };
    install_older(&own, "tiny").await;
    let before = data(&own, "tiny");
    for (fail, why) in [("broken", "500"), ("migration", "app")] {
        own.put_recipe("tiny", &failing(fail));
        let run = own.panier(&["update", "tiny"]).ended_with(1);
        let told = "2.0 did not answer. 1.0 runs; your 3 lines are there.";
        assert!(run.told.contains(told) && run.told.contains(why), "{run}");
        let french = in_french(&own);
        let told = "La 2.0 n’a pas répondu. La 1.0 tourne ; vos 3 lignes sont là.";
        assert!(french.contains(told) && french.contains(why), "{french}");
        assert_eq!(data(&own, "tiny"), before, "{fail}");
        assert_eq!(
            (release(&own, "tiny"), lines(&own, "tiny").await),
            ("1.0".into(), "un\ndeux\ntrois\n".into())
        );
        assert_eq!(own.json(&["show", "tiny"])["health"]["state"], "up");
        own.panier(&["rollback", "tiny", "--yes"]).ended_with(6);
    }

    // An image that cannot be had: nothing is touched.
    let engine = own.engine().await;
    let containers = engine.containers(&own.owner()).await;
    let away = include_str!("../../recipes/tiny/recipe.toml").replace("2.0", "9.9");
    own.put_recipe("tiny", &away);
    let run = own.panier(&["update", "tiny"]).ended_with(1);
    assert!(run.told.contains("Nothing was touched: 1.0 is as it was."), "{run}");
    assert_eq!(engine.containers(&own.owner()).await, containers);
    assert_eq!(data(&own, "tiny"), before);
}

#[tokio::test]
async fn an_update_is_taken_back_and_done_again() {
    let Some(own) = TestBox::new("an update and its way back") else { return };
    own.panier(&["install", "tiny", "--release", "1.0"]).well();
    own.panier(&["rollback", "tiny", "--yes"]).ended_with(6);
    keep(&own, "tiny", "un").await;
    let listed = own.panier(&["list"]).well();
    assert!(listed.said.contains("1.0 → 2.0"), "{listed}");
    let before = data(&own, "tiny");
    own.panier(&["update", "tiny"]).well();
    let shown = own.json(&["show", "tiny"]);
    assert_eq!((&shown["release"], &shown["previous"]["release"]), (&"2.0".into(), &"1.0".into()));
    assert_eq!(shown.get("update"), None);
    let again = own.panier(&["update", "tiny"]).well();
    assert!(again.told.contains("2.0 already"), "{again}");
    own.panier(&["update", "tiny", "--to", "1.0"]).ended_with(6);

    keep(&own, "tiny", "deux").await;
    // The reconciler may have its hand on it for a moment.
    let unasked = wait_until("nobody looks after it", std::time::Duration::from_secs(20), || {
        Some(own.panier(&["rollback", "tiny"])).filter(|run| run.code != Some(4))
    });
    let unasked = unasked.ended_with(2);
    assert!(unasked.told.contains("--yes"), "{unasked}");
    own.panier(&["rollback", "tiny", "--yes"]).well();
    assert_eq!((release(&own, "tiny"), data(&own, "tiny")), ("1.0".into(), before));
    keep(&own, "tiny", "trois").await;
    own.panier(&["update", "tiny", "--to", "2.0"]).well();
    assert_eq!(
        (release(&own, "tiny"), lines(&own, "tiny").await),
        ("2.0".into(), "un\ntrois\n".into())
    );
}

#[tokio::test]
async fn a_kill_at_any_step_of_a_move_is_made_good_by_the_next_start() {
    let Some(mut own) = TestBox::new("kills during updates") else { return };
    install_older(&own, "tiny").await;
    let before = data(&own, "tiny");
    let forward =
        ["fetch-images", "close", "keep", "make-room", "replace", "prove", "compare", "commit"];
    let back = ["put-back", "replace", "commit", "show"];
    let points =
        forward.map(|step| ("update", step)).into_iter().chain(back.map(|step| ("rollback", step)));
    for (kind, step) in points {
        let (from, to) = if kind == "update" { ("1.0", "2.0") } else { ("2.0", "1.0") };
        if release(&own, "tiny") != from {
            let way: &[&str] =
                if from == "2.0" { &["update", "tiny"] } else { &["rollback", "tiny", "--yes"] };
            own.panier(way).well();
        }
        let words: &[&str] =
            if kind == "update" { &["update", "tiny"] } else { &["rollback", "tiny", "--yes"] };
        own.killed_at(&format!("{kind}/{step}/within=kill"), words);
        let jobs = own.json(&["jobs"]);
        assert_eq!(
            (&jobs[0]["kind"], &jobs[0]["state"]),
            (&kind.into(), &"done".into()),
            "{step}: {jobs}"
        );
        assert_eq!(release(&own, "tiny"), to, "{kind}/{step}");
        assert_eq!(data(&own, "tiny"), before, "{kind}/{step}");
        assert_eq!(lines(&own, "tiny").await, "un\ndeux\ntrois\n", "{kind}/{step}");
    }
}

#[tokio::test]
async fn a_kill_while_a_failed_update_is_undone_leaves_the_old_release() {
    let environment = vec![("PANIER_FAULT".to_owned(), String::new())];
    let plan = TestBoxPlan { environment, ..TestBoxPlan::default() };
    let Some(mut own) = TestBox::planned("kills while an update is undone", &plan) else { return };
    install_older(&own, "tiny").await;
    let before = data(&own, "tiny");
    own.put_recipe("tiny", &failing("migration"));
    for step in ["replace", "make-room", "keep", "close"] {
        own.killed_at(&format!("update/undo-{step}/after=kill"), &["update", "tiny"]);
        let jobs = own.json(&["jobs"]);
        let told = &jobs[0]["trouble"]["what"]["fr"];
        assert_eq!(told, "La 2.0 n’a pas répondu. La 1.0 tourne ; vos 3 lignes sont là.", "{step}");
        assert_eq!(
            (release(&own, "tiny"), data(&own, "tiny")),
            ("1.0".into(), before.clone()),
            "{step}"
        );
        assert_eq!(lines(&own, "tiny").await, "un\ndeux\ntrois\n", "{step}");
    }
}
