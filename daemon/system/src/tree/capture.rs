//! A file's content as it is now, in a file of its own.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Read and written at once.
const PIECE: usize = 1024 * 1024;

/// Captures the content of `from` in the new file `to`: shared with it where the
/// filesystem can (btrfs, XFS), copied else. Holes stay holes. Raising `stop`
/// ends it early.
///
/// # Errors
/// Where one of the two cannot be read or written, and when it was stopped.
pub fn capture(from: &Path, to: &Path, stop: &AtomicBool) -> io::Result<()> {
    let no_link = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or_default();
    let mut source = File::options().read(true).custom_flags(no_link).open(from)?;
    let mut goal = File::options().write(true).create_new(true).mode(0o600).open(to)?;
    if rustix::fs::ioctl_ficlone(&goal, &source).is_ok() {
        return Ok(());
    }
    let mut piece = vec![0_u8; PIECE];
    let mut length = 0_u64;
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let read = source.read(&mut piece)?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        length += u64::try_from(read).unwrap_or_default();
        if bytes.iter().all(|byte| *byte == 0) {
            goal.seek(SeekFrom::Start(length))?;
        } else {
            goal.write_all(bytes)?;
        }
    }
    goal.set_len(length)
}
