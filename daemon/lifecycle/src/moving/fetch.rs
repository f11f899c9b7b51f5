//! All images of the way, before anything is touched.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jobs::{Scene, Step};
use ledger::{LedgerError, Records};
use recipe::{ReleaseId, Text, Trouble, text};

use super::course::{Course, images_of};
use crate::fetch::{self, Images, Listener};
use crate::steps::FETCHING;

/// Has the images of every release on the way. Taking it back leaves them in
/// the engine's store: the next try is the quicker.
pub(super) struct FetchWay {
    course: Course,
    had: Mutex<Vec<(ReleaseId, Images)>>,
}

impl FetchWay {
    pub(super) fn new(course: Course) -> Self {
        Self { course, had: Mutex::default() }
    }
}

#[async_trait]
impl Step for FetchWay {
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
        let Course { ground, back, .. } = &self.course;
        let mut had = Vec::new();
        for hop in self.course.hops() {
            // The very images that ran before, where the engine still has them.
            let before = match back {
                Some(back) if fetch::are_there(ground, &back.images).await? => {
                    Some(back.images.clone())
                }
                _ => None,
            };
            let images = match before {
                Some(images) => images,
                None => {
                    let drawn = self.course.at(&hop).draw()?;
                    fetch::all(ground, &drawn.plan.rendered, &Listener::Job(scene)).await?
                }
            };
            had.push((hop, images));
            scene.halfway().await?;
        }
        *self.had.lock().unwrap_or_else(PoisonError::into_inner) = had;
        Ok(())
    }

    fn record(&self, records: &Records<'_>) -> Result<(), LedgerError> {
        for (hop, images) in self.had.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            self.course.record(records, &images_of(hop), images)?;
        }
        Ok(())
    }
}
