//! No file so long that nobody reads it whole.

use std::path::{Path, PathBuf};

use super::project::root;

/// Lines. The tidiest programs of this size have their longest files about here.
const LONGEST: usize = 600;

/// All Rust files of the project.
pub(super) fn rust_files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["daemon", "tests"] {
        collect(&root().join(folder), &mut found);
    }
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_file_is_longer_than_one_reads() {
    let files = rust_files();
    assert!(files.len() > 10, "the project's files were not found");
    let lines = |path: &PathBuf| std::fs::read_to_string(path).unwrap().lines().count();
    let long: Vec<_> = files.iter().filter(|path| lines(path) > LONGEST).collect();
    assert!(
        long.is_empty(),
        "longer than {LONGEST} lines: {long:#?}\nSplit them by what they are about; tests of a \
         long file go into a file `tests.rs` beside it."
    );
}
