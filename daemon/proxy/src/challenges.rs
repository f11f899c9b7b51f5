//! Answers for public authorities, ready to be looked up.

use std::collections::HashMap;
use std::sync::Arc;

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response};
use rustls::sign::CertifiedKey;

use crate::body::Reply;
use crate::live::{TableError, plain};
use crate::table::Challenge;

/// The one protocol of such a handshake (RFC 8737, section 6.2).
pub(crate) const ACME_TLS: &[u8] = b"acme-tls/1";
/// Where the answers by HTTP stand (RFC 8555, section 8.3).
const PATH: &str = "/.well-known/acme-challenge/";

/// The answers of one table.
#[derive(Default)]
pub(crate) struct Challenges {
    /// By host, then by token.
    texts: HashMap<String, HashMap<String, String>>,
    keys: HashMap<String, Arc<CertifiedKey>>,
}

impl Challenges {
    pub(crate) fn new(challenges: Vec<Challenge>) -> Result<Self, TableError> {
        let mut ready = Self::default();
        for challenge in challenges {
            match challenge {
                Challenge::Http { host, token, content } => {
                    ready.texts.entry(plain(&host)).or_default().insert(token, content);
                }
                Challenge::Tls { certificate } => {
                    let (chain, key) = (&certificate.chain_pem, &certificate.key_pem.0);
                    let key = certificates::challenge_key(chain, key).map_err(|source| {
                        TableError::Certificate { name: certificate.names.join(", "), source }
                    })?;
                    let key = Arc::new(key);
                    for name in &certificate.names {
                        ready.keys.insert(plain(name), Arc::clone(&key));
                    }
                }
            }
        }
        Ok(ready)
    }

    /// The answer at a path of a host, if one is shown there.
    pub(crate) fn at(&self, host: &str, path: &str) -> Option<Response<Reply>> {
        let content = self.texts.get(host)?.get(path.strip_prefix(PATH)?)?;
        let mut response = Response::new(Reply::Page(Some(content.clone().into())));
        let headers = response.headers_mut();
        // As RFC 8555 has it, so that no browser takes it for a page.
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Some(response)
    }

    /// The key shown to a handshake for [`ACME_TLS`].
    pub(crate) fn key(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        self.keys.get(name).cloned()
    }
}
