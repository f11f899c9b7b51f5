//! A box whose services are a script: real sockets, a real ledger, real jobs.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use catalogue::Catalogue;
use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use jobs::{Content, Journal, NoFaults, Scene, Step};
use ledger::{
    Digest, JobId, JobRecord, Ledger, LedgerError, NewJob, NewService, Service, ServiceId, Session,
    SnapshotNumber, Standing,
};
use lifecycle::Kept;
use recipe::{Language, Text, Trouble, text};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;

use crate::hand::{Hand, LogStream};
use crate::views::{
    AuthorityBody, AuthorityView, BackupsView, CertificateStateView, CertificateTestView,
    CertificateView, ContainerView, DiskView, EventView, FindingView, HealthView, InsideView,
    InstallBody, IssuerView, KitView, LogLine, MovedView, PreviousView, TargetView, UpdateBody,
    UpdateView, WayBackView,
};
use crate::{Admin, AdminOptions, BoxIdentity, CertificateHand, RootCertificate};

/// Longer than any answer takes, on a loaded machine as well.
const WITHIN: Duration = Duration::from_secs(20);

/// Writes down what it is asked, and does nothing.
pub(crate) struct ScriptedHand {
    asked: Mutex<Vec<String>>,
    refusal: Mutex<Option<Trouble>>,
    health: Mutex<HealthView>,
}

