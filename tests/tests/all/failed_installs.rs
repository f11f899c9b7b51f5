//! Installations that cannot succeed, and requests that cannot be taken: each
//! is named, and leaves nothing but its log.

use std::time::Duration;

use serde_json::Value;
use tests::{Run, TestBox, TestBoxPlan, wait_until};

/// The trouble of a command that was refused, as `--json` gives it.
fn trouble(run: &Run) -> Value {
    let told: Value = run
        .told
        .find("{\n")
        .map_or(Value::Null, |at| serde_json::from_str(&run.told[at..]).unwrap_or_default());
    assert!(told["trouble"].is_object(), "{run}");
    told["trouble"].clone()
}

/// Nothing but jobs and their logs.
async fn nothing_is_left(own: &TestBox) {
    assert_eq!(own.json(&["list"]), Value::Array(Vec::new()));
    assert_eq!(own.json(&["trash", "list"]), Value::Array(Vec::new()));
    assert_eq!(own.engine().await.leftovers(&own.owner()).await, Vec::<String>::new());
    for folder in ["services", "trash", "run/secrets", "certificates/services"] {
        // The door closes, and its certificate goes, just after the job has ended.
        wait_until(&format!("nothing is left in {folder}"), Duration::from_secs(30), || {
            let entries = std::fs::read_dir(own.root().join(folder)).into_iter().flatten();
            let mut left = entries.flatten().map(|entry| entry.file_name());
            left.all(|name| name == "_box.pem").then_some(())
        });
    }
}

const BROKEN: &str = "ARG BASE\nFROM ${BASE}\nCOPY what-is-not-there /\n";

fn tiny_recipe(id: &str, image: &str) -> String {
    format!(
        "format = 1\nid = \"{id}\"\nname = \"Broken\"\n\
         summary = {{ en = \"x\", fr = \"x\" }}\ncategory = \"other\"\n\
         license = \"AGPL-3.0-or-later\"\nsource = \"https://example.org/tiny\"\n\
         host_can_read = \"yes\"\n[needs]\nmemory = \"64 MiB\"\ndisk = \"10 MiB\"\n\
         [export]\nhow = {{ en = \"x\", fr = \"x\" }}\n\
         [container.app]\n{image}\nweb = {{ port = 8080 }}\nuser = \"1000:1000\"\n\
         volumes = {{ data = \"/data\" }}\n\
         [probe]\npath = \"/health\"\n[[release]]\nversion = \"1.0\"\n"
    )
}

#[tokio::test]
async fn an_installation_that_fails_undoes_itself_and_leaves_its_log() {
    let Some(mut own) = TestBox::prepared("failing installations", &TestBoxPlan::default()) else {
        return;
    };
    let folder = own.root().join("images/broken");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("Dockerfile"), BROKEN).unwrap();
    std::fs::write(
        folder.join("image.toml"),
        "kind = \"dockerfile\"\nfrom = \"debian\"\n[version.\"1.0\"]\n",
    )
    .unwrap();
    own.put_recipe("broken", &tiny_recipe("broken", "build = \"images/broken\""));
    own.start();
    let attempts = [
        (&["install", "tiny-ill"][..], "service-unwell", "prove"),
        (&["install", "tiny", "--set", "fail=start"], "service-unwell", "prove"),
        (&["install", "broken"], "image-not-built", "fetch-images"),
    ];
    for (words, code, step) in attempts {
        own.panier(words).ended_with(1);
        nothing_is_left(&own).await;
        let jobs = own.json(&["jobs"]);
        assert_eq!(
            (&jobs[0]["state"], &jobs[0]["trouble"]["code"]),
            (&"failed".into(), &code.into()),
            "{jobs}"
        );
        let job = own.json(&["job", &jobs[0]["id"].to_string()]);
        if code == "service-unwell" {
            // Its containers are gone, and their log with them: the job has its end.
            let lines = job["lines"].to_string();
            assert!(lines.contains("app: ") && lines.contains("starts"), "{job}");
            assert!(job["trouble"]["remedy"]["fr"].to_string().contains("panier job"), "{job}");
        }
        for told in job["steps"].as_array().unwrap() {
            let expected = if ["allot", "fetch-images"].contains(&told["name"].as_str().unwrap())
                || step == "prove"
            {
                "undone"
            } else {
                "planned"
            };
            if told["name"] != "show" {
                assert_eq!(told["state"], expected, "{job}");
            }
        }
    }
    // The box is none the worse for it.
    own.panier(&["install", "tiny"]).well();
}

