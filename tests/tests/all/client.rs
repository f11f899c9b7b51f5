//! The tests' client trusts one root and no other, and asks for the name it is told.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use certificates::{Authority, AuthorityNames, certified_key};
use http::{Request, Response, StatusCode, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::sign::SingleCertAndKey;
use tests::{CannotAsk, Client, Door, Http};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// An authority in `folder`, as a box makes one.
pub(super) fn authority(folder: &Path) -> Authority {
    let names = AuthorityNames {
        box_name: "test".to_owned(),
        box_id: "0123456789abcdef".to_owned(),
        base_domain: Some("panier.localhost".to_owned()),
    };
    Authority::open_or_create(folder, &names, system::clock::now()).unwrap()
}

/// A server with a certificate of the authority's for `name`; it answers every
/// request with what it was asked.
async fn server(authority: &Authority, name: &str) -> SocketAddr {
    let leaf = authority.certify(&[name.to_owned()], system::clock::now()).unwrap();
    let key = certified_key(&leaf.chain_pem, &leaf.key_pem).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(key)));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let serve = auto::Builder::new(TokioExecutor::new());
                let _ = serve.serve_connection(TokioIo::new(stream), service_fn(retell)).await;
            });
        }
    });
    at
}

async fn retell(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let host = request.headers().get("host").and_then(|host| host.to_str().ok());
    let authority = request.uri().authority().map(|authority| authority.as_str());
    let told = format!(
        "{} {} for {}\n",
        request.method(),
        request.uri().path_and_query().unwrap(),
        host.or(authority).unwrap()
    );
    let body = request.into_body().collect().await.unwrap().to_bytes();
    Ok(Response::new(Full::new([told.as_bytes(), &body].concat().into())))
}

fn door(at: SocketAddr, name: &str) -> Door {
    Door { at, name: name.to_owned(), http: Http::One }
}

#[tokio::test]
async fn it_asks_by_both_versions_for_the_name_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(folder.path());
    let at = server(&authority, "pad.panier.localhost").await;
    let client = Client::trusting(authority.root_file());
    let door = door(at, "pad.panier.localhost");
    for (http, version) in [(Http::One, Version::HTTP_11), (Http::Two, Version::HTTP_2)] {
        let answer = client.get(&door.by(http), "/a?b=c").await.unwrap();
        assert_eq!((answer.status, answer.version), (StatusCode::OK, version));
        let name = format!("pad.panier.localhost:{}", at.port());
        assert_eq!(answer.text(), format!("GET /a?b=c for {name}\n"));
        let answer = client.post(&door.by(http), "/", "body").await.unwrap();
        assert_eq!(answer.text(), format!("POST / for {name}\nbody"));
    }
}

#[tokio::test]
async fn it_refuses_a_certificate_for_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(folder.path());
    let at = server(&authority, "pad.panier.localhost").await;
    let client = Client::trusting(authority.root_file());
    let refused = client.get(&door(at, "other.panier.localhost"), "/").await.unwrap_err();
    assert!(matches!(refused, CannotAsk::Tls(..)), "{refused:?}");
}

#[tokio::test]
async fn it_refuses_another_authority() {
    let (own, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = server(&authority(own.path()), "pad.panier.localhost").await;
    let client = Client::trusting(authority(other.path()).root_file());
    let refused = client.get(&door(at, "pad.panier.localhost"), "/").await.unwrap_err();
    assert!(matches!(refused, CannotAsk::Tls(..)), "{refused:?}");
}

#[tokio::test]
async fn it_says_when_nobody_listens() {
    let folder = tempfile::tempdir().unwrap();
    let client = Client::trusting(authority(folder.path()).root_file());
    let nobody = door(([127, 0, 0, 1], 1).into(), "pad.panier.localhost");
    let refused = client.get(&nobody, "/").await.unwrap_err();
    assert!(matches!(refused, CannotAsk::Dial(..)), "{refused:?}");
}
