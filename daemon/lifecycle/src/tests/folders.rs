//! Repositories without restic: each snapshot is a folder with copies. It keeps
//! what the lifecycle counts on: exact contents, tags, forgetting.

use std::fs;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use recipe::{Trouble, text};

use crate::keeping::{Place, Repositories, Source, Taken, Taking, Told};

pub(super) struct FolderRepositories;

fn gone() -> Trouble {
    Trouble::new("snapshot-missing", text!("gone", "partie"), text!("choose", "choisissez"))
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
}

fn snapshots(at: &Place) -> Vec<PathBuf> {
    let entries = fs::read_dir(&at.folder).into_iter().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

#[async_trait]
impl Repositories for FolderRepositories {
    async fn ensure(&self, at: &Place, _: Option<&Place>, _: Told<'_>) -> Result<(), Trouble> {
        fs::create_dir_all(&at.folder).unwrap();
        Ok(())
    }

    async fn take(&self, at: &Place, what: &Taking, _: Told<'_>) -> Result<Taken, Trouble> {
        let before = self.tagged(at, &what.follows).await.unwrap().pop();
        let number = snapshots(at)
            .last()
            .map_or(0, |last| last.file_name().unwrap().to_str().unwrap().parse::<u32>().unwrap());
        let identity = format!("{:08}", number + 1);
        let into = at.folder.join(&identity);
        for path in &what.paths {
            copy(&what.root.join(path), &into.join("files").join(path));
        }
        if let (Source::Likeness(stand_ins), Some(before)) = (&what.source, before) {
            let before = at.folder.join(before).join("files");
            for path in stand_ins {
                copy(&before.join(path), &into.join("files").join(path));
            }
        }
        fs::write(into.join("tags"), what.tags.join("\n")).unwrap();
        Ok(Taken { identity, bytes: 0 })
    }

    async fn put_back(
        &self,
        at: &Place,
        identity: &str,
        into: &Path,
        paths: &[PathBuf],
        _: Told<'_>,
    ) -> Result<(), Trouble> {
        let kept = at.folder.join(identity).join("files");
        if !kept.exists() {
            return Err(gone());
        }
        for path in paths {
            let _absent = fs::remove_dir_all(into.join(path));
            copy(&kept.join(path), &into.join(path));
        }
        Ok(())
    }

    async fn read(&self, at: &Place, identity: &str, path: &Path) -> Result<Vec<u8>, Trouble> {
        fs::read(at.folder.join(identity).join("files").join(path)).map_err(|_absent| gone())
    }

    async fn tagged(&self, at: &Place, tag: &str) -> Result<Vec<String>, Trouble> {
        let carries = |folder: &PathBuf| {
            fs::read_to_string(folder.join("tags")).unwrap().lines().any(|line| line == tag)
        };
        let found = snapshots(at).into_iter().filter(carries);
        Ok(found.map(|it| it.file_name().unwrap().to_str().unwrap().to_owned()).collect())
    }

    async fn prune(&self, _: &Place) -> Result<(), Trouble> {
        Ok(())
    }

    async fn copy(
        &self,
        from: &Place,
        to: &Place,
        identity: &str,
        _: Told<'_>,
    ) -> Result<String, Trouble> {
        copy(&from.folder.join(identity), &to.folder.join(identity));
        Ok(identity.to_owned())
    }

    async fn check(&self, at: &Place, _: Told<'_>) -> Result<(), Trouble> {
        if at.folder.is_dir() { Ok(()) } else { Err(gone()) }
    }

    async fn add_key(&self, _: &Place, _: &backup::Secret, _: &str) -> Result<(), Trouble> {
        Ok(())
    }

    async fn forget(&self, at: &Place, identities: &[String]) -> Result<(), Trouble> {
        for identity in identities {
            let _absent = fs::remove_dir_all(at.folder.join(identity));
        }
        Ok(())
    }
}
