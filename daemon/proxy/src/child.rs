//! Starting a front door: its listeners, its control socket, its process.

use std::ffi::OsString;
use std::fs::{OpenOptions, Permissions};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::{Child, Command};

use crate::message::{Listening, Role};

/// Tells the C library how many freed pieces of memory of one size a thread keeps
/// at hand. Seven unless told: fewer than a connection has requests under way,
/// and whatever is beyond them takes the long way. It costs at most a megabyte a
/// thread. Its unit's file says the same. Source: glibc's manual, "Memory
/// Allocation Tunables"; other C libraries read past it.
const KEPT_AT_HAND: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.tcache_count=32");

/// How to start a front door, and which one to adopt.
#[derive(Debug, Clone)]
pub struct FrontDoorOptions {
    /// The program.
    pub binary: PathBuf,
    /// Its arguments: what makes it call [`crate::run`].
    pub arguments: Vec<OsString>,
    /// The control socket's path. A successor's is beside it, ending in `next`,
    /// until it has taken over.
    pub control: PathBuf,
    /// The name of systemd's templates that it is an instance of; none: it is a
    /// child of ours, and what follows about it counts.
    pub unit: Option<String>,
    /// The user and the group that it runs as; none: as the daemon does.
    pub run_as: Option<(u32, u32)>,
    /// Where to listen for HTTPS; port 0 is any that is free.
    pub https: Vec<SocketAddr>,
    /// Where to listen for HTTP.
    pub http: Vec<SocketAddr>,
    /// The daemon's build; a front door of another is replaced.
    pub build: String,
    /// Where what it prints is appended; none: nowhere.
    pub log: Option<PathBuf>,
    /// How long requests and WebSockets may go on at one that ends.
    pub drain: std::time::Duration,
}

impl FrontDoorOptions {
    /// The roles and addresses asked for, HTTPS first.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = (Role, SocketAddr)> + '_ {
        let https = self.https.iter().map(|address| (Role::Https, *address));
        https.chain(self.http.iter().map(|address| (Role::Http, *address)))
    }

    /// Where a successor is reached until it has taken over.
    pub(crate) fn next_control(&self) -> PathBuf {
        self.control.with_extension("next")
    }
}

/// A listener and what it is for.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) listening: Listening,
    pub(crate) listener: TcpListener,
}

impl Given {
    pub(crate) fn new(role: Role, listener: TcpListener) -> io::Result<Self> {
        let listening = Listening { role, address: listener.local_addr()? };
        Ok(Self { listening, listener })
    }
}

/// Whether a listener is the one that was asked for.
pub(crate) fn fits(listening: Listening, role: Role, wanted: SocketAddr) -> bool {
    let address = listening.address;
    listening.role == role
        && address.ip() == wanted.ip()
        && (wanted.port() == 0 || wanted.port() == address.port())
}

/// The listeners asked for: taken from `had` where they fit, else bound anew.
pub(crate) fn listeners(
    options: &FrontDoorOptions,
    mut had: Vec<Given>,
) -> Result<Vec<Given>, StartError> {
    let mut given = Vec::new();
    for (role, wanted) in options.wanted() {
        let found = had.iter().position(|one| fits(one.listening, role, wanted));
        let one = match found {
            Some(at) => had.swap_remove(at),
            None => TcpListener::bind(wanted)
                .and_then(|listener| Given::new(role, listener))
                .map_err(|source| StartError::Bind { address: wanted, source })?,
        };
        given.push(one);
    }
    Ok(given)
}

/// The control socket that a new front door listens on. Whatever lies at the
/// path is the socket of one that has ended: a living one was asked before.
pub(crate) fn control(path: &Path) -> Result<UnixListener, StartError> {
    let failed = |source| StartError::Control { path: path.to_owned(), source };
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    // Peers are asked for their user as well; this keeps others from the queue.
    std::fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed)?;
    Ok(listener)
}

/// Starts the process, in a process group of its own so that a terminal's
/// interrupt does not reach it, with nothing of our environment. Supplementary
/// groups are cleared by the standard library when root gives up its user.
pub(crate) fn spawn(
    options: &FrontDoorOptions,
    control: UnixListener,
) -> Result<Child, StartError> {
    let failed = |source| StartError::Spawn { binary: options.binary.clone(), source };
    let mut command = Command::new(&options.binary);
    command
        .args(&options.arguments)
        .env_clear()
        .env(KEPT_AT_HAND.0, KEPT_AT_HAND.1)
        .current_dir("/")
        .stdin(Stdio::from(OwnedFd::from(control)))
        .process_group(0);
    match &options.log {
        None => command.stdout(Stdio::null()).stderr(Stdio::null()),
        Some(path) => {
            let log = OpenOptions::new().append(true).create(true).mode(0o640).open(path);
            let log = log.map_err(failed)?;
            command.stdout(log.try_clone().map_err(failed)?).stderr(log)
        }
    };
    if let Some((user, group)) = options.run_as {
        command.uid(user).gid(group);
    }
    command.spawn().map_err(failed)
}

/// Why no front door could be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address is taken, is not this machine's, or needs privileges.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The control socket could not be made.
    #[error("the control socket {} cannot be made", path.display())]
    Control {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// systemd does not make its socket.
    #[error("systemd does not start {unit}: {said}")]
    Unit {
        /// The unit.
        unit: String,
        /// What systemctl said.
        said: String,
    },
    /// The program could not be started.
    #[error("{} cannot be started as the front door", binary.display())]
    Spawn {
        /// The program.
        binary: PathBuf,
        /// Why.
        source: io::Error,
    },
}

#[cfg(test)]
mod tests {
    use super::KEPT_AT_HAND;

    #[test]
    fn a_unit_of_its_own_is_told_the_same_as_a_child() {
        let unit = include_str!("../../debian/panier-front-door@.service");
        let (name, value) = KEPT_AT_HAND;
        assert!(unit.lines().any(|line| line == format!("Environment={name}={value}")));
    }
}
