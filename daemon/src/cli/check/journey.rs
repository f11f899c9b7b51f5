//! The journey beside a recipe: a script that makes real data through the
//! service's own interface, and reads it back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use admin::views::ServiceDetail;
use recipe::text;
use tokio::process::Command;
use tokio::time::timeout;

use super::Halt;

/// How long a journey may take.
const WITHIN: Duration = Duration::from_secs(15 * 60);

/// A journey, and what it needs to reach a service.
pub(super) struct Journey {
    script: PathBuf,
    certificate: PathBuf,
}

impl Journey {
    /// The journey of a recipe's folder; none where it has none.
    pub(super) fn beside(recipe: &Path, certificate: PathBuf) -> Option<Self> {
        let script = recipe.join("journey");
        script.is_file().then_some(Self { script, certificate })
    }

    /// Runs it with `make` or `check`; gives its last line.
    pub(super) async fn run(
        &self,
        what: &str,
        service: &ServiceDetail,
        secrets: &BTreeMap<String, String>,
    ) -> Result<Option<String>, Halt> {
        let address = &service.service.address;
        let mut command = Command::new("sh");
        command.arg(&self.script).arg(what).env("ADDRESS", address).env("CA", &self.certificate);
        command.env("RESOLVE", format!("{}:127.0.0.1", host_and_port(address)));
        for (kind, all) in [("SECRET", secrets), ("ANSWER", &service.answers)] {
            for (name, value) in all {
                command.env(format!("{kind}_{}", name.to_uppercase()), value);
            }
        }
        command.stdin(Stdio::null()).kill_on_drop(true);
        let ran = match timeout(WITHIN, command.output()).await {
            Ok(Ok(ran)) => ran,
            Ok(Err(error)) => return Err(Halt::failed(text!("sh: {error}", "sh : {error}"))),
            Err(_elapsed) => {
                return Err(Halt::failed(text!(
                    "the journey {what} did not end in time",
                    "le parcours {what} ne s’est pas terminé à temps"
                )));
            }
        };
        if ran.status.success() {
            let said = String::from_utf8_lossy(&ran.stdout);
            return Ok(said.trim().lines().last().map(ToOwned::to_owned));
        }
        let told = String::from_utf8_lossy(&ran.stderr);
        let told = told.trim();
        Err(Halt::failed(text!("journey {what}: {told}", "parcours {what} : {told}")))
    }
}

/// `host:port` of an address, the port said also where it is the usual one.
fn host_and_port(address: &str) -> String {
    let rest = address.trim_start_matches("https://").trim_end_matches('/');
    if rest.contains(':') { rest.to_owned() } else { format!("{rest}:443") }
}

#[cfg(test)]
mod tests {
    use super::host_and_port;

    #[test]
    fn an_address_is_resolved_with_its_port() {
        assert_eq!(host_and_port("https://pad.localhost:8443"), "pad.localhost:8443");
        assert_eq!(host_and_port("https://pad.example.org"), "pad.example.org:443");
    }
}