impl ScriptedHand {
    fn new() -> Self {
        Self {
            asked: Mutex::default(),
            refusal: Mutex::default(),
            health: Mutex::new(HealthView::Up),
        }
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn refuse(&self, trouble: Trouble) {
        *self.refusal.lock().unwrap() = Some(trouble);
    }

    pub(crate) fn set_health(&self, health: HealthView) {
        *self.health.lock().unwrap() = health;
    }

    fn begin(&self, what: String) -> Result<JobId, Trouble> {
        if let Some(trouble) = self.refusal.lock().unwrap().take() {
            return Err(trouble);
        }
        self.asked.lock().unwrap().push(what);
        Ok(JobId(7))
    }
}

#[async_trait]
impl Hand for ScriptedHand {
    async fn install(&self, request: InstallBody) -> Result<JobId, Trouble> {
        self.begin(format!("install {request:?}"))
    }
    async fn start(&self, name: &str) -> Result<JobId, Trouble> {
        self.begin(format!("start {name}"))
    }
    async fn stop(&self, name: &str) -> Result<JobId, Trouble> {
        self.begin(format!("stop {name}"))
    }
    async fn restart(&self, name: &str) -> Result<JobId, Trouble> {
        self.begin(format!("restart {name}"))
    }
    async fn change_answers(
        &self,
        name: &str,
        answers: BTreeMap<String, String>,
    ) -> Result<JobId, Trouble> {
        self.begin(format!("change {name} {answers:?}"))
    }
    async fn add_domain(&self, name: &str, domain: &str) -> Result<JobId, Trouble> {
        self.begin(format!("add domain {name} {domain}"))
    }
    async fn remove_domain(&self, name: &str, domain: &str) -> Result<JobId, Trouble> {
        self.begin(format!("remove domain {name} {domain}"))
    }
    async fn set_main_domain(&self, name: &str, domain: &str) -> Result<JobId, Trouble> {
        self.begin(format!("main domain {name} {domain}"))
    }
    async fn update(&self, name: &str, request: UpdateBody) -> Result<JobId, Trouble> {
        self.begin(format!("update {name} {request:?}"))
    }
    async fn rollback(&self, name: &str) -> Result<JobId, Trouble> {
        self.begin(format!("roll back {name}"))
    }
    async fn way_back(&self, _name: &str) -> Result<WayBackView, Trouble> {
        let moved = vec![MovedView {
            name: "bills".into(),
            label: text!("bills", "dépenses"),
            then: Some("214".into()),
            now: None,
        }];
        let kept = jiff::Timestamp::UNIX_EPOCH;
        Ok(WayBackView { release: "6.1.5".into(), revision: 1, kept, moved })
    }
    fn newer(&self, _service: &Service) -> Option<UpdateView> {
        let (release, way) = ("7.2.1".to_owned(), vec!["7.2.1".to_owned()]);
        Some(UpdateView { release, revision: 1, way, notes: Vec::new() })
    }
    fn previous(&self, _service: &Service) -> Option<PreviousView> {
        let kept = jiff::Timestamp::UNIX_EPOCH;
        Some(PreviousView { release: "6.1.5".into(), revision: 1, kept, measures: Vec::new() })
    }
    async fn remove(&self, name: &str, purge: bool) -> Result<JobId, Trouble> {
        self.begin(format!("remove {name} purge={purge}"))
    }
    async fn restore_from_trash(
        &self,
        id: ServiceId,
        name: Option<String>,
    ) -> Result<JobId, Trouble> {
        self.begin(format!("restore {id} {name:?}"))
    }
    async fn purge_from_trash(&self, id: ServiceId) -> Result<JobId, Trouble> {
        self.begin(format!("purge {id}"))
    }
    async fn build_images(&self, folders: Vec<String>) -> Result<JobId, Trouble> {
        self.begin(format!("build {folders:?}"))
    }
    async fn back_up(&self, name: &str) -> Result<JobId, Trouble> {
        self.begin(format!("back up {name}"))
    }
    async fn restore_snapshot(
        &self,
        id: SnapshotNumber,
        name: Option<String>,
        domain: Option<String>,
    ) -> Result<JobId, Trouble> {
        self.begin(format!("restore snapshot {id} {name:?} {domain:?}"))
    }
    async fn rehearse(&self, name: &str) -> Result<JobId, Trouble> {
        self.begin(format!("rehearse {name}"))
    }
    async fn targets(&self) -> Result<Vec<TargetView>, Trouble> {
        Ok(Vec::new())
    }
    async fn add_target(&self, name: &str, path: &str) -> Result<TargetView, Trouble> {
        self.begin(format!("add target {name} {path}"))?;
        Ok(TargetView {
            name: name.to_owned(),
            path: path.to_owned(),
            state: "ready".to_owned(),
            room: None,
            last_copy: None,
            trouble: None,
        })
    }
    async fn check_target(&self, name: &str) -> Result<JobId, Trouble> {
        self.begin(format!("check target {name}"))
    }
    async fn remove_target(&self, name: &str) -> Result<(), Trouble> {
        self.begin(format!("remove target {name}")).map(|_job| ())
    }
    async fn disks(&self) -> Result<Vec<DiskView>, Trouble> {
        Ok(Vec::new())
    }
    async fn backups(&self) -> Result<BackupsView, Trouble> {
        let targets = Vec::new();
        Ok(BackupsView { targets, kit_made: None, next_nightly: None, problems: Vec::new() })
    }
    async fn make_kit(&self, language: Language) -> Result<KitView, Trouble> {
        let text = format!("{language:?}");
        Ok(KitView { page: text.clone(), text, made: Timestamp::UNIX_EPOCH, tried: true })
    }
    fn kept(&self, _service: &Service) -> Kept {
        Kept::default()
    }
    async fn findings(&self) -> Vec<FindingView> {
        Vec::new()
    }
    fn health(&self, _id: ServiceId) -> HealthView {
        self.health.lock().unwrap().clone()
    }
    fn address(&self, service: &Service) -> String {
        format!("https://{}", service.domains[0])
    }
    fn inside(&self, _service: &Service) -> Result<InsideView, Trouble> {
        let app = ContainerView {
            name: "app".into(),
            image: "home/ihatemoney:7.2.1".into(),
            egress: None,
            user: None,
            memory: 256 << 20,
        };
        Ok(InsideView { containers: vec![app], ..InsideView::default() })
    }
    fn revealed_secrets(&self, _name: &str) -> Result<BTreeMap<String, String>, Trouble> {
        Ok(BTreeMap::new())
    }
    async fn logs(
        &self,
        _name: &str,
        container: Option<String>,
        _follow: bool,
        _tail: Option<u32>,
    ) -> Result<LogStream, Trouble> {
        let line = LogLine {
            container: container.unwrap_or_default(),
            time: None,
            error: false,
            text: "hello".into(),
        };
        let gone = Trouble::new(
            "log-gone",
            text!("The log is gone.", "Le journal a disparu."),
            text!("Try again.", "Réessayez."),
        );
        Ok(stream::iter([Ok(line), Err(gone)]).boxed())
    }
}

/// One certificate, as good as they come.
fn certificate(domain: &str) -> CertificateView {
    CertificateView {
        domain: domain.into(),
        service: None,
        issuer: IssuerView::Own,
        issuer_name: None,
        not_before: None,
        not_after: None,
        renew_at: None,
        state: CertificateStateView::Good,
        next_attempt: None,
        trouble: None,
    }
}

impl ScriptedHand {
    fn told<T>(&self, what: String, answer: T) -> Result<T, Trouble> {
        self.begin(what).map(|_job| answer)
    }
}

#[async_trait]
impl CertificateHand for ScriptedHand {
    fn certificates(&self) -> Result<Vec<CertificateView>, Trouble> {
        Ok(vec![certificate("pad.local")])
    }
    fn renew(&self, domain: &str) -> Result<CertificateView, Trouble> {
        self.told(format!("renew {domain}"), certificate(domain))
    }
    async fn test(&self, domain: &str) -> Result<CertificateTestView, Trouble> {
        let view = CertificateTestView {
            domain: domain.into(),
            ready: false,
            public_name: false,
            addresses: Vec::new(),
            leads_here: false,
            answers: false,
            port: 80,
            troubles: Vec::new(),
        };
        self.told(format!("test {domain}"), view)
    }
    fn authority(&self) -> Result<AuthorityView, Trouble> {
        Ok(AuthorityView::default())
    }
    fn set_authority(&self, authority: AuthorityBody) -> Result<AuthorityView, Trouble> {
        self.told(format!("set {authority:?}"), AuthorityView::default())
    }
    fn forget_authority(&self) -> Result<AuthorityView, Trouble> {
        self.told("forget the authority".into(), AuthorityView::default())
    }
}

/// Jobs of two steps, each of which waits to be let pass.
struct TwoSteps(Arc<Semaphore>);

struct Waits(Arc<Semaphore>, &'static str, Text);

impl Content for TwoSteps {
    fn steps(&self, _job: &JobRecord) -> Result<Vec<Box<dyn Step>>, Trouble> {
        let first = Waits(Arc::clone(&self.0), "first", text!("The first", "Le premier"));
        let second = Waits(Arc::clone(&self.0), "second", text!("The second", "Le second"));
        Ok(vec![Box::new(first), Box::new(second)])
    }
    fn ledger_trouble(&self, error: &LedgerError) -> Trouble {
        panic!("{error}")
    }
    fn deadline_trouble(&self, step: &Text, _deadline: Duration) -> Trouble {
        panic!("{}", step.en)
    }
    fn interrupted_trouble(&self, step: &Text) -> Trouble {
        panic!("{}", step.en)
    }
}

#[async_trait]
impl Step for Waits {
    fn name(&self) -> &'static str {
        self.1
    }
    fn label(&self) -> Text {
        self.2.clone()
    }
    fn deadline(&self) -> Duration {
        WITHIN
    }
    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        self.0.acquire().await.unwrap().forget();
        scene.say(self.2.clone());
        Ok(())
    }
}

