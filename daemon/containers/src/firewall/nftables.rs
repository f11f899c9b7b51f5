//! The kernel's own firewall, spoken to through the program `nft`: one text,
//! taken whole or not at all.

use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::{Firewall, FirewallError, FirewallRules, Held};

/// Where Debian puts the program; a daemon's PATH may lack that folder.
const USUAL: &str = "/usr/sbin/nft";
/// A run takes some milliseconds; one that hangs is given up.
const WITHIN: Duration = Duration::from_secs(20);

/// The kernel's firewall, in the network namespace of this process.
pub struct Nftables {
    program: PathBuf,
    /// What was asked for last, and how the kernel lists it: a listing that
    /// differs means that somebody changed it.
    known: Mutex<Option<(FirewallRules, String)>>,
}

impl Default for Nftables {
    fn default() -> Self {
        Self::with(Path::new(USUAL))
    }
}

impl Nftables {
    /// By a program at another place than Debian's.
    #[must_use]
    pub fn with(program: &Path) -> Self {
        Self { program: program.to_owned(), known: Mutex::default() }
    }

    /// The table as the kernel has it, without counters; none when it is not there.
    async fn listing(&self, table: &str) -> Result<Option<String>, FirewallError> {
        let listed = self.run(&["--stateless", "list", "table", "inet", table], None).await?;
        match judge(&listed) {
            Ok(()) => Ok(Some(String::from_utf8_lossy(&listed.stdout).into_owned())),
            Err(FirewallError::Refused { said }) if said.contains("No such file") => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn run(&self, arguments: &[&str], text: Option<&str>) -> Result<Output, FirewallError> {
        let run = async {
            let mut child = Command::new(&self.program)
                .args(arguments)
                // Its refusals are told apart by their words.
                .env("LC_ALL", "C")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .kill_on_drop(true)
                .spawn()?;
            if let (Some(mut input), Some(text)) = (child.stdin.take(), text) {
                input.write_all(text.as_bytes()).await?;
            }
            child.wait_with_output().await
        };
        match timeout(WITHIN, run).await {
            Ok(Ok(output)) => Ok(output),
            Ok(Err(error)) if error.kind() == ErrorKind::NotFound => {
                Err(FirewallError::Missing { program: self.program.display().to_string() })
            }
            Ok(Err(error)) => Err(FirewallError::Failed(error)),
            Err(_elapsed) => Err(FirewallError::Failed(Error::from(ErrorKind::TimedOut))),
        }
    }
}

#[async_trait]
impl Firewall for Nftables {
    async fn hold(&self, rules: &FirewallRules) -> Result<Held, FirewallError> {
        let mut known = self.known.lock().await;
        let mut held = Held::Renewed;
        if let Some((asked, listed)) = &*known
            && asked == rules
        {
            if self.listing(&rules.table).await?.as_ref() == Some(listed) {
                return Ok(Held::Already);
            }
            held = Held::Restored;
        }
        *known = None;
        judge(&self.run(&["-f", "-"], Some(&rules.text())).await?)?;
        if let Some(listed) = self.listing(&rules.table).await? {
            *known = Some((rules.clone(), listed));
        }
        Ok(held)
    }

    async fn lift(&self, table: &str) -> Result<(), FirewallError> {
        *self.known.lock().await = None;
        let text = format!("table inet {table} {{\n}}\ndelete table inet {table}\n");
        judge(&self.run(&["-f", "-"], Some(&text)).await?)
    }
}

fn judge(output: &Output) -> Result<(), FirewallError> {
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if said.contains("Operation not permitted") {
        return Err(FirewallError::NotPermitted);
    }
    Err(FirewallError::Refused { said })
}
