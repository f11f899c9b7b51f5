//! restic's version, as it says it of itself.

use std::fmt;

/// A version of restic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// 0 in `0.18.1`.
    pub major: u32,
    /// 18 in `0.18.1`.
    pub minor: u32,
    /// 1 in `0.18.1`.
    pub patch: u32,
}

impl Version {
    /// The oldest that we work with. 0.17 restores in place, deletes what was not there, and says
    /// so in JSON; a wrong key has an exit code of its own since 0.17.1
    /// (<https://github.com/restic/restic/releases/tag/v0.17.1>).
    pub const OLDEST: Self = Self { major: 0, minor: 17, patch: 1 };

    /// Reads the first line of `restic version`: `restic 0.18.0 compiled with go1.24.4 on …`.
    #[must_use]
    pub fn of_line(line: &str) -> Option<Self> {
        let word = line.strip_prefix("restic ")?.split_whitespace().next()?;
        let numbers = word.split(['-', '+', '~']).next()?;
        let mut parts = numbers.split('.').map(|part| part.parse().ok());
        let version = Self { major: parts.next()??, minor: parts.next()??, patch: parts.next()?? };
        parts.next().is_none().then_some(version)
    }

    /// Whether it does all that we ask of it.
    #[must_use]
    pub fn is_new_enough(self) -> bool {
        self >= Self::OLDEST
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_debian_and_upstream_print_them() {
        let read = |line| Version::of_line(line).map(|version| version.to_string());
        assert_eq!(
            read("restic 0.18.0 compiled with go1.24.4 on linux/amd64"),
            Some("0.18.0".into())
        );
        assert_eq!(read("restic 0.17.3-dev (compiled manually)"), Some("0.17.3".into()));
        assert_eq!(read("restic 0.18"), None);
        assert_eq!(read("rustic 0.9.0"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn a_version_is_compared_by_number_not_by_letter() {
        let read = |line| Version::of_line(line).unwrap().is_new_enough();
        assert!(!read("restic 0.14.0 compiled"));
        assert!(!read("restic 0.9.6 compiled"));
        assert!(!read("restic 0.17.0 compiled"));
        assert!(read("restic 0.17.1 compiled"));
        assert!(read("restic 1.0.0 compiled"));
    }
}
