//! Rules that shut services in, and do not hold.

use async_trait::async_trait;

use super::{Check, of_the_box};
use crate::Weight;
use crate::finding::Found;
use crate::surroundings::Surroundings;

pub(super) struct FirewallHolds;

#[async_trait]
impl Check for FirewallHolds {
    async fn look(&self, at: &Surroundings) -> Vec<Found> {
        let trouble = at.lifecycle.passage_trouble().await;
        of_the_box(trouble.map(|trouble| (Weight::Urgent, trouble)))
    }
}
