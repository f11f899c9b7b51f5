use std::sync::atomic::Ordering;

use containers::{Call, ContainerState, Engine, EngineError, Fault, Kind};
use ledger::{JobState, Standing, Wanted};

use super::yard::{Yard, answers, folder};
use crate::{Health, InstallRequest};

fn yard() -> (tempfile::TempDir, Yard) {
    let folder = folder();
    let yard = Yard::new(folder.path());
    (folder, yard)
}

fn refused() -> EngineError {
    EngineError::NotFound { kind: Kind::Image, name: "asked for by a test".into() }
}

#[tokio::test(start_paused = true)]
async fn an_installed_service_runs_and_is_open() {
    let (folder, yard) = yard();
    let job = yard.install().await;
    assert_eq!((job.state, job.trouble), (JobState::Done, None));
    assert_eq!(yard.running().await, ["panier-012345-pad-app", "panier-012345-pad-worker"]);
    assert_eq!(yard.shown("pad"), "open");
    let service = yard.service("pad").unwrap();
    assert_eq!(service.standing, Standing::Installed);
    assert_eq!(service.release, "2.0");
    assert_eq!(service.domains, ["pad.box.localhost"]);
    assert_eq!(yard.lifecycle.address(&service), "https://pad.box.localhost");
    assert_eq!(yard.lifecycle.health(service.id), Health::Up);
    assert_eq!(yard.lifecycle.revealed_secrets("pad").unwrap()["admin_password"].len(), 24);
    assert!(folder.path().join("services/pad/var/data").is_dir());
    let inside = yard.lifecycle.inside(&service).unwrap();
    assert_eq!(inside.volumes[0].folder, folder.path().join("services/pad/var/data"));
    let app = yard.engine.spec("panier-012345-pad-app").unwrap();
    assert!(app.environment.contains(&("TITLE".into(), "Pads".into())));
    assert!(app.read_only_root && app.capabilities.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_install_that_fails_anywhere_leaves_nothing_but_its_log() {
    for call in [
        Call::Pull,
        Call::CreateNetwork,
        Call::CreateVolume,
        Call::CreateContainer,
        Call::StartContainer,
        Call::Exec,
    ] {
        for lost in [false, true] {
            let (folder, yard) = yard();
            let fault = if lost { Fault::AnswerLost(refused()) } else { Fault::Refused(refused()) };
            yard.engine.fail(call, fault);
            let job = yard.install().await;
            let case = format!("{call:?}, lost: {lost}");
            assert_eq!(job.state, JobState::Failed, "{case}");
            assert!(job.trouble.is_some(), "{case}");
            assert_eq!(yard.engine_counts().await, (0, 0, 0), "{case}");
            assert!(yard.service("pad").is_none(), "{case}");
            assert!(!folder.path().join("services/pad").exists(), "{case}");
            assert_eq!(yard.shown("pad"), "nothing", "{case}");
            // The name is free at once.
            assert_eq!(yard.install().await.state, JobState::Done, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_never_answers_well_is_not_installed() {
    let (_folder, yard) = yard();
    yard.door.well.store(false, Ordering::SeqCst);
    let job = yard.install().await;
    let trouble = job.trouble.unwrap();
    assert_eq!(trouble.code, "service-unwell");
    assert!(trouble.why.unwrap().fr.contains("500"));
    assert_eq!(yard.engine_counts().await, (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_subnet_that_is_taken_is_passed_over() {
    let (_folder, yard) = yard();
    yard.engine.fail(
        Call::CreateNetwork,
        Fault::Refused(EngineError::SubnetTaken { subnet: "10.213.0.0/27".into() }),
    );
    assert_eq!(yard.install().await.state, JobState::Done);
    let networks = yard.engine.networks(&yard.owner).await.unwrap();
    // Not the very next: who has one may have a row of them.
    assert_eq!(networks[0].subnet, "10.213.0.64/27");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_request_becomes_no_job() {
    let (_folder, yard) = yard();
    let code = |request: InstallRequest| {
        let lifecycle = yard.lifecycle.clone();
        async move { lifecycle.install(request).await.unwrap_err().code }
    };
    let good = Yard::install_request;
    assert_eq!(code(InstallRequest { name: Some("Pad!".into()), ..good() }).await, "name-wrong");
    assert_eq!(
        code(InstallRequest { release: Some("9".into()), ..good() }).await,
        "release-unknown"
    );
    assert_eq!(code(InstallRequest { domains: vec!["x".into()], ..good() }).await, "domain-wrong");
    let wrong = answers(&[("colour", "green")]);
    assert_eq!(code(InstallRequest { answers: wrong, ..good() }).await, "answers-wrong");
    assert!(yard.ledger.read(|records| records.jobs(9)).unwrap().is_empty());
    yard.install().await;
    assert_eq!(code(InstallRequest { name: Some("pad".into()), ..good() }).await, "name-taken");
    let taken = InstallRequest { domains: vec!["pad.box.localhost".into()], ..good() };
    assert_eq!(code(taken).await, "domain-taken");
    let fixed = yard.lifecycle.change_answers("pad", answers(&[("language", "en")])).await;
    assert_eq!(fixed.unwrap_err().code, "answers-wrong");
    assert_eq!(yard.lifecycle.start("nobody").await.unwrap_err().code, "service-unknown");
}

#[tokio::test(start_paused = true)]
async fn a_second_service_of_a_recipe_has_a_name_and_a_network_of_its_own() {
    let (_folder, yard) = yard();
    yard.install().await;
    yard.install().await;
    let names: Vec<_> = yard.running().await;
    assert_eq!(names.len(), 4);
    assert!(names.contains(&"panier-012345-pad-2-app".to_owned()), "{names:?}");
    assert_eq!(yard.engine.networks(&yard.owner).await.unwrap().len(), 2);
    let secret = |name| yard.lifecycle.revealed_secrets(name).unwrap()["admin_password"].clone();
    assert_ne!(secret("pad"), secret("pad-2"));
}

#[tokio::test(start_paused = true)]
async fn a_stopped_service_says_so_and_starts_again() {
    let (_folder, yard) = yard();
    yard.install().await;
    let job = yard.lifecycle.stop("pad").await.unwrap();
    assert_eq!(yard.end_of(job).await.state, JobState::Done);
    assert!(yard.running().await.is_empty());
    assert_eq!(yard.shown("pad"), "stopped");
    assert_eq!(yard.service("pad").unwrap().wanted, Wanted::Stopped);
    let job = yard.lifecycle.start("pad").await.unwrap();
    assert_eq!(yard.end_of(job).await.state, JobState::Done);
    assert_eq!(yard.running().await.len(), 2);
    assert_eq!(yard.shown("pad"), "open");
    let job = yard.lifecycle.restart("pad").await.unwrap();
    assert_eq!(yard.end_of(job).await.state, JobState::Done);
    assert_eq!(yard.shown("pad"), "open");
}

#[tokio::test(start_paused = true)]
async fn answers_that_do_not_work_are_taken_back() {
    let (_folder, yard) = yard();
    yard.install().await;
    let title = || yard.engine.spec("panier-012345-pad-app").unwrap().environment;
    let job = yard.lifecycle.change_answers("pad", answers(&[("title", "Chez nous")])).await;
    assert_eq!(yard.end_of(job.unwrap()).await.state, JobState::Done);
    assert!(title().contains(&("TITLE".into(), "Chez nous".into())));

    yard.door.well.store(false, Ordering::SeqCst);
    let job = yard.lifecycle.change_answers("pad", answers(&[("title", "Broken")])).await;
    assert_eq!(yard.end_of(job.unwrap()).await.state, JobState::Failed);
    assert!(title().contains(&("TITLE".into(), "Chez nous".into())));
    assert_eq!(yard.service("pad").unwrap().answers["title"], "Chez nous");
    assert_eq!(yard.running().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn answers_of_a_stopped_service_count_at_its_next_start() {
    let (_folder, yard) = yard();
    yard.install().await;
    let job = yard.lifecycle.stop("pad").await.unwrap();
    yard.end_of(job).await;
    let job = yard.lifecycle.change_answers("pad", answers(&[("title", "Later")])).await;
    assert_eq!(yard.end_of(job.unwrap()).await.state, JobState::Done);
    assert!(yard.running().await.is_empty());
    let job = yard.lifecycle.start("pad").await.unwrap();
    yard.end_of(job).await;
    let spec = yard.engine.spec("panier-012345-pad-app").unwrap();
    assert!(spec.environment.contains(&("TITLE".into(), "Later".into())));
}

#[tokio::test(start_paused = true)]
async fn a_removed_service_comes_back_with_its_data() {
    let (folder, yard) = yard();
    yard.install().await;
    let kept = folder.path().join("services/pad/var/data/kept");
    std::fs::write(&kept, "dear").unwrap();
    let id = yard.service("pad").unwrap().id;
    let job = yard.lifecycle.remove("pad", false).await.unwrap();
    assert_eq!(yard.end_of(job).await.state, JobState::Done);
    assert_eq!(yard.engine_counts().await, (0, 0, 0));
    assert!(!kept.exists());
    // Its name is free, so it must be given another on its way back.
    yard.install().await;
    let refused = yard.lifecycle.restore_from_trash(id, None).await.unwrap_err();
    assert_eq!(refused.code, "name-taken");
    let name = Some("pad-old".to_owned());
    let refused = yard.lifecycle.restore_from_trash(id, name.clone()).await.unwrap_err();
    assert_eq!(refused.code, "domain-taken", "its domain leads to the new one");
    let job = yard.lifecycle.remove("pad", true).await.unwrap();
    assert_eq!(yard.end_of(job).await.state, JobState::Done);
    let job = yard.lifecycle.restore_from_trash(id, name).await.unwrap();
    assert_eq!(yard.end_of(job).await.state, JobState::Done);
    let back = folder.path().join("services/pad-old/var/data/kept");
    assert_eq!(std::fs::read_to_string(back).unwrap(), "dear");
    assert_eq!(yard.running().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_restore_from_the_trash_that_fails_goes_back_there() {
    let (folder, yard) = yard();
    yard.install().await;
    let id = yard.service("pad").unwrap().id;
    let job = yard.lifecycle.remove("pad", false).await.unwrap();
    yard.end_of(job).await;
    yard.engine.fail(Call::StartContainer, Fault::Refused(refused()));
    let job = yard.lifecycle.restore_from_trash(id, Some("other".into())).await.unwrap();
    assert_eq!(yard.end_of(job).await.state, JobState::Failed);
    let trash = yard.ledger.read(|records| records.trash()).unwrap();
    assert_eq!((trash.len(), trash[0].name.as_str()), (1, "pad"));
    assert!(folder.path().join("trash").join(id.to_string()).join("var/data").is_dir());
    assert_eq!(yard.engine_counts().await, (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_purged_is_gone_for_good() {
    let (folder, yard) = yard();
    yard.install().await;
    let id = yard.service("pad").unwrap().id;
    let job = yard.lifecycle.remove("pad", false).await.unwrap();
    yard.end_of(job).await;
    let job = yard.lifecycle.purge_from_trash(id).await.unwrap();
    assert_eq!(yard.end_of(job).await.state, JobState::Done);
    assert!(yard.ledger.read(|records| records.trash()).unwrap().is_empty());
    assert_eq!(std::fs::read_dir(folder.path().join("trash")).unwrap().count(), 0);
    let again = yard.lifecycle.purge_from_trash(id).await.unwrap_err();
    assert_eq!(again.code, "trash-unknown");
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_is_somebody_elses_is_not_taken_over() {
    let (folder, yard) = yard();
    let theirs = folder.path().join("services/pad/notes.txt");
    std::fs::create_dir_all(theirs.parent().unwrap()).unwrap();
    std::fs::write(&theirs, "mine").unwrap();
    let job = yard.install().await;
    assert_eq!(job.trouble.unwrap().code, "folder-in-the-way");
    assert_eq!(std::fs::read_to_string(&theirs).unwrap(), "mine");
}

#[tokio::test(start_paused = true)]
async fn a_container_that_ends_while_it_is_proven_is_told_by_name() {
    let (_folder, yard) = yard();
    yard.door.well.store(false, Ordering::SeqCst);
    let job = yard.lifecycle.install(Yard::install_request()).await.unwrap();
    yard.until("the worker ended", || async {
        yard.engine.kill("worker").is_ok() && yard.running().await.len() == 1
    })
    .await;
    let trouble = yard.end_of(job).await.trouble.unwrap();
    assert!(trouble.why.unwrap().en.contains("worker"));
    let there = yard.engine.containers(&yard.owner).await.unwrap();
    assert!(there.iter().all(|it| it.state != ContainerState::Running));
}
