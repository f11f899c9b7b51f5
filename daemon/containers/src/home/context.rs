//! The archive that the builder reads.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use tar::{Builder, EntryType, Header};

use super::error::HomeImageError;
use super::inputs::{Files, is_program};

/// The folder of a context with what the host adds: a root filesystem that a
/// build stage, and only a build stage, copies over its own.
const HOST: &str = ".host";

/// Writes a context: an image's files, and what the host adds under `.host/`.
pub(super) fn write(archive: &Path, files: &Files, host: &Files) -> Result<(), HomeImageError> {
    let unwritable = |error| HomeImageError::unwritable(archive, error);
    let file = File::create(archive).map_err(unwritable)?;
    let mut tar = Builder::new(BufWriter::new(file));
    for (name, path) in files {
        add(&mut tar, archive, name, path)?;
    }
    // A folder is always there, so that a machine which adds nothing builds as well.
    let mut folder = header(EntryType::Directory, 0o755, 0);
    tar.append_data(&mut folder, HOST, std::io::empty()).map_err(unwritable)?;
    for (name, path) in host {
        add(&mut tar, archive, &format!("{HOST}/{name}"), path)?;
    }
    let mut file = tar.into_inner().map_err(unwritable)?;
    file.flush().map_err(unwritable)
}

/// Neither owner nor date nor the finer rights of the checkout reach the builder.
fn add<W: Write>(
    tar: &mut Builder<W>,
    archive: &Path,
    name: &str,
    path: &Path,
) -> Result<(), HomeImageError> {
    let unreadable = |error| HomeImageError::unreadable(path, error);
    let mode = if is_program(path)? { 0o755 } else { 0o644 };
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let mut header = header(EntryType::Regular, mode, size);
    tar.append_data(&mut header, name, file)
        .map_err(|error| HomeImageError::unwritable(archive, error))
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_host_adds_lies_apart_and_the_checkouts_owner_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Dockerfile");
        std::fs::write(&path, "FROM scratch").unwrap();
        let archive = folder.path().join("context.tar");
        let files = Files::from([("Dockerfile".to_owned(), path.clone())]);
        let host = Files::from([("etc/pip.conf".to_owned(), path)]);
        write(&archive, &files, &host).unwrap();
        let mut read = tar::Archive::new(File::open(&archive).unwrap());
        let names: Vec<_> = read
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                assert_eq!(
                    (entry.header().uid().unwrap(), entry.header().mtime().unwrap()),
                    (0, 0)
                );
                entry.path().unwrap().to_string_lossy().into_owned()
            })
            .collect();
        assert_eq!(names, ["Dockerfile", ".host", ".host/etc/pip.conf"]);
    }
}