/// A served box.
pub(crate) struct ServedBox {
    folder: TempDir,
    ledger: Arc<Ledger>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) hand: Arc<ScriptedHand>,
    passes: Arc<Semaphore>,
    now: Arc<Mutex<Timestamp>>,
    end: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<std::io::Result<()>>>,
}

impl ServedBox {
    pub(crate) async fn start() -> Self {
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        Self::in_folder(tempfile::tempdir().unwrap(), Arc::new(Mutex::new(now))).await
    }

    async fn in_folder(folder: TempDir, now: Arc<Mutex<Timestamp>>) -> Self {
        let ledger = Arc::new(Ledger::open(folder.path()).unwrap());
        let passes = Arc::new(Semaphore::new(0));
        let clock: crate::Clock = {
            let now = Arc::clone(&now);
            Arc::new(move || *now.lock().unwrap())
        };
        let content = Arc::new(TwoSteps(Arc::clone(&passes)));
        let journal =
            Journal::new(Arc::clone(&ledger), content, Arc::new(NoFaults), Arc::clone(&clock));
        let hand = Arc::new(ScriptedHand::new());
        let state = Admin {
            ledger: Arc::clone(&ledger),
            journal: Arc::clone(&journal),
            hand: hand.clone(),
            certificates: hand.clone(),
            catalogue: Catalogue::new(vec![
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes"),
            ]),
            identity: BoxIdentity {
                version: "0.1.0".into(),
                identity: "0123456789abcdef".into(),
                base_domain: "panier.localhost".into(),
                address: "https://panier.localhost".into(),
                architecture: "amd64".into(),
            },
            root: RootCertificate {
                pem: "-----BEGIN CERTIFICATE-----\n".into(),
                der: vec![0x30, 0x82],
                fingerprint: "AA:BB".into(),
            },
            clock,
            data: folder.path().to_owned(),
            allowed_users: vec![rustix::process::geteuid().as_raw()],
        };
        let api = UnixListener::bind(folder.path().join("api.sock")).unwrap();
        let web = UnixListener::bind(folder.path().join("web.sock")).unwrap();
        let (end, ending) = oneshot::channel();
        let shutdown = async move {
            let _ended = ending.await;
        };
        let server = tokio::spawn(crate::serve(AdminOptions { api, web, state }, shutdown));
        Self { folder, ledger, journal, hand, passes, now, end: Some(end), server: Some(server) }
    }

