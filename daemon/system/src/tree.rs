//! Folders at one instant, while somebody writes into them: listed, held
//! against an earlier list, what changed captured, and a likeness made of the
//! whole that costs no more than what changed.
//!
//! In a likeness, a file that was captured is there with its content; any other
//! is a **stand-in**: a hole of the right length, with the right name, owner,
//! mode, times and attributes. Whoever keeps the contents of the earlier list
//! (restic, told that it is the parent) knows an unchanged file by its length
//! and time, and never reads a stand-in.

mod attributes;
mod capture;
mod likeness;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

pub use capture::capture;
pub use likeness::{Likeness, make_likeness};

/// A moment as files tell it: seconds and nanoseconds.
pub type FileTime = (i64, i64);

/// What kind of thing lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, and what it says.
    Link(PathBuf),
    /// A pipe or a device.
    Special,
    /// A socket: it lives with its program, and is never kept.
    Socket,
}

/// What is known of one path without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// Bytes.
    pub size: u64,
    /// Bytes that it takes up on the disk; a file with holes takes up less than its size.
    pub stored: u64,
    /// When its content was last written.
    pub modified: FileTime,
    /// When anything about it last changed, by the kernel's own account.
    pub changed: FileTime,
    /// Device and number: equal for two names of one file.
    pub file: (u64, u64),
    /// How many names it has.
    pub names: u64,
    mode: u32,
    owner: (u32, u32),
    device: u64,
    attributes: Vec<(OsString, Vec<u8>)>,
}

/// Everything below some folders, by path relative to the root; a folder comes
/// before what lies in it.
pub type Listing = BTreeMap<PathBuf, Entry>;

impl Entry {
    fn of(path: &Path, facts: &Metadata) -> io::Result<Self> {
        let kind = facts.file_type();
        let kind = if kind.is_file() {
            Kind::File
        } else if kind.is_dir() {
            Kind::Folder
        } else if kind.is_symlink() {
            Kind::Link(std::fs::read_link(path)?)
        } else if kind.is_socket() {
            Kind::Socket
        } else {
            Kind::Special
        };
        Ok(Self {
            kind,
            size: facts.len(),
            stored: facts.blocks().saturating_mul(512),
            modified: (facts.mtime(), facts.mtime_nsec()),
            changed: (facts.ctime(), facts.ctime_nsec()),
            file: (facts.dev(), facts.ino()),
            names: facts.nlink(),
            mode: facts.mode(),
            owner: (facts.uid(), facts.gid()),
            device: facts.rdev(),
            attributes: Vec::new(),
        })
    }

    /// Whether it is the same file as an earlier look found, unchanged. How much
    /// it takes up on the disk may settle later.
    #[must_use]
    pub fn is_still(&self, earlier: &Self) -> bool {
        self.file == earlier.file
            && self.kind == earlier.kind
            && self.size == earlier.size
            && self.modified == earlier.modified
            && self.changed == earlier.changed
    }

    /// Takes over the attributes that an earlier look at the same unchanged path read.
    pub fn has_attributes_of(&mut self, earlier: &Self) {
        self.attributes.clone_from(&earlier.attributes);
    }

    /// Reads its attributes: access lists, labels.
    ///
    /// # Errors
    /// Where the path is gone or cannot be read.
    pub fn read_attributes(&mut self, path: &Path) -> io::Result<()> {
        self.attributes = attributes::read(path)?;
        Ok(())
    }
}

/// Lists `tops` (relative to `root`) with all below them, and the folders on
/// the way there. What vanishes meanwhile is left out; links are not followed.
/// Raising `stop` ends it early.
///
/// # Errors
/// Where a folder cannot be read, and when it was stopped.
pub fn list(root: &Path, tops: &[PathBuf], stop: &AtomicBool) -> io::Result<Listing> {
    let mut listing = Listing::new();
    for top in tops {
        for above in top.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()) {
            add(root, above, &mut listing)?;
        }
        below(root, top, &mut listing, stop)?;
    }
    Ok(listing)
}

/// Gives whether there is a folder to look into.
fn add(root: &Path, path: &Path, listing: &mut Listing) -> io::Result<bool> {
    let full = root.join(path);
    let found = full.symlink_metadata().and_then(|facts| Entry::of(&full, &facts));
    match found {
        Ok(entry) => {
            let is_folder = entry.kind == Kind::Folder;
            listing.insert(path.to_owned(), entry);
            Ok(is_folder)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn below(root: &Path, top: &Path, listing: &mut Listing, stop: &AtomicBool) -> io::Result<()> {
    let mut waiting = vec![top.to_owned()];
    while let Some(path) = waiting.pop() {
        if stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if !add(root, &path, listing)? {
            continue;
        }
        let entries = match std::fs::read_dir(root.join(&path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let inner = path.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                waiting.push(inner);
            } else {
                add(root, &inner, listing)?;
            }
        }
    }
    Ok(())
}

/// Draws a line in the time of the filesystem that `folder` lies on: whatever
/// is written there after this call, also through memory that is mapped, gets a
/// time of change that is not before the one given back. A file that was last
/// changed before it, and still is as it was then, was not written to since.
///
/// All that waits to be written on that filesystem is written out: only then
/// does the kernel notice the next write through mapped memory.
///
/// # Errors
/// Where nothing can be written in `folder`.
pub fn draw_line(folder: &Path) -> io::Result<FileTime> {
    let mark = folder.join(".line");
    let file = File::create(&mark)?;
    let facts = file.metadata()?;
    std::fs::remove_file(&mark)?;
    rustix::fs::syncfs(&file)?;
    Ok((facts.ctime(), facts.ctime_nsec()))
}

#[cfg(test)]
mod tests;
