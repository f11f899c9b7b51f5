//! What rustls needs of a certificate.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring as provider};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::leaf::sha256;

/// A chain and its key, ready to be served. The two are checked to fit.
///
/// # Errors
/// [`TlsError`] says which of the two is wrong.
pub fn certified_key(chain_pem: &str, key_pem: &str) -> Result<CertifiedKey, TlsError> {
    let chain = CertificateDer::pem_slice_iter(chain_pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(TlsError::Chain)?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).map_err(TlsError::Key)?;
    CertifiedKey::from_der(chain, key, &provider::default_provider()).map_err(TlsError::Pair)
}

/// As [`certified_key`], for a certificate that answers TLS-ALPN-01. What makes
/// it one is an extension that verifiers must refuse who do not know it
/// (RFC 8737, section 3): so it cannot be read to compare it with its key.
///
/// # Errors
/// [`TlsError`] says which of the two is wrong.
pub fn challenge_key(chain_pem: &str, key_pem: &str) -> Result<CertifiedKey, TlsError> {
    let certificate =
        CertificateDer::from_pem_slice(chain_pem.as_bytes()).map_err(TlsError::Chain)?;
    let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).map_err(TlsError::Key)?;
    let key = provider::default_provider().key_provider.load_private_key(key);
    Ok(CertifiedKey::new(vec![certificate], key.map_err(TlsError::Pair)?))
}

/// Whether a text holds certificates, and nothing but such that can be trusted
/// as roots.
#[must_use]
pub fn is_root(pem: &str) -> bool {
    let mut roots = rustls::RootCertStore::empty();
    let read = CertificateDer::pem_slice_iter(pem.as_bytes());
    read.map(|root| root.is_ok_and(|root| roots.add(root).is_ok())).reduce(|a, b| a && b)
        == Some(true)
}

/// A TLS client that accepts the server that holds one public key (SHA-256 of
/// its SubjectPublicKeyInfo, see [`crate::Leaf::public_key`]), whatever its
/// name, its dates and its issuer. This is how the probe knows that it speaks
/// with the box's own front door while a domain's certificate is not yet one
/// that browsers trust.
///
/// # Errors
/// When the TLS library refuses its own defaults.
pub fn pinned_client(public_key: [u8; 32]) -> Result<ClientConfig, Error> {
    let provider = Arc::new(provider::default_provider());
    let verifier = PinnedKey { public_key, provider: Arc::clone(&provider) };
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

#[derive(Debug)]
struct PinnedKey {
    public_key: [u8; 32],
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedKey {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let fits = X509Certificate::from_der(end_entity)
            .is_ok_and(|(_, leaf)| sha256(leaf.public_key().raw) == self.public_key);
        if fits {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Why a chain and its key cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The chain is not PEM.
    #[error("the certificate chain cannot be read")]
    Chain(#[source] rustls::pki_types::pem::Error),
    /// The chain is empty.
    #[error("the certificate chain is empty")]
    NoCertificate,
    /// The key is not PEM.
    #[error("the private key cannot be read")]
    Key(#[source] rustls::pki_types::pem::Error),
    /// The key is of an unknown kind, or not the certificate's.
    #[error("the private key cannot serve the certificate")]
    Pair(#[source] Error),
}
