//! The keys that open a repository: one for every day, one on paper.

use std::ops::ControlFlow;

use serde::Deserialize;

use super::{KeyId, Repository, RepositoryError, of_run};
use crate::restic::Call;
use crate::secret::Secret;

/// A key of a repository, without the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KeyFacts {
    /// Its identity.
    pub id: KeyId,
    /// Whether it is the one by which the list was read.
    #[serde(default)]
    pub current: bool,
    /// The name that it was given.
    #[serde(rename = "userName", default)]
    pub name: String,
    /// The box that added it.
    #[serde(rename = "hostName", default)]
    pub host: String,
}

impl Repository {
    /// The keys that open it.
    ///
    /// # Errors
    /// As for every call.
    pub async fn keys(&self) -> Result<Vec<KeyFacts>, RepositoryError> {
        self.ask(Call::new("key list").arg("--json").arg("--no-lock").reading()).await
    }

    /// Adds a key under a name, such as `kit`, and tries it: it opens the repository.
    ///
    /// # Errors
    /// As for every call.
    pub async fn add_key(
        &self,
        key: &Secret,
        name: &str,
        host: &str,
    ) -> Result<KeyFacts, RepositoryError> {
        let held = key.hold().map_err(|source| RepositoryError::Run { source })?;
        let call = Call::new("key add").option("new-password-file", held.path());
        let call = call.option("user", name).option("host", host);
        let ended = self.listen(call, &[], &mut |_| {}).await?;
        self.succeeded(ended)?;
        let opened = Self { key: key.clone(), ..self.clone() };
        let keys = opened.keys().await?;
        keys.into_iter().find(|key| key.current).ok_or(RepositoryError::WrongKey)
    }

    /// Takes a key away. The one that this repository is opened with stays; one that is not
    /// there any more is no failure.
    ///
    /// # Errors
    /// [`RepositoryError::WrongKey`] when it is the one in use; otherwise as for every call.
    pub async fn remove_key(&self, id: &KeyId) -> Result<(), RepositoryError> {
        match self.keys().await?.into_iter().find(|key| key.id == *id) {
            None => Ok(()),
            Some(key) if key.current => Err(RepositoryError::WrongKey),
            Some(_) => {
                let call = Call::new("key remove").arg("--").arg(id.as_str());
                let ended = self.listen(call, &[], &mut |_| {}).await?;
                self.succeeded(ended)
            }
        }
    }

    /// Whether another key opens it, as a recovery kit is tried.
    ///
    /// # Errors
    /// When it could not be tried; a key that does not open it is no error.
    pub async fn is_opened_by(&self, key: &Secret) -> Result<bool, RepositoryError> {
        let call = Call::new("cat").arg("config").arg("--no-lock");
        let folder = self.location.folder();
        let call = call.variable("RESTIC_REPOSITORY", folder).key("RESTIC_PASSWORD_FILE", key);
        let mut ignore = |_: &[u8]| ControlFlow::Continue(());
        let ended = self.restic.run(&call, &mut ignore).await.map_err(of_run)?;
        match self.succeeded(ended) {
            Ok(()) => Ok(true),
            Err(RepositoryError::WrongKey) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
