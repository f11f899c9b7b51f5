//! A certificate with its key, and how the authority makes one.

use std::fmt;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// A certificate for some names, with its chain and its private key.
#[derive(Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The names and addresses it is for, in the order that was asked.
    pub names: Vec<String>,
    /// The leaf, then what it is signed by, as PEM. The root is left out:
    /// who trusts it has it.
    pub chain_pem: String,
    /// Its private key, PKCS#8 as PEM. A secret.
    pub key_pem: String,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until when.
    pub not_after: Timestamp,
    /// Who signed it, by the name that it gives itself.
    pub issuer: String,
    /// SHA-256 of its public key (SubjectPublicKeyInfo, DER), the form of
    /// RFC 7469: what the probe pins.
    pub public_key: [u8; 32],
}

impl Leaf {
    /// Whether it is time for a new one: two thirds of its life are over, so
    /// that a third remains for a box that is often switched off.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> bool {
        let life = self.not_after.as_second() - self.not_before.as_second();
        now.as_second() >= self.not_before.as_second() + life / 3 * 2
    }

    /// Reads a leaf back from its two texts.
    ///
    /// # Errors
    /// [`DamagedPem`] when the chain has no certificate that can be read.
    pub fn from_pem(chain_pem: String, key_pem: String) -> Result<Self, DamagedPem> {
        let der = CertificateDer::from_pem_slice(chain_pem.as_bytes())
            .map_err(|source| DamagedPem::NotPem(Box::new(source)))?;
        let (_, parsed) = X509Certificate::from_der(&der)
            .map_err(|source| DamagedPem::NotACertificate(Box::new(source)))?;
        let validity = parsed.validity();
        let at = |second: i64| {
            Timestamp::from_second(second)
                .map_err(|source| DamagedPem::NotACertificate(Box::new(source)))
        };
        Ok(Self {
            names: names_of(&parsed),
            issuer: issuer_of(&parsed),
            not_before: at(validity.not_before.timestamp())?,
            not_after: at(validity.not_after.timestamp())?,
            public_key: sha256(parsed.public_key().raw),
            chain_pem,
            key_pem,
        })
    }
}

impl fmt::Debug for Leaf {
    /// All but the key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Leaf")
            .field("names", &self.names)
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

fn names_of(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return Vec::new() };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|it| std::net::IpAddr::from(it).to_string()),
            _ => <[u8; 16]>::try_from(*bytes).ok().map(|it| std::net::IpAddr::from(it).to_string()),
        },
        _ => None,
    };
    names.value.general_names.iter().filter_map(name).collect()
}

/// The organization and the name, where they differ: `Let's Encrypt R11`.
fn issuer_of(certificate: &X509Certificate<'_>) -> String {
    let issuer = certificate.issuer();
    let said = issuer.iter_organization().chain(issuer.iter_common_name());
    let said: Vec<&str> = said.filter_map(|part| part.as_str().ok()).collect();
    match said.as_slice() {
        [organization, name] if name.starts_with(organization) => (*name).to_owned(),
        said => said.join(" "),
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let mut out = [0; 32];
    out.copy_from_slice(digest.as_ref());
    out
}

/// Why a PEM text could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DamagedPem {
    /// No PEM section of the right kind, or a broken one.
    #[error("no PEM section that can be read")]
    NotPem(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The section is whole, what is in it is not a certificate.
    #[error("not a certificate")]
    NotACertificate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What a file of ours begins with is missing.
    #[error("the first line is not “{expected}”")]
    NotOurs {
        /// What it should be.
        expected: &'static str,
    },
    /// The key does not fit the certificate.
    #[error("the key is not the certificate's")]
    AnotherKey,
}

/// Why a leaf was not made.
#[derive(Debug, thiserror::Error)]
pub enum CertifyError {
    /// A certificate is for at least one name.
    #[error("no name was given")]
    NoNames,
    /// The root's constraints do not permit this name: no browser would accept it.
    #[error("the box's authority may not sign for “{name}”")]
    NotPermitted {
        /// The name.
        name: String,
    },
    /// The library refused.
    #[error("the certificate could not be made")]
    Making(#[source] rcgen::Error),
    /// What was made could not be read back.
    #[error("the certificate that was made cannot be read")]
    Unreadable(#[source] DamagedPem),
}
