//! The trash: into it, out of it, and gone for good.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use jobs::{Scene, Step};
use ledger::{LedgerError, Records, Standing};
use recipe::{Text, Trouble, text};

use crate::steps::DISK;
use crate::target::Target;
use crate::volumes;

/// Moves a service's data to the trash, with a date; its rows stay with them.
pub(crate) struct Discard {
    pub(crate) target: Target,
    pub(crate) at: Timestamp,
}

#[async_trait]
impl Step for Discard {
    fn name(&self) -> &'static str {
        "discard"
    }

    fn label(&self) -> Text {
        text!("Putting the data into the trash", "On met les données à la corbeille")
    }

    fn deadline(&self) -> Duration {
        DISK
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        scene.halfway().await?;
        into_trash(&self.target)
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        records.set_standing(self.target.id, Standing::Removed { at: self.at })
    }

    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        out_of_trash(&self.target)
    }

    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        records.set_standing(self.target.id, Standing::Installed)
    }
}

/// Brings a service's data back from the trash.
pub(crate) struct BringBack {
    pub(crate) target: Target,
    /// When it had been removed.
    pub(crate) removed: Timestamp,
    /// Its name in the trash.
    pub(crate) name: String,
}

#[async_trait]
impl Step for BringBack {
    fn name(&self) -> &'static str {
        "bring-back"
    }

    fn label(&self) -> Text {
        text!("Bringing the data back", "On récupère les données")
    }

    fn deadline(&self) -> Duration {
        DISK
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        scene.halfway().await?;
        out_of_trash(&self.target)
    }

    async fn undo(&self, _scene: &Scene) -> Result<(), Trouble> {
        into_trash(&self.target)
    }

    fn unrecord(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        self.target.ground.board.forget(self.target.id);
        records.set_standing(self.target.id, Standing::Removed { at: self.removed })?;
        records.rename_service(self.target.id, &self.name)
    }
}

/// Deletes a removed service's data and rows for good.
pub(crate) struct Delete(pub(crate) Target);

#[async_trait]
impl Step for Delete {
    fn name(&self) -> &'static str {
        "delete"
    }

    fn label(&self) -> Text {
        text!("Deleting the data for good", "On supprime les données pour de bon")
    }

    fn deadline(&self) -> Duration {
        DISK
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let folder = self.0.ground.folders.in_trash(self.0.id);
        scene.halfway().await?;
        volumes::delete(folder).await
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        self.0.ground.board.forget(self.0.id);
        records.delete_service(self.0.id)
    }
}

fn into_trash(target: &Target) -> Result<(), Trouble> {
    let folders = &target.ground.folders;
    let living = folders.services.join(&target.service()?.name);
    volumes::move_folder(&living, &folders.in_trash(target.id))
}

fn out_of_trash(target: &Target) -> Result<(), Trouble> {
    let folders = &target.ground.folders;
    let living = folders.services.join(&target.service()?.name);
    volumes::move_folder(&folders.in_trash(target.id), &living)
}
