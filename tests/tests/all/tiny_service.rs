//! The tests' own software does what tests count on, run as a plain process.

use std::process::{Child, Command};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tests::{Answer, CannotAsk, Client, Door, Http, program, wait_until};

struct Running {
    child: Child,
    door: Door,
    data: TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn start(variables: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().unwrap();
        // Free when asked; nobody else is given it so soon.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        drop(listener);
        let child = Command::new(program("tiny-service"))
            .env("PORT", at.port().to_string())
            .env("DATA", data.path())
            .envs(variables.iter().copied())
            .spawn()
            .unwrap();
        Self { child, door: Door { at, name: "tiny".to_owned(), http: Http::Plain }, data }
    }

    async fn ask(&self, path: &str) -> Result<Answer, CannotAsk> {
        // Plain HTTP trusts nobody: any root will do.
        client().get(&self.door, path).await
    }

    async fn when_it_serves(&self, path: &str) -> Answer {
        loop {
            match self.ask(path).await {
                Err(CannotAsk::Dial(..)) => tokio::time::sleep(Duration::from_millis(20)).await,
                other => return other.unwrap(),
            }
        }
    }
}

fn client() -> Client {
    let folder = tempfile::tempdir().unwrap();
    let authority = super::client::authority(folder.path());
    Client::trusting(authority.root_file())
}

#[tokio::test]
async fn it_says_that_it_is_well_until_it_is_told_to_be_ill() {
    let tiny = Running::start(&[("TINY_VERSION", "1.0")]);
    assert_eq!(tiny.when_it_serves("/health").await.json()["status"], "pass");
    std::fs::write(tiny.data.path().join("ill"), "").unwrap();
    let answer = tiny.ask("/health").await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (503, &"fail".into()));
    assert_eq!(tiny.ask("/").await.unwrap().text(), "tiny 1.0\n");
}

#[tokio::test]
async fn it_keeps_lines_and_gives_them_back() {
    let tiny = Running::start(&[]);
    tiny.when_it_serves("/").await;
    for line in ["one", "deux"] {
        let answer = client().post(&tiny.door, "/data", line).await.unwrap();
        assert_eq!(answer.status, 201);
    }
    assert_eq!(tiny.ask("/data").await.unwrap().text(), "one\ndeux\n");
    let echo = client().post(&tiny.door, "/echo", vec![7; 1 << 20]).await.unwrap();
    assert_eq!(echo.body.len(), 1 << 20);
}

#[tokio::test]
async fn it_tells_who_it_is_and_whom_it_can_reach() {
    let tiny = Running::start(&[("TITLE", "Essai")]);
    let who = tiny.when_it_serves("/whoami").await.json();
    assert_eq!(who["uid"], system::user::effective().uid.to_string());
    assert_eq!(tiny.ask("/env").await.unwrap().json()["TITLE"], "Essai");
    let itself = tiny.ask(&format!("/connect?to={}", tiny.door.at)).await.unwrap();
    assert_eq!(itself.json()["open"], true);
    let nobody = tiny.ask("/connect?to=127.0.0.1:1").await.unwrap();
    assert_eq!(nobody.json()["open"], false);
    assert_eq!(tiny.ask("/file?path=/nowhere").await.unwrap().status, 404);
}

#[test]
fn it_fails_at_the_start_when_told_to() {
    let mut tiny = Running::start(&[("FAIL", "start")]);
    assert_eq!(tiny.child.wait().unwrap().code(), Some(2));
}

#[test]
fn it_crashes_when_told_to() {
    let mut tiny = Running::start(&[("FAIL", "crash-after:10")]);
    assert_eq!(tiny.child.wait().unwrap().code(), Some(3));
}

#[tokio::test]
async fn it_ends_at_once_when_asked() {
    let mut tiny = Running::start(&[]);
    tiny.when_it_serves("/").await;
    kill_process(Pid::from_child(&tiny.child), Signal::TERM).unwrap();
    let status = wait_until("its end", Duration::from_secs(5), || tiny.child.try_wait().unwrap());
    assert_eq!(status.code(), Some(0));
}
