//! A client of the front door: it dials where it is told, asks for the name it
//! is told, and trusts one root certificate and no other.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// After this a test has hung.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two questions of one who waits.
const PAUSE: Duration = Duration::from_millis(50);

/// How a door is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Http {
    /// HTTP/1.1 without TLS.
    Plain,
    /// HTTP/1.1 over TLS.
    One,
    /// HTTP/2 over TLS.
    Two,
}

/// Where to dial, and whom to ask for there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// What is dialled; no name is ever looked up.
    pub at: SocketAddr,
    /// The name asked for, in TLS and in HTTP.
    pub name: String,
    /// How it is spoken to.
    pub http: Http,
}

impl Door {
    /// The door behind an address such as `https://pad.example.org:8443/`, which
    /// is dialled at this machine's loopback, by HTTP/1.1.
    ///
    /// # Panics
    /// Where that is no whole address.
    pub fn of(address: &str) -> Self {
        let uri: Uri = address.parse().expect("an address");
        let plain = uri.scheme_str() == Some("http");
        let port = uri.port_u16().unwrap_or(if plain { 80 } else { 443 });
        Self {
            at: ([127, 0, 0, 1], port).into(),
            name: uri.host().expect("an address with a host").to_owned(),
            http: if plain { Http::Plain } else { Http::One },
        }
    }

    /// The same door, spoken to otherwise.
    #[must_use]
    pub fn by(&self, http: Http) -> Self {
        Self { http, ..self.clone() }
    }

