//! Domains that come, go and change places.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use containers::{Call, Engine as _, ExecOutcome};
use ledger::{JobId, JobState};

use super::yard::{PAD, Yard, folder};
use crate::InstallRequest;

const FIRST: &str = "pad.box.localhost";

async fn yard() -> (tempfile::TempDir, Yard) {
    let folder = folder();
    let yard = Yard::new(folder.path());
    yard.install().await;
    (folder, yard)
}

async fn done(yard: &Yard, job: Result<JobId, recipe::Trouble>) {
    let job = yard.end_of(job.unwrap()).await;
    assert_eq!((job.state, job.trouble), (JobState::Done, None));
}

fn domains(yard: &Yard) -> Vec<String> {
    yard.service("pad").unwrap().domains
}

/// What the service was told by its recipe's command, the last first.
fn told(yard: &Yard) -> Vec<String> {
    let calls = yard.engine.calls();
    let execs = calls.iter().rev().filter(|recorded| recorded.call == Call::Exec);
    execs.filter_map(|it| Some(it.about.split_once("move-to ")?.1.to_owned())).collect()
}

async fn identities(yard: &Yard) -> Vec<String> {
    let there = yard.engine.containers(&yard.owner).await.unwrap();
    there.into_iter().map(|it| it.id).collect()
}

#[tokio::test(start_paused = true)]
async fn a_domain_that_the_service_does_not_name_touches_only_the_door() {
    let (_folder, yard) = yard().await;
    let before = identities(&yard).await;
    done(&yard, yard.lifecycle.add_domain("pad", "Second.Example.ORG.").await).await;
    assert_eq!(domains(&yard), [FIRST, "second.example.org"]);
    assert_eq!(yard.hosts("pad"), [FIRST, "second.example.org"]);
    assert_eq!(yard.shown("pad"), "open");
    done(&yard, yard.lifecycle.remove_domain("pad", "second.example.org").await).await;
    assert_eq!((domains(&yard), yard.hosts("pad")), (vec![FIRST.into()], vec![FIRST.into()]));
    assert_eq!(identities(&yard).await, before);
    assert!(told(&yard).is_empty());
}

#[tokio::test(start_paused = true)]
async fn another_main_domain_is_told_to_the_service_and_proven() {
    let (_folder, yard) = yard().await;
    done(&yard, yard.lifecycle.set_main_domain("pad", "new.example.org").await).await;
    assert_eq!(domains(&yard), ["new.example.org", FIRST]);
    let spec = yard.engine.spec("panier-012345-pad-app").unwrap();
    assert!(spec.environment.contains(&("ADDRESS".into(), "https://new.example.org".into())));
    assert_eq!(told(&yard), ["https://new.example.org"]);
    // Without its main domain, the next one is.
    done(&yard, yard.lifecycle.remove_domain("pad", "new.example.org").await).await;
    assert_eq!(domains(&yard), [FIRST]);
    assert_eq!(told(&yard)[0], "https://pad.box.localhost");
    // Told once more: nothing else changes.
    done(&yard, yard.lifecycle.set_main_domain("pad", FIRST).await).await;
    assert_eq!((domains(&yard), told(&yard).len()), (vec![FIRST.into()], 3));
}

