//! A front door in a unit of systemd's own, where the daemon is one: it outlives
//! the daemon's unit, and is shut in more tightly than a child could be.
//!
//! The units are templates, and each process is an instance: `NAME@X.socket`
//! makes the control socket beside the one that is asked for, as
//! `front-door-X.sock`, and `NAME@X.service` has it as its standard input and
//! begins with the first connection. Source: systemd.exec(5), `StandardInput=`.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::child::StartError;

/// How long systemd may take to make a socket.
const WITHIN: Duration = Duration::from_secs(30);
/// A number that no instance of before has had.
const ANY: &str = "/proc/sys/kernel/random/uuid";

/// Has systemd make the control socket of a new front door at `control`. Its
/// process starts when somebody connects.
pub(crate) async fn listen(name: &str, control: &Path) -> Result<(), StartError> {
    let failed = |source| StartError::Control { path: control.to_owned(), source };
    let any = std::fs::read_to_string(ANY).map_err(failed)?;
    let instance = any.get(..8).unwrap_or_default();
    let unit = format!("{name}@{instance}.socket");
    let started = Command::new("systemctl")
        .args(["start", &unit])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .output();
    let refused = |said: String| StartError::Unit { unit: unit.clone(), said };
    match timeout(WITHIN, started).await {
        Ok(Ok(output)) if output.status.success() => {}
        Ok(Ok(output)) => {
            return Err(refused(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
        }
        Ok(Err(error)) => return Err(refused(error.to_string())),
        Err(_late) => return Err(refused(io::Error::from(io::ErrorKind::TimedOut).to_string())),
    }
    let made = control.with_file_name(format!("front-door-{instance}.sock"));
    std::fs::rename(made, control).map_err(failed)
}
