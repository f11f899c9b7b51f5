//! How this box shows a public authority that a name is its own.

use async_trait::async_trait;
use rcgen::{
    CertificateParams, CustomExtension, DistinguishedName, KeyPair, PKCS_ECDSA_P256_SHA256,
};
use serde::{Deserialize, Serialize};

/// A way to show that a name is ours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// HTTP-01: a text over plain HTTP, asked for at port 80.
    #[default]
    Http,
    /// TLS-ALPN-01: a certificate in a handshake, asked for at port 443. For
    /// homes whose provider keeps port 80 closed.
    Tls,
}

impl Way {
    /// The port at which authorities ask.
    #[must_use]
    pub const fn port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Tls => 443,
        }
    }

    pub(super) const fn other(self) -> Self {
        match self {
            Self::Http => Self::Tls,
            Self::Tls => Self::Http,
        }
    }
}

/// What is shown at a name while an authority asks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "way")]
pub enum ChallengeAnswer {
    /// A text at `/.well-known/acme-challenge/<token>` (RFC 8555, section 8.3).
    Http {
        /// The name.
        domain: String,
        /// The path's last part.
        token: String,
        /// The text.
        content: String,
    },
    /// A certificate for a handshake of `acme-tls/1` (RFC 8737).
    Tls {
        /// The name.
        domain: String,
        /// The certificate, as PEM.
        chain_pem: String,
        /// Its key, as PEM.
        key_pem: String,
    },
}

impl ChallengeAnswer {
    /// A certificate whose one purpose is to hold `digest`.
    pub(super) fn by_tls(domain: &str, digest: &[u8]) -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::new(vec![domain.to_owned()])?;
        params.distinguished_name = DistinguishedName::new();
        params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
        let certificate = params.self_signed(&key)?;
        Ok(Self::Tls {
            domain: domain.to_owned(),
            chain_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        })
    }

    /// The name at which it is shown.
    #[must_use]
    pub fn domain(&self) -> &str {
        match self {
            Self::Http { domain, .. } | Self::Tls { domain, .. } => domain,
        }
    }

    /// By which way it is asked for.
    #[must_use]
    pub const fn way(&self) -> Way {
        match self {
            Self::Http { .. } => Way::Http,
            Self::Tls { .. } => Way::Tls,
        }
    }
}

impl std::fmt::Debug for ChallengeAnswer {
    /// Where it is shown; never its key.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "ChallengeAnswer({}, {:?})", self.domain(), self.way())
    }
}

/// Whoever can show answers where authorities ask: the front door.
#[async_trait]
pub trait AnswerBoard: Send + Sync {
    /// Shows exactly these answers, in the place of all that were shown, and
    /// returns when they are.
    ///
    /// # Errors
    /// [`NotShown`]: the front door is away.
    async fn show(&self, answers: Vec<ChallengeAnswer>) -> Result<(), NotShown>;
}

/// The answers are not shown.
#[derive(Debug, thiserror::Error)]
#[error("the answers are not shown")]
pub struct NotShown;
