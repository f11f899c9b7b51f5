//! Having the images of a service.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{LedgerError, Records};
use recipe::{Text, Trouble, text};

use crate::fetch::{self, Images, Listener};
use crate::steps::FETCHING;
use crate::target::Target;

/// Fetches or builds the images, and writes down which they are. Taking it
/// back leaves them in the engine's store: the next try is the quicker.
pub(crate) struct FetchImages {
    target: Target,
    had: Mutex<Option<Images>>,
}

impl FetchImages {
    pub(crate) fn new(target: Target) -> Self {
        Self { target, had: Mutex::default() }
    }
}

#[async_trait]
impl Step for FetchImages {
    fn name(&self) -> &'static str {
        "fetch-images"
    }

    fn label(&self) -> Text {
        text!("Having the images", "On prépare les images")
    }

    fn deadline(&self) -> Duration {
        FETCHING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        let drawn = self.target.draw()?;
        scene.halfway().await?;
        let images =
            fetch::all(&self.target.ground, &drawn.plan.rendered, &Listener::Job(scene)).await?;
        *self.had.lock().unwrap_or_else(PoisonError::into_inner) = Some(images);
        Ok(())
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        match self.had.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(images) => records.set_images(self.target.id, images),
            None => Ok(()),
        }
    }
}
