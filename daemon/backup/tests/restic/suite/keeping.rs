//! Which snapshots are kept, and which keys.

use backup::{KeepRules, KitKey, RepositoryError, Secret, SnapshotId};

use super::yard::{KEY, Yard, tag, with_yard};

const NOTHING: KeepRules =
    KeepRules { last: 0, daily: 0, weekly: 0, monthly: 0, marked: Vec::new() };

/// Snapshots of a day each, at an hour of ours, made by hand as only there a time can be given.
fn history(yard: &Yard, repository: &backup::Repository, tags: &str, days: &[&str]) {
    let program = yard.restic.program().to_owned();
    let volume = yard.volume().to_string_lossy().into_owned();
    for day in days {
        let time = format!("{day} 03:00:00");
        let arguments = ["backup", "--host", "maison", "--tag", tags, "--time", &time, &volume];
        let made = yard.by_hand(&program, repository, &arguments);
        assert!(made.status.success(), "{made:?}");
    }
}

#[test]
fn rules_keep_what_they_say_of_one_service_and_touch_no_other() {
    with_yard(async |yard| {
        yard.fill(1, 1, 1000);
        let repository = yard.repository("repository").await;
        let days = ["2026-09-01", "2026-09-20", "2026-10-05", "2026-10-06", "2026-10-07"];
        history(&yard, &repository, "service=pads", &days);
        history(&yard, &repository, "service=pads,before-update", &["2026-08-01"]);
        history(&yard, &repository, "service=other", &["2026-10-01", "2026-10-02"]);
        let ours = [tag("service=pads")];
        assert_eq!(repository.thin_out("maison", &ours, &NOTHING).await.unwrap(), []);
        let other_box = KeepRules { last: 1, ..NOTHING };
        assert_eq!(repository.thin_out("ailleurs", &ours, &other_box).await.unwrap(), []);
        let rules =
            KeepRules { daily: 2, monthly: 2, marked: vec![tag("before-update")], ..NOTHING };
        let removed = repository.thin_out("maison", &ours, &rules).await.unwrap();
        assert_eq!(removed.len(), 2);
        let left = repository.snapshots(&ours).await.unwrap().snapshots;
        let left: Vec<_> = left.iter().map(|one| one.time.to_string()[..10].to_owned()).collect();
        assert_eq!(left, ["2026-08-01", "2026-09-20", "2026-10-06", "2026-10-07"]);
        assert_eq!(repository.snapshots(&[tag("service=other")]).await.unwrap().snapshots.len(), 2);
    });
}

#[test]
fn what_is_forgotten_gives_its_room_back() {
    with_yard(async |yard| {
        yard.fill(1, 4, 1 << 20);
        let repository = yard.repository("repository").await;
        let first = yard.snapshot(&repository).await;
        std::fs::remove_dir_all(yard.volume()).unwrap();
        yard.fill(2, 1, 1000);
        let second = yard.snapshot(&repository).await;
        let before = repository.space().await.unwrap();
        assert!(before.stored > 4 << 20 && before.snapshots == 2, "{before:?}");
        repository.forget(std::slice::from_ref(&first.id)).await.unwrap();
        repository.prune().await.unwrap();
        let after = repository.space().await.unwrap();
        assert!(after.stored < 1 << 20 && after.snapshots == 1, "{after:?}");
        yard.is_whole(&repository, &second, &yard.volume()).await;
        // Again, and one that never was: done already.
        let unknown = SnapshotId::try_from("deadbeef").unwrap();
        repository.forget(&[first.id, unknown]).await.unwrap();
    });
}

#[test]
fn a_key_is_added_tried_listed_and_taken_away() {
    with_yard(async |yard| {
        let repository = yard.repository("repository").await;
        let key = KitKey::draw(|bytes| {
            bytes.copy_from_slice(&super::tree::noise(7, bytes.len()));
            Ok::<(), ()>(())
        });
        let secret = key.unwrap().secret();
        assert!(!repository.is_opened_by(&secret).await.unwrap());
        let added = repository.add_key(&secret, "kit", "maison").await.unwrap();
        assert_eq!((added.name.as_str(), added.host.as_str()), ("kit", "maison"));
        assert!(repository.is_opened_by(&secret).await.unwrap());
        let keys = repository.keys().await.unwrap();
        assert_eq!(keys.len(), 2);
        let current = keys.iter().find(|key| key.current).unwrap();
        assert_ne!(current.id, added.id);
        let refused = repository.remove_key(&current.id).await;
        assert!(matches!(refused, Err(RepositoryError::WrongKey)), "{refused:?}");
        repository.remove_key(&added.id).await.unwrap();
        repository.remove_key(&added.id).await.unwrap();
        assert!(!repository.is_opened_by(&secret).await.unwrap());
        assert!(repository.is_opened_by(&Secret::new(KEY)).await.unwrap());
    });
}
