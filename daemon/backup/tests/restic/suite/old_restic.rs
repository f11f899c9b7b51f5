//! Nobody needs us: Debian 12's restic reads all that we write.

use std::path::Path;
use std::process::{Command, Output};

use backup::{KitFacts, KitKey, KitLanguage, KitPlace, key_in_page, kit_page};

use super::programs;
use super::tree::{noise, plant, tree};
use super::yard::{tag, with_yard};

/// Runs the lines of a kit that begin with `restic`, each as it is printed, as a person would who
/// has the key and an old restic.
fn follow(page: &str, key: &KitKey, program: &Path, folder: &Path) -> Vec<(String, Output)> {
    let lines = page.lines().map(str::trim).filter(|line| line.starts_with("restic "));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let run = |line: &str| {
        // The page has it put into /root; a test keeps to its own folder.
        let line = line.replace("/root/", &format!("{}/", folder.display()));
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(&line).env("PATH", &path).env("RESTIC_PASSWORD", key.reveal());
        let output = shell.env("RESTIC_CACHE_DIR", folder.join("cache")).output().unwrap();
        (line, output)
    };
    lines.map(run).collect()
}

#[test]
fn the_recovery_kit_is_followed_word_by_word_with_restic_0_14() {
    with_yard(async |yard| {
        let Some(old) = programs::old_restic() else { return };
        plant(&yard.volume());
        let repository = yard.repository("anne's disk").await;
        yard.snapshot(&repository).await;
        let key = KitKey::draw(|bytes| {
            bytes.copy_from_slice(&noise(9, bytes.len()));
            Ok::<(), ()>(())
        });
        let key = key.unwrap();
        repository.add_key(&key.secret(), "kit", "maison").await.unwrap();
        let facts = KitFacts {
            box_name: "maison".into(),
            made: jiff::civil::date(2026, 11, 22),
            key: key.clone(),
            places: vec![KitPlace {
                name: "disk".into(),
                repository: repository.location().folder().into(),
                filesystem: None,
            }],
            services: vec![("pads".into(), tag("service=pads"))],
        };
        for (language, back) in [(KitLanguage::English, "back"), (KitLanguage::French, "retour")] {
            let page = kit_page(&facts, language);
            let typed = key_in_page(&page).unwrap();
            assert!(repository.is_opened_by(&typed.secret()).await.unwrap());
            let ran = follow(&page, &typed, &old, &yard.path(""));
            assert_eq!(ran.len(), 3, "to list, to bring back, to check");
            for (line, output) in ran {
                assert!(output.status.success(), "{line}: {output:?}");
            }
            let restored = yard.path(back).join("pads/var/data");
            assert!(tree(&restored) == tree(&yard.volume()), "not what it was");
        }
    });
}

#[test]
fn a_restic_that_is_too_old_is_not_taken() {
    with_yard(async |yard| {
        let Some(old) = programs::old_restic() else { return };
        let taken = backup::Restic::at(&old, &yard.path("old")).await.unwrap();
        assert!(taken.is_none(), "{taken:?}");
        assert!(!yard.path("old").exists());
    });
}
