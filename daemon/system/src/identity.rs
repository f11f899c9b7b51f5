//! What this machine is: its processor's kind and its name.

use rustix::system::uname;

/// The processor's kind, in the words of container engines: `amd64`, `arm64`.
/// A kind they have no other word for keeps Rust's.
/// Source: <https://github.com/opencontainers/image-spec/blob/main/image-index.md>,
/// which takes its words from Go's GOARCH.
pub fn architecture() -> &'static str {
    engine_word(std::env::consts::ARCH)
}

fn engine_word(architecture: &'static str) -> &'static str {
    match architecture {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "powerpc64" => "ppc64le",
        other => other,
    }
}

/// The machine's own name. What is not UTF-8 in it is replaced: the name is
/// shown, never used to find anything.
pub fn hostname() -> String {
    uname().nodename().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{architecture, engine_word, hostname};

    #[test]
    fn architectures_are_said_as_engines_say_them() {
        assert_eq!(engine_word("x86_64"), "amd64");
        assert_eq!(engine_word("aarch64"), "arm64");
        assert_eq!(engine_word("riscv64"), "riscv64");
        assert!(["amd64", "arm64"].contains(&architecture()));
    }

    #[test]
    fn the_name_is_the_kernels() {
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        assert_eq!(hostname(), name.trim());
    }
}
