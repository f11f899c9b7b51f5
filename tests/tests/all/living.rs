//! Snapshots of services that go on running: people are answered all the while,
//! and what comes back is of one instant.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use containers::{ContainerState, Engine as _, ExecRequest};
use serde_json::Value;
use tests::{Client, Door, TestBox, TestBoxPlan, old_restic, path_with_restic};

/// A box whose daemon finds restic; none where there is none to be had.
fn box_with_restic(left_out: &str) -> Option<TestBox> {
    let path = path_with_restic()?;
    let environment = vec![("PATH".to_owned(), path), ("PANIER_FAULT".to_owned(), String::new())];
    TestBox::planned(left_out, &TestBoxPlan { environment, ..TestBoxPlan::default() })
}

/// Asks all the while, and gives how often, and the longest wait for an answer.
async fn visit(client: Client, door: Door, until: &dyn Fn() -> bool) -> (u32, Duration) {
    let (mut asked, mut longest) = (0, Duration::ZERO);
    while !until() {
        #[expect(clippy::disallowed_methods, reason = "how long people wait is what is asked")]
        let began = Instant::now();
        let answer = client.get(&door, "/health").await;
        longest = longest.max(began.elapsed());
        assert_eq!(answer.unwrap().status, 200);
        asked += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (asked, longest)
}

/// Runs a command of the box's while a visitor asks; gives what it told.
async fn visited(own: &TestBox, service: &str, words: &'static [&'static str]) -> String {
    let mut command = own.command(words);
    let run = tokio::task::spawn_blocking(move || command.output().unwrap());
    let (asked, longest) = visit(own.client(), own.door(service), &|| run.is_finished()).await;
    let output = run.await.unwrap();
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    println!("{words:?}: {asked} answers, the longest wait {longest:?}");
    assert!(asked > 20, "{asked}");
    assert!(longest < Duration::from_secs(10), "{longest:?}");
    told.into_owned()
}

/// What a person brings back by hand, by the page, with Debian 12's restic where
/// there is one.
fn by_hand(own: &TestBox, service: &str, into: &str) -> PathBuf {
    let kit = own.json(&["key", "kit"]);
    let page = kit["text"].as_str().unwrap();
    let is_key = |line: &&str| line.len() == 41 && line.matches('-').count() == 5;
    let key = page.lines().map(str::trim).find(is_key).unwrap();
    std::fs::write(own.root().join("key"), key).unwrap();
    let back = own.root().join(into);
    let restored = Command::new(old_restic().unwrap_or_else(|| "restic".into()))
        .args(["restore", "latest", "--tag", &format!("service={service}"), "-r"])
        .arg(own.root().join("repository"))
        .arg("--target")
        .arg(&back)
        .arg("--password-file")
        .arg(own.root().join("key"))
        .env("RESTIC_CACHE_DIR", own.root().join("old-cache"))
        .env("PATH", path_with_restic().unwrap())
        .output()
        .unwrap();
    assert!(restored.status.success(), "{restored:?}");
    back
}

/// Sees to it that what `tiny-writing` wrote is of one instant; gives its number.
fn is_of_one_instant(data: &Path) -> u64 {
    let number = |name: &str| -> u64 {
        let text = std::fs::read_to_string(data.join(name)).unwrap();
        assert_eq!(text.len(), 9, "{name} is {text:?}");
        text.parse().unwrap()
    };
    let (first, last) = (number("first"), number("last"));
    let sql = "select value from settings where key = 'n'";
    let n: u64 = ledger::ask_file(&data.join("ledger.db"), sql).unwrap().parse().unwrap();
    assert!(first >= n && n >= last && first <= last + 1, "{first} {n} {last}");
    let whole = ledger::ask_file(&data.join("ledger.db"), "pragma integrity_check").unwrap();
    assert_eq!(whole, "ok");
    let entries = std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap().file_name());
    let names: BTreeSet<String> = entries.map(|it| it.into_string().unwrap()).collect();
    for number in last.saturating_sub(2).max(1)..=last {
        assert!(names.contains(&format!("new-{number}")), "{last}: {names:?}");
    }
    let new = names.iter().filter(|name| name.starts_with("new-")).count();
    assert!(new <= 5, "{last}: {names:?}");
    n
}

