//! A machine whose memory is used up.

use async_trait::async_trait;
use recipe::{Text, Trouble, text};

use super::{Check, of_the_box};
use crate::Weight;
use crate::finding::Found;
use crate::surroundings::Surroundings;

/// Below this share of the whole, in parts of a hundred, the kernel begins to
/// take programs' pages away, and everything slows down.
const LEAST_PERCENT: u64 = 5;

pub(super) struct Memory;

#[async_trait]
impl Check for Memory {
    async fn look(&self, _at: &Surroundings) -> Vec<Found> {
        let (Ok(total), Ok(available)) = (system::memory::total(), system::memory::available())
        else {
            return Vec::new();
        };
        of_the_box(judge(available, total))
    }
}

fn judge(available: u64, total: u64) -> Option<(Weight, Trouble)> {
    if available >= total / 100 * LEAST_PERCENT {
        return None;
    }
    let Text { en: free, fr: libre } = Text::of_bytes(available);
    let Text { en: all, fr: en_tout } = Text::of_bytes(total);
    let what = text!(
        "The box has hardly any memory left: {free} of {all}.",
        "La boîte n’a presque plus de mémoire : {libre} sur {en_tout}."
    );
    let remedy = text!(
        "Stop a service that nobody uses (panier stop NAME), or add memory.",
        "Arrêtez un service que personne n’utilise (panier stop NOM), ou ajoutez de la mémoire."
    );
    Some((Weight::Soon, Trouble::new("memory-short", what, remedy)))
}

#[cfg(test)]
mod tests {
    use super::judge;

    #[test]
    fn memory_is_short_below_a_twentieth() {
        assert!(judge(1 << 30, 16 << 30).is_none());
        assert!(judge(1 << 29, 16 << 30).is_some());
    }
}
