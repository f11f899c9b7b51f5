//! restic for the tests: had once, kept outside the checkout, and found by the
//! daemons of test boxes on their path.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use backup::Restic;
use rustix::fs::{FlockOperation, flock};

use crate::test_box::in_a_runtime;

fn cache() -> PathBuf {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let folder = named.or(home).unwrap_or_else(std::env::temp_dir).join("panier-dev/restic");
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// One test at a time fetches; the others find what it had.
fn alone(cache: &Path) -> File {
    let file = File::create(cache.join("lock")).expect("a file");
    flock(&file, FlockOperation::LockExclusive).expect("a lock");
    file
}

/// A path on which there is the restic that Panier works with; none where it
/// cannot be had here, which is printed.
///
/// # Panics
/// Where nothing can be kept.
pub fn path_with_restic() -> Option<String> {
    static FOUND: OnceLock<Option<String>> = OnceLock::new();
    let find = || {
        let cache = cache();
        let _alone = alone(&cache);
        let mut program = None;
        in_a_runtime(async {
            match Restic::obtain(&cache, &|_step| {}).await {
                Ok(restic) => program = Some(restic.program().to_owned()),
                Err(error) => println!("left out, as restic cannot be had here: {error}"),
            }
        });
        let folder = program?.parent()?.display().to_string();
        Some(format!("{folder}:{}", std::env::var("PATH").unwrap_or_default()))
    };
    FOUND.get_or_init(find).clone()
}

/// Debian 12's restic 0.14, where this machine's archive has it.
///
/// # Panics
/// Where nothing can be kept.
pub fn old_restic() -> Option<PathBuf> {
    let cache = cache();
    let _alone = alone(&cache);
    let folder = cache.join("0.14");
    let program = folder.join("usr/bin/restic");
    if !program.exists() {
        fs::create_dir_all(&folder).expect("a folder");
        let download =
            "apt-get -qq download restic=0.14* && dpkg-deb -x restic_*.deb . && rm *.deb";
        let had = Command::new("sh").arg("-c").arg(download).current_dir(&folder).output();
        if !had.is_ok_and(|output| output.status.success()) {
            println!("left out: restic 0.14 cannot be had here");
            return None;
        }
    }
    Some(program)
}