/// No container of the box's stands still.
pub(crate) async fn nothing_is_frozen(own: &TestBox) {
    let engine = own.engine().await;
    for container in engine.containers(&own.owner()).await {
        assert_eq!(container.state, ContainerState::Running, "{}", container.name);
    }
}

#[tokio::test]
async fn files_that_change_all_the_while_are_kept_at_one_instant_and_nobody_waits() {
    let Some(mut own) = box_with_restic("a snapshot of a service at work") else { return };
    own.panier(&["install", "tiny-writing"]).well();
    let data = own.root().join("services/tiny-writing/data/data");
    // Something to read for restic, that does not change.
    for file in 0_u8..40 {
        std::fs::write(data.join(format!("large-{file}")), vec![file; 1 << 20]).unwrap();
    }
    let mut before = 0;
    for round in ["first", "second"] {
        let told = visited(&own, "tiny-writing", &["backup", "tiny-writing"]).await;
        let line = told.lines().find(|line| line.contains("stood still"));
        println!("{round}: {}", line.unwrap_or_else(|| panic!("{told}")).trim());
        let back = by_hand(&own, "tiny-writing", round).join("data/data");
        let number = is_of_one_instant(&back);
        assert!(number > before, "{number} after {before}");
        for file in 0_u8..40 {
            let kept = std::fs::read(back.join(format!("large-{file}"))).unwrap();
            assert!(kept == vec![file; 1 << 20], "large-{file}");
        }
        let moments = std::fs::read_to_string(back.join("moments")).unwrap();
        assert!(moments.ends_with("before\n"), "{moments}");
        let kept = own.json(&["snapshots"]);
        assert_eq!(kept[0]["measures"][0]["value"], number.to_string(), "{kept}");
        before = number;
        std::fs::remove_dir_all(back).unwrap();
    }
    let moments = std::fs::read_to_string(data.join("moments")).unwrap();
    assert_eq!(moments, "before\nafter\n".repeat(2));
    assert!(!own.root().join("services/tiny-writing/.panier").exists());
    own.panier(&["rehearse", "tiny-writing"]).well();
    // Wherever it is, restic included: what it leaves locked is unlocked.
    for milliseconds in [600, 1500] {
        own.panier(&["backup", "tiny-writing", "--detach"]).well();
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        own.kill();
        own.start();
        own.jobs_at_rest();
        assert_eq!(own.json(&["jobs"])[0]["state"], "done");
        nothing_is_frozen(&own).await;
        let back = by_hand(&own, "tiny-writing", "killed").join("data/data");
        let number = is_of_one_instant(&back);
        assert!(number > before, "{number} after {before}");
        before = number;
        std::fs::remove_dir_all(back).unwrap();
    }
    own.panier(&["restore", "tiny-writing"]).well();
    nothing_is_frozen(&own).await;
}

/// Asks a service's database, in its container.
async fn ask(own: &TestBox, service: &str, words: &[&str]) -> String {
    let engine = own.engine().await;
    let id = own.json(&["show", service])["id"].to_string();
    let there = engine.containers(&own.owner()).await;
    let database =
        there.iter().find(|found| found.part == "database" && found.service == id).unwrap();
    let command = words.iter().map(|word| (*word).to_owned()).collect();
    let request = ExecRequest { command, ..ExecRequest::default() };
    let outcome = engine.docker().exec(&database.id, &request).await.unwrap();
    assert_eq!(outcome.code, 0, "{words:?}: {}", outcome.output);
    outcome.output.trim().to_owned()
}

pub(crate) async fn psql(own: &TestBox, service: &str, sql: &str) -> String {
    let words = ["psql", "-h", "/run/postgresql", "-U", "postgres", "-At", "-d", "service", "-c"];
    ask(own, service, &[&words[..], &[sql]].concat()).await
}

