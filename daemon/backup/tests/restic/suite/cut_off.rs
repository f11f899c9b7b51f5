//! Killed at any instant, it goes on the next time, and what was there is whole.

use std::process::Command;
use std::time::Duration;

use backup::{CheckDepth, RepositoryError, SnapshotError};
use rustix::process::{Pid, Signal, kill_process};

use super::locks::{Holder, is_locked};
use super::tree::copy;
use super::yard::{Yard, processes_in, wait_for, who_waits, with_yard};

/// How long restic may work before it is killed, in milliseconds: from its first moment, through
/// the key, the lock and the data, to the end.
const INSTANTS: [u64; 7] = [0, 150, 300, 450, 650, 900, 1300];

fn kill(number: u32) {
    // It may have come to its end by itself.
    let _ = kill_process(Pid::from_raw(number.try_into().unwrap()).unwrap(), Signal::KILL);
}

/// Kills the restic at work in a repository, once it was for so long.
async fn killer(repository: &backup::Repository, instant: u64) {
    let number = wait_for("restic at work", || processes_in(repository).first().copied()).await;
    tokio::time::sleep(Duration::from_millis(instant)).await;
    // The listing before it is a run of its own, and may be over: kill whoever is there.
    kill(number);
    processes_in(repository).into_iter().for_each(kill);
}

#[test]
fn a_snapshot_killed_at_any_instant_leaves_the_old_ones_whole_and_the_next_one_works() {
    with_yard(async |yard| {
        yard.fill(0, 1, 100_000);
        let repository = yard.repository("repository").await;
        let first = yard.snapshot(&repository).await;
        copy(&yard.volume(), &yard.path("original"));
        let mut killed = 0;
        for (seed, instant) in (1..).zip(INSTANTS) {
            yard.fill(seed, 6, 4 << 20);
            let request = yard.request();
            let attempt = repository.snapshot(&request, &|_| {});
            let (made, ()) = tokio::join!(attempt, killer(&repository, instant));
            match made {
                Ok(_) => {}
                Err(SnapshotError::Repository(RepositoryError::Ended)) => killed += 1,
                Err(error) => panic!("after {instant} ms: {error:?}"),
            }
        }
        assert!(
            killed >= 4,
            "{killed} of {} were killed: too late to prove a thing",
            INSTANTS.len()
        );
        let last = yard.snapshot(&repository).await;
        yard.is_whole(&repository, &last, &yard.volume()).await;
        yard.is_whole(&repository, &first, &yard.path("original")).await;
        // Needs the repository for itself alone: the locks of the killed are no obstacle.
        repository.prune().await.unwrap();
        assert_eq!(repository.locks().await.unwrap(), []);
        assert!(repository.check(CheckDepth::Everything).await.unwrap().is_whole());
    });
}

#[test]
fn a_copy_killed_at_any_instant_goes_on_the_next_time() {
    with_yard(async |yard| {
        let local = yard.repository("repository").await;
        let target = yard.at("target");
        target.init(Some(&local)).await.unwrap();
        let mut killed = 0;
        for (seed, instant) in (1..).zip(INSTANTS) {
            yard.fill(seed, 4, 4 << 20);
            let snapshot = yard.snapshot(&local).await;
            let wanted = [snapshot.id.clone()];
            let attempt = target.copy_from(&local, &wanted, &|_| {});
            let (made, ()) = tokio::join!(attempt, killer(&target, instant));
            killed += usize::from(made.is_err());
            let copied = target.copy_from(&local, &wanted, &|_| {}).await.unwrap();
            assert_eq!(copied[0].to.time, snapshot.time);
        }
        assert!(killed >= 4, "{killed} were killed: too late to prove a thing");
        let copies = target.snapshots(&[]).await.unwrap().snapshots;
        assert_eq!(copies.len(), INSTANTS.len());
        yard.is_whole(&target, copies.last().unwrap(), &yard.volume()).await;
        target.prune().await.unwrap();
        local.prune().await.unwrap();
        assert!(target.check(CheckDepth::Everything).await.unwrap().is_whole());
        assert_eq!((target.locks().await.unwrap(), local.locks().await.unwrap()), (vec![], vec![]));
    });
}

#[test]
fn a_snapshot_that_nobody_waits_for_ends_in_order() {
    with_yard(async |yard| {
        yard.fill(1, 64, 4 << 20);
        let repository = yard.repository("repository").await;
        let request = yard.request();
        tokio::select! {
            made = repository.snapshot(&request, &|_| {}) => panic!("too quick: {made:?}"),
            () = wait_for("its lock", || is_locked(&repository).then_some(())) => {}
        }
        wait_for("its end", || processes_in(&repository).is_empty().then_some(())).await;
        assert!(!is_locked(&repository), "it was asked to end, and took its lock away");
        assert_eq!(repository.snapshots(&[]).await.unwrap().snapshots, []);
        let snapshot = yard.snapshot(&repository).await;
        yard.is_whole(&repository, &snapshot, &yard.volume()).await;
    });
}

/// Set for the process that is to be killed: the folder of the test.
const ROLE: &str = "PANIER_TEST_TO_BE_KILLED";

#[test]
fn when_we_are_killed_restic_is_too() {
    if let Some(folder) = std::env::var_os(ROLE) {
        wait_behind_the_lock(&folder.into_string().unwrap());
        return;
    }
    with_yard(async |yard: Yard| {
        let repository = yard.repository("repository").await;
        let holder = Holder::take(&yard, &repository).await;
        let mut us = Command::new(std::env::current_exe().unwrap());
        us.args(["--exact", "suite::cut_off::when_we_are_killed_restic_is_too"]);
        let mut us = us.env(ROLE, yard.path("")).spawn().unwrap();
        // It waits for the lock: by itself it would be there for an hour.
        let waiting = || who_waits(&repository, "--retry-lock=3600s");
        let child = wait_for("the restic of the other", waiting).await;
        us.kill().unwrap();
        us.wait().unwrap();
        let gone = || (!processes_in(&repository).contains(&child)).then_some(());
        wait_for("the end of its restic", gone).await;
        holder.let_go();
        repository.prune().await.unwrap();
    });
}

fn wait_behind_the_lock(folder: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let folder = std::path::Path::new(folder);
        let restic = super::programs::restic(&folder.join("restic")).await.unwrap();
        let location = backup::Location::Folder(folder.join("repository"));
        let key = backup::Secret::new(super::yard::KEY);
        let repository = backup::Repository::new(restic, location, key);
        let _ = repository.with_patience(Duration::from_secs(3600)).prune().await;
    });
}
