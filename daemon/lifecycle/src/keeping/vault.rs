//! The repository on the box itself, in `repository/`: it serves to undo, and
//! never counts as a backup. Nothing is asked of it before its first use.

use std::sync::Arc;

use backup::{KitKey, Secret};
use ledger::{LedgerError, PlaceRecord, Records};
use recipe::{Trouble, text};
use tokio::sync::OnceCell;

use super::repositories::{Place, Repositories, Told};
use crate::site::Ground;
use crate::trouble;

/// The name of the key of the box's repositories, in the ledger.
const KEY: &str = "repository";

/// The repositories, and whether the box's own was opened in this life.
pub(crate) struct Vault {
    repositories: Arc<dyn Repositories>,
    opened: OnceCell<Place>,
}

impl Vault {
    pub(crate) fn new(repositories: Arc<dyn Repositories>) -> Self {
        Self { repositories, opened: OnceCell::new() }
    }

    /// What can be asked of repositories.
    pub(crate) fn repositories(&self) -> &dyn Repositories {
        self.repositories.as_ref()
    }

    /// The box's own repository: its key made, itself made or opened and rid
    /// of dead locks, the first time in a daemon's life.
    pub(crate) async fn local(&self, ground: &Ground, told: Told<'_>) -> Result<Place, Trouble> {
        let open = || async {
            let place = Place {
                name: PlaceRecord::LOCAL.to_owned(),
                folder: ground.folders.repository.clone(),
                key: key(ground)?,
            };
            self.repositories.ensure(&place, None, told).await?;
            Ok(place)
        };
        self.opened.get_or_try_init(open).await.cloned()
    }
}

/// The key of the box's repositories, made when there is none.
pub(super) fn key(ground: &Ground) -> Result<Secret, Trouble> {
    if let Some(known) = ground.read(|records| records.key(KEY))? {
        return Ok(Secret::new(known));
    }
    let drawn = KitKey::draw(system::random::fill).map_err(|error| {
        trouble::of_file(
            text!("The machine gave no random bytes.", "La machine n’a pas donné d’aléa."),
            &error,
        )
    })?;
    let keep = |records: &Records<'_>| -> Result<String, LedgerError> {
        match records.key(KEY)? {
            // Another job was quicker.
            Some(known) => Ok(known),
            None => {
                records.set_key(KEY, drawn.reveal())?;
                Ok(drawn.reveal().to_owned())
            }
        }
    };
    let kept = ground.ledger.write(keep).map_err(|error| trouble::of_ledger(&error))?;
    Ok(Secret::new(kept))
}
