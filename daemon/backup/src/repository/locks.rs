//! Who is at work in a repository, and the locks of those who no longer are.
//!
//! restic keeps a lock as a file that says who holds it, and renews it every
//! few minutes. A power cut leaves it behind, and every later run that needs
//! the repository for itself would fail. restic's own `unlock` also takes away
//! what merely looks old or belongs to another machine of the same name; so we
//! look at each lock, and take away those alone whose holder is dead for sure.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Deserialize;

use super::{Repository, RepositoryError, of_run};
use crate::restic::Call;

/// A lock: somebody who is at work in a repository, or was when the power went.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Lock {
    /// When it was last renewed.
    pub time: Timestamp,
    /// Whether its holder wants the repository for itself alone.
    #[serde(default)]
    pub exclusive: bool,
    /// The machine.
    pub hostname: String,
    /// The process.
    pub pid: u32,
}

impl Lock {
    /// Whether its holder was of this machine and is no more. A process that took over the
    /// number after a restart of the machine is not the holder: it bears another name.
    fn is_dead(&self, hostname: &str, processes: &Path) -> bool {
        if self.hostname != hostname {
            return false;
        }
        match fs::read_to_string(processes.join(self.pid.to_string()).join("comm")) {
            Ok(name) => name.trim_end() != "restic",
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }
}

impl Repository {
    /// Who is at work in it. Locks that cannot be read are left out.
    ///
    /// # Errors
    /// When the repository cannot be looked at.
    pub async fn locks(&self) -> Result<Vec<Lock>, RepositoryError> {
        let mut locks = Vec::new();
        for path in self.lock_files()? {
            locks.extend(self.read_lock(&path).await?);
        }
        Ok(locks)
    }

    /// Takes away the locks whose holders are dead and were of this machine, and gives them.
    /// Every call does so by itself when a lock stands in its way.
    ///
    /// # Errors
    /// When the repository cannot be looked at or not be written to.
    pub async fn heal_locks(&self) -> Result<Vec<Lock>, RepositoryError> {
        let node = rustix::system::uname();
        let hostname = node.nodename().to_string_lossy();
        let mut healed = Vec::new();
        for path in self.lock_files()? {
            // What is no whole lock stands in nobody's way: restic passes it over.
            let Some(lock) = self.read_lock(&path).await? else { continue };
            if lock.is_dead(&hostname, Path::new("/proc")) {
                self.remove_lock(&path)?;
                tracing::info!(?lock, "a lock that its holder left behind was taken away");
                healed.push(lock);
            }
        }
        Ok(healed)
    }

    fn lock_files(&self) -> Result<Vec<PathBuf>, RepositoryError> {
        let folder = self.location.folder().join("locks");
        let of = |source| self.locks_error(source);
        match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(of(error)),
            Ok(entries) => entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<_, _>>()
                .map_err(of),
        }
    }

    async fn read_lock(&self, path: &Path) -> Result<Option<Lock>, RepositoryError> {
        let Some(id) = path.file_name() else { return Ok(None) };
        let call = Call::new("cat lock").arg(id).arg("--no-lock").arg("--json");
        let call = call
            .variable("RESTIC_REPOSITORY", self.location.folder())
            .key("RESTIC_PASSWORD_FILE", &self.key);
        let mut text = Vec::new();
        let mut take = |piece: &[u8]| {
            text.extend_from_slice(piece);
            ControlFlow::Continue(())
        };
        let ended = self.restic.run(&call, &mut take).await.map_err(of_run)?;
        // Gone since, cut off by a power cut, or another key's: no lock that can be judged.
        Ok((ended.code == Some(0)).then(|| serde_json::from_slice(&text).ok()).flatten())
    }

    fn remove_lock(&self, path: &Path) -> Result<(), RepositoryError> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.locks_error(error)),
            _ => Ok(()),
        }
    }

    fn locks_error(&self, source: io::Error) -> RepositoryError {
        RepositoryError::Locks { place: self.location.folder().join("locks"), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(hostname: &str, pid: u32) -> Lock {
        Lock { time: Timestamp::UNIX_EPOCH, exclusive: false, hostname: hostname.into(), pid }
    }

    #[test]
    fn only_a_dead_process_of_this_machine_is_dead() {
        let processes = tempfile::tempdir().unwrap();
        for (pid, name) in [("10", "restic\n"), ("11", "bash\n")] {
            fs::create_dir(processes.path().join(pid)).unwrap();
            fs::write(processes.path().join(pid).join("comm"), name).unwrap();
        }
        let is_dead = |host, pid| lock(host, pid).is_dead("box", processes.path());
        assert!(!is_dead("box", 10), "it lives");
        assert!(is_dead("box", 11), "somebody else has its number now");
        assert!(is_dead("box", 12), "there is nobody");
        assert!(!is_dead("other", 12), "another machine's processes are not seen from here");
    }
}
