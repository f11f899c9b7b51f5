//! The probe's question: asked at the front door's own listener, as people's
//! browsers would, so that what is proven is the whole way.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::headers::PROBE;
use crate::host;
use crate::table::Secret;

/// Most of an answer's body that is kept, in bytes.
const LARGEST: usize = 256 * 1024;

/// A GET through the front door, under a service's own name.
#[derive(Debug, Clone)]
pub struct Question {
    /// The front door's HTTPS listener; never found by DNS. Where it listens on
    /// all addresses, that is this machine.
    pub address: SocketAddr,
    /// The service's host name, with the port that people see unless it is 443.
    pub host: String,
    /// Path and query.
    pub path: String,
    /// The SHA-256 of the public key that the front door was given for this
    /// name ([`certificates::Leaf::public_key`]): no other is accepted.
    pub public_key: [u8; 32],
    /// What lets it pass a candidate.
    pub token: Secret,
    /// For the whole of it.
    pub within: Duration,
}

/// What the service told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// HTTP status.
    pub status: u16,
    /// The first 256 KiB of the body.
    pub body: Bytes,
}

impl Question {
    /// Asks, and does not follow redirects.
    ///
    /// # Errors
    /// [`AskError`]: no answer at all. A page of the front door's own is an
    /// answer, with its status.
    pub async fn ask(&self) -> Result<Told, AskError> {
        tokio::time::timeout(self.within, self.answered())
            .await
            .map_err(|_late| AskError::Late { within: self.within })?
    }

    async fn answered(&self) -> Result<Told, AskError> {
        let refused = || AskError::Host { host: self.host.clone() };
        let name = host::name(&self.host).ok_or_else(refused)?.into_owned();
        let name = ServerName::try_from(name).map_err(|_odd| refused())?;
        let request = Request::get(&self.path)
            .header(header::HOST, &self.host)
            .header(header::ACCEPT, "*/*")
            .header(header::USER_AGENT, concat!("panier/", env!("CARGO_PKG_VERSION")))
            .header(PROBE, &self.token.0)
            .body(Empty::<Bytes>::new())
            .map_err(AskError::Question)?;
        let config = certificates::pinned_client(self.public_key).map_err(AskError::Tls)?;
        let stream = TcpStream::connect(here(self.address)).await.map_err(AskError::Connect)?;
        let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
        let stream = connecting.await.map_err(AskError::Connect)?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(AskError::Http)?;
        // Ends when the sender is dropped, whatever becomes of the answer.
        let carried = tokio::spawn(connection);
        let response = sender.send_request(request).await.map_err(AskError::Http)?;
        let status = response.status().as_u16();
        let body = first_part(response.into_body()).await?;
        drop(sender);
        carried.abort();
        Ok(Told { status, body })
    }
}

async fn first_part(body: hyper::body::Incoming) -> Result<Bytes, AskError> {
    let mut body = Limited::new(body, LARGEST);
    let mut part = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => part.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data)),
            Err(error) => match error.downcast::<hyper::Error>() {
                Ok(error) => return Err(AskError::Http(*error)),
                // The limit: what came before it is enough.
                Err(_full) => break,
            },
        }
    }
    Ok(Bytes::from(part))
}

/// A listener on all addresses is dialled on this machine's own.
const fn here(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(address) if address.ip().is_unspecified() => {
            SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), address.port())
        }
        SocketAddr::V6(address) if address.ip().is_unspecified() => {
            SocketAddr::new(std::net::IpAddr::V6(std::net::Ipv6Addr::LOCALHOST), address.port())
        }
        address => address,
    }
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The host is no name.
    #[error("“{host}” is not a host name")]
    Host {
        /// What was given.
        host: String,
    },
    /// The path or the token cannot be sent.
    #[error("the question cannot be put")]
    Question(#[source] http::Error),
    /// The TLS library refuses its own defaults.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    /// The front door takes no connection, or shows another key.
    #[error("the front door cannot be reached")]
    Connect(#[source] std::io::Error),
    /// The connection broke.
    #[error("the front door gave no answer")]
    Http(#[source] hyper::Error),
    /// It took too long.
    #[error("no answer came within {} s", within.as_secs())]
    Late {
        /// The time it had.
        within: Duration,
    },
}
