//! What goes in comes out.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use backup::{
    Capture, Compare, Progress, ReadError, RestoreMode, RestoreRequest, SnapshotError,
    SnapshotRequest,
};

use super::tree::{copy, plant, set_time, tree};
use super::yard::{tag, with_yard};

#[test]
fn all_that_a_folder_can_hold_comes_back_as_it_was() {
    with_yard(async |yard| {
        plant(&yard.volume());
        let repository = yard.repository("repository").await;
        let seen = Mutex::new(Progress::default());
        let sink = |progress| *seen.lock().unwrap() = progress;
        let snapshot = repository.snapshot(&yard.request(), &sink).await.unwrap();
        assert_eq!(snapshot.host, "maison");
        assert_eq!(snapshot.tags, [tag("service=pads")]);
        assert!(snapshot.size.unwrap() > 64 << 20, "{snapshot:?}");
        assert!(snapshot.files.unwrap() >= 11);
        assert!(snapshot.added.unwrap() < 1 << 20, "nothing is stored of what is nothing");
        yard.is_whole(&repository, &snapshot, &yard.volume()).await;
        assert_eq!(
            repository.snapshots(&[tag("service=pads")]).await.unwrap().snapshots,
            [snapshot]
        );
        assert_eq!(repository.snapshots(&[tag("service=x")]).await.unwrap().snapshots, []);
    });
}

#[test]
fn a_captured_copy_lies_anywhere_and_unchanged_files_are_not_stored_again() {
    with_yard(async |yard| {
        yard.fill(1, 4, 1 << 20);
        let repository = yard.repository("repository").await;
        let first = yard.snapshot(&repository).await;
        copy(&yard.service(), &yard.path("captured"));
        fs::write(yard.path("captured/var/data/new"), "new").unwrap();
        let request = SnapshotRequest {
            root: yard.path("captured"),
            capture: Capture::Copy,
            ..yard.request()
        };
        let second = repository.snapshot(&request, &|_| {}).await.unwrap();
        assert!(first.added.unwrap() > 4 << 20);
        assert!(second.added.unwrap() < 8192, "{second:?}");
        yard.is_whole(&repository, &second, &yard.path("captured/var/data")).await;
        yard.is_whole(&repository, &first, &yard.volume()).await;
    });
}

fn in_place(
    yard: &super::yard::Yard,
    snapshot: &backup::Snapshot,
    compare: Compare,
) -> RestoreRequest {
    let paths = vec![PathBuf::from("var/data")];
    let mode = RestoreMode::InPlace { paths, compare };
    RestoreRequest { snapshot: snapshot.id.clone(), into: yard.service(), mode, verify: true }
}

#[test]
fn in_place_what_was_not_there_goes_and_what_lies_beside_stays() {
    with_yard(async |yard| {
        let volume = yard.volume();
        plant(&volume);
        let repository = yard.repository("repository").await;
        let snapshot = yard.snapshot(&repository).await;
        copy(&volume, &yard.path("original"));

        fs::write(yard.service().join("var/identity"), "the volume's").unwrap();
        fs::create_dir(yard.service().join("other")).unwrap();
        fs::write(yard.service().join("other/file"), "another volume's").unwrap();
        fs::write(volume.join("plain"), "written over").unwrap();
        fs::remove_file(volume.join("nothing")).unwrap();
        fs::create_dir_all(volume.join("new folder/deep")).unwrap();
        fs::write(volume.join("new folder/deep/new"), "new").unwrap();
        fs::set_permissions(&volume, fs::Permissions::from_mode(0o711)).unwrap();

        let request = in_place(&yard, &snapshot, Compare::SizeAndTime);
        let facts = repository.restore(&request, &|_| {}).await.unwrap();
        assert_eq!(facts.deleted, 3, "{facts:?}");
        assert!(facts.right_already > 5, "{facts:?}");
        assert!(tree(&volume) == tree(&yard.path("original")), "not what it was");
        let read = |path: &str| fs::read_to_string(yard.service().join(path)).unwrap();
        assert_eq!(read("var/identity"), "the volume's");
        assert_eq!(read("other/file"), "another volume's");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&volume), mode(&yard.path("original")));
    });
}

