//! A place for one test: a restic of its own, a service's folder, repositories.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use backup::{
    Capture, Location, Repository, Restic, RestoreMode, RestoreRequest, Secret, Snapshot,
    SnapshotRequest, Tag,
};
use tempfile::TempDir;

use super::programs;
use super::tree::{noise, tree};

pub(super) const KEY: &str = "K7RP2M-a key that must not be seen";

pub(super) struct Yard {
    folder: TempDir,
    pub(super) restic: Restic,
}

/// Runs a test where restic can be had.
pub(super) fn with_yard<Running: Future<Output = ()>>(test: impl FnOnce(Yard) -> Running) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        if let Some(restic) = programs::restic(&folder.path().join("restic")).await {
            test(Yard { folder, restic }).await;
        }
    });
}

pub(super) fn tag(text: &str) -> Tag {
    Tag::try_from(text).unwrap()
}

impl Yard {
    pub(super) fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// The folder of a service, with a volume.
    pub(super) fn service(&self) -> PathBuf {
        self.path("service")
    }

    pub(super) fn volume(&self) -> PathBuf {
        let volume = self.service().join("var/data");
        fs::create_dir_all(&volume).unwrap();
        volume
    }

    /// A repository by the usual key, not made yet.
    pub(super) fn at(&self, name: &str) -> Repository {
        self.by_key(name, KEY)
    }

    pub(super) fn by_key(&self, name: &str, key: &str) -> Repository {
        let location = Location::Folder(self.path(name));
        Repository::new(self.restic.clone(), location, Secret::new(key))
    }

    pub(super) async fn repository(&self, name: &str) -> Repository {
        let repository = self.at(name);
        repository.init(None).await.unwrap();
        repository
    }

    pub(super) fn request(&self) -> SnapshotRequest {
        SnapshotRequest {
            root: self.service(),
            paths: vec!["var/data".into()],
            left_out: Vec::new(),
            host: "maison".into(),
            tags: vec![tag("service=pads")],
            follows: vec![tag("service=pads")],
            capture: Capture::Living,
        }
    }

    pub(super) async fn snapshot(&self, repository: &Repository) -> Snapshot {
        repository.snapshot(&self.request(), &|_| {}).await.unwrap()
    }

    /// Noise in the volume: large enough that a snapshot of it takes its time.
    pub(super) fn fill(&self, seed: u64, files: u64, length: usize) {
        let volume = self.volume();
        for file in 0..files {
            fs::write(volume.join(format!("{seed}-{file}")), noise(seed * 1000 + file, length))
                .unwrap();
        }
    }

    /// Brings a snapshot back beside, and compares every byte with `original`.
    pub(super) async fn is_whole(
        &self,
        repository: &Repository,
        snapshot: &Snapshot,
        original: &Path,
    ) {
        let into = tempfile::tempdir_in(self.folder.path()).unwrap();
        let request = RestoreRequest {
            snapshot: snapshot.id.clone(),
            into: into.path().join("back"),
            mode: RestoreMode::Beside,
            verify: false,
        };
        repository.restore(&request, &|_| {}).await.unwrap();
        assert!(tree(&request.into.join("var/data")) == tree(original), "not what it was");
    }

    /// Runs restic as a person would, by its name and with the key of `repository`.
    pub(super) fn by_hand(
        &self,
        program: &Path,
        repository: &Repository,
        arguments: &[&str],
    ) -> Output {
        self.command_by_hand(program, repository, arguments).output().unwrap()
    }

    pub(super) fn command_by_hand(
        &self,
        program: &Path,
        repository: &Repository,
        arguments: &[&str],
    ) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("RESTIC_REPOSITORY", repository.location().folder())
            .env("RESTIC_PASSWORD", KEY)
            .env("RESTIC_CACHE_DIR", self.path("cache-by-hand"));
        command
    }
}

/// One who waits for a lock of a repository, with these words of that.
pub(super) fn who_waits(repository: &Repository, words: &str) -> Option<u32> {
    processes_in(repository).into_iter().find(|one| {
        let line = fs::read(format!("/proc/{one}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(words)
    })
}

/// Looks at a condition until it gives something.
pub(super) async fn wait_for<Found>(what: &str, mut look: impl FnMut() -> Option<Found>) -> Found {
    let waiting = async {
        loop {
            if let Some(found) = look() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    match tokio::time::timeout(Duration::from_secs(30), waiting).await {
        Ok(found) => found,
        Err(_) => panic!("waited in vain: {what}"),
    }
}

/// The restic processes at work in a repository.
pub(super) fn processes_in(repository: &Repository) -> Vec<u32> {
    let place = format!("RESTIC_REPOSITORY={}\0", repository.location().folder().display());
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_one = |number: &u32| {
        let read = |file: &str| fs::read(format!("/proc/{number}/{file}")).unwrap_or_default();
        read("comm") == b"restic\n" && String::from_utf8_lossy(&read("environ")).contains(&place)
    };
    numbers.filter(is_one).collect()
}
