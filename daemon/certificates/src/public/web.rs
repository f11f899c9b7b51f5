//! HTTPS to an authority: with a time limit, and an ear for how long it asks to wait.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::schedule::{UNSAID, after};
use super::{Clock, PublicAuthority};

/// The longest that one answer may take.
const WITHIN: Duration = Duration::from_secs(30);
/// No answer of an authority is larger: the longest are chains of certificates.
const LARGEST: usize = 1024 * 1024;

/// What an authority said last of waiting; shared with whoever asks it.
#[derive(Clone, Default)]
pub(super) struct Ear(Arc<Mutex<Option<Timestamp>>>);

impl Ear {
    /// Until when it asked to wait; a guess where it did not say.
    pub(super) fn until(&self, now: Timestamp) -> Timestamp {
        let heard = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.unwrap_or_else(|| after(now, UNSAID))
    }

    fn hear(&self, heard: Option<Timestamp>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = heard;
    }
}

/// Speaks HTTPS with one authority.
pub(super) struct Web {
    client: Client<HttpsConnector<HttpConnector>, BodyWrapper<Bytes>>,
    clock: Clock,
    ear: Ear,
}

impl Web {
    /// # Errors
    /// A root that is no certificate; a system without a list of roots.
    pub(super) fn new(
        authority: &PublicAuthority,
        clock: Clock,
        ear: Ear,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let provider = rustls::crypto::ring::default_provider();
        let https = match &authority.root_pem {
            None => HttpsConnectorBuilder::new().with_provider_and_native_roots(provider)?,
            Some(pem) => {
                let mut roots = RootCertStore::empty();
                for root in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                    roots.add(root?)?;
                }
                let config = ClientConfig::builder_with_provider(Arc::new(provider))
                    .with_safe_default_protocol_versions()?
                    .with_root_certificates(roots)
                    .with_no_client_auth();
                HttpsConnectorBuilder::new().with_tls_config(config)
            }
        };
        let https = https.https_only().enable_http1().build();
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(https), clock, ear })
    }
}

impl HttpClient for Web {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let asked = self.client.request(request);
        let (clock, ear) = (Arc::clone(&self.clock), self.ear.clone());
        Box::pin(async move {
            let whole = async {
                let (parts, body) = asked.await.map_err(other)?.into_parts();
                let body = Limited::new(body, LARGEST).collect().await.map_err(Error::Other)?;
                Ok::<_, Error>((parts, body.to_bytes()))
            };
            let (parts, body) = match tokio::time::timeout(WITHIN, whole).await {
                Ok(came) => came?,
                Err(_late) => return Err(other(Late)),
            };
            let refused = !parts.status.is_success() && !parts.status.is_redirection();
            if refused {
                ear.hear(wait_of(&parts.headers, clock()));
            }
            if refused && !is_json(&parts.headers) {
                return Err(other(NoAcme { status: parts.status }));
            }
            Ok(BytesResponse { parts, body: Box::new(body) })
        })
    }
}

/// RFC 9110, section 10.2.3: seconds, or a date.
fn wait_of(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let said = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match said.parse::<u32>() {
        Ok(seconds) => Some(after(now, i64::from(seconds))),
        Err(_a_date) => jiff::fmt::rfc2822::parse(said).ok().map(|date| date.timestamp()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.contains("json"))
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Other(Box::new(error))
}

#[derive(Debug, thiserror::Error)]
#[error("no answer within {} seconds", WITHIN.as_secs())]
struct Late;

#[derive(Debug, thiserror::Error)]
#[error("the answer is {status}, and none of an ACME server")]
struct NoAcme {
    status: StatusCode,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_waiting_is_understood_in_both_forms() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let said = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            wait_of(&headers, now)
        };
        assert_eq!(said("120"), Some(after(now, 120)));
        assert_eq!(said("Sun, 22 Nov 2026 13:00:00 GMT"), Some(after(now, 3600)));
        assert_eq!(said("soon"), None);
        assert_eq!(wait_of(&HeaderMap::new(), now), None);
    }
}
