//! Files that are either the old one or the new one, never half of either.

use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use crate::CannotRead;
use crate::user::User;

/// A file that could not be written; what was at its path before is still there.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", path.display())]
pub struct CannotWrite {
    /// The path that was to be written.
    pub path: PathBuf,
    /// Why it failed.
    #[source]
    pub source: io::Error,
}

/// Writes `bytes` to `path` with the permissions `mode` (as in chmod), whole or
/// not at all, and returns when the disk has it: written beside, flushed,
/// renamed, and the folder flushed. A reader sees the old file or the new one.
///
/// # Errors
/// [`CannotWrite`]: no such folder, no rights, no room. Nothing is left beside.
pub fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> Result<(), CannotWrite> {
    write(path, bytes, mode, None)
}

/// As [`write_whole`], and the file belongs to `owner` before it has its name:
/// at no instant can anyone else read it by that name.
///
/// # Errors
/// As [`write_whole`]; giving a file away needs root.
pub fn write_whole_for(
    path: &Path,
    bytes: &[u8],
    mode: u32,
    owner: User,
) -> Result<(), CannotWrite> {
    write(path, bytes, mode, Some(owner))
}

/// Makes the folder `path` with the permissions `mode`, and those above it that
/// are missing. One that is there keeps its owner and gets `mode`.
///
/// # Errors
/// [`CannotWrite`]: a file in the way, no rights, no room.
pub fn ensure_folder(path: &Path, mode: u32) -> Result<(), CannotWrite> {
    let failed = |source| CannotWrite { path: path.to_owned(), source };
    DirBuilder::new().recursive(true).mode(mode).create(path).map_err(failed)?;
    std::fs::set_permissions(path, Permissions::from_mode(mode)).map_err(failed)
}

/// To whom `path` belongs; of a symbolic link, the link itself.
///
/// # Errors
/// [`CannotRead`] where `path` does not exist or cannot be reached.
pub fn owner(path: &Path) -> Result<User, CannotRead> {
    let found = path.symlink_metadata().map_err(|error| CannotRead::new(path, error))?;
    Ok(User { uid: found.uid(), gid: found.gid() })
}

fn write(path: &Path, bytes: &[u8], mode: u32, owner: Option<User>) -> Result<(), CannotWrite> {
    let failed = |source| CannotWrite { path: path.to_owned(), source };
    let beside = beside(path).map_err(failed)?;
    let written = fill(&beside, bytes, mode, owner).and_then(|()| std::fs::rename(&beside, path));
    if let Err(source) = written {
        // What cannot be removed either was never made, or goes at the next write.
        let _ = std::fs::remove_file(&beside);
        return Err(failed(source));
    }
    // Whoever cannot look for them can still write; the next one looks again.
    let _ = remove_left(path);
    flush_folder(path).map_err(failed)
}

/// Named by the thread that writes it, which no other living one on the machine
/// is called by: two who write the same file do not write into each other.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let mut hidden = hidden(path)?;
    hidden.push(rustix::thread::gettid().to_string());
    Ok(path.with_file_name(hidden))
}

/// What the names begin with that a file is written under before it has its own.
fn hidden(path: &Path) -> io::Result<OsString> {
    let mut hidden = OsString::from(".");
    hidden.push(path.file_name().ok_or(io::ErrorKind::InvalidInput)?);
    hidden.push(".writing-");
    Ok(hidden)
}

/// Removes what those left beside `path` who were killed while they wrote it.
fn remove_left(path: &Path) -> io::Result<()> {
    let hidden = hidden(path)?;
    for entry in folder_of(path).read_dir()? {
        let entry = entry?;
        let name = entry.file_name();
        let by = name.as_bytes().strip_prefix(hidden.as_bytes()).map(OsStr::from_bytes);
        // Linux knows threads by these names too, and forgets them at their end.
        if by.is_some_and(|thread| !Path::new("/proc").join(thread).exists()) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn fill(beside: &Path, bytes: &[u8], mode: u32, owner: Option<User>) -> io::Result<()> {
    match std::fs::remove_file(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(beside)?;
    file.write_all(bytes)?;
    // The owner first: chown takes set-user-id bits away again.
    if let Some(owner) = owner {
        fchown(&file, Some(owner.uid), Some(owner.gid))?;
    }
    // Said explicitly, as the mode at opening is lessened by the umask.
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()
}

fn flush_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::{ensure_folder, owner, write_whole, write_whole_for};
    use crate::user::{self, User};
    use std::io::ErrorKind;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o7777
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_written_with_its_mode_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        write_whole(&path, b"one", 0o640).unwrap();
        write_whole(&path, b"two", 0o604).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(mode(&path), 0o604);
        assert_eq!(names(folder.path()), ["secret"]);
    }

    #[test]
    fn what_a_killed_writer_left_goes_with_the_next_write_and_a_living_ones_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity");
        // No thread has this number: it is above the most that Linux gives (proc(5), pid_max).
        let killed = ".identity.writing-4194305";
        let living = format!(".identity.writing-{}", std::process::id());
        let others = [".identity.old", ".identity2.writing-4194305", "identity.writing-4194305"];
        for name in [killed, &living].into_iter().chain(others) {
            std::fs::write(folder.path().join(name), "half").unwrap();
        }
        write_whole(&path, b"whole", 0o600).unwrap();
        let mut expected = vec!["identity", &living];
        expected.extend(others);
        expected.sort_unstable();
        let mut found = names(folder.path());
        found.sort_unstable();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("name");
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("inside"), "kept").unwrap();
        let error = write_whole(&path, b"new", 0o600).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot write {}", path.display()));
        assert_eq!(names(folder.path()), ["name"]);
        assert_eq!(std::fs::read(path.join("inside")).unwrap(), b"kept");
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_whole(&folder.path().join("no/where"), b"", 0o600).unwrap_err();
        assert_eq!(error.source.kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_link_is_replaced_and_its_target_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        std::fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        write_whole(&link, b"new", 0o600).unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"old");
        assert!(!link.symlink_metadata().unwrap().is_symlink());
    }

    #[test]
    fn a_file_can_be_written_for_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("theirs");
        let other = User { uid: 12_345, gid: 23_456 };
        if user::effective().uid == 0 {
            write_whole_for(&path, b"x", 0o400, other).unwrap();
            assert_eq!(owner(&path).unwrap(), other);
            assert_eq!(mode(&path), 0o400);
        } else {
            let error = write_whole_for(&path, b"x", 0o400, other).unwrap_err();
            assert_eq!(error.source.kind(), ErrorKind::PermissionDenied);
            assert!(names(folder.path()).is_empty());
        }
    }

    #[test]
    fn a_folder_is_made_once_and_its_mode_kept_right() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        ensure_folder(&path, 0o700).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        ensure_folder(&path, 0o700).unwrap();
        assert_eq!(mode(&path), 0o700);
    }
}
