//! Containers that the kernel ended because they used all of their memory.

use async_trait::async_trait;
use jiff::SignedDuration;
use ledger::Service;
use lifecycle::MemoryEnded;
use recipe::{Text, Trouble, text};

use super::{Check, services};
use crate::Weight;
use crate::finding::Found;
use crate::surroundings::Surroundings;

/// What happened longer ago than this is over.
const OVER_AFTER: SignedDuration = SignedDuration::from_hours(24);

pub(super) struct OutOfMemory;

#[async_trait]
impl Check for OutOfMemory {
    async fn look(&self, at: &Surroundings) -> Vec<Found> {
        let now = (at.clock)();
        let ended = at.lifecycle.memory_ended();
        let ended: Vec<_> =
            ended.into_iter().filter(|one| now.duration_since(one.last) < OVER_AFTER).collect();
        if ended.is_empty() {
            return Vec::new();
        }
        let services = services(at);
        ended
            .iter()
            .filter_map(|one| {
                let service = services.iter().find(|service| service.id == one.service)?;
                let trouble = trouble(service, one, limit(at, service, &one.part));
                Some(Found::of_service(&service.name, Weight::Soon, trouble))
            })
            .collect()
    }
}

fn limit(at: &Surroundings, service: &Service, part: &str) -> Option<u64> {
    let inside = at.lifecycle.inside(service).ok()?;
    inside.containers.iter().find(|container| container.name == part).map(|found| found.memory)
}

fn trouble(service: &Service, ended: &MemoryEnded, limit: Option<u64>) -> Trouble {
    let (name, part, times) = (&service.name, &ended.part, ended.times);
    let Text { en: most, fr: plafond } = limit.map_or_else(|| Text::new("?", "?"), Text::of_bytes);
    let what = text!(
        "The container {part} of {name} used all of its memory ({most}), and a program in it was ended; times in all: {times}.",
        "Le conteneur {part} de {name} a utilisé toute sa mémoire ({plafond}), et un programme y a été arrêté ; nombre de fois : {times}."
    );
    let remedy = text!(
        "It was started again where that was needed. If it happens often, ask the recipe’s maker for a higher limit.",
        "Il a été relancé si c’était nécessaire. Si cela arrive souvent, demandez à qui tient la recette une limite plus haute."
    );
    Trouble::new("out-of-memory", what, remedy)
}