    /// The same door, asked for another name.
    #[must_use]
    pub fn named(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    /// Name and port as browsers write them in `Host`.
    fn authority(&self) -> String {
        let usual = if self.http == Http::Plain { 80 } else { 443 };
        match self.at.port() {
            port if port == usual => self.name.clone(),
            port => format!("{}:{port}", self.name),
        }
    }
}

/// Why nothing came back.
#[derive(Debug, thiserror::Error)]
pub enum CannotAsk {
    /// Nobody listens there.
    #[error("cannot dial {0}")]
    Dial(SocketAddr, #[source] std::io::Error),
    /// The TLS handshake failed: a certificate that the one root does not stand
    /// behind, a name that it is not for, or no certificate for that name.
    #[error("no TLS with {0}")]
    Tls(String, #[source] std::io::Error),
    /// HTTP/2 was asked for, and not agreed on.
    #[error("{0} does not speak HTTP/2")]
    NoHttp2(String),
    /// The connection ended before the answer did, or what came was no HTTP.
    #[error("the exchange of HTTP failed")]
    Http(#[from] hyper::Error),
    /// Nothing for so long that the test must have hung.
    #[error("nothing came in {PATIENCE:?}")]
    Hung,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The version that was spoken.
    pub version: Version,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, whole.
    pub body: Bytes,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// Where it is none.
    pub fn json(&self) -> Value {
        let text = self.text();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("no JSON ({error}): {text}"))
    }

    /// One header as text; none where it is missing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A client that trusts one root certificate and no other.
#[derive(Debug, Clone)]
pub struct Client {
    trust: Arc<RootCertStore>,
}

impl Client {
    /// Trusts the certificate in this PEM file, and no other.
    ///
    /// # Panics
    /// Where the file holds none.
    pub fn trusting(root: &Path) -> Self {
        let certificate = CertificateDer::from_pem_file(root)
            .unwrap_or_else(|error| panic!("no certificate in {}: {error}", root.display()));
        let mut trust = RootCertStore::empty();
        trust.add(certificate).expect("a certificate that can be a root");
        Self { trust: Arc::new(trust) }
    }

    /// Opens a TLS connection, for what is more than a question and an answer:
    /// web sockets, bodies that stream, connections cut in the middle.
    ///
    /// # Errors
    /// [`CannotAsk::Dial`], [`CannotAsk::Tls`], [`CannotAsk::NoHttp2`].
    pub async fn dial(&self, door: &Door) -> Result<TlsStream<TcpStream>, CannotAsk> {
        let no_tls = |error| CannotAsk::Tls(door.name.clone(), error);
        let mut config =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .map_err(|error| no_tls(std::io::Error::other(error)))?
                .with_root_certificates(Arc::clone(&self.trust))
                .with_no_client_auth();
        config.alpn_protocols = match door.http {
            Http::Two => vec![b"h2".to_vec()],
            Http::Plain | Http::One => vec![b"http/1.1".to_vec()],
        };
        let name = ServerName::try_from(door.name.clone())
            .map_err(|error| no_tls(std::io::Error::other(error)))?;
        let stream =
            TcpStream::connect(door.at).await.map_err(|error| CannotAsk::Dial(door.at, error))?;
        let stream =
            TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(no_tls)?;
        if door.http == Http::Two && stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err(CannotAsk::NoHttp2(door.name.clone()));
        }
        Ok(stream)
    }

    /// Asks for a path by GET.
    ///
    /// # Errors
    /// See [`CannotAsk`]; an answer with a bad status is an answer.
    pub async fn get(&self, door: &Door, path: &str) -> Result<Answer, CannotAsk> {
        self.ask(door, request("GET", path, Bytes::new())).await
    }

    /// Asks for a path by GET, again and again, until the answer is a good one:
    /// for doors that are about to be opened.
    ///
    /// # Panics
    /// When none is, in time.
    pub async fn when_open(&self, door: &Door, path: &str) -> Answer {
        let mut last = String::new();
        let asked = async {
            loop {
                match self.get(door, path).await {
                    Ok(answer) if answer.status.is_success() => return answer,
                    other => last = format!("{other:?}"),
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(answer) => answer,
            Err(_elapsed) => panic!("not within {PATIENCE:?}: {} opens ({last})", door.name),
        }
    }

    /// Sends a body to a path by POST.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn post(
        &self,
        door: &Door,
        path: &str,
        body: impl Into<Bytes>,
    ) -> Result<Answer, CannotAsk> {
        self.ask(door, request("POST", path, body.into())).await
    }

    /// Sends any request, whose URI is a path and query alone.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn ask(
        &self,
        door: &Door,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer, CannotAsk> {
        let asked = async {
            match door.http {
                Http::Plain => {
                    let stream = TcpStream::connect(door.at)
                        .await
                        .map_err(|error| CannotAsk::Dial(door.at, error))?;
                    by_http1(stream, door, request).await
                }
                Http::One => by_http1(self.dial(door).await?, door, request).await,
                Http::Two => by_http2(self.dial(door).await?, door, request).await,
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.unwrap_or(Err(CannotAsk::Hung))
    }
}

fn request(method: &str, path: &str, body: Bytes) -> Request<Full<Bytes>> {
    Request::builder().method(method).uri(path).body(Full::new(body)).expect("a method and a path")
}

async fn by_http1(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    door: &Door,
    mut request: Request<Full<Bytes>>,
) -> Result<Answer, CannotAsk> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    let host = HeaderValue::try_from(door.authority()).expect("a name");
    request.headers_mut().entry(http::header::HOST).or_insert(host);
    let answer = whole(sender.send_request(request).await?).await;
    driver.abort();
    answer
}

async fn by_http2(
    stream: TlsStream<TcpStream>,
    door: &Door,
    mut request: Request<Full<Bytes>>,
) -> Result<Answer, CannotAsk> {
    let (mut sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    let driver = tokio::spawn(connection);
    // HTTP/2 has no Host: the name stands in the request's own address.
    let path = request.uri().path_and_query().map_or("/", PathAndQuery::as_str);
    *request.uri_mut() =
        format!("https://{}{path}", door.authority()).parse().expect("a name and a path");
    let answer = whole(sender.send_request(request).await?).await;
    driver.abort();
    answer
}

async fn whole(response: http::Response<hyper::body::Incoming>) -> Result<Answer, CannotAsk> {
    let (head, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Answer { status: head.status, version: head.version, headers: head.headers, body })
}

#[cfg(test)]
mod tests {
    use super::{Door, Http};

    #[test]
    fn an_address_gives_its_door() {
        let door = Door::of("https://pad.panier.localhost:8443/path");
        assert_eq!(door.at, ([127, 0, 0, 1], 8443).into());
        assert_eq!((door.name.as_str(), door.http), ("pad.panier.localhost", Http::One));
        assert_eq!(door.authority(), "pad.panier.localhost:8443");
    }

    #[test]
    fn usual_ports_are_left_out_of_the_name() {
        assert_eq!(Door::of("https://pad.example.org").authority(), "pad.example.org");
        assert_eq!(Door::of("http://pad.example.org/").authority(), "pad.example.org");
    }
}
