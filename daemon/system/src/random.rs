//! Chance.

use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};

/// The kernel gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the kernel gives no random bytes")]
pub struct NoChance(#[source] Errno);

/// Fills `bytes` from the kernel's generator, good enough for keys.
///
/// It goes straight to getrandom(2): that waits until the generator has been
/// seeded, which a small board just after its first start may not have done,
/// where `/dev/urandom` would answer at once with guessable bytes. A crate such
/// as `rand` would bring generators of its own, which we have no use for.
///
/// # Errors
/// [`NoChance`] where the kernel lacks the call or a sandbox forbids it.
pub fn fill(bytes: &mut [u8]) -> Result<(), NoChance> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match getrandom(&mut *rest, GetRandomFlags::empty()) {
            // More than 256 bytes may come in pieces.
            Ok(filled) => rest = rest.get_mut(filled..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(error) => return Err(NoChance(error)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn every_part_of_a_large_buffer_is_filled() {
        let mut bytes = vec![0_u8; 100_000];
        fill(&mut bytes).unwrap();
        let empty = bytes.chunks(100).filter(|part| part.iter().all(|byte| *byte == 0)).count();
        assert_eq!(empty, 0);
    }

    #[test]
    fn two_draws_differ() {
        let (mut one, mut two) = ([0_u8; 32], [0_u8; 32]);
        fill(&mut one).unwrap();
        fill(&mut two).unwrap();
        assert_ne!(one, two);
    }

    #[test]
    fn nothing_is_filled_with_nothing() {
        fill(&mut []).unwrap();
    }
}
