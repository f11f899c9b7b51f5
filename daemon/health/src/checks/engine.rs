//! A container engine that does not answer.

use async_trait::async_trait;
use containers::EngineError;
use recipe::{Trouble, text};

use super::{Check, of_the_box};
use crate::Weight;
use crate::finding::Found;
use crate::surroundings::Surroundings;

pub(super) struct EngineAnswers;

#[async_trait]
impl Check for EngineAnswers {
    async fn look(&self, at: &Surroundings) -> Vec<Found> {
        let Err(error) = at.engine.facts().await else { return Vec::new() };
        of_the_box(Some((Weight::Urgent, away(&error))))
    }
}

fn away(error: &EngineError) -> Trouble {
    Trouble::new(
        "engine-away",
        text!(
            "The container engine does not answer: services that run go on, and nothing can be changed.",
            "Le moteur de conteneurs ne répond pas : les services qui tournent continuent, et rien ne peut être changé."
        ),
        text!(
            "Start it (on Debian: systemctl start docker); Panier goes on by itself.",
            "Démarrez-le (sous Debian : systemctl start docker) ; Panier reprend tout seul."
        ),
    )
    .because_of(error)
}
