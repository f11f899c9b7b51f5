//! A folder with everything that a folder can hold, and comparing two of them.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr};
use std::fs::{self, File, FileTimes};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, lchown, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{Mode, XattrFlags, lgetxattr, lsetxattr, mkfifoat};

/// What is compared of a file, a folder, a link or a pipe.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    mode: u32,
    owner: (u32, u32),
    written: (i64, i64),
    links: u64,
    attribute: Option<Vec<u8>>,
    content: Option<Vec<u8>>,
    leads_to: Option<PathBuf>,
}

pub(super) type Tree = BTreeMap<PathBuf, Entry>;

const ATTRIBUTE: &str = "user.panier.test";

/// All that lies below a folder, by path.
pub(super) fn tree(folder: &Path) -> Tree {
    let mut found = Tree::new();
    collect(folder, Path::new(""), &mut found);
    found
}

fn collect(root: &Path, below: &Path, found: &mut Tree) {
    for entry in fs::read_dir(root.join(below)).unwrap() {
        let path = below.join(entry.unwrap().file_name());
        let facts = fs::symlink_metadata(root.join(&path)).unwrap();
        if facts.is_dir() {
            collect(root, &path, found);
        }
        let absolute = root.join(&path);
        let is_folder = facts.is_dir();
        let entry = Entry {
            mode: facts.mode(),
            owner: (facts.uid(), facts.gid()),
            written: (facts.mtime(), facts.mtime_nsec()),
            links: if is_folder { 0 } else { facts.nlink() },
            attribute: attribute(&absolute),
            content: facts.is_file().then(|| fs::read(&absolute).unwrap()),
            leads_to: facts.is_symlink().then(|| fs::read_link(&absolute).unwrap()),
        };
        found.insert(path, entry);
    }
}

fn attribute(path: &Path) -> Option<Vec<u8>> {
    let mut value = vec![0; 256];
    let length = lgetxattr(path, ATTRIBUTE, &mut value).ok()?;
    value.truncate(length);
    Some(value)
}

/// Bytes that no compression makes smaller, always the same for a seed.
pub(super) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// Plants a volume as services leave them, and worse.
pub(super) fn plant(folder: &Path) {
    fs::create_dir_all(folder.join("deep/er/still")).unwrap();
    fs::create_dir(folder.join("empty")).unwrap();
    let names: [&[u8]; 9] = [
        b"plain",
        b"-r",
        b"with blank and \n line",
        b"caf\xc3\xa9",
        b"not utf-8 \xff\xfe",
        b"$HOME",
        b"star*[a]?",
        b"back\\slash",
        b"deep/er/still/here",
    ];
    for (seed, name) in (1..).zip(names) {
        let content = noise(seed, usize::try_from(seed * 1000).unwrap());
        fs::write(folder.join(OsStr::from_bytes(name)), content).unwrap();
    }
    fs::write(folder.join("nothing"), "").unwrap();
    fs::hard_link(folder.join("plain"), folder.join("deep/same file")).unwrap();
    symlink("../plain", folder.join("deep/link")).unwrap();
    symlink("/nowhere/at all", folder.join("dangling")).unwrap();
    sparse(&folder.join("sparse"));
    mkfifoat(rustix::fs::CWD, folder.join("pipe"), Mode::from_raw_mode(0o640)).unwrap();
    for (name, mode) in [("plain", 0o600), ("-r", 0o4755), ("empty", 0o1777), ("deep", 0o2750)] {
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    if rustix::process::geteuid().is_root() {
        for (name, owner, group) in [("deep/er", 33, 33), ("nothing", 5001, 0), ("deep/link", 7, 8)]
        {
            lchown(folder.join(name), Some(owner), Some(group)).unwrap();
        }
    }
    let name = CString::new(folder.join("nothing").as_os_str().as_bytes()).unwrap();
    if let Err(error) = lsetxattr(&name, ATTRIBUTE, b"kept", XattrFlags::CREATE) {
        println!("extended attributes are not looked at here: {error}");
    }
    set_time(&folder.join("nothing"), 86_400);
    set_time(&folder.join("deep/er"), 1_000_000_000);
    set_time(folder, 1_234_567_890);
}

/// Much of nothing with a word at each end.
fn sparse(path: &Path) {
    let mut file = File::create(path).unwrap();
    file.write_all(b"begin").unwrap();
    file.seek(SeekFrom::Start(64 << 20)).unwrap();
    file.write_all(b"end").unwrap();
}

/// Sets when a file was last written, in seconds since 1970.
pub(super) fn set_time(path: &Path, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    File::open(path).unwrap().set_times(FileTimes::new().set_modified(time)).unwrap();
}

/// Copies a tree as it is, with a program that has nothing to do with restic.
pub(super) fn copy(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}