#[test]
fn a_file_that_was_changed_behind_its_date_is_found_by_content() {
    with_yard(async |yard| {
        let file = yard.volume().join("file");
        fs::write(&file, "right").unwrap();
        set_time(&file, 1_000_000);
        let repository = yard.repository("repository").await;
        let snapshot = yard.snapshot(&repository).await;
        fs::write(&file, "wrong").unwrap();
        set_time(&file, 1_000_000);
        let request = in_place(&yard, &snapshot, Compare::SizeAndTime);
        repository.restore(&RestoreRequest { verify: false, ..request }, &|_| {}).await.unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "wrong");
        let request = in_place(&yard, &snapshot, Compare::Content);
        repository.restore(&request, &|_| {}).await.unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "right");
    });
}

#[test]
fn one_file_is_read_without_the_rest() {
    with_yard(async |yard| {
        plant(&yard.volume());
        let repository = yard.repository("repository").await;
        let id = yard.snapshot(&repository).await.id;
        let read = async |path: &str, limit| repository.read(&id, Path::new(path), limit).await;
        let plain = fs::read(yard.volume().join("plain")).unwrap();
        assert_eq!(read("var/data/plain", 1000).await.unwrap(), plain);
        assert!(matches!(read("var/data/plain", 999).await, Err(ReadError::TooLarge { .. })));
        assert!(matches!(read("var/data/absent", 9).await, Err(ReadError::NoFile { .. })));
        assert!(matches!(read("../etc/passwd", 9).await, Err(ReadError::NoFile { .. })));
        // A sparse file that is far too long is not waited for.
        assert!(matches!(read("var/data/sparse", 9).await, Err(ReadError::TooLarge { .. })));
    });
}

#[test]
fn a_copy_in_another_repository_is_the_same_and_is_not_made_twice() {
    with_yard(async |yard| {
        plant(&yard.volume());
        let local = yard.repository("repository").await;
        let first = yard.snapshot(&local).await;
        fs::write(yard.volume().join("later"), "later").unwrap();
        let second = yard.snapshot(&local).await;
        let target = yard.by_key("target", "another key");
        target.init(Some(&local)).await.unwrap();
        let wanted = [first.id.clone(), second.id.clone()];
        let steps = Mutex::new(0);
        let sink = |_| *steps.lock().unwrap() += 1;
        let copied = target.copy_from(&local, &wanted, &sink).await.unwrap();
        assert_eq!(copied.iter().map(|one| one.from.clone()).collect::<Vec<_>>(), wanted);
        assert!(*steps.lock().unwrap() >= 2);
        let again = target.copy_from(&local, &wanted, &|_| {}).await.unwrap();
        assert_eq!(again, copied);
        assert_eq!(target.snapshots(&[]).await.unwrap().snapshots.len(), 2);
        let latest = &copied.last().unwrap().to;
        assert_eq!((latest.time, &latest.original), (second.time, &Some(second.id.clone())));
        yard.is_whole(&target, latest, &yard.volume()).await;
    });
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_snapshot_not_taken_for_whole() {
    with_yard(async |yard| {
        let volume = yard.volume();
        for name in ["good", "bad"] {
            fs::write(volume.join(name), name).unwrap();
        }
        let mount = super::targets::Mount::bind(Path::new("/proc/1/mem"), &volume.join("bad"));
        let Some(_mounted) = mount else { return };
        let repository = yard.repository("repository").await;
        let failed = repository.snapshot(&yard.request(), &|_| {}).await;
        let Err(SnapshotError::Incomplete { snapshot, unread }) = failed else {
            panic!("{failed:?}")
        };
        assert!(
            unread.keys().all(|path| path.ends_with("/bad")) && unread.len() == 1,
            "{unread:?}"
        );
        let read = repository.read(&snapshot, Path::new("var/data/good"), 100).await.unwrap();
        assert_eq!(read, b"good");
    });
}
