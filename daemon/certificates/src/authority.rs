//! The box's root.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::constraints::{Constraints, plain};
use crate::durable;
use crate::leaf::{CertifyError, DamagedPem, Leaf, sha256};

/// The file with the root's key and certificate: one file, so that the pair is
/// there or is not.
const PAIR: &str = "authority.pem";
/// A copy of the certificate alone, which everybody may read.
const PUBLIC: &str = "root.pem";
/// The first line of [`PAIR`]: its format's number. PEM readers pass over it.
const FIRST_LINE: &str = "panier authority 1";

const DAY: i64 = 24 * 60 * 60;
/// Ten years: about as long as a box lives. Trusting a root is work for people.
const ROOT_DAYS: i64 = 3653;
/// Browsers refuse server certificates that live longer than 398 days.
const LEAF_DAYS: i64 = 397;
/// How far certificates reach into the past. A small board has no clock that
/// runs without power: after a cut it wakes in the past until it has asked the
/// network for the time, and so may the tablet that opens its pages.
const ROOT_BACKDATED_DAYS: i64 = 60;
const LEAF_BACKDATED_DAYS: i64 = 30;
/// 1 November 2026, when this was written. A clock that says less is wrong, and
/// a root made at 1970 would have ended long ago.
const EARLIEST_SECOND: i64 = 1_793_491_200;

/// Who the authority is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityNames {
    /// The box's name, shown in browsers' lists of authorities.
    pub box_name: String,
    /// The box's identity; its first eight characters are shown, so that two
    /// boxes of one name can be told apart.
    pub box_id: String,
    /// The domain under which the box's services are, where there is one.
    pub base_domain: Option<String>,
}

/// The box's own authority: an ECDSA P-256 root with name constraints.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root_pem: String,
    root_der: CertificateDer<'static>,
    constraints: Constraints,
    not_after: Timestamp,
    public_file: PathBuf,
}

impl Authority {
    /// Opens the authority in `folder`, or makes it when there is none. The
    /// names count only when it is made: what it may sign for is in the root
    /// that people already trust.
    ///
    /// # Errors
    /// Files that cannot be read or written, and files that are damaged: those
    /// are reported and left as they are, since a new root would have to be
    /// trusted anew on every device.
    pub fn open_or_create(
        folder: &Path,
        names: &AuthorityNames,
        now: Timestamp,
    ) -> Result<Self, AuthorityError> {
        std::fs::create_dir_all(folder)
            .map_err(|source| AuthorityError::Write { path: folder.to_owned(), source })?;
        let pair = folder.join(PAIR);
        let authority = match std::fs::read_to_string(&pair) {
            Ok(text) => Self::read(&text, folder)
                .map_err(|source| AuthorityError::Damaged { path: pair, source })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Self::create(folder, names, now)?
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let source = DamagedPem::NotPem(Box::new(error));
                return Err(AuthorityError::Damaged { path: pair, source });
            }
            Err(source) => return Err(AuthorityError::Read { path: pair, source }),
        };
        authority.publish()?;
        Ok(authority)
    }

    /// The root certificate, as PEM.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// The root certificate, as DER.
    #[must_use]
    pub fn root_der(&self) -> &[u8] {
        &self.root_der
    }

    /// A file with the root certificate alone, which everybody may read.
    #[must_use]
    pub fn root_file(&self) -> &Path {
        &self.public_file
    }

    /// SHA-256 of the root certificate in the form that browsers show:
    /// `AB:CD:…`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        sha256(&self.root_der).map(|byte| format!("{byte:02X}")).join(":")
    }

    /// Until when the root is valid.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether the root's constraints permit `name`, a host name or an address.
    #[must_use]
    pub fn may_certify(&self, name: &str) -> bool {
        self.constraints.permit(name)
    }

    /// Signs a new certificate, with a key of its own, for `names`: host names
    /// (`*.` in front is allowed) and addresses.
    ///
    /// # Errors
    /// [`CertifyError::NotPermitted`] for the first name that the root's
    /// constraints do not cover.
    pub fn certify(&self, names: &[String], now: Timestamp) -> Result<Leaf, CertifyError> {
        if names.is_empty() {
            return Err(CertifyError::NoNames);
        }
        if let Some(name) = names.iter().find(|name| !self.may_certify(name)) {
            return Err(CertifyError::NotPermitted { name: name.clone() });
        }
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(CertifyError::Making)?;
        let mut params = CertificateParams::default();
        let now = sane(now).as_second();
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        let end = now + (LEAF_DAYS - LEAF_BACKDATED_DAYS) * DAY;
        params.not_before = epoch + seconds(now - LEAF_BACKDATED_DAYS * DAY);
        params.not_after = epoch + seconds(end.min(self.not_after.as_second()));
        params.distinguished_name = DistinguishedName::new();
        params.subject_alt_names =
            names.iter().map(|name| alternative(name)).collect::<Result<_, _>>()?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &self.issuer).map_err(CertifyError::Making)?;
        Leaf::from_pem(certificate.pem(), key.serialize_pem()).map_err(CertifyError::Unreadable)
    }

    /// Whether `leaf` carries this authority's signature.
    #[must_use]
    pub fn signed(&self, leaf: &Leaf) -> bool {
        let Ok(der) = CertificateDer::from_pem_slice(leaf.chain_pem.as_bytes()) else {
            return false;
        };
        let Ok((_, root)) = X509Certificate::from_der(&self.root_der) else { return false };
        X509Certificate::from_der(&der)
            .is_ok_and(|(_, leaf)| leaf.verify_signature(Some(root.public_key())).is_ok())
    }

    fn create(
        folder: &Path,
        names: &AuthorityNames,
        now: Timestamp,
    ) -> Result<Self, AuthorityError> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(AuthorityError::Making)?;
        let mut params = CertificateParams::default();
        let now = sane(now).as_second();
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        params.not_before = epoch + seconds(now - ROOT_BACKDATED_DAYS * DAY);
        params.not_after = epoch + seconds(now + ROOT_DAYS * DAY);
        params.distinguished_name = subject(names);
        // No authority below this one: it signs leaves alone.
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let constraints = Constraints::local(names.base_domain.as_deref());
        params.name_constraints = Some(constraints.for_root());
        let certificate = params.self_signed(&key).map_err(AuthorityError::Making)?;
        let text = format!("{FIRST_LINE}\n{}{}", certificate.pem(), key.serialize_pem());
        let path = folder.join(PAIR);
        durable::write(&path, text.as_bytes(), 0o600)
            .map_err(|source| AuthorityError::Write { path: path.clone(), source })?;
        Self::read(&text, folder).map_err(|source| AuthorityError::Damaged { path, source })
    }

    fn read(text: &str, folder: &Path) -> Result<Self, DamagedPem> {
        let pem = text
            .strip_prefix(FIRST_LINE)
            .ok_or(DamagedPem::NotOurs { expected: FIRST_LINE })?
            .trim_start();
        let root_der = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|source| DamagedPem::NotPem(Box::new(source)))?;
        let (root_pem, key_pem) = pem
            .split_once("-----BEGIN PRIVATE KEY-----")
            .map(|(root, key)| (root, format!("-----BEGIN PRIVATE KEY-----{key}")))
            .ok_or_else(|| DamagedPem::NotPem("no private key".into()))?;
        let key =
            KeyPair::from_pem(&key_pem).map_err(|source| DamagedPem::NotPem(Box::new(source)))?;
        let (constraints, not_after) = facts(&root_der, &key)?;
        let root_pem = root_pem.to_owned();
        let issuer = Issuer::from_ca_cert_der(&root_der, key)
            .map_err(|source| DamagedPem::NotACertificate(Box::new(source)))?;
        let public_file = folder.join(PUBLIC);
        Ok(Self { issuer, root_pem, root_der, constraints, not_after, public_file })
    }

    /// The copy holds nothing of its own, so it is mended without a word.
    fn publish(&self) -> Result<(), AuthorityError> {
        if std::fs::read(&self.public_file).is_ok_and(|found| found == self.root_pem.as_bytes()) {
            return Ok(());
        }
        durable::write(&self.public_file, self.root_pem.as_bytes(), 0o644)
            .map_err(|source| AuthorityError::Write { path: self.public_file.clone(), source })
    }
}

