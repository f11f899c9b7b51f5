//! The folders that recipes are looked for in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::Entry;
use crate::entry::RECIPE_FILE;

/// Folders with recipes, the first before the others.
#[derive(Debug, Clone)]
pub struct Catalogue {
    folders: Vec<PathBuf>,
}

impl Catalogue {
    /// A catalogue of some folders. One that does not exist, or cannot be
    /// read, is as good as empty: it is told in the log.
    #[must_use]
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders }
    }

    /// All recipes, sorted by name, those that cannot be used among them.
    #[must_use]
    pub fn list(&self) -> Vec<Entry> {
        let mut found: BTreeMap<String, PathBuf> = BTreeMap::new();
        for (id, folder) in self.folders.iter().flat_map(|folder| recipes_in(folder)) {
            found.entry(id).or_insert(folder);
        }
        found.iter().map(|(id, folder)| Entry::read(folder, id)).collect()
    }

    /// One recipe by its name.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Entry> {
        // A name that is a path would leave the folders.
        let plain = !id.is_empty() && !id.starts_with('.') && !id.contains(['/', '\\']);
        self.folders
            .iter()
            .filter(|_| plain)
            .map(|folder| folder.join(id))
            .find(|folder| folder.join(RECIPE_FILE).is_file())
            .map(|folder| Entry::read(&folder, id))
    }
}

/// The folders in a folder that hold a recipe, with their names.
fn recipes_in(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            tracing::warn!(folder = %folder.display(), %error, "no recipes are read from here");
            return Vec::new();
        }
    };
    entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.join(RECIPE_FILE).is_file())
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            (!name.starts_with('.')).then_some((name, path))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use recipe::Language;
    use tempfile::TempDir;

    use super::Catalogue;
    use crate::{Fault, State};

    fn ours() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipes")
    }

    /// Puts our own recipe of Miniflux, with something changed, in a folder.
    fn put(root: &Path, folder: &str, change: impl Fn(String) -> String) {
        let text = fs::read_to_string(ours().join("miniflux/recipe.toml")).unwrap();
        fs::create_dir_all(root.join(folder)).unwrap();
        fs::write(root.join(folder).join("recipe.toml"), change(text)).unwrap();
    }

    fn fault(entry: &crate::Entry) -> &Fault {
        match entry.state() {
            State::Wrong(fault) => fault,
            State::Ready { .. } => panic!("{} is not wrong", entry.id()),
        }
    }

    #[test]
    fn our_own_recipes_are_ready_and_have_icons() {
        let entries = Catalogue::new(vec![ours()]).list();
        let ids: Vec<&str> = entries.iter().map(crate::Entry::id).collect();
        assert!(ids.is_sorted() && ids.contains(&"ihatemoney") && ids.contains(&"miniflux"));
        for entry in entries {
            let recipe = entry.recipe().unwrap_or_else(|| panic!("{}", fault(&entry).said().en));
            assert_eq!(recipe.id(), entry.id());
            assert!(entry.icon().is_some(), "{} has no icon", entry.id());
            assert!(entry.text().unwrap().starts_with("format = 1"));
        }
    }

    #[test]
    fn a_wrong_recipe_does_not_hide_the_others() {
        let root = TempDir::new().unwrap();
        put(root.path(), "miniflux", |text| text);
        put(root.path(), "broken", |text| text.replace("[probe]", "[prob]"));
        fs::create_dir_all(root.path().join("not-a-recipe")).unwrap();
        let entries = Catalogue::new(vec![root.path().to_owned()]).list();
        assert_eq!(entries.len(), 2);
        let said = fault(&entries[0]).said();
        assert!(said.fr.contains("Vouliez-vous dire « probe » ?"), "{}", said.fr);
        assert!(entries[0].text().is_none());
        assert!(entries[1].recipe().is_some());
    }

    #[test]
    fn a_recipe_has_the_name_of_its_folder() {
        let root = TempDir::new().unwrap();
        put(root.path(), "reader", |text| text);
        let entry = Catalogue::new(vec![root.path().to_owned()]).find("reader").unwrap();
        assert!(
            matches!(fault(&entry), Fault::Misnamed { folder, id } if folder == "reader" && id == "miniflux")
        );
        assert!(fault(&entry).said().in_language(Language::Fr).contains("« reader »"));
    }

    #[test]
    fn the_first_folder_wins() {
        let (first, second) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        put(first.path(), "miniflux", |text| {
            text.replace("name = \"Miniflux\"", "name = \"Ours\"")
        });
        put(second.path(), "miniflux", |text| text);
        let catalogue = Catalogue::new(vec![first.path().into(), second.path().into()]);
        assert_eq!(catalogue.list().len(), 1);
        assert_eq!(catalogue.list()[0].recipe().unwrap().name(), "Ours");
        assert_eq!(catalogue.find("miniflux").unwrap().recipe().unwrap().name(), "Ours");
    }

    #[test]
    fn a_name_cannot_lead_out_of_the_folders() {
        let root = TempDir::new().unwrap();
        put(root.path(), "outside", |text| text);
        fs::create_dir_all(root.path().join("inside")).unwrap();
        let catalogue = Catalogue::new(vec![root.path().join("inside"), "/nowhere".into()]);
        for name in ["../outside", "..", "", "outside"] {
            assert!(catalogue.find(name).is_none(), "{name}");
        }
        assert!(catalogue.list().is_empty());
    }
}