async fn mariadb(own: &TestBox, service: &str, sql: &str) -> String {
    let words =
        ["mariadb", "--socket=/run/mysqld/mysqld.sock", "--batch", "--skip-column-names", "-e"];
    ask(own, service, &[&words[..], &[sql], &["service"]].concat()).await
}

#[tokio::test]
async fn a_postgresql_that_is_written_to_all_the_while_comes_back_from_its_dump() {
    let Some(own) = box_with_restic("a snapshot of a PostgreSQL at work") else { return };
    own.panier(&["install", "tiny-database"]).well();
    let sql = "create role helper nologin; \
        create table one (n int, text text); create table two (n int); \
        alter table one owner to service; grant select on two to helper; \
        insert into one select n, repeat('é', 100) from generate_series(1, 100000) as n; \
        insert into two select n from generate_series(1, 100000) as n";
    psql(&own, "tiny-database", sql).await;
    let name = own.json(&["show", "tiny-database"])["id"].to_string();
    let engine = own.engine().await;
    let there = engine.containers(&own.owner()).await;
    let database =
        there.iter().find(|found| found.part == "database" && found.service == name).unwrap();
    let writing = "for n in $(seq 100001 200000); do echo \"begin; insert into one values ($n, ''); \
        insert into two values ($n); commit;\"; done | \
        psql -q -h /run/postgresql -U postgres -d service";
    let request = ExecRequest {
        command: ["sh", "-c", writing].map(str::to_owned).to_vec(),
        ..ExecRequest::default()
    };
    let told = tokio::select! {
        told = visited(&own, "tiny-database", &["backup", "tiny-database"]) => told,
        ended = engine.docker().exec(&database.id, &request) => panic!("{ended:?}"),
    };
    assert!(told.contains("stood still") && !told.contains("is stopped"), "{told}");
    let kept = own.json(&["snapshots"]);
    assert_eq!(kept[0]["measures"][0]["value"], "2", "{kept}");
    own.panier(&["rehearse", "tiny-database"]).well();
    let back = by_hand(&own, "tiny-database", "back");
    assert!(!back.join("database").exists(), "its files would not be of one instant");
    let dump = std::fs::read_to_string(back.join(".panier/dump/database.sql")).unwrap();
    assert!(dump.contains("ALTER TABLE public.one OWNER TO service"));
    own.panier(&[
        "restore",
        "tiny-database",
        "--snapshot",
        kept[0]["id"].as_str().unwrap(),
        "--as",
        "second",
    ])
    .well();
    own.panier(&["remove", "tiny-database", "--purge", "--yes"]).well();
    own.panier(&["restore", "tiny-database", "--snapshot", kept[0]["id"].as_str().unwrap()]).well();
    for service in ["second", "tiny-database"] {
        let both = "select (select count(*) from one) - (select count(*) from two), \
            (select max(n) from one) - (select max(n) from two), count(*) > 100000 from one";
        assert_eq!(psql(&own, service, both).await, "0|0|t", "{service}");
        let owner = "select tableowner from pg_tables where tablename = 'one'";
        assert_eq!(psql(&own, service, owner).await, "service");
        let rights = "select has_table_privilege('helper', 'two', 'select')";
        assert_eq!(psql(&own, service, rights).await, "t");
        assert!(!own.root().join("services").join(service).join(".panier").exists());
    }
    nothing_is_frozen(&own).await;
}

