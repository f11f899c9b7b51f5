//! A key that a person can copy from paper.
//!
//! Six groups of six characters. The characters are those that nobody mistakes
//! for another: no 0 and O, no 1, I and L. There are 31 of them, a prime, so
//! that the last one of each group can tell every single wrong character, every
//! two that changed places, and a group in the wrong place. The password of the
//! repository is the text as it is printed, groups and all: any restic takes it
//! without us. 30 characters are drawn by chance: 148 bits.

use std::fmt;

use crate::secret::Secret;

const ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const GROUPS: usize = 6;
/// Characters of a group that are drawn; one more checks them.
const DRAWN: usize = 5;
const SIZE: u32 = 31;

/// A key that a person can type.
#[derive(Clone, PartialEq, Eq)]
pub struct KitKey(String);

/// What is wrong with a key that was typed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KitKeyError {
    /// Characters are missing, or there are too many.
    #[error("{found} characters in place of {expected}", expected = GROUPS * (DRAWN + 1))]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A character that no key has.
    #[error("group {group} holds {character:?}, which no key has")]
    Character {
        /// Which group, from 1 on.
        group: usize,
        /// The character.
        character: char,
    },
    /// A group was mistyped, or stands in the place of another.
    #[error("group {group} is mistyped")]
    Group {
        /// Which, from 1 on.
        group: usize,
    },
    /// There is no key in the page.
    #[error("the page holds no key")]
    Missing,
}

impl KitKey {
    /// Draws a key. `chance` fills its argument with random bytes fit for keys.
    ///
    /// # Errors
    /// When chance fails.
    pub fn draw<Failure>(
        mut chance: impl FnMut(&mut [u8]) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let mut values = Vec::new();
        while values.len() < GROUPS * DRAWN {
            let mut bytes = [0; 32];
            chance(&mut bytes)?;
            // Only whole multiples, so that each character is as likely as the others.
            let fair = bytes.iter().map(|byte| u32::from(*byte)).filter(|byte| *byte < SIZE * 8);
            values.extend(fair.map(|byte| byte % SIZE));
        }
        values.truncate(GROUPS * DRAWN);
        let groups = values.chunks(DRAWN).enumerate().map(|(place, values)| {
            let all = values.iter().copied().chain([check(place, values)]);
            all.map(character).collect::<String>()
        });
        Ok(Self(groups.collect::<Vec<_>>().join("-")))
    }

    /// Reads a key as somebody typed it: in small letters, without or with other separators.
    ///
    /// # Errors
    /// Names the group that is wrong.
    pub fn parse(typed: &str) -> Result<Self, KitKeyError> {
        let is_key = |letter: &char| !letter.is_whitespace() && !"-–—_.·".contains(*letter);
        let letters: Vec<char> =
            typed.chars().filter(is_key).map(|letter| letter.to_ascii_uppercase()).collect();
        let width = DRAWN + 1;
        for (index, letter) in letters.iter().enumerate() {
            if value(*letter).is_none() {
                let group = index / width + 1;
                return Err(KitKeyError::Character { group, character: *letter });
            }
        }
        if letters.len() != GROUPS * width {
            return Err(KitKeyError::Length { found: letters.len() });
        }
        for (place, group) in letters.chunks(width).enumerate() {
            let mut values: Vec<u32> = group.iter().filter_map(|letter| value(*letter)).collect();
            let last = values.pop();
            if last != Some(check(place, &values)) {
                return Err(KitKeyError::Group { group: place + 1 });
            }
        }
        let groups = letters.chunks(width).map(|group| group.iter().collect::<String>());
        Ok(Self(groups.collect::<Vec<_>>().join("-")))
    }

    /// The key as a repository takes it.
    #[must_use]
    pub fn secret(&self) -> Secret {
        Secret::new(&self.0)
    }

    /// The key as it is printed.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for KitKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KitKey(…)")
    }
}

