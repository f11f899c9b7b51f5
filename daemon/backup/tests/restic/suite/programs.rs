//! restic for the tests: had once, kept outside the checkout.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use backup::Restic;
use rustix::fs::{FlockOperation, flock};

fn cache() -> PathBuf {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let folder = named.or(home).unwrap_or_else(std::env::temp_dir).join("panier-dev/restic");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// One test at a time fetches; the others find what it had.
fn alone(cache: &Path) -> File {
    let file = File::create(cache.join("lock")).unwrap();
    flock(&file, FlockOperation::LockExclusive).unwrap();
    file
}

/// The restic that we work with, using `folder` for its own; none where it cannot be had here.
pub(super) async fn restic(folder: &Path) -> Option<Restic> {
    let cache = cache();
    let alone = alone(&cache);
    let had = Restic::obtain(&cache, &|step| println!("obtaining restic: {step:?}")).await;
    drop(alone);
    match had {
        Ok(restic) => Restic::at(restic.program(), folder).await.unwrap(),
        Err(error) => {
            println!("left out, as restic cannot be had here: {error}");
            None
        }
    }
}

/// Debian 12's restic 0.14, where this machine's archive has it.
pub(super) fn old_restic() -> Option<PathBuf> {
    let cache = cache();
    let _alone = alone(&cache);
    let folder = cache.join("0.14");
    let program = folder.join("usr/bin/restic");
    if !program.exists() {
        fs::create_dir_all(&folder).unwrap();
        let download =
            "apt-get -qq download restic=0.14* && dpkg-deb -x restic_*.deb . && rm *.deb";
        let shell = Command::new("sh").arg("-c").arg(download).current_dir(&folder).output();
        let had = shell.is_ok_and(|output| output.status.success());
        if !had {
            println!("left out: restic 0.14 cannot be had here");
            return None;
        }
    }
    Some(program)
}