    pub(crate) fn add_service(&self, name: &str) {
        let answers = BTreeMap::from([("title".to_owned(), "Ours".to_owned())]);
        self.ledger
            .write(|records| {
                let id = records.add_service(&NewService {
                    name,
                    recipe: "ihatemoney",
                    recipe_text: "# as it was\n",
                    release: "7.2.1",
                    revision: 1,
                    created: "2026-11-22T10:00:00Z".parse().unwrap(),
                    domains: &[format!("{name}.panier.localhost")],
                    answers: &answers,
                    secrets: &BTreeMap::new(),
                })?;
                records.set_standing(id, Standing::Installed)
            })
            .unwrap();
    }

    pub(crate) fn begin_job(&self) -> i64 {
        let begun = self.journal.submit(|_records| {
            Ok::<_, LedgerError>(NewJob {
                kind: "install".into(),
                subject: "service/1".into(),
                subject_name: "budget".into(),
                request: Value::Null,
            })
        });
        begun.unwrap().0
    }

    /// Lets one step pass, and waits until its line is in the ledger.
    pub(crate) async fn let_step_pass(&self) {
        let mut events = self.journal.events();
        self.passes.add_permits(1);
        while !matches!(events.recv().await.unwrap(), jobs::Event::Line { .. }) {}
    }

    pub(crate) fn end(&mut self) {
        self.end.take().unwrap().send(()).unwrap();
    }

    pub(crate) async fn ended(&mut self) {
        self.server.take().unwrap().await.unwrap().unwrap();
    }

    /// Waits: all at once, on the box's clock alone.
    pub(crate) fn later(&self, by: SignedDuration) {
        *self.now.lock().unwrap() += by;
    }

    /// A first-run code, as the command line shows it.
    pub(crate) async fn code(&self) -> String {
        let (_, told) = self.ask("POST", "/api/administrator/code", None).await;
        told["code"].as_str().unwrap().to_owned()
    }

    pub(crate) fn sessions(&self) -> Vec<(Digest, Session)> {
        self.ledger.read(|records| records.sessions()).unwrap()
    }

    /// The same box with its daemon started anew.
    pub(crate) async fn restarted(mut self) -> Self {
        self.end();
        self.ended().await;
        let Self { folder, now, .. } = self;
        for socket in ["api.sock", "web.sock"] {
            std::fs::remove_file(folder.path().join(socket)).unwrap();
        }
        Self::in_folder(folder, now).await
    }

    pub(crate) async fn send(
        &self,
        socket: &str,
        request: Request<Full<Bytes>>,
    ) -> Response<Incoming> {
        let stream = UnixStream::connect(self.folder.path().join(socket)).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        tokio::time::timeout(WITHIN, sender.send_request(request)).await.unwrap().unwrap()
    }

    pub(crate) async fn raw(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Response<Incoming> {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "panier")
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        self.send("api.sock", request).await
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let response = self.raw(method, path, body).await;
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    pub(crate) async fn text(&self, method: &str, path: &str) -> String {
        let response = self.raw(method, path, None).await;
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// One of the box's pages.
    pub(crate) async fn page(&self, path: &str, language: &str) -> Response<Incoming> {
        let request = Request::builder()
            .uri(path)
            .header("host", "panier.localhost")
            .header("accept-language", language)
            .body(Full::default())
            .unwrap();
        self.send("web.sock", request).await
    }

    pub(crate) async fn follow(&self, job: i64) -> Followed {
        let response = self.raw("GET", &format!("/api/jobs/{job}/events"), None).await;
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Followed { body: response.into_body(), rest: String::new() }
    }
}

/// A job's events, as they come.
pub(crate) struct Followed {
    body: Incoming,
    rest: String,
}

impl Followed {
    pub(crate) async fn next(&mut self) -> Option<EventView> {
        loop {
            if let Some((message, rest)) = self.rest.split_once("\n\n") {
                let event = message.strip_prefix("data: ").map(serde_json::from_str);
                self.rest = rest.to_owned();
                if let Some(event) = event {
                    return Some(event.unwrap());
                }
            } else {
                let frame = tokio::time::timeout(WITHIN, self.body.frame()).await.unwrap()?;
                let data = frame.unwrap().into_data().unwrap();
                self.rest.push_str(std::str::from_utf8(&data).unwrap());
            }
        }
    }
}
