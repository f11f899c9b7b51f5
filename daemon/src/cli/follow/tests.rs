//! A job is followed over a socket at whose other end a script answers.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use admin::views::{
    EventView, JobDetail, JobStateView, JobView, LineView, StepStateView, StepView,
};
use recipe::{Language, Text, Trouble, text};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixListener;

use StepStateView::{Begun, Done, Failed, Planned, Undone};

use super::{outcome, to_the_end};
use crate::cli::client::Client;
use crate::cli::complaint::Complaint;
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::presenter::Presenter;

fn labels() -> [Text; 3] {
    [
        text!("Fetching the images", "On télécharge les images"),
        text!("Starting", "On démarre"),
        text!("Checking that it works", "On vérifie qu’il fonctionne"),
    ]
}

fn known(state: JobStateView, steps: [StepStateView; 3], trouble: Option<Trouble>) -> EventView {
    let steps =
        steps.into_iter().zip(labels()).zip(0..).map(|((state, label), ordinal)| StepView {
            ordinal,
            name: format!("step-{ordinal}"),
            label: Some(label),
            state,
            begun: None,
            ended: None,
        });
    let detail = JobDetail {
        job: JobView {
            id: 7,
            kind: "install".into(),
            label: admin::kinds::label("install"),
            subject: "budget".into(),
            state,
            created: "2026-11-22T10:00:00Z".parse().unwrap(),
            ended: state.is_end().then(|| "2026-11-22T10:00:41Z".parse().unwrap()),
            trouble,
        },
        steps: steps.collect(),
        lines: vec![LineView {
            number: 0,
            time: "2026-11-22T10:00:02Z".parse().unwrap(),
            text: text!("One image is there already.", "Une image est déjà là."),
        }],
    };
    EventView::Known { detail: Box::new(detail) }
}

fn step(ordinal: u32, state: StepStateView) -> EventView {
    let label = labels()[ordinal as usize].clone();
    EventView::Step { job: 7, ordinal, of: 3, name: format!("step-{ordinal}"), label, state }
}

/// Answers each connection with one stream of events, then ends.
fn script(folder: &Path, streams: Vec<Vec<EventView>>) -> PathBuf {
    let socket = folder.join("api.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    tokio::spawn(async move {
        for events in streams {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0; 1024];
            let _length = stream.read(&mut asked).await.unwrap();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n:\n\n";
            stream.write_all(head.as_bytes()).await.unwrap();
            for event in events {
                let event = serde_json::to_string(&event).unwrap();
                stream.write_all(format!("data: {event}\n\n").as_bytes()).await.unwrap();
            }
        }
    });
    socket
}

async fn follow(
    language: Language,
    streams: Vec<Vec<EventView>>,
) -> (String, Result<JobDetail, Complaint>) {
    let folder = TempDir::new().unwrap();
    let client = Client::at(script(folder.path(), streams));
    let output = Output::plain(language);
    let lines = RefCell::new(Vec::new());
    let mut presenter = Presenter::lines(&output, |line| lines.borrow_mut().push(line.to_owned()));
    let followed = to_the_end(&client, 7, &mut presenter).await;
    drop(presenter);
    (lines.into_inner().join("\n"), followed)
}

fn download(done: u64) -> EventView {
    EventView::Progress { job: 7, label: labels()[0].clone(), done, total: 100 << 20 }
}

#[tokio::test]
async fn a_job_is_told_in_plain_lines() {
    let events = vec![
        known(JobStateView::Running, [Begun, Planned, Planned], None),
        // What was known already is not told twice.
        step(0, Begun),
        download(1 << 20),
        download(60 << 20),
        download(61 << 20),
        step(0, Done),
        step(1, Begun),
        step(1, Done),
        step(2, Begun),
        step(2, Done),
        known(JobStateView::Done, [Done, Done, Done], None),
    ];
    let (english, followed) = follow(Language::En, vec![events.clone()]).await;
    assert_eq!(followed.unwrap().job.state, JobStateView::Done);
    let (french, _) = follow(Language::Fr, vec![events]).await;
    insta::assert_snapshot!(format!("{english}\n\n{french}"));
}

#[tokio::test]
async fn a_job_that_fails_tells_what_is_taken_back_and_why() {
    let trouble = Trouble::new(
        "no-answer",
        text!("budget does not answer.", "budget ne répond pas."),
        text!("Look into its log.", "Regardez son journal."),
    );
    let undoing =
        EventView::State { job: 7, state: JobStateView::Undoing, trouble: Some(trouble.clone()) };
    let events = vec![
        known(JobStateView::Running, [Done, Begun, Planned], None),
        step(1, Failed),
        undoing,
        step(1, Undone),
        step(0, Undone),
        known(JobStateView::Failed, [Undone, Undone, Planned], Some(trouble.clone())),
    ];
    let (said, followed) = follow(Language::En, vec![events]).await;
    insta::assert_snapshot!(said);
    let complaint = outcome(followed.unwrap()).unwrap_err();
    assert_eq!((complaint.exit, complaint.trouble()), (Exit::Trouble, Some(&trouble)));
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_went_away_is_asked_again() {
    let first = vec![known(JobStateView::Running, [Begun, Planned, Planned], None)];
    let second = vec![
        known(JobStateView::Running, [Done, Begun, Planned], None),
        known(JobStateView::Done, [Done, Done, Done], None),
    ];
    let (said, followed) = follow(Language::En, vec![first, Vec::new(), second]).await;
    assert!(followed.unwrap().job.state.is_end());
    assert_eq!(said.matches("[1/3]").count(), 1, "{said}");
    assert_eq!(said.matches("[3/3]").count(), 1, "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_daemon_that_stays_away_is_told() {
    let folder = TempDir::new().unwrap();
    let client = Client::at(folder.path().join("api.sock"));
    let output = Output::plain(Language::En);
    let mut presenter = Presenter::lines(&output, |line| panic!("{line}"));
    let complaint = to_the_end(&client, 7, &mut presenter).await.unwrap_err();
    assert_eq!(complaint.exit, Exit::Away);
    let trouble = complaint.trouble().unwrap();
    assert_eq!(trouble.code, "daemon-away");
    assert_eq!(trouble.remedy.fr, "Démarrez-le : panier daemon");
}
