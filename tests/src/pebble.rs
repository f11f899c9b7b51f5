//! A public authority of the tests' own: Debian's `pebble`, with a DNS of its
//! own in which every name leads to this machine. All of it on loopback.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Uri};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use tempfile::TempDir;
use tokio_rustls::TlsConnector;

use crate::wait_until;

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// How an authority behaves.
#[derive(Debug, Clone)]
pub struct PebblePlan {
    /// The port at which it asks for HTTP-01.
    pub http_port: u16,
    /// The port at which it asks for TLS-ALPN-01.
    pub tls_port: u16,
    /// How long its certificates live.
    pub life: Duration,
    /// Of a hundred requests, how many it refuses for a stale nonce.
    pub stale_nonces: u8,
    /// How many seconds it lets pass before it asks; none: it asks at once.
    pub hesitates: Option<u8>,
}

impl PebblePlan {
    /// One that asks at these ports, is quick, and signs for 90 days.
    #[must_use]
    pub fn asking(http_port: u16, tls_port: u16) -> Self {
        let life = Duration::from_secs(90 * 24 * 60 * 60);
        Self { http_port, tls_port, life, stale_nonces: 0, hesitates: None }
    }
}

/// A running authority; dropping it ends its processes.
pub struct Pebble {
    folder: TempDir,
    plan: PebblePlan,
    port: u16,
    management: u16,
    dns: Child,
    dns_port: u16,
    authority: Option<Child>,
}

impl Pebble {
    /// Starts one; none where Debian's package is not installed, which is
    /// printed with `left_out`.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(left_out: &str, plan: PebblePlan) -> Option<Self> {
        if Command::new("pebble-challtestsrv").arg("-h").output().is_err() {
            println!("left out, as pebble is not installed: {left_out}");
            return None;
        }
        let folder = tempfile::Builder::new().prefix("panier-pebble-").tempdir().expect("a folder");
        make_certificates(&folder);
        let dns_port = free_port();
        let dns = Command::new("pebble-challtestsrv")
            .args(["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""])
            .args(["-defaultIPv4", "127.0.0.1"])
            .arg("-dns01")
            .arg(format!("127.0.0.1:{dns_port}"))
            .arg("-management")
            .arg(format!("127.0.0.1:{}", free_port()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a DNS of the tests' own");
        let (port, management) = (free_port(), free_port());
        let mut new = Self { folder, plan, port, management, dns, dns_port, authority: None };
        new.begin_again();
        Some(new)
    }

    /// Its directory's URL.
    #[must_use]
    pub fn directory(&self) -> String {
        format!("https://localhost:{}/dir", self.port)
    }

    /// The root that its own server's certificate is signed by.
    #[must_use]
    pub fn server_root(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// Ends it at once, in the middle of whatever it does. Its DNS stays.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.authority.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Has it behave otherwise from its next start on.
    pub fn set_plan(&mut self, change: impl FnOnce(&mut PebblePlan)) {
        change(&mut self.plan);
    }

    /// Starts it at the same place, with nothing of what it knew before.
    ///
    /// # Panics
    /// When it does not start.
    pub fn begin_again(&mut self) {
        self.kill();
        let of = |name: &str| self.folder.path().join(name);
        let configuration = json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{}", self.port),
            "managementListenAddress": format!("127.0.0.1:{}", self.management),
            "certificate": of("server.pem"),
            "privateKey": of("server.key"),
            "httpPort": self.plan.http_port,
            "tlsPort": self.plan.tls_port,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": false,
            "certificateValidityPeriod": self.plan.life.as_secs(),
        }});
        std::fs::write(of("pebble.json"), configuration.to_string()).expect("a configuration");
        let log = File::create(of("pebble.log")).expect("a log");
        let mut command = Command::new("pebble");
        command
            .arg("-config")
            .arg(of("pebble.json"))
            .arg("-dnsserver")
            .arg(format!("127.0.0.1:{}", self.dns_port))
            .env("PEBBLE_WFE_NONCEREJECT", self.plan.stale_nonces.to_string())
            // What was proven once is asked again: each order is a whole one, but
            // for one in a hundred, as pebble's dice have a 0 that is not above 0.
            .env("PEBBLE_AUTHZREUSE", "0")
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log);
        match self.plan.hesitates {
            None => command.env("PEBBLE_VA_NOSLEEP", "1"),
            Some(seconds) => command.env("PEBBLE_VA_SLEEPTIME", seconds.to_string()),
        };
        self.authority = Some(command.spawn().expect("pebble"));
        let (port, management) = (self.port, self.management);
        wait_until("pebble answers", PATIENCE, || {
            let answers = |port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
            (answers(port) && answers(management)).then_some(())
        });
    }

    /// What it has logged since it was started last.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("pebble.log")).unwrap_or_default()
    }

    /// The root that it signs with since its last start, as PEM in a file: a
    /// new one each time.
    ///
    /// # Panics
    /// When it does not give it.
    pub async fn root(&self) -> PathBuf {
        let mut trust = RootCertStore::empty();
        let server = CertificateDer::from_pem_file(self.server_root()).expect("its own root");
        trust.add(server).expect("a root");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS")
            .with_root_certificates(trust)
            .with_no_client_auth();
        let stream = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, self.management)).await;
        let name = ServerName::try_from("localhost").expect("a name");
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, stream.expect("pebble's management"))
            .await
            .expect("TLS with pebble");
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.expect("pebble speaks HTTP");
        tokio::spawn(connection);
        let request = Request::get(Uri::from_static("/roots/0")).header("host", "localhost");
        let request = request.body(Empty::<bytes::Bytes>::new()).expect("a request");
        let answer = sender.send_request(request).await.expect("pebble's root");
        let pem = answer.into_body().collect().await.expect("the whole root").to_bytes();
        let path = self.folder.path().join("issuer.pem");
        std::fs::write(&path, pem).expect("a file");
        path
    }
}

impl Drop for Pebble {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("--- pebble's log\n{}---", self.log());
        }
        self.kill();
        let _ = self.dns.kill();
        let _ = self.dns.wait();
    }
}

/// A port that nobody has, by TCP or UDP.
fn free_port() -> u16 {
    loop {
        let tcp = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = tcp.local_addr().expect("its address").port();
        if UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Debian leaves pebble's own test certificates out.
fn make_certificates(folder: &TempDir) {
    let mut root = CertificateParams::new(Vec::new()).expect("no names");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    root.distinguished_name.push(DnType::CommonName, "the tests' pebble");
    let key = KeyPair::generate().expect("a key");
    let made = root.self_signed(&key).expect("a root");
    let issuer = Issuer::new(root, key);
    let server_key = KeyPair::generate().expect("a key");
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let server = CertificateParams::new(names).expect("names");
    let server = server.signed_by(&server_key, &issuer).expect("a certificate");
    for (name, text) in [
        ("root.pem", made.pem()),
        ("server.pem", server.pem()),
        ("server.key", server_key.serialize_pem()),
    ] {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
}
