//! Memory, as the kernel counts it.

use std::path::Path;

use crate::CannotRead;

/// Source: <https://docs.kernel.org/filesystems/proc.html#meminfo>.
const MEMINFO: &str = "/proc/meminfo";

/// Bytes of memory that the kernel manages; a little less than what was bought.
///
/// # Errors
/// [`CannotRead`] where `/proc` is not mounted or lacks the line.
pub fn total() -> Result<u64, CannotRead> {
    field("MemTotal:")
}

/// Bytes that new programs could have without swapping: caches that can be
/// dropped are counted in.
///
/// # Errors
/// As [`total`].
pub fn available() -> Result<u64, CannotRead> {
    field("MemAvailable:")
}

fn field(name: &'static str) -> Result<u64, CannotRead> {
    let path = Path::new(MEMINFO);
    let text = std::fs::read_to_string(path).map_err(|error| CannotRead::new(path, error))?;
    bytes_of(&text, name).ok_or_else(|| CannotRead::odd(path, name))
}

/// `MemTotal:       4039896 kB`; the kernel's kB are KiB.
fn bytes_of(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let number = line.trim().strip_suffix("kB")?.trim();
    number.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::{available, bytes_of, total};

    #[test]
    fn the_kernels_kilobytes_are_1024_bytes() {
        let text = "MemTotal:        4039896 kB\nMemFree:          100 kB\n";
        assert_eq!(bytes_of(text, "MemTotal:"), Some(4_039_896 * 1024));
        assert_eq!(bytes_of(text, "MemFree:"), Some(102_400));
    }

    #[test]
    fn a_line_that_is_missing_or_odd_gives_nothing() {
        assert_eq!(bytes_of("MemFree: 1 kB", "MemTotal:"), None);
        assert_eq!(bytes_of("MemTotal: much kB", "MemTotal:"), None);
        assert_eq!(bytes_of("MemTotal: 4", "MemTotal:"), None);
    }

    #[test]
    fn this_machine_has_memory() {
        let all = total().unwrap();
        assert!(all > 16 << 20);
        assert!(available().unwrap() <= all);
    }
}
