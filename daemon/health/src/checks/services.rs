//! Services that should run, and do not.

use async_trait::async_trait;
use lifecycle::Health;

use super::{Check, services};
use crate::Weight;
use crate::finding::Found;
use crate::surroundings::Surroundings;

pub(super) struct Services;

#[async_trait]
impl Check for Services {
    async fn look(&self, at: &Surroundings) -> Vec<Found> {
        services(at)
            .iter()
            .filter_map(|service| match at.lifecycle.health(service.id) {
                Health::Ill { trouble } => {
                    Some(Found::of_service(&service.name, Weight::Urgent, trouble))
                }
                _ => None,
            })
            .collect()
    }
}
