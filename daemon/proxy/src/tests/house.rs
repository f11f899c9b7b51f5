//! A box around the front door: an authority, a control line, and clients.

use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use ::certificates::{Authority, AuthorityNames};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use jiff::Timestamp;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::line::Line;
use crate::message::{Answer, Order, Role};
use crate::patience::Patience;
use crate::serve::{ServeError, serve_with};
use crate::*;

/// Long enough for a loaded machine; a test that waits so long has failed.
pub(super) const DEADLINE: Duration = Duration::from_secs(20);

pub(super) type ClientBody = BoxBody<Bytes, std::io::Error>;

pub(super) fn empty() -> ClientBody {
    Empty::new().map_err(|never| match never {}).boxed()
}

pub(super) fn full(bytes: impl Into<Bytes>) -> ClientBody {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}

pub(super) fn get(host: &str, path: &str) -> Request<ClientBody> {
    Request::get(path).header("host", host).body(empty()).unwrap()
}

pub(super) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// A front door that serves in this process.
pub(super) struct House {
    pub(super) folder: tempfile::TempDir,
    pub(super) authority: Authority,
    pub(super) https: SocketAddr,
    pub(super) http: SocketAddr,
    pub(super) line: Line,
    pub(super) serving: JoinHandle<Result<(), ServeError>>,
}

impl House {
    pub(super) async fn new(routes: Vec<Route>) -> Self {
        Self::patient(routes, Patience::default()).await
    }

    pub(super) async fn patient(routes: Vec<Route>, patience: Patience) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let names = AuthorityNames {
            box_name: "test".into(),
            box_id: "0123456789".into(),
            base_domain: None,
        };
        let authority = Authority::open_or_create(folder.path(), &names, now()).unwrap();
        let path = folder.path().join("door.sock");
        let (serving, line) = door(&path, "this", patience).await;
        let https = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let http = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = Order::Listen { roles: vec![Role::Https, Role::Http] };
        let (answer, _) = line.ask(&listen, &[https.as_fd(), http.as_fd()]).await.unwrap();
        assert!(matches!(answer, Answer::Listening));
        let house = Self {
            https: https.local_addr().unwrap(),
            http: http.local_addr().unwrap(),
            folder,
            authority,
            line,
            serving,
        };
        house.publish(house.table(1, routes)).await.unwrap();
        house
    }

    /// A table with these routes, and a certificate for each of their hosts.
    pub(super) fn table(&self, generation: u64, routes: Vec<Route>) -> Table {
        let names = routes.iter().flat_map(|route| route.hosts.clone());
        let names: Vec<String> = names.chain(["box.local".to_owned()]).collect();
        let leaf = self.authority.certify(&names, now()).unwrap();
        Table {
            generation,
            https_port: 8443,
            box_names: vec!["box.local".into()],
            web_socket: self.folder.path().join("web.sock"),
            home_networks: Vec::new(),
            routes,
            certificates: vec![leaf.clone().into()],
            default_certificate: Some(leaf.into()),
            challenges: Vec::new(),
            lookups: LookupTable::default(),
            probe_token: Secret("the token".into()),
        }
    }

    pub(super) async fn publish(&self, table: Table) -> Result<(), LineError> {
        let (generation, order) = (table.generation, Order::Publish { table: Box::new(table) });
        let (answer, _) = self.line.ask(&order, &[]).await?;
        assert!(matches!(answer, Answer::Published { generation: served } if served == generation));
        Ok(())
    }

    pub(super) async fn status(&self) -> Status {
        match self.line.ask(&Order::Status, &[]).await.unwrap().0 {
            Answer::Status(status) => status,
            other => panic!("{other:?}"),
        }
    }

    /// Speaks TLS for `name`, offering these protocols.
    pub(super) async fn tls(&self, name: &str, protocols: &[&str]) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.root_der().to_vec().into()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
        let stream = TcpStream::connect(self.https).await.unwrap();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }

    pub(super) async fn h1(&self, name: &str) -> http1::SendRequest<ClientBody> {
        let stream = TokioIo::new(self.tls(name, &["http/1.1"]).await);
        let (sender, connection) = http1::handshake(stream).await.unwrap();
        tokio::spawn(connection.with_upgrades());
        sender
    }

    pub(super) async fn h2(&self, name: &str) -> http2::SendRequest<ClientBody> {
        let stream = TokioIo::new(self.tls(name, &["h2", "http/1.1"]).await);
        let (sender, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
        tokio::spawn(connection);
        sender
    }

    /// One request over HTTP/1.1 and a connection of its own.
    pub(super) async fn ask(&self, request: Request<ClientBody>) -> Response<Incoming> {
        let host = request.headers()["host"].to_str().unwrap();
        let name = crate::host::name(host).unwrap().into_owned();
        let mut sender = self.h1(&name).await;
        tokio::time::timeout(DEADLINE, sender.send_request(request)).await.unwrap().unwrap()
    }

    /// One request over plain HTTP.
    pub(super) async fn ask_plain(&self, request: Request<ClientBody>) -> Response<Incoming> {
        let stream = TokioIo::new(TcpStream::connect(self.http).await.unwrap());
        let (mut sender, connection) = http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        tokio::time::timeout(DEADLINE, sender.send_request(request)).await.unwrap().unwrap()
    }
}

/// Starts a front door that serves in this process, and a line to it.
pub(super) async fn door(
    path: &std::path::Path,
    build: &str,
    patience: Patience,
) -> (JoinHandle<Result<(), ServeError>>, Line) {
    let control = crate::child::control(path).unwrap();
    let build = build.to_owned();
    let serving =
        tokio::spawn(
            async move { serve_with(control, &build, std::future::pending(), patience).await },
        );
    (serving, Line::connect(path).await.unwrap().unwrap())
}

pub(super) async fn text(response: Response<Incoming>) -> String {
    let body = tokio::time::timeout(DEADLINE, response.into_body().collect()).await;
    String::from_utf8(body.unwrap().unwrap().to_bytes().to_vec()).unwrap()
}

pub(super) fn route(host: &str, state: RouteState) -> Route {
    Route { hosts: vec![host.into()], service: "Carnet".into(), state, rules: Rules::default() }
}

pub(super) fn open(host: &str, upstream: SocketAddr) -> Route {
    route(host, RouteState::Open { upstream })
}

/// An address at which nothing listens.
pub(super) fn nobody() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Waits until `holds`, looking often.
pub(super) async fn until<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    let looking = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(DEADLINE, looking).await.expect("it came to hold in time");
}