#[tokio::test]
async fn a_mariadb_that_is_written_to_all_the_while_comes_back_from_its_dump() {
    let Some(own) = box_with_restic("a snapshot of a MariaDB at work") else { return };
    let recipe = include_str!("../../recipes/tiny-database/recipe.toml")
        .replace("tiny-database", "tiny-mariadb")
        .replace("\"postgresql\"", "\"mariadb\"")
        .replace(
            "select count(*) from pg_tables where schemaname = 'public'",
            "select count(*) from information_schema.tables where table_schema = 'service'",
        )
        .replace("database = [17]", "database = [\"11.8\"]");
    own.put_recipe("tiny-mariadb", &recipe);
    own.panier(&["install", "tiny-mariadb"]).well();
    let sql = "create table one (n int primary key, text text); create table two (n int primary key); \
        create view three as select n from two; \
        insert into one select seq, repeat('é', 100) from seq_1_to_100000; \
        insert into two select seq from seq_1_to_100000; \
        create trigger follows after insert on one for each row insert into two values (new.n)";
    mariadb(&own, "tiny-mariadb", sql).await;
    let engine = own.engine().await;
    let there = engine.containers(&own.owner()).await;
    let database = there.iter().find(|found| found.part == "database").unwrap();
    let writing = "for n in $(seq 100001 200000); do echo \"insert into one values ($n, '');\"; \
        done | mariadb --socket=/run/mysqld/mysqld.sock service";
    let request = ExecRequest {
        command: ["sh", "-c", writing].map(str::to_owned).to_vec(),
        ..ExecRequest::default()
    };
    let told = tokio::select! {
        told = visited(&own, "tiny-mariadb", &["backup", "tiny-mariadb"]) => told,
        ended = engine.docker().exec(&database.id, &request) => panic!("{ended:?}"),
    };
    assert!(told.contains("stood still") && !told.contains("is stopped"), "{told}");
    let kept = own.json(&["snapshots"]);
    assert_eq!(kept[0]["measures"][0]["value"], "3", "{kept}");
    own.panier(&["remove", "tiny-mariadb", "--purge", "--yes"]).well();
    own.panier(&["restore", "tiny-mariadb"]).well();
    let both = "select (select count(*) from one) - (select count(*) from three), \
        (select count(*) > 100000 from one)";
    assert_eq!(mariadb(&own, "tiny-mariadb", both).await, "0\t1");
    mariadb(&own, "tiny-mariadb", "insert into one values (0, '')").await;
    assert_eq!(mariadb(&own, "tiny-mariadb", both).await, "0\t1", "the trigger came back");
    nothing_is_frozen(&own).await;
}

/// Breaks a database: its programs are there, and nobody answers.
#[tokio::test]
async fn a_database_that_does_not_answer_is_kept_by_its_files_and_that_is_said() {
    let Some(own) = box_with_restic("a snapshot of a database that is ill") else { return };
    own.panier(&["install", "tiny-database"]).well();
    psql(&own, "tiny-database", "create table pad (line text); insert into pad values ('one')")
        .await;
    // What programs in the container would ask by is not there any more.
    let away = "mv /run/postgresql/.s.PGSQL.5432 /run/postgresql/.away";
    ask(&own, "tiny-database", &["sh", "-c", away]).await;
    let run = own.panier(&["backup", "tiny-database"]).well();
    let told = format!("{}{}", run.said, run.told);
    assert!(told.contains("The service is stopped for this snapshot."), "{told}");
    own.wait_until_up("tiny-database");
    own.panier(&["remove", "tiny-database", "--purge", "--yes"]).well();
    own.panier(&["restore", "tiny-database"]).well();
    assert_eq!(psql(&own, "tiny-database", "select line from pad").await, "one");
}

/// A box that kills itself at one point, and what follows at its next start: the
/// job has ended well.
fn killed_at(own: &mut TestBox, point: &str, words: &[&str]) {
    own.killed_at(&format!("{point}=kill"), words);
    let jobs: Value = own.json(&["jobs"]);
    let kind = point.split('/').next().unwrap();
    let ended = (&jobs[0]["kind"], &jobs[0]["state"]);
    assert_eq!(ended, (&kind.into(), &"done".into()), "{point}: {jobs}");
}

