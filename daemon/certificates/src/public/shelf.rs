//! The files: whole or absent, private, each with its format's number.

use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::PublicAuthority;
use super::answer::{ChallengeAnswer, Way};
use super::record::Record;
use crate::durable;
use crate::leaf::{Leaf, sha256};
use crate::{keeper, leaf};

/// The format's number, in every file of JSON.
const VERSION: u32 = 1;

/// A folder with a few files a domain: `<domain>.pem`, its certificate with its
/// key; `<domain>.order`, an order that is not finished; `<domain>.json`, what
/// is remembered. And two an authority: its account, and until when it is left
/// alone.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    folder: PathBuf,
}

/// An order that is not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OrderFile {
    pub(super) directory: String,
    pub(super) url: String,
    /// The key that the certificate will be for.
    pub(super) key_pem: String,
    pub(super) way: Way,
    /// What is shown for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) answer: Option<ChallengeAnswer>,
    pub(super) begun: Timestamp,
}

/// An account with an authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AccountFile {
    pub(super) directory: String,
    pub(super) key_pem: String,
    /// Its URL; none until the authority has given it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    /// The contact that the authority was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) contact: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Hold {
    until: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u32,
    #[serde(flatten)]
    content: T,
}

impl Shelf {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub(super) fn leaf(&self, domain: &str) -> Option<Leaf> {
        let path = self.of(domain, "pem");
        let bytes = read(&path)?;
        keeper::read(&bytes).map_err(|error| set_aside(&path, &error)).ok()
    }

    pub(super) fn set_leaf(&self, domain: &str, leaf: &leaf::Leaf) -> Result<(), ShelfError> {
        self.write(&self.of(domain, "pem"), keeper::written(leaf).as_bytes())
    }

    /// The unfinished order of a domain with an authority.
    pub(super) fn order(&self, domain: &str, authority: &PublicAuthority) -> Option<OrderFile> {
        let order: OrderFile = self.json(&self.of(domain, "order"))?;
        (order.directory == authority.directory).then_some(order)
    }

    /// All unfinished orders.
    pub(super) fn orders(&self) -> Vec<OrderFile> {
        let names = self.names();
        let paths = names.iter().filter(|name| name.ends_with(".order"));
        paths.filter_map(|name| self.json(&self.folder.join(name))).collect()
    }

    pub(super) fn set_order(&self, domain: &str, order: &OrderFile) -> Result<(), ShelfError> {
        self.set_json(&self.of(domain, "order"), order)
    }

    pub(super) fn forget_order(&self, domain: &str) -> Result<(), ShelfError> {
        remove(&self.of(domain, "order"))
    }

    pub(super) fn record(&self, domain: &str) -> Record {
        self.json(&self.of(domain, "json")).unwrap_or_default()
    }

    pub(super) fn set_record(&self, domain: &str, record: &Record) -> Result<(), ShelfError> {
        self.set_json(&self.of(domain, "json"), record)
    }

    pub(super) fn account(&self, authority: &PublicAuthority) -> Option<AccountFile> {
        self.json(&self.at(authority, "account"))
    }

    pub(super) fn set_account(
        &self,
        authority: &PublicAuthority,
        account: &AccountFile,
    ) -> Result<(), ShelfError> {
        self.set_json(&self.at(authority, "account"), account)
    }

    /// Until when an authority is left alone.
    pub(super) fn hold(&self, authority: &PublicAuthority) -> Option<Timestamp> {
        self.json::<Hold>(&self.at(authority, "hold")).map(|hold| hold.until)
    }

    pub(super) fn set_hold(
        &self,
        authority: &PublicAuthority,
        until: Timestamp,
    ) -> Result<(), ShelfError> {
        self.set_json(&self.at(authority, "hold"), &Hold { until })
    }

    /// Forgets all that is of other domains; accounts stay, and so does what
    /// was set aside.
    pub(super) fn forget_all_but(&self, domains: &[String]) -> Result<(), ShelfError> {
        for name in self.names() {
            let Some((domain, ending)) = name.rsplit_once('.') else { continue };
            let of_a_domain = matches!(ending, "pem" | "order" | "json");
            if of_a_domain && !domains.iter().any(|known| file_name(known) == domain) {
                remove(&self.folder.join(&name))?;
            }
        }
        Ok(())
    }

    fn of(&self, domain: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", file_name(domain)))
    }

    /// Authorities are known by a digest: URLs are no file names.
    fn at(&self, authority: &PublicAuthority, ending: &str) -> PathBuf {
        let digest = sha256(authority.directory.as_bytes());
        let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("authority-{short}.{ending}"))
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    fn json<T: DeserializeOwned>(&self, path: &Path) -> Option<T> {
        let bytes = read(path)?;
        let read: Result<Versioned<T>, _> = serde_json::from_slice(&bytes);
        match read {
            Ok(file) if file.version == VERSION => Some(file.content),
            Ok(file) => {
                set_aside(path, &WrongVersion(file.version));
                None
            }
            Err(error) => {
                set_aside(path, &error);
                None
            }
        }
    }

    fn set_json<T: Serialize>(&self, path: &Path, content: &T) -> Result<(), ShelfError> {
        let text = serde_json::to_vec_pretty(&Versioned { version: VERSION, content });
        let text = text.map_err(|error| ShelfError {
            path: path.to_owned(),
            source: io::Error::other(error),
        })?;
        self.write(path, &text)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), ShelfError> {
        durable::folder(&self.folder)
            .and_then(|()| durable::write(path, bytes, 0o600))
            .map_err(|source| ShelfError { path: path.to_owned(), source })
    }
}

/// Domains are file names as they are; what is none cannot lead out of the folder.
fn file_name(domain: &str) -> String {
    let fits = |sign: &char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '.');
    let name: String = domain.to_ascii_lowercase().chars().filter(fits).collect();
    name.trim_matches('.').to_owned()
}

fn read(path: &Path) -> Option<Vec<u8>> {
    match std::fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(file = %path.display(), %error, "a file of certificates is not read");
            None
        }
    }
}

/// What can be had again is, and what was there is kept for who wants to look.
fn set_aside(path: &Path, error: &(dyn std::error::Error + 'static)) {
    let aside = path.with_extension("damaged");
    tracing::warn!(file = %path.display(), aside = %aside.display(), error, "damaged, set aside");
    if let Err(error) = std::fs::rename(path, &aside) {
        tracing::warn!(file = %path.display(), %error, "not set aside");
    }
}

fn remove(path: &Path) -> Result<(), ShelfError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(ShelfError { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("its format is number {0}, which this program does not know")]
struct WrongVersion(u32);

/// A file of certificates could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{} could not be written", path.display())]
pub struct ShelfError {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}