#[tokio::test]
async fn a_request_that_cannot_be_taken_is_refused_before_anything_is_done() {
    let Some(own) = TestBox::new("refused requests") else { return };
    own.put_recipe("wrong", "format = 1\nid = \"wrong\"\ncolour = \"blue\"\n");
    let refused: &[(&[&str], i32, &str)] = &[
        (&["install", "nowhere"], 5, "recipe-unknown"),
        (&["install", "wrong"], 6, "recipe-wrong"),
        (&["install", "tiny", "--release", "9.9"], 6, "release-unknown"),
        (&["install", "tiny", "--set", "start_delay_ms=soon"], 6, "answers-wrong"),
        (&["install", "tiny", "--set", "colour=blue"], 6, "answers-wrong"),
        (&["install", "tiny", "--name", "Not A Name"], 6, "name-wrong"),
        (&["install", "tiny", "--domain", "not a domain"], 6, "domain-wrong"),
        (&["install", "tiny", "--set", "nothing"], 2, "answer-not-a-pair"),
        (&["start", "nobody"], 5, "service-unknown"),
        (&["trash", "restore", "77"], 5, "trash-unknown"),
    ];
    for (words, code, name) in refused {
        let run = own.panier(&[words, &["--json"][..]].concat()).ended_with(*code);
        assert_eq!(trouble(&run)["code"], *name, "{run}");
        for language in ["en", "fr"] {
            assert!(!trouble(&run)["what"][language].as_str().unwrap().is_empty(), "{run}");
        }
    }
    assert_eq!(own.json(&["jobs"]), Value::Array(Vec::new()));
    nothing_is_left(&own).await;

    own.panier(&["install", "tiny", "--domain", "a.panier.localhost"]).well();
    let taken = own.panier(&["install", "tiny", "--name", "tiny", "--json"]).ended_with(4);
    assert_eq!(trouble(&taken)["code"], "name-taken");
    let taken =
        own.panier(&["install", "tiny", "--domain", "a.panier.localhost", "--json"]).ended_with(4);
    assert_eq!(trouble(&taken)["code"], "domain-taken");
    assert_eq!(own.json(&["list"]).as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn while_a_job_has_its_hand_on_a_service_others_are_told_who_is_at_work() {
    let environment = vec![("PANIER_FAULT".to_owned(), "install/start/within=hold".to_owned())];
    let plan = TestBoxPlan { environment, ..TestBoxPlan::default() };
    let Some(mut own) = TestBox::planned("requests at once", &plan) else { return };
    let begun = own.json(&["install", "tiny", "--detach"]);
    let job = begun["job"].to_string();
    let requests: &[&[&str]] = &[
        &["stop", "tiny"],
        &["start", "tiny"],
        &["restart", "tiny"],
        &["set", "tiny", "title=x"],
        &["remove", "tiny"],
        &["remove", "tiny", "--purge", "--yes"],
    ];
    for words in requests {
        let run = own.panier(&[words, &["--json"][..]].concat()).ended_with(4);
        let told = trouble(&run);
        assert_eq!(told["code"], "busy", "{run}");
        assert!(told.to_string().contains(&format!("job {job}")), "{told}");
    }
    assert_eq!(own.json(&["show", "tiny"])["health"]["state"], "working");
    // Others are not in its way.
    own.panier(&["install", "tiny", "--name", "meanwhile"]).well();
    own.kill();
    own.set_environment("PANIER_FAULT", "");
    own.start();
    own.panier(&["job", &job, "--follow"]).well();
    own.panier(&["restart", "tiny"]).well();
}