impl fmt::Debug for Authority {
    /// Its fingerprint; never its key.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Authority")
            .field("fingerprint", &self.fingerprint())
            .finish_non_exhaustive()
    }
}

fn facts(root: &[u8], key: &KeyPair) -> Result<(Constraints, Timestamp), DamagedPem> {
    let (_, parsed) = X509Certificate::from_der(root)
        .map_err(|source| DamagedPem::NotACertificate(Box::new(source)))?;
    if *parsed.public_key().subject_public_key.data != *key.public_key_raw() {
        return Err(DamagedPem::AnotherKey);
    }
    let constraints = parsed
        .name_constraints()
        .map_err(|source| DamagedPem::NotACertificate(Box::new(source)))?
        .and_then(|extension| extension.value.permitted_subtrees.as_deref())
        .map(Constraints::from_root)
        .ok_or_else(|| DamagedPem::NotACertificate("no name constraints".into()))?;
    let not_after = Timestamp::from_second(parsed.validity().not_after.timestamp())
        .map_err(|source| DamagedPem::NotACertificate(Box::new(source)))?;
    Ok((constraints, not_after))
}

fn subject(names: &AuthorityNames) -> DistinguishedName {
    let short: String = names.box_id.chars().take(8).collect();
    let mut subject = DistinguishedName::new();
    subject.push(DnType::OrganizationName, "Panier");
    // X.509 ends a common name at 64 characters.
    let name: String = names.box_name.chars().take(40).collect();
    subject.push(DnType::CommonName, format!("Panier {name} {short}"));
    subject
}

fn alternative(name: &str) -> Result<SanType, CertifyError> {
    if let Ok(address) = name.parse::<IpAddr>() {
        return Ok(SanType::IpAddress(address));
    }
    plain(name).try_into().map(SanType::DnsName).map_err(CertifyError::Making)
}

fn sane(now: Timestamp) -> Timestamp {
    Timestamp::from_second(EARLIEST_SECOND).map_or(now, |earliest| now.max(earliest))
}

const fn seconds(second: i64) -> Duration {
    Duration::from_secs(second.unsigned_abs())
}

/// Why the authority could not be opened or made.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// A file could not be read.
    #[error("{} could not be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("{} could not be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is there and is not what was written.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The file, left as it is.
        path: PathBuf,
        /// What is wrong with it.
        source: DamagedPem,
    },
    /// The library refused to make a key or a certificate.
    #[error("the authority could not be made")]
    Making(#[source] rcgen::Error),
}
