//! Bridges that the engine has forgotten.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, netdevice, socket_with};
use tokio::process::Command;
use tokio::time::timeout;

/// Where Debian has the program; a daemon's PATH may lack that folder.
const USUAL: &str = "/usr/sbin/ip";
const WITHIN: Duration = Duration::from_secs(20);

/// Takes away the bridge that a new network is to have, if one is there: left by
/// an engine that lost its networks (killed at the wrong moment, it loses them
/// all). The engine would take it as its own, with the interfaces of containers
/// that are no more, which still answer to the addresses of those to come.
///
/// What goes wrong here is told in the log alone: most engines can do without.
pub(super) async fn remove_forgotten(bridge: &str) {
    match is_there(bridge) {
        Ok(false) => return,
        Ok(true) => {}
        Err(error) => return tracing::warn!(bridge, %error, "cannot look for a bridge"),
    }
    match remove(Path::new(USUAL), bridge).await {
        Ok(()) => tracing::info!(bridge, "removed a bridge that the engine had forgotten"),
        Err(error) => {
            tracing::warn!(bridge, %error, "a bridge that the engine has forgotten stays");
        }
    }
}

/// Whether the network namespace of this process has such an interface.
fn is_there(bridge: &str) -> io::Result<bool> {
    let any = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    match netdevice::name_to_index(any, bridge) {
        Ok(_index) => Ok(true),
        Err(Errno::NODEV) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn remove(program: &Path, bridge: &str) -> io::Result<()> {
    // Of this kind alone: no other interface is ever ours to remove.
    let mut command = Command::new(program);
    command.args(["link", "delete", "dev", bridge, "type", "bridge"]);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let run = timeout(WITHIN, command.output()).await??;
    if run.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&run.stderr).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_interface_is_found_by_its_name_and_one_that_is_no_bridge_stays() {
        assert!(is_there("lo").unwrap());
        assert!(!is_there("pn-never-there").unwrap());
        remove_forgotten("lo").await;
        assert!(is_there("lo").unwrap());
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_an_error() {
        let error = remove(Path::new("/nowhere/ip"), "pn-never-there").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
