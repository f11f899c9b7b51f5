//! The secrets that a service needs: how they are made, never what they are.

use crate::format::{Alphabet, SecretRule};
use crate::{Recipe, Text};

/// One secret that the box makes for a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretSpec {
    /// How templates name it: `secret.<name>`.
    pub name: String,
    /// How many signs.
    pub length: usize,
    /// Made of which signs.
    pub alphabet: Alphabet,
    /// Whether it is shown to the administrator on demand.
    pub reveal: bool,
    /// What it opens, for who sees it.
    pub label: Option<Text>,
}

impl SecretSpec {
    pub(crate) fn new(name: &str, rule: &SecretRule) -> Self {
        Self {
            name: name.to_owned(),
            length: rule.length as usize,
            alphabet: rule.alphabet,
            reveal: rule.reveal,
            label: rule.label.clone(),
        }
    }

    /// How many random bytes [`SecretSpec::from_random`] should get: with so
    /// many, it lacks some less than once in 10¹⁰ times.
    #[must_use]
    pub fn random_bytes(&self) -> usize {
        self.length * 4 + 64
    }

    /// The secret made of random bytes. Each sign is as likely as any other:
    /// bytes that would favour some are passed over. `None` when the bytes do
    /// not suffice; draw new ones then.
    #[must_use]
    pub fn from_random(&self, bytes: &[u8]) -> Option<String> {
        let signs = self.alphabet.signs();
        // The largest multiple of the number of signs that a byte can hold.
        let fair = 256 - 256 % signs.len();
        let secret: String = bytes
            .iter()
            .map(|byte| usize::from(*byte))
            .filter(|byte| *byte < fair)
            .filter_map(|byte| signs.get(byte % signs.len()).copied().map(char::from))
            .take(self.length)
            .collect();
        (secret.len() == self.length).then_some(secret)
    }
}

impl Alphabet {
    fn signs(self) -> &'static [u8] {
        match self {
            Self::LettersAndDigits => {
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
            }
            Self::Hex => b"0123456789abcdef",
            Self::Digits => b"0123456789",
        }
    }
}

impl Recipe {
    /// All secrets that a service of this recipe needs, those of its building
    /// blocks included, by name.
    #[must_use]
    pub fn secrets(&self) -> Vec<SecretSpec> {
        let of_blocks = self.blocks().into_iter().flat_map(|block| block.secret.iter());
        self.file
            .secret
            .iter()
            .chain(of_blocks)
            .map(|(name, rule)| SecretSpec::new(name, rule))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::SecretSpec;
    use crate::format::Alphabet;

    fn spec(length: usize, alphabet: Alphabet) -> SecretSpec {
        SecretSpec { name: "key".to_owned(), length, alphabet, reveal: false, label: None }
    }

    #[test]
    fn every_sign_comes_equally_often() {
        let bytes: Vec<u8> = (0..=255).collect();
        let secret = spec(248, Alphabet::LettersAndDigits).from_random(&bytes).unwrap();
        for sign in Alphabet::LettersAndDigits.signs() {
            assert_eq!(secret.bytes().filter(|byte| byte == sign).count(), 4);
        }
        assert_eq!(spec(256, Alphabet::Hex).from_random(&bytes).unwrap().len(), 256);
    }

    #[test]
    fn too_few_bytes_make_no_secret() {
        assert_eq!(spec(4, Alphabet::Hex).from_random(&[1, 2, 3]), None);
        // 250 to 255 would favour the first digits: they are passed over.
        assert_eq!(spec(1, Alphabet::Digits).from_random(&[250, 255]), None);
        assert_eq!(spec(1, Alphabet::Digits).from_random(&[250, 7]).unwrap(), "7");
    }
}
