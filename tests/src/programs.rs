//! The programs that cargo built beside the test that runs.

use std::path::PathBuf;

/// The path of one of the workspace's programs, such as `panier`: it lies above
/// the test's own `deps` folder, in the same profile.
///
/// # Panics
/// Where it has not been built, saying how to.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let found = test
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!(
            "{name} is not built beside {}: run `cargo build --workspace --bins` \
             with the same profile first, or `./dev test`",
            test.display()
        )
    })
}
