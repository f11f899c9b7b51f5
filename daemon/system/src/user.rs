//! The machine's users.

use std::path::Path;

use crate::CannotRead;

/// Source: passwd(5).
const PASSWD: &str = "/etc/passwd";

/// A user of this machine by numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    /// The user's own number.
    pub uid: u32,
    /// The number of the user's first group.
    pub gid: u32,
}

/// Finds a user by name; `None` where there is none. Only `/etc/passwd` is
/// read: the users of ours that matter are made there by the package.
///
/// # Errors
/// [`CannotRead`] where the file cannot be read.
pub fn by_name(name: &str) -> Result<Option<User>, CannotRead> {
    let path = Path::new(PASSWD);
    // A name or comment in an old encoding is no reason to fail for others.
    let bytes = std::fs::read(path).map_err(|error| CannotRead::new(path, error))?;
    Ok(find(&String::from_utf8_lossy(&bytes), name))
}

/// The user whose rights this process has.
pub fn effective() -> User {
    User { uid: rustix::process::geteuid().as_raw(), gid: rustix::process::getegid().as_raw() }
}

/// `name:password:uid:gid:comment:home:shell`.
fn find(passwd: &str, name: &str) -> Option<User> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(User { uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::{User, by_name, effective, find};

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n\
        broken:x\n\
        www-data:x:33:34:www-data:/var/www:/usr/sbin/nologin\n";

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        assert_eq!(find(PASSWD, "www-data"), Some(User { uid: 33, gid: 34 }));
        assert_eq!(find(PASSWD, "www"), None);
        assert_eq!(find(PASSWD, ""), None);
    }

    #[test]
    fn a_broken_line_is_passed_over() {
        assert_eq!(find(PASSWD, "broken"), None);
    }

    #[test]
    fn this_machine_knows_root() {
        assert_eq!(by_name("root").unwrap(), Some(User { uid: 0, gid: 0 }));
        assert_eq!(by_name("nobody-has-this-name").unwrap(), None);
    }

    #[test]
    fn our_rights_are_those_that_our_files_get() {
        use std::os::unix::fs::MetadataExt;
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(file.as_file().metadata().unwrap().uid(), effective().uid);
    }
}