/// Finds the key in a recovery kit, as its page was written or as somebody copied it.
///
/// # Errors
/// When no line is a key; the error of the line that comes nearest to one.
pub fn key_in_page(page: &str) -> Result<KitKey, KitKeyError> {
    let looks_like_one = |line: &&str| {
        let letters = line.chars().filter(|letter| letter.is_ascii_alphanumeric()).count();
        letters.abs_diff(GROUPS * (DRAWN + 1)) <= 2 && line.matches('-').count() == GROUPS - 1
    };
    let mut failure = KitKeyError::Missing;
    for line in page.lines().map(str::trim).filter(looks_like_one) {
        match KitKey::parse(line) {
            Ok(key) => return Ok(key),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

fn value(letter: char) -> Option<u32> {
    let place = ALPHABET.iter().position(|known| char::from(*known) == letter)?;
    u32::try_from(place).ok()
}

fn character(value: u32) -> char {
    let place = usize::try_from(value % SIZE).unwrap_or_default();
    ALPHABET.get(place).map_or('2', |known| char::from(*known))
}

/// Each place has a weight of its own below the prime, so no change of one character and no
/// exchange of two goes unseen; the group's place is weighed in as well.
fn check(place: usize, values: &[u32]) -> u32 {
    let place = u32::try_from(place).unwrap_or_default();
    let weighed = (2..).zip(values).map(|(weight, value)| weight * value).sum::<u32>();
    (weighed + 7 * (place + 1)) % SIZE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u8) -> KitKey {
        let mut next = seed;
        let chance = |bytes: &mut [u8]| {
            for byte in bytes {
                next = next.wrapping_mul(141).wrapping_add(77);
                *byte = next;
            }
            Ok::<(), ()>(())
        };
        KitKey::draw(chance).unwrap()
    }

    #[test]
    fn a_key_is_read_back_however_it_is_typed() {
        let key = drawn(1);
        let printed = key.reveal();
        assert_eq!(printed.len(), 41);
        for typed in [
            printed.to_owned(),
            printed.to_lowercase(),
            printed.replace('-', ""),
            printed.replace('-', " "),
            format!("  {}\n", printed.replace('-', " – ")),
        ] {
            assert_eq!(KitKey::parse(&typed), Ok(key.clone()), "{typed}");
        }
        assert_eq!(key.secret().reveal(), printed);
        assert!(!format!("{key:?}").contains(printed));
    }

    #[test]
    fn every_wrong_character_is_found_in_its_group() {
        let key = drawn(2);
        for (index, right) in key.reveal().char_indices().filter(|(_, letter)| *letter != '-') {
            for wrong in ALPHABET.iter().map(|byte| char::from(*byte)).filter(|one| *one != right) {
                let mut typed = key.reveal().to_owned();
                typed.replace_range(index..=index, &wrong.to_string());
                assert_eq!(KitKey::parse(&typed), Err(KitKeyError::Group { group: index / 7 + 1 }));
            }
        }
    }

    #[test]
    fn exchanged_characters_and_exchanged_groups_are_found() {
        for seed in 0..50 {
            let key = drawn(seed);
            let letters: Vec<char> = key.reveal().replace('-', "").chars().collect();
            for group in 0..6 {
                for (one, other) in
                    (0..6).flat_map(|one| (one + 1..6).map(move |other| (one, other)))
                {
                    let mut typed = letters.clone();
                    typed.swap(group * 6 + one, group * 6 + other);
                    if typed != letters {
                        let parsed = KitKey::parse(&typed.iter().collect::<String>());
                        assert_eq!(parsed, Err(KitKeyError::Group { group: group + 1 }));
                    }
                }
            }
            let mut groups: Vec<&str> = key.reveal().split('-').collect();
            groups.swap(1, 4);
            assert_eq!(KitKey::parse(&groups.join("-")), Err(KitKeyError::Group { group: 2 }));
        }
    }

    #[test]
    fn letters_that_no_key_has_and_missing_ones_are_said() {
        let key = drawn(3);
        let typed = format!("O{}", &key.reveal()[1..]);
        assert_eq!(KitKey::parse(&typed), Err(KitKeyError::Character { group: 1, character: 'O' }));
        assert_eq!(KitKey::parse(&key.reveal()[1..]), Err(KitKeyError::Length { found: 35 }));
        assert_eq!(KitKey::parse(""), Err(KitKeyError::Length { found: 0 }));
    }

    #[test]
    fn chance_that_fails_makes_no_key() {
        assert_eq!(KitKey::draw(|_| Err("no chance")), Err("no chance"));
    }
}
