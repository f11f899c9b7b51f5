//! What is stored and is no longer what was written.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use backup::{CheckDepth, RestoreError, RestoreMode, RestoreRequest};

use super::yard::with_yard;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

fn largest(folder: &Path) -> PathBuf {
    files(folder).into_iter().max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap()
}

/// Changes a file of a repository, which restic makes read-only.
fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn one_bit_that_fell_over_is_found_and_named() {
    with_yard(async |yard| {
        yard.fill(1, 4, 1 << 20);
        let repository = yard.repository("repository").await;
        let snapshot = yard.snapshot(&repository).await;
        assert!(repository.check(CheckDepth::Everything).await.unwrap().is_whole());
        let parcel = largest(&yard.path("repository/data"));
        change(&parcel, |bytes| bytes[1 << 19] ^= 1);
        let quick = repository.check(CheckDepth::Structure).await.unwrap();
        assert!(quick.is_whole(), "this depth reads no data: {quick:?}");
        let report = repository.check(CheckDepth::Everything).await.unwrap();
        assert!(!report.is_whole() && !report.errors.is_empty(), "{report:?}");
        let name = parcel.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(report.broken, [name]);
        let parts = [1, 2].map(|part| CheckDepth::Part { part, of: 2 });
        let first = repository.check(parts[0]).await.unwrap().is_whole();
        let second = repository.check(parts[1]).await.unwrap().is_whole();
        assert!(first != second, "each part of the data is in one part of the check");
        let request = RestoreRequest {
            snapshot: snapshot.id,
            into: yard.path("back"),
            mode: RestoreMode::Beside,
            verify: true,
        };
        let restored = repository.restore(&request, &|_| {}).await;
        let Err(RestoreError::Incomplete { files, .. }) = restored else { panic!("{restored:?}") };
        assert!(files.keys().all(|path| path.starts_with("/var/data/1-")), "{files:?}");
    });
}

#[test]
fn a_parcel_that_is_gone_is_found_without_reading_data() {
    with_yard(async |yard| {
        yard.fill(1, 4, 1 << 20);
        let repository = yard.repository("repository").await;
        yard.snapshot(&repository).await;
        fs::remove_file(largest(&yard.path("repository/data"))).unwrap();
        let report = repository.check(CheckDepth::Structure).await.unwrap();
        assert!(!report.is_whole(), "{report:?}");
    });
}

#[test]
fn one_unreadable_snapshot_hides_no_other_and_stops_no_new_one() {
    with_yard(async |yard| {
        yard.fill(1, 1, 1000);
        let repository = yard.repository("repository").await;
        let first = yard.snapshot(&repository).await;
        let second = yard.snapshot(&repository).await;
        change(&yard.path("repository/snapshots").join(first.id.as_str()), |bytes| {
            bytes.truncate(30)
        });
        // Nobody's memory of what it was.
        fs::remove_dir_all(yard.path("restic/cache")).unwrap();
        let list = repository.snapshots(&[]).await.unwrap();
        assert_eq!(list.unreadable, [first.id]);
        assert_eq!(list.snapshots, [second]);
        let third = yard.snapshot(&repository).await;
        yard.is_whole(&repository, &third, &yard.volume()).await;
        let target = yard.at("target");
        target.init(Some(&repository)).await.unwrap();
        target.copy_from(&repository, &[third.id], &|_| {}).await.unwrap();
        let report = repository.check(CheckDepth::Structure).await.unwrap();
        assert!(!report.is_whole(), "{report:?}");
    });
}
