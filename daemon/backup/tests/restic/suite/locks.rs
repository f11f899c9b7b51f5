//! The dead are buried, the living left alone.

use std::fs;
use std::io::Write as _;
use std::process::{Child, ChildStdin, Stdio};
use std::time::Duration;

use backup::{Repository, RepositoryError};

use super::yard::{Yard, wait_for, who_waits, with_yard};

/// Somebody who works in a repository until they are let go.
pub(super) struct Holder {
    child: Child,
    input: Option<ChildStdin>,
}

impl Holder {
    /// A backup of what is typed: it holds its lock for as long as nothing ends the typing.
    pub(super) async fn take(yard: &Yard, repository: &Repository) -> Self {
        let program = yard.restic.program().to_owned();
        let mut command = yard.command_by_hand(&program, repository, &["backup", "--stdin"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let input = child.stdin.take();
        wait_for("the lock", || is_locked(repository).then_some(())).await;
        Self { child, input }
    }

    pub(super) fn number(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn let_go(mut self) {
        // It holds that typing nothing at all is a mistake.
        self.input.take().unwrap().write_all(b"done").unwrap();
        assert!(self.child.wait().unwrap().success());
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Whether a lock is there, and whole: one that is still being written bears a longer name.
pub(super) fn is_locked(repository: &Repository) -> bool {
    let locks = fs::read_dir(repository.location().folder().join("locks")).unwrap();
    locks.flatten().any(|entry| entry.file_name().len() == 64)
}

#[test]
fn a_living_lock_is_respected_and_waited_for() {
    with_yard(async |yard| {
        let repository = yard.repository("repository").await;
        let holder = Holder::take(&yard, &repository).await;
        let hasty = repository.clone().with_patience(Duration::from_secs(1));
        let Err(RepositoryError::Locked { by }) = hasty.prune().await else { panic!("not locked") };
        assert_eq!(by.iter().map(|lock| lock.pid).collect::<Vec<_>>(), [holder.number()]);
        assert_eq!(repository.heal_locks().await.unwrap(), []);
        assert_eq!(repository.locks().await.unwrap(), by);
        // Others may still read, and even write.
        repository.open().await.unwrap();
        yard.fill(1, 1, 1000);
        yard.snapshot(&repository).await;
        let pruning = repository.prune();
        let letting_go = async {
            let waits = || {
                let others = super::yard::processes_in(&repository);
                (others.len() >= 2).then_some(())
            };
            wait_for("the one who waits", waits).await;
            tokio::task::spawn_blocking(move || holder.let_go()).await.unwrap();
        };
        let (pruned, ()) = tokio::join!(pruning, letting_go);
        pruned.unwrap();
    });
}

#[test]
fn a_lock_that_a_power_cut_left_is_healed_by_the_next_who_comes() {
    with_yard(async |yard| {
        let repository = yard.repository("repository").await;
        let holder = Holder::take(&yard, &repository).await;
        let number = holder.number();
        holder.kill();
        let locks = repository.locks().await.unwrap();
        assert_eq!(locks.iter().map(|lock| lock.pid).collect::<Vec<_>>(), [number]);
        // What was being written when the power went is no lock, and stands in nobody's way.
        let torn = yard.path("repository/locks").join("e3b0c442".repeat(8));
        fs::write(torn, "").unwrap();
        let hasty = repository.clone().with_patience(Duration::from_secs(1));
        hasty.prune().await.unwrap();
        assert_eq!(repository.locks().await.unwrap(), []);
    });
}

/// A daemon that is killed takes its restic with it, a moment later than the
/// next daemon may come.
#[test]
fn one_who_dies_while_others_wait_is_buried() {
    with_yard(async |yard| {
        let repository = yard.repository("repository").await;
        let holder = Holder::take(&yard, &repository).await;
        let dying = async {
            let waiting = || who_waits(&repository, "--retry-lock=");
            wait_for("the one who waits", waiting).await;
            tokio::task::spawn_blocking(move || holder.kill()).await.unwrap();
        };
        let (pruned, ()) = tokio::join!(repository.prune(), dying);
        pruned.unwrap();
        assert_eq!(repository.locks().await.unwrap(), []);
    });
}

#[test]
fn the_locks_of_both_repositories_of_a_copy_are_healed() {
    with_yard(async |yard| {
        yard.fill(1, 1, 1000);
        let local = yard.repository("repository").await;
        let snapshot = yard.snapshot(&local).await;
        let target = yard.at("target");
        target.init(Some(&local)).await.unwrap();
        for repository in [&local, &target] {
            Holder::take(&yard, repository).await.kill();
        }
        target.copy_from(&local, &[snapshot.id], &|_| {}).await.unwrap();
        for repository in [&local, &target] {
            repository.prune().await.unwrap();
            assert_eq!(repository.locks().await.unwrap(), []);
        }
    });
}
