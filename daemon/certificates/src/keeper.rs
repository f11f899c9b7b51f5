//! Leaves kept in a folder, so that a restart makes no new ones.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::authority::Authority;
use crate::constraints::plain;
use crate::durable;
use crate::leaf::{CertifyError, DamagedPem, Leaf};

/// The first line of a leaf's file: its format's number.
const FIRST_LINE: &str = "panier leaf 1";
const KEY_BEGINS: &str = "-----BEGIN PRIVATE KEY-----";

/// Keeps leaves in a folder, one file each, and makes them anew when due.
#[derive(Debug, Clone)]
pub struct Keeper {
    folder: PathBuf,
}

impl Keeper {
    /// Keeps them in `folder`, which is made when the first leaf is.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The leaf kept under `label` (a service's name, say): the one in the
    /// folder while it is `authority`'s, is for exactly these names and is not
    /// due; else a new one, which takes its place.
    ///
    /// A damaged file is set aside with the ending `damaged` and a warning: a
    /// leaf holds nothing that a new one would not.
    ///
    /// # Errors
    /// A label that is no file name, names the authority may not sign for, and
    /// files that cannot be read or written.
    pub fn leaf(
        &self,
        authority: &Authority,
        label: &str,
        names: &[String],
        now: Timestamp,
    ) -> Result<Leaf, KeeperError> {
        let path = self.path(label)?;
        if let Some(kept) = self.kept(&path)?
            && same_names(&kept.names, names)
            && !kept.due(now)
            && authority.signed(&kept)
        {
            return Ok(kept);
        }
        let leaf = authority.certify(names, now).map_err(KeeperError::Certify)?;
        std::fs::create_dir_all(&self.folder)
            .and_then(|()| durable::write(&path, written(&leaf).as_bytes(), 0o600))
            .map_err(|source| KeeperError::Write { path, source })?;
        Ok(leaf)
    }

    /// Forgets the leaf kept under `label`; it is no error if there is none.
    ///
    /// # Errors
    /// A label that is no file name, and a file that cannot be removed.
    pub fn forget(&self, label: &str) -> Result<(), KeeperError> {
        let path = self.path(label)?;
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(KeeperError::Write { path, source })
            }
            _ => Ok(()),
        }
    }

    /// Forgets every leaf but those kept under `labels`: the key of a name that
    /// nobody has any more is only good for being stolen.
    ///
    /// # Errors
    /// A folder that cannot be read, and a file that cannot be removed.
    pub fn forget_all_but(&self, labels: &[&str]) -> Result<(), KeeperError> {
        let unread = |source| KeeperError::Read { path: self.folder.clone(), source };
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(unread(source)),
        };
        for entry in entries {
            let name = entry.map_err(unread)?.file_name();
            let label = name.to_str().and_then(|name| name.strip_suffix(".pem"));
            match label {
                Some(label) if self.path(label).is_ok() && !labels.contains(&label) => {
                    self.forget(label)?;
                }
                // Kept, set aside, or not ours.
                _ => {}
            }
        }
        Ok(())
    }

    fn path(&self, label: &str) -> Result<PathBuf, KeeperError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if label.is_empty() || label.starts_with('.') || !label.bytes().all(fits) {
            return Err(KeeperError::Label { label: label.to_owned() });
        }
        Ok(self.folder.join(format!("{label}.pem")))
    }

    fn kept(&self, path: &Path) -> Result<Option<Leaf>, KeeperError> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(KeeperError::Read { path: path.to_owned(), source }),
        };
        match read(&bytes) {
            Ok(leaf) => Ok(Some(leaf)),
            Err(error) => {
                let aside = path.with_extension("damaged");
                tracing::warn!(
                    file = %path.display(), aside = %aside.display(), %error,
                    "a kept certificate is damaged: set aside, a new one is made"
                );
                std::fs::rename(path, &aside)
                    .map_err(|source| KeeperError::Write { path: aside, source })?;
                Ok(None)
            }
        }
    }
}

/// A leaf's file.
pub(crate) fn written(leaf: &Leaf) -> String {
    format!("{FIRST_LINE}\n{}{}", leaf.chain_pem, leaf.key_pem)
}

/// Reads a leaf's file back.
pub(crate) fn read(bytes: &[u8]) -> Result<Leaf, DamagedPem> {
    let text = std::str::from_utf8(bytes).map_err(|source| DamagedPem::NotPem(Box::new(source)))?;
    let pem = text
        .strip_prefix(FIRST_LINE)
        .ok_or(DamagedPem::NotOurs { expected: FIRST_LINE })?
        .trim_start();
    let at = pem.find(KEY_BEGINS).ok_or_else(|| DamagedPem::NotPem("no private key".into()))?;
    let (chain, key) = pem.split_at(at);
    crate::tls::certified_key(chain, key).map_err(|error| DamagedPem::NotPem(Box::new(error)))?;
    Leaf::from_pem(chain.to_owned(), key.to_owned())
}

fn same_names(kept: &[String], wanted: &[String]) -> bool {
    kept.len() == wanted.len() && wanted.iter().all(|name| kept.contains(&plain(name)))
}

/// Why a leaf could not be had.
#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    /// The label cannot be a file's name.
    #[error("“{label}” cannot be the name of a certificate's file")]
    Label {
        /// The label.
        label: String,
    },
    /// A new leaf could not be signed.
    #[error("no certificate was made")]
    Certify(#[source] CertifyError),
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
}
