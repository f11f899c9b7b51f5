//! Public authorities that ask whether a name is ours.

use std::sync::Arc;

use http::{Method, StatusCode};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::house::{House, get, open, text};
use super::upstream;
use crate::*;

const PATH: &str = "/.well-known/acme-challenge/";

fn http(host: &str, token: &str) -> Challenge {
    Challenge::Http { host: host.into(), token: token.into(), content: format!("{token}.thumb") }
}

/// The certificate that answers for `host`, with the key that it is made of.
fn alpn(host: &str) -> (Challenge, CertificateDer<'static>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(&[7; 32])];
    let made = params.self_signed(&key).unwrap();
    let certificate = Certificate {
        names: vec![host.to_owned()],
        chain_pem: made.pem(),
        key_pem: Secret(key.serialize_pem()),
    };
    (Challenge::Tls { certificate }, made.der().clone())
}

#[tokio::test]
async fn an_answer_is_given_over_plain_http_at_its_own_host_and_path_alone() {
    let house = House::new(vec![open("pad.local", upstream::mirror().await)]).await;
    let mut table = house.table(2, vec![open("pad.local", upstream::mirror().await)]);
    table.challenges = vec![http("Pad.local.", "one"), http("pad.local", "two")];
    house.publish(table).await.unwrap();
    for token in ["one", "two"] {
        let answer = house.ask_plain(get("PAD.local:80", &format!("{PATH}{token}?x"))).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "application/octet-stream");
        assert_eq!(text(answer).await, format!("{token}.thumb"));
    }
    for (host, path) in [
        ("wiki.local", "one"),
        ("pad.local", "three"),
        ("pad.local", ""),
        ("pad.local", "one/"),
        ("pad.local", "../one"),
    ] {
        let answer = house.ask_plain(get(host, &format!("{PATH}{path}"))).await;
        assert_eq!(answer.status(), StatusCode::MOVED_PERMANENTLY, "{host} {path}");
    }
    let mut posted = get("pad.local", &format!("{PATH}one"));
    *posted.method_mut() = Method::POST;
    assert_eq!(house.ask_plain(posted).await.status(), StatusCode::PERMANENT_REDIRECT);
}

/// A handshake that offers these protocols: what was shown, and what was agreed on.
async fn shaken(
    house: &House,
    name: &str,
    protocols: &[&str],
) -> std::io::Result<(CertificateDer<'static>, Option<Vec<u8>>)> {
    let mut config = ::certificates::pinned_client([0; 32]).unwrap();
    config.dangerous().set_certificate_verifier(Arc::new(Anyone));
    config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(house.https).await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let session = stream.get_ref().1;
    let agreed = session.alpn_protocol().map(<[u8]>::to_vec);
    let certificate = session.peer_certificates().unwrap()[0].clone().into_owned();
    if agreed.as_deref() == Some(b"acme-tls/1") {
        // The handshake is all: the door closes behind it.
        assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0);
    }
    Ok((certificate, agreed))
}

#[tokio::test]
async fn a_handshake_for_acme_is_shown_the_answer_and_nobody_else_is() {
    let upstream = upstream::mirror().await;
    let house = House::new(vec![open("pad.local", upstream)]).await;
    let (challenge, expected) = alpn("pad.local");
    let mut table = house.table(2, vec![open("pad.local", upstream)]);
    table.challenges = vec![challenge];
    house.publish(table).await.unwrap();

    let (shown, agreed) = shaken(&house, "pad.local", &["acme-tls/1"]).await.unwrap();
    assert_eq!((shown, agreed.as_deref()), (expected.clone(), Some(&b"acme-tls/1"[..])));
    for protocols in [&["h2", "http/1.1"][..], &["h2", "acme-tls/1"], &[]] {
        let (shown, agreed) = shaken(&house, "pad.local", protocols).await.unwrap();
        assert_ne!(shown, expected, "{protocols:?}");
        assert_ne!(agreed.as_deref(), Some(&b"acme-tls/1"[..]));
    }
    // A name for which nothing is asked has no answer, not even the usual one.
    assert!(shaken(&house, "box.local", &["acme-tls/1"]).await.is_err());
}

/// Whoever holds the answer's key: an authority looks at the extension itself.
#[derive(Debug)]
struct Anyone;

impl rustls::client::danger::ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        let provider = rustls::crypto::ring::default_provider();
        provider.signature_verification_algorithms.supported_schemes()
    }
}
