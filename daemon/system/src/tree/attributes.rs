//! Extended attributes: access lists, labels, capabilities of programs.

use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use rustix::fs::{XattrFlags, lgetxattr, llistxattr, lsetxattr};
use rustix::io::Errno;

/// More than any filesystem keeps.
const MOST: usize = 64 * 1024;

/// All attributes of a path, a link's own included; none where the filesystem has none.
pub(super) fn read(path: &Path) -> io::Result<Vec<(OsString, Vec<u8>)>> {
    // Most files have none: that is learnt without a buffer.
    let mut none: [u8; 0] = [];
    match llistxattr(path, &mut none) {
        Ok(0) | Err(Errno::NOTSUP) => return Ok(Vec::new()),
        Ok(_) => {}
        Err(error) => return Err(error.into()),
    }
    let mut names = vec![0_u8; MOST];
    let length = llistxattr(path, names.as_mut_slice())?;
    names.truncate(length);
    let mut found = Vec::new();
    for name in names.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let mut value = vec![0_u8; MOST];
        let length = match lgetxattr(path, OsStr::from_bytes(name), value.as_mut_slice()) {
            // Taken away meanwhile, or not for us to see.
            Err(Errno::NODATA | Errno::NOTSUP) => continue,
            length => length?,
        };
        value.truncate(length);
        found.push((OsString::from_vec(name.to_vec()), value));
    }
    Ok(found)
}

/// Gives a path these attributes.
pub(super) fn write(path: &Path, attributes: &[(OsString, Vec<u8>)]) -> io::Result<()> {
    for (name, value) in attributes {
        let name = CString::new(name.as_bytes()).map_err(io::Error::other)?;
        match lsetxattr(path, name.as_c_str(), value, XattrFlags::empty()) {
            // A label of the kernel's own, which is no part of the data.
            Err(Errno::NOTSUP | Errno::PERM) => {}
            written => written?,
        }
    }
    Ok(())
}
