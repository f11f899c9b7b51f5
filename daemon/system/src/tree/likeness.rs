//! The likeness of a listing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _, lchown};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps, mknodat, utimensat};

use super::{Entry, FileTime, Kind, Listing, attributes};

/// What a likeness is made of.
#[derive(Debug, Clone, Default)]
pub struct Likeness {
    /// Everything that was there.
    pub listing: Listing,
    /// Where the contents lie that were captured, by path. They are moved from there.
    pub captured: BTreeMap<PathBuf, PathBuf>,
    /// Captured files that may look in an earlier keeping as they look now, and
    /// yet have another content: their time of modification is put forward by a
    /// nanosecond, so that they are read.
    pub nudged: BTreeSet<PathBuf>,
}

/// Makes a likeness below `root`, a folder that is there. Gives the paths of
/// the stand-ins.
///
/// # Errors
/// Where something cannot be made.
pub fn make_likeness(root: &Path, like: &Likeness) -> io::Result<BTreeSet<PathBuf>> {
    let mut stand_ins = BTreeSet::new();
    let mut first_names: BTreeMap<(u64, u64), &Path> = BTreeMap::new();
    for (path, entry) in &like.listing {
        let goal = root.join(path);
        match &entry.kind {
            Kind::Socket => continue,
            // Its own facts come last: what is made in it changes them.
            Kind::Folder => {
                std::fs::DirBuilder::new().mode(0o700).create(&goal)?;
                continue;
            }
            Kind::Link(says) => std::os::unix::fs::symlink(says, &goal)?,
            Kind::Special => mknodat(
                CWD,
                &goal,
                FileType::from_raw_mode(entry.mode),
                Mode::from_raw_mode(0o600),
                entry.device,
            )?,
            Kind::File => {
                if let Some(first) = first_names.get(&entry.file) {
                    std::fs::hard_link(root.join(first), &goal)?;
                    if stand_ins.contains(*first) {
                        stand_ins.insert(path.clone());
                    }
                    continue;
                }
                if entry.names > 1 {
                    first_names.insert(entry.file, path);
                }
                if put_file(&goal, path, entry, like)? {
                    stand_ins.insert(path.clone());
                }
            }
        }
        give_facts(&goal, entry, like.nudged.contains(path))?;
    }
    let folders = like.listing.iter().rev().filter(|(_path, entry)| entry.kind == Kind::Folder);
    for (path, entry) in folders {
        give_facts(&root.join(path), entry, false)?;
    }
    Ok(stand_ins)
}

/// Gives whether it is a stand-in.
fn put_file(goal: &Path, path: &Path, entry: &Entry, like: &Likeness) -> io::Result<bool> {
    if let Some(content) = like.captured.get(path) {
        std::fs::rename(content, goal)?;
        return Ok(false);
    }
    let file = File::options().write(true).create_new(true).mode(0o600).open(goal)?;
    file.set_len(entry.size)?;
    // An empty file has no content that could be another one.
    Ok(entry.size > 0)
}

fn give_facts(goal: &Path, entry: &Entry, nudged: bool) -> io::Result<()> {
    let (uid, gid) = entry.owner;
    lchown(goal, Some(uid), Some(gid))?;
    // After the owner, which takes such bits away.
    if !matches!(entry.kind, Kind::Link(_)) {
        std::fs::set_permissions(goal, std::fs::Permissions::from_mode(entry.mode & 0o7777))?;
    }
    attributes::write(goal, &entry.attributes)?;
    let (seconds, nanoseconds) = entry.modified;
    let modified = if nudged { nudge((seconds, nanoseconds)) } else { (seconds, nanoseconds) };
    let modified = Timespec { tv_sec: modified.0, tv_nsec: modified.1 };
    let times = Timestamps { last_access: modified, last_modification: modified };
    Ok(utimensat(CWD, goal, &times, AtFlags::SYMLINK_NOFOLLOW)?)
}

/// The next nanosecond, or the one before at the end of a second.
fn nudge((seconds, nanoseconds): FileTime) -> FileTime {
    let by = if nanoseconds >= 999_999_999 { -1 } else { 1 };
    (seconds, nanoseconds + by)
}