/// A service is whole, its lines are these, and nothing stands still.
async fn has(own: &TestBox, service: &str, lines: &str, point: &str) {
    let found = own.client().when_open(&own.door(service), "/data").await;
    assert_eq!(found.text(), lines, "{point}");
    assert!(!own.root().join("services").join(service).join(".panier").exists(), "{point}");
    nothing_is_frozen(own).await;
}

async fn write(own: &TestBox, service: &str, line: &'static str) {
    let answer = own.client().post(&own.door(service), "/data", line).await.unwrap();
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn a_kill_at_any_point_of_a_snapshot_or_a_restore_is_made_good_by_the_next_start() {
    let Some(mut own) = box_with_restic("kills during snapshots and restores") else { return };
    own.panier(&["install", "tiny"]).well();
    write(&own, "tiny", "kept").await;
    for point in
        ["keep-living/before", "keep-living/within", "keep-living/after", "copy-out/within"]
    {
        let point = format!("back-up/{point}");
        killed_at(&mut own, &point, &["backup", "tiny"]);
        has(&own, "tiny", "kept\n", &point).await;
    }
    own.panier(&["stop", "tiny"]).well();
    killed_at(&mut own, "back-up/keep/within", &["backup", "tiny"]);
    own.panier(&["start", "tiny"]).well();
    let kept = own.json(&["snapshots"]);
    assert_eq!(kept.as_array().unwrap().len(), 5, "{kept}");
    let newest = kept[0]["id"].as_str().unwrap().to_owned();
    for step in ["close", "keep", "put-back", "compare", "start", "prove", "compare-answers"] {
        // What is there before is not what was kept.
        write(&own, "tiny", "present").await;
        let point = format!("restore/{step}/within");
        killed_at(&mut own, &point, &["restore", "tiny", "--snapshot", &newest]);
        has(&own, "tiny", "kept\n", &point).await;
    }
}

#[tokio::test]
async fn a_kill_at_any_point_of_a_restore_beside_is_made_good_by_the_next_start() {
    let Some(mut own) = box_with_restic("kills during restores beside") else { return };
    own.panier(&["install", "tiny"]).well();
    write(&own, "tiny", "kept").await;
    own.panier(&["backup", "tiny"]).well();
    for step in ["allot", "put-back", "make", "compare", "start", "prove"] {
        let point = format!("restore-beside/{step}/within");
        killed_at(&mut own, &point, &["restore", "tiny", "--as", step]);
        has(&own, step, "kept\n", &point).await;
    }
    has(&own, "tiny", "kept\n", "beside").await;
}

#[tokio::test]
async fn a_kill_while_a_database_is_kept_or_loaded_is_made_good_by_the_next_start() {
    let Some(mut own) = box_with_restic("kills while a database is kept") else { return };
    own.panier(&["install", "tiny-database"]).well();
    let name = "tiny-database";
    psql(&own, name, "create table pad (line text); insert into pad values ('kept')").await;
    killed_at(&mut own, "back-up/keep-living/within", &["backup", name]);
    nothing_is_frozen(&own).await;
    psql(&own, name, "update pad set line = 'present'").await;
    let newest = own.json(&["snapshots"])[0]["id"].as_str().unwrap().to_owned();
    for moment in ["within", "after"] {
        let point = format!("restore/load-database/{moment}");
        killed_at(&mut own, &point, &["restore", name, "--snapshot", &newest]);
        assert_eq!(psql(&own, name, "select line from pad").await, "kept", "{point}");
        nothing_is_frozen(&own).await;
    }
    // One that fails after the load brings back what was there before it.
    psql(&own, name, "update pad set line = 'present'").await;
    let faults = "restore/prove/within=fail,restore/undo-put-back/before=kill";
    own.killed_at(faults, &["restore", name, "--snapshot", &newest]);
    let jobs = own.json(&["jobs"]);
    assert_eq!(jobs[0]["trouble"]["code"], "fault-asked-for", "{jobs}");
    own.wait_until_up(name);
    assert_eq!(psql(&own, name, "select line from pad").await, "present");
    nothing_is_frozen(&own).await;
}