#[tokio::test(start_paused = true)]
async fn a_domain_under_which_the_service_does_not_work_is_taken_back() {
    let (_folder, yard) = yard().await;
    yard.door.well.store(false, Ordering::SeqCst);
    let job = yard.lifecycle.set_main_domain("pad", "new.example.org").await.unwrap();
    assert_eq!(yard.end_of(job).await.trouble.unwrap().code, "service-unwell");
    assert_eq!((domains(&yard), yard.hosts("pad")), (vec![FIRST.into()], vec![FIRST.into()]));
    assert_eq!(told(&yard), ["https://pad.box.localhost", "https://new.example.org"]);
    let spec = yard.engine.spec("panier-012345-pad-app").unwrap();
    assert!(spec.environment.contains(&("ADDRESS".into(), format!("https://{FIRST}"))));
    assert_eq!(yard.running().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_cannot_be_told_back_ends_its_job_and_says_so() {
    let (_folder, yard) = yard().await;
    let refused = ExecOutcome { code: 1, output: "no".into() };
    for address in ["https://new.example.org", "https://pad.box.localhost"] {
        yard.engine.answer(&["move-to", address], refused.clone());
    }
    let job = yard.lifecycle.set_main_domain("pad", "new.example.org").await.unwrap();
    let job = yard.end_of(job).await;
    assert_eq!(job.trouble.unwrap().code, "command-failed");
    let lines = yard.ledger.read(|records| records.job_lines(job.id)).unwrap();
    assert!(lines.iter().any(|line| line.text.en.contains("panier domain main pad")), "{lines:?}");
    assert_eq!(domains(&yard), [FIRST]);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_service_is_told_and_stays_stopped() {
    let (_folder, yard) = yard().await;
    done(&yard, yard.lifecycle.stop("pad").await).await;
    done(&yard, yard.lifecycle.set_main_domain("pad", "new.example.org").await).await;
    assert_eq!(domains(&yard), ["new.example.org", FIRST]);
    assert_eq!(told(&yard), ["https://new.example.org"]);
    assert!(yard.running().await.is_empty());
    assert_eq!(yard.shown("pad"), "stopped");
}

#[tokio::test(start_paused = true)]
async fn a_service_without_its_domain_in_its_settings_stays_open_meanwhile() {
    let folder = folder();
    let yard = Yard::new(folder.path());
    let silent = PAD.replace(r#", ADDRESS = "{{ url }}""#, "");
    let silent = silent.replace(r#"["move-to", "{{ url }}"]"#, r#"["move"]"#);
    *yard.recipe.lock().unwrap() = silent;
    yard.install().await;
    let before = identities(&yard).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&asked);
    *yard.door.asked.lock().unwrap() = Some(Arc::new(move || {
        seen.fetch_add(1, Ordering::SeqCst);
        true
    }));
    done(&yard, yard.lifecycle.set_main_domain("pad", "new.example.org").await).await;
    assert_eq!(asked.load(Ordering::SeqCst), 1, "it was proven under its new name");
    assert_eq!((identities(&yard).await, yard.shown("pad")), (before, "open"));
    assert_eq!(domains(&yard), ["new.example.org", FIRST]);

    yard.door.well.store(false, Ordering::SeqCst);
    let job = yard.lifecycle.set_main_domain("pad", "third.example.org").await.unwrap();
    assert_eq!(yard.end_of(job).await.state, JobState::Failed);
    assert_eq!(yard.hosts("pad"), ["new.example.org", FIRST]);
}

#[tokio::test(start_paused = true)]
async fn a_domain_that_cannot_be_had_is_refused() {
    let (_folder, yard) = yard().await;
    let other = InstallRequest { name: Some("wiki".into()), ..Yard::install_request() };
    let job = yard.lifecycle.install(other).await.unwrap();
    yard.end_of(job).await;
    let code = |outcome: Result<JobId, recipe::Trouble>| outcome.unwrap_err().code;
    let of = &yard.lifecycle;
    assert_eq!(code(of.add_domain("pad", "wiki.box.localhost").await), "domain-taken");
    assert_eq!(code(of.add_domain("pad", "box.localhost").await), "domain-of-the-box");
    assert_eq!(code(of.add_domain("pad", "Pad.Box.Localhost").await), "domain-there");
    assert_eq!(code(of.add_domain("pad", "10.0.0.1").await), "domain-wrong");
    assert_eq!(code(of.add_domain("nobody", "a.example.org").await), "service-unknown");
    assert_eq!(code(of.remove_domain("pad", FIRST).await), "domain-last");
    assert_eq!(code(of.remove_domain("pad", "a.example.org").await), "domain-unknown");
    let box_itself =
        InstallRequest { domains: vec!["Box.localhost".into()], ..Yard::install_request() };
    assert_eq!(code(of.install(box_itself).await), "domain-of-the-box");
    assert_eq!(yard.ledger.read(|records| records.jobs(9)).unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_domain_is_never_shown_at_two_doors() {
    let (_folder, yard) = yard().await;
    // Somebody installs a service under the domain while another is being proven there.
    let (lifecycle, domain) = (yard.lifecycle.clone(), "new.example.org");
    yard.engine.fail(Call::Exec, containers::Fault::Hangs(containers::Gate::shut()));
    let changing = lifecycle.set_main_domain("pad", domain).await.unwrap();
    let request = InstallRequest {
        name: Some("wiki".into()),
        domains: vec![domain.into()],
        ..Yard::install_request()
    };
    let installing = lifecycle.install(request).await.unwrap();
    assert_eq!(yard.end_of(installing).await.state, JobState::Done);
    assert_eq!(yard.hosts("wiki"), [domain]);
    assert_eq!(yard.hosts("pad"), [FIRST]);
    let changed = yard.end_of(changing).await;
    assert_eq!(changed.state, JobState::Failed);
    assert_eq!((domains(&yard), yard.hosts("pad")), (vec![FIRST.into()], vec![FIRST.into()]));
}
