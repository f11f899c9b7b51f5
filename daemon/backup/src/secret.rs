//! Keys: in memory only, and read from there by the child.

use std::fmt;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsRawFd as _;
use std::path::PathBuf;

use rustix::fs::{MemfdFlags, memfd_create};

/// A key of a repository. It is never shown: not by `Debug`, not as an argument.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A key as restic's password. Blanks at its ends are cut off, as restic does.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().trim().to_owned())
    }

    /// The key itself, for whoever must store it or write it on paper.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Holds the key in a file that exists in memory only.
    pub(crate) fn hold(&self) -> io::Result<HeldSecret> {
        let mut file = File::from(memfd_create("key", MemfdFlags::CLOEXEC)?);
        file.write_all(self.0.as_bytes())?;
        Ok(HeldSecret(file))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// A key that a child can read, as long as this lives.
#[derive(Debug)]
pub(crate) struct HeldSecret(File);

impl HeldSecret {
    /// Where the child finds it. A process of the same user opens our descriptor by this name
    /// (proc(5)), so nothing has to be inherited, and two keys are no harder than one.
    pub(crate) fn path(&self) -> PathBuf {
        format!("/proc/{}/fd/{}", std::process::id(), self.0.as_raw_fd()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_by_its_path_again_and_again_and_never_shown() {
        let secret = Secret::new("  open sesame\n");
        let held = secret.hold().unwrap();
        for _ in 0..2 {
            assert_eq!(std::fs::read_to_string(held.path()).unwrap(), "open sesame");
        }
        assert!(!format!("{secret:?}{held:?}").contains("sesame"));
        let path = held.path();
        drop(held);
        assert!(!std::fs::read_to_string(path).is_ok_and(|text| text.contains("sesame")));
    }
}
