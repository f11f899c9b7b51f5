//! Passwords at rest: argon2id (RFC 9106), as PHC strings.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use recipe::Trouble;

use super::troubles;

/// 19 MiB, two passes, one lane: of the pairs that OWASP holds for equal, the
/// one that a board with 512 MiB can spare beside its services, and that takes
/// the slowest ones we know less than two seconds. Lanes would help who guesses
/// with many processors more than a board with few.
/// Source: <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

const SALT_BYTES: usize = 16;

/// What is kept of a password.
pub(super) fn hash(password: &str) -> Result<String, Trouble> {
    let mut salt = [0; SALT_BYTES];
    system::random::fill(&mut salt).map_err(troubles::hashing)?;
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(troubles::hashing)?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash =
        hasher.hash_password_with_salt(password.as_bytes(), &salt).map_err(troubles::hashing)?;
    Ok(hash.to_string())
}

/// Whether this is the password, hashed as it was then.
pub(super) fn is(password: &str, kept: &str) -> Result<bool, Trouble> {
    use argon2::password_hash::Error;

    let kept = PasswordHash::new(kept).map_err(troubles::hashing)?;
    match Argon2::default().verify_password(password.as_bytes(), &kept) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(troubles::hashing(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::{hash, is};

    #[test]
    fn the_password_alone_opens_and_is_not_in_what_is_kept() {
        let kept = hash("trois petits chats").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(!kept.contains("chats"));
        assert!(is("trois petits chats", &kept).unwrap());
        assert!(!is("trois petits chat", &kept).unwrap());
        assert_ne!(kept, hash("trois petits chats").unwrap(), "each has its salt");
    }

    #[test]
    fn what_was_kept_with_other_parameters_still_opens() {
        // Made by the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
        let kept = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(is("password", kept).unwrap());
        assert!(!is("passwort", kept).unwrap());
    }

    #[test]
    fn what_cannot_be_read_opens_to_nobody() {
        assert_eq!(is("password", "plain").unwrap_err().code, "password-not-checked");
    }
}
