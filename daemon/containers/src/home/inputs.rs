//! What an image is made from, and the digest by which it is known.
//!
//! What the host adds for a build (its certificates, its mirrors) is left out
//! on purpose: the same folder gives the same tag on every machine.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};

use super::description::FILE;
use super::error::HomeImageError;

/// Files that only one version of an image sees lie in `versions/<version>/`;
/// in that version's context they are in `version/`. So a version that is
/// added later leaves the earlier ones as they were.
const VERSIONS: &str = "versions";
const VERSION: &str = "version";

/// The files of one version's context: name in the context, path on the disk.
pub(super) type Files = BTreeMap<String, PathBuf>;

/// Finds the files that one version of an image is built from.
pub(super) fn files_of(folder: &Path, version: &str) -> Result<Files, HomeImageError> {
    let mut files = Files::new();
    collect(folder, "", &mut files)?;
    let own = format!("{VERSIONS}/{version}/");
    Ok(files
        .into_iter()
        .filter(|(name, _)| name != FILE)
        .filter_map(|(name, path)| {
            if let Some(rest) = name.strip_prefix(&own) {
                return Some((format!("{VERSION}/{rest}"), path));
            }
            (!name.starts_with(&format!("{VERSIONS}/"))).then_some((name, path))
        })
        .collect())
}

/// All files under a folder, but not the hidden ones, which editors leave.
pub(super) fn collect(folder: &Path, under: &str, files: &mut Files) -> Result<(), HomeImageError> {
    let unreadable = |error| HomeImageError::unreadable(folder, error);
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        let name = format!("{under}{name}");
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files)?;
        } else {
            files.insert(name, path);
        }
    }
    Ok(())
}

/// Whether a file may be executed; of its mode, only that reaches the image.
pub(super) fn is_program(path: &Path) -> Result<bool, HomeImageError> {
    let told = std::fs::metadata(path).map_err(|error| HomeImageError::unreadable(path, error))?;
    Ok(told.permissions().mode() & 0o111 != 0)
}

/// A digest over named things; each is told apart from its neighbours by its length.
pub(super) struct Inputs(Context);

impl Inputs {
    pub(super) fn new() -> Self {
        let mut inputs = Self(Context::new(&SHA256));
        // Another way of putting images together would need another number here.
        inputs.say("images built at home", "1");
        inputs
    }

    pub(super) fn say(&mut self, name: &str, value: &str) {
        for part in [name, value] {
            self.0.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            self.0.update(part.as_bytes());
        }
    }

    pub(super) fn file(&mut self, name: &str, path: &Path) -> Result<(), HomeImageError> {
        self.say(if is_program(path)? { "program" } else { "file" }, name);
        let unreadable = |error| HomeImageError::unreadable(path, error);
        let mut content = Context::new(&SHA256);
        let mut file = File::open(path).map_err(unreadable)?;
        let mut piece = vec![0; 64 * 1024];
        loop {
            let read = file.read(&mut piece).map_err(unreadable)?;
            if read == 0 {
                break;
            }
            content.update(piece.get(..read).unwrap_or_default());
        }
        self.0.update(content.finish().as_ref());
        Ok(())
    }

    /// 64 hexadecimal digits.
    pub(super) fn digest(self) -> String {
        self.0.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_sees_its_own_files_and_no_other_versions() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["image.toml", "Dockerfile", ".swp", "versions/1/list", "versions/2/list"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        let files = files_of(folder.path(), "2").unwrap();
        assert_eq!(files.keys().collect::<Vec<_>>(), ["Dockerfile", "version/list"]);
        assert_eq!(files["version/list"], folder.path().join("versions/2/list"));
    }
}
