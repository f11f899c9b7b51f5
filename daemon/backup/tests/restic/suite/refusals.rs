//! Each reason has its own error.

use std::fs;
use std::path::PathBuf;

use backup::{
    RepositoryError, RestoreError, RestoreMode, RestoreRequest, SnapshotError, SnapshotId,
    SnapshotRequest,
};

use super::yard::{KEY, processes_in, wait_for, with_yard};

#[test]
fn a_wrong_key_a_missing_repository_and_a_missing_disk_are_told_apart() {
    with_yard(async |yard| {
        let repository = yard.repository("repository").await;
        assert_eq!(repository.open().await.unwrap().version, 2);
        let wrong = yard.by_key("repository", "wrong").open().await;
        assert!(matches!(wrong, Err(RepositoryError::WrongKey)), "{wrong:?}");
        let missing = yard.at("elsewhere").open().await;
        assert!(matches!(missing, Err(RepositoryError::Missing { .. })), "{missing:?}");
        let unplugged = yard.at("unplugged/repository").open().await;
        assert!(matches!(unplugged, Err(RepositoryError::TargetMissing { .. })), "{unplugged:?}");
        let made = yard.at("unplugged/repository").init(None).await;
        assert!(matches!(made, Err(RepositoryError::TargetMissing { .. })), "{made:?}");
        assert!(!yard.path("unplugged").exists(), "what is not mounted is not filled");
        let twice = repository.init(None).await;
        assert!(matches!(twice, Err(RepositoryError::AlreadyThere { .. })), "{twice:?}");
    });
}

#[test]
fn a_repository_that_goes_away_says_so_in_every_call() {
    with_yard(async |yard| {
        yard.fill(1, 1, 1000);
        let repository = yard.repository("repository").await;
        let id = yard.snapshot(&repository).await.id;
        fs::remove_dir_all(yard.path("repository")).unwrap();
        let listed = repository.snapshots(&[]).await;
        assert!(matches!(listed, Err(RepositoryError::Missing { .. })), "{listed:?}");
        let request = RestoreRequest {
            snapshot: id,
            into: yard.path("back"),
            mode: RestoreMode::Beside,
            verify: true,
        };
        let restored = repository.restore(&request, &|_| {}).await;
        let missing = |error: &RepositoryError| matches!(error, RepositoryError::Missing { .. });
        assert!(matches!(&restored, Err(RestoreError::Repository(error)) if missing(error)));
        let made = repository.snapshot(&yard.request(), &|_| {}).await;
        assert!(matches!(&made, Err(SnapshotError::Repository(error)) if missing(error)));
    });
}

#[test]
fn a_snapshot_that_is_not_there_and_a_path_that_is_not_are_said() {
    with_yard(async |yard| {
        yard.fill(1, 1, 1000);
        let repository = yard.repository("repository").await;
        yard.snapshot(&repository).await;
        let unknown = SnapshotId::try_from("deadbeef").unwrap();
        let facts = repository.snapshot_facts(&unknown).await;
        assert!(matches!(facts, Err(RepositoryError::SnapshotMissing { .. })), "{facts:?}");
        let request = RestoreRequest {
            snapshot: unknown,
            into: yard.path("back"),
            mode: RestoreMode::Beside,
            verify: true,
        };
        let restored = repository.restore(&request, &|_| {}).await;
        let missing = RepositoryError::SnapshotMissing { said: String::new() };
        let same = |error: &RepositoryError| {
            std::mem::discriminant(error) == std::mem::discriminant(&missing)
        };
        assert!(matches!(&restored, Err(RestoreError::Repository(error)) if same(error)));
        for path in ["absent", "/etc", "../service", ""] {
            let request = SnapshotRequest { paths: vec![PathBuf::from(path)], ..yard.request() };
            let made = repository.snapshot(&request, &|_| {}).await;
            assert!(matches!(made, Err(SnapshotError::Path { .. })), "{path}: {made:?}");
        }
        assert_eq!(repository.snapshots(&[]).await.unwrap().snapshots.len(), 1);
    });
}

#[test]
fn the_key_is_seen_by_nobody_who_looks_at_processes() {
    with_yard(async |yard| {
        yard.fill(1, 16, 1 << 20);
        let repository = yard.repository("repository").await;
        let looking = wait_for("restic at work", || {
            let number = *processes_in(&repository).first()?;
            let read = |file: &str| fs::read(format!("/proc/{number}/{file}")).ok();
            Some([read("cmdline")?, read("environ")?])
        });
        let request = yard.request();
        let (seen, made) = tokio::join!(looking, repository.snapshot(&request, &|_| {}));
        made.unwrap();
        for text in seen.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()) {
            assert!(text.contains("restic") || text.contains("RESTIC"), "{text}");
            assert!(!text.contains(KEY), "{text}");
        }
        assert!(!format!("{repository:?}").contains(KEY));
    });
}
