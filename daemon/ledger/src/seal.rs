//! Secrets at rest: sealed with ChaCha20-Poly1305 (RFC 8439) under a key that
//! lies in a file beside the ledger, so that a copied ledger alone tells none.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};

const KEY_BYTES: usize = 32;

/// What went wrong with the key or with a sealed value.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There are secrets, and their key is not there.
    #[error("{} is missing, and without it the secrets in the ledger cannot be read", .0.display())]
    KeyMissing(PathBuf),
    /// The key's file is not a key.
    #[error("{} is not a key of {KEY_BYTES} bytes", .0.display())]
    KeyDamaged(PathBuf),
    /// The key's file could not be read or written.
    #[error("{} could not be read or written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The machine gave no random bytes.
    #[error("the machine gave no random bytes")]
    NoRandom,
    /// A sealed value was altered, or sealed with another key.
    #[error("a sealed value was altered, or was sealed with another key")]
    Altered,
}

pub(crate) struct Seal {
    key: LessSafeKey,
    random: SystemRandom,
}

impl Seal {
    /// Reads the key at `path`; makes one when there is none and `may_make`.
    pub(crate) fn open(path: &Path, may_make: bool) -> Result<Self, SealError> {
        let random = SystemRandom::new();
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound && may_make => {
                let mut bytes = vec![0; KEY_BYTES];
                random.fill(&mut bytes).map_err(|_unspecified| SealError::NoRandom)?;
                write_key(path, &bytes)
                    .map_err(|source| SealError::File { path: path.to_owned(), source })?;
                bytes
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(SealError::KeyMissing(path.to_owned()));
            }
            Err(source) => return Err(SealError::File { path: path.to_owned(), source }),
        };
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes)
            .map_err(|_unspecified| SealError::KeyDamaged(path.to_owned()))?;
        Ok(Self { key: LessSafeKey::new(key), random })
    }

    /// Seals `value`, bound to `place`: moved elsewhere it does not open.
    pub(crate) fn seal(&self, place: &str, value: &str) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(|_unspecified| SealError::NoRandom)?;
        let mut sealed = value.as_bytes().to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.as_bytes()),
                &mut sealed,
            )
            .map_err(|_unspecified| SealError::Altered)?;
        let mut whole = nonce.to_vec();
        whole.append(&mut sealed);
        Ok(whole)
    }

    /// Opens what [`Seal::seal`] sealed for the same place.
    pub(crate) fn unseal(&self, place: &str, whole: &[u8]) -> Result<String, SealError> {
        let (nonce, sealed) = whole.split_at_checked(NONCE_LEN).ok_or(SealError::Altered)?;
        let nonce =
            Nonce::try_assume_unique_for_key(nonce).map_err(|_unspecified| SealError::Altered)?;
        let mut sealed = sealed.to_vec();
        let value = self
            .key
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut sealed)
            .map_err(|_unspecified| SealError::Altered)?;
        String::from_utf8(value.to_vec()).map_err(|_not_text| SealError::Altered)
    }
}

fn write_key(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("key.new");
    let mut file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    match path.parent() {
        Some(folder) => fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_in_its_place_and_with_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let seal = Seal::open(&folder.path().join("one.key"), true).unwrap();
        let other = Seal::open(&folder.path().join("other.key"), true).unwrap();
        let sealed = seal.seal("3/admin", "s3cret").unwrap();
        assert_eq!(seal.unseal("3/admin", &sealed).unwrap(), "s3cret");
        assert!(matches!(seal.unseal("4/admin", &sealed), Err(SealError::Altered)));
        assert!(matches!(other.unseal("3/admin", &sealed), Err(SealError::Altered)));
        assert!(!sealed.windows(6).any(|window| window == b"s3cret"));
    }

    #[test]
    fn a_missing_key_is_not_replaced_while_there_are_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.key");
        assert!(matches!(Seal::open(&path, false), Err(SealError::KeyMissing(_))));
        assert!(!path.exists());
    }
}
