//! Building images at home ahead of time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use recipe::{Text, Trouble, text};

use crate::fetch::{self, Listener};
use crate::site::Ground;
use crate::steps::FETCHING;

/// Builds one version of an image, unless it is there.
pub(crate) struct BuildImage {
    ground: Arc<Ground>,
    folder: String,
    version: String,
}

impl BuildImage {
    pub(crate) fn new(ground: Arc<Ground>, folder: String, version: String) -> Self {
        Self { ground, folder, version }
    }
}

#[async_trait]
impl Step for BuildImage {
    fn name(&self) -> &'static str {
        "build-image"
    }

    fn label(&self) -> Text {
        let (folder, version) = (&self.folder, &self.version);
        text!("Building {folder} {version}", "On construit {folder} {version}")
    }

    fn deadline(&self) -> Duration {
        FETCHING
    }

    async fn run(&self, scene: &Scene) -> Result<(), Trouble> {
        scene.halfway().await?;
        let listener = Listener::Job(scene);
        fetch::build(&self.ground, &self.folder, &self.version, &listener).await?;
        Ok(())
    }
}
