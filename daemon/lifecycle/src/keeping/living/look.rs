//! Looking at a service's data twice: while it runs, and while it stands still.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use recipe::{Trouble, text};
use system::tree::{self, FileTime, Kind, Likeness, Listing};

use crate::trouble;

/// What the first look found, and when.
pub(super) struct First {
    /// Whatever changed before, and looks the same later, was not written to since.
    line: FileTime,
    listing: Listing,
    /// When the contents had all been read.
    read_until: FileTime,
}

/// Where a look is at work.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The service's folder.
    pub(super) root: PathBuf,
    /// The data in it that are kept as files.
    pub(super) data: Vec<PathBuf>,
    /// Where what is captured is put.
    pub(super) spool: PathBuf,
}

/// Work on files in a thread of its own, that ends soon after nobody waits any more.
pub(super) async fn in_a_thread<Found: Send + 'static>(
    work: impl FnOnce(&AtomicBool) -> io::Result<Found> + Send + 'static,
) -> Result<Found, Trouble> {
    let stop = Arc::new(AtomicBool::new(false));
    let _stopping = StopOnDrop(Arc::clone(&stop));
    let done = tokio::task::spawn_blocking(move || work(&stop)).await;
    match done {
        Ok(found) => found.map_err(|error| not_read(&error)),
        Err(error) => Err(not_read(&error)),
    }
}

struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn not_read(error: &dyn std::error::Error) -> Trouble {
    trouble::of_file(
        text!("The data could not be looked through.", "Les données n’ont pas pu être parcourues."),
        error,
    )
}

/// The first look, before the contents are read.
pub(super) async fn first(place: Place) -> Result<First, Trouble> {
    in_a_thread(move |stop| {
        let line = tree::draw_line(&place.spool)?;
        let mut listing = tree::list(&place.root, &place.data, stop)?;
        for (path, entry) in &mut listing {
            match entry.read_attributes(&place.root.join(path)) {
                // Gone since: then the second look does not find it either.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                read => read?,
            }
        }
        Ok(First { line, listing, read_until: (i64::MAX, 0) })
    })
    .await
}

impl First {
    /// To be called when the contents have been read.
    pub(super) async fn was_read(self, place: &Place) -> Result<Self, Trouble> {
        let spool = place.spool.clone();
        let read_until = in_a_thread(move |_stop| tree::draw_line(&spool)).await?;
        Ok(Self { read_until, ..self })
    }

    fn is_still(&self, path: &Path, entry: &tree::Entry) -> bool {
        let before = self.listing.get(path);
        before.is_some_and(|before| entry.is_still(before) && before.changed < self.line)
    }

    /// Bytes of the files that changed since, as they are now.
    pub(super) async fn changed(self: &Arc<Self>, place: Place) -> Result<u64, Trouble> {
        let first = Arc::clone(self);
        in_a_thread(move |stop| {
            let now = tree::list(&place.root, &place.data, stop)?;
            let files = now.iter().filter(|(_path, entry)| entry.kind == Kind::File);
            let changed = files.filter(|(path, entry)| !first.is_still(path, entry));
            Ok(changed.map(|(_path, entry)| entry.stored).sum())
        })
        .await
    }

    /// The second look, while everything stands still: what changed since the
    /// first is captured, and `always` in any case.
    pub(super) async fn captured(
        self: &Arc<Self>,
        place: Place,
        always: BTreeSet<PathBuf>,
    ) -> Result<Likeness, Trouble> {
        let first = Arc::clone(self);
        in_a_thread(move |stop| first.capture(&place, &always, stop)).await
    }

    fn capture(
        &self,
        place: &Place,
        always: &BTreeSet<PathBuf>,
        stop: &AtomicBool,
    ) -> io::Result<Likeness> {
        let mut listing = tree::list(&place.root, &place.data, stop)?;
        let (mut captured, mut nudged) = (BTreeMap::new(), BTreeSet::new());
        let mut seen = BTreeSet::new();
        for (path, entry) in &mut listing {
            let full = place.root.join(path);
            let is_still = self.is_still(path, entry);
            match self.listing.get(path).filter(|_before| is_still) {
                Some(before) => entry.has_attributes_of(before),
                None => entry.read_attributes(&full)?,
            }
            let is_wanted = entry.kind == Kind::File && (!is_still || always.contains(path));
            // Another name of the same file shows the same content.
            if !is_wanted || (entry.names > 1 && !seen.insert(entry.file)) {
                continue;
            }
            if !is_still && entry.modified <= self.read_until {
                nudged.insert(path.clone());
            }
            let content = place.spool.join(captured.len().to_string());
            tree::capture(&full, &content, stop)?;
            captured.insert(path.clone(), content);
        }
        Ok(Likeness { listing, captured, nudged })
    }
}
