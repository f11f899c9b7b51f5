//! Chance that can be had again: a test that was unlucky says its seed.

/// The variable that gives a seed again.
const SEED: &str = "PANIER_SEED";

/// Numbers that nobody foresees, and that the same seed gives again.
#[derive(Debug)]
pub struct Chance(u64);

impl Chance {
    /// By the seed that `PANIER_SEED` names, or by another each time, which is
    /// printed: a test that fails shows what it printed.
    ///
    /// # Panics
    /// Where that is no number, or the system has no random numbers.
    pub fn new() -> Self {
        let seed = match std::env::var(SEED) {
            Ok(said) => said.parse().unwrap_or_else(|_| panic!("{SEED} is no number: {said}")),
            Err(_unset) => {
                let mut bytes = [0; 4];
                system::random::fill(&mut bytes).expect("random numbers");
                u64::from(u32::from_ne_bytes(bytes))
            }
        };
        println!("the same again: {SEED}={seed}");
        Self::of(seed)
    }

    /// By this seed.
    pub fn of(seed: u64) -> Self {
        // Small seeds are spread first: the generator is slow to leave zeroes.
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`.
    ///
    /// # Panics
    /// When `end` is zero.
    pub fn below(&mut self, end: u64) -> u64 {
        // Xorshift, after Marsaglia (2003), of which the high bits are the better ones.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % end
    }

    /// One of them.
    ///
    /// # Panics
    /// When there is none.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let index = self.below(all.len() as u64);
        all.get(usize::try_from(index).expect("an index")).expect("one of them")
    }

    /// Puts them in any order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            let other = self.below(last as u64 + 1);
            all.swap(last, usize::try_from(other).expect("an index"));
        }
    }
}

impl Default for Chance {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn a_seed_gives_the_same_again_and_another_gives_others() {
        let order = |seed| {
            let mut numbers: Vec<u32> = (0..20).collect();
            Chance::of(seed).shuffle(&mut numbers);
            numbers
        };
        assert_eq!(order(7), order(7));
        assert_ne!(order(7), order(8));
        let mut sorted = order(7);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..20).collect::<Vec<u32>>());
    }

    #[test]
    fn every_one_has_its_turn() {
        let mut chance = Chance::of(0);
        let mut seen = [0; 3];
        for _ in 0..300 {
            seen[*chance.one_of(&[0_usize, 1, 2])] += 1;
        }
        assert!(seen.iter().all(|times| *times > 50), "{seen:?}");
    }
}
