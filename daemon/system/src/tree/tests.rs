use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;

static GO_ON: AtomicBool = AtomicBool::new(false);

fn listed(root: &Path) -> Listing {
    list(root, &["vol/data".into()], &GO_ON).unwrap()
}

#[test]
fn a_likeness_shows_everything_and_holds_what_was_captured() {
    let folder = tempfile::tempdir().unwrap();
    let (root, made) = (folder.path().join("root"), folder.path().join("made"));
    let data = root.join("vol/data");
    fs::create_dir_all(data.join("inner")).unwrap();
    fs::create_dir(&made).unwrap();
    fs::write(data.join("kept"), vec![7; 100_000]).unwrap();
    fs::hard_link(data.join("kept"), data.join("inner/other name")).unwrap();
    fs::write(data.join("empty"), "").unwrap();
    fs::write(data.join("moving"), "new").unwrap();
    fs::set_permissions(data.join("moving"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::set_permissions(data.join("inner"), fs::Permissions::from_mode(0o2750)).unwrap();
    std::os::unix::fs::symlink("/nowhere", data.join("link")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(data.join("socket")).unwrap();
    let listing = listed(&root);
    let spooled = folder.path().join("0");
    capture(&data.join("moving"), &spooled, &GO_ON).unwrap();
    let moving: PathBuf = "vol/data/moving".into();
    let like = Likeness {
        listing: listing.clone(),
        captured: [(moving.clone(), spooled)].into(),
        nudged: [moving.clone()].into(),
    };
    let stand_ins = make_likeness(&made, &like).unwrap();
    let names = ["vol/data/inner/other name", "vol/data/kept"].map(PathBuf::from);
    assert_eq!(stand_ins, names.into());
    let mut found = listed(&made);
    for (path, entry) in &listing {
        if entry.kind == Kind::Socket {
            assert!(!found.contains_key(path));
            continue;
        }
        let there = found.remove(path).unwrap();
        assert_eq!(
            (&there.kind, there.size, there.mode, there.owner, there.names),
            (&entry.kind, entry.size, entry.mode, entry.owner, entry.names),
            "{path:?}"
        );
        let by = i64::from(*path == moving);
        assert_eq!((there.modified.1 - entry.modified.1).abs(), by, "{path:?}");
    }
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(fs::read(made.join("vol/data/moving")).unwrap(), b"new");
    assert_eq!(found_blocks(&made.join("vol/data/kept")), 0, "a stand-in takes no room");
}

fn found_blocks(path: &Path) -> u64 {
    path.metadata().unwrap().blocks()
}

#[test]
fn what_was_written_since_is_another_and_the_rest_is_still() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("vol/data");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("still"), "a").unwrap();
    fs::write(data.join("moving"), "a").unwrap();
    let line = draw_line(folder.path()).unwrap();
    let before = listed(folder.path());
    let line_after = draw_line(folder.path()).unwrap();
    assert!(line <= line_after);
    fs::write(data.join("moving"), "b").unwrap();
    let after = listed(folder.path());
    let at = |listing: &Listing, name: &str| listing[&Path::new("vol/data").join(name)].clone();
    assert!(at(&after, "still").is_still(&at(&before, "still")));
    // Told apart by its time, or both looks lie beyond the line.
    let moving = (at(&before, "moving"), at(&after, "moving"));
    assert!(!moving.1.is_still(&moving.0) || moving.0.changed >= line);
    assert!(!fs::exists(folder.path().join(".line")).unwrap());
}

#[test]
fn a_capture_keeps_holes_and_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    let file = File::create(&from).unwrap();
    std::os::unix::fs::FileExt::write_at(&file, b"end", 8 << 20).unwrap();
    // Where the content can be shared, it is there before one can stop.
    if let Err(stopped) = capture(&from, &to, &AtomicBool::new(true)) {
        assert_eq!(stopped.kind(), io::ErrorKind::Interrupted);
    }
    fs::remove_file(&to).unwrap();
    capture(&from, &to, &GO_ON).unwrap();
    assert_eq!(fs::read(&to).unwrap(), fs::read(&from).unwrap());
    assert!(found_blocks(&to) < 4096);
}
