//! First-run codes: short enough to copy by hand, long enough that nobody
//! guesses one. 60 bits, in signs that are not taken for one another.

use ledger::Digest;
use system::random::NoChance;

use super::sessions::sha256;

/// Crockford's base 32: no I, L, O or U.
/// Source: <https://www.crockford.com/base32.html>.
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 12;
const GROUP: usize = 4;

/// A new code, as people see it: `7K3M-Q9TX-4BDW`.
pub(super) fn make() -> Result<String, NoChance> {
    let mut bytes = [0; LENGTH];
    system::random::fill(&mut bytes)?;
    let mut code = String::with_capacity(LENGTH + LENGTH / GROUP);
    for (place, byte) in bytes.iter().enumerate() {
        if place > 0 && place.is_multiple_of(GROUP) {
            code.push('-');
        }
        // 256 is a multiple of 32: each sign is as likely as any other.
        let sign = SIGNS.get(usize::from(byte % 32)).copied().unwrap_or_default();
        code.push(char::from(sign));
    }
    Ok(code)
}

/// The digest of a code however it was written: small, with or without dashes,
/// with letters that stand for the digits they look like.
pub(super) fn digest(written: &str) -> Digest {
    let plain: String = written
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|sign| match sign.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    sha256(plain.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{digest, make};

    #[test]
    fn a_code_is_three_groups_of_signs_that_are_not_mistaken() {
        let code = make().unwrap();
        let groups: Vec<_> = code.split('-').map(str::len).collect();
        assert_eq!(groups, [4, 4, 4], "{code}");
        assert!(!code.contains(['I', 'L', 'O', 'U']));
        assert_ne!(code, make().unwrap());
    }

    #[test]
    fn a_code_counts_however_it_is_written() {
        let shown = digest("10AB-CDEF-GH23");
        assert_eq!(digest(" lo ab cdef-gh23 "), shown);
        assert_eq!(digest("iOabcdefgh23"), shown);
        assert_ne!(digest("10AB-CDEF-GH24"), shown);
    }
}
