//! One recipe as it was found.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use recipe::{Language, Recipe, RecipeErrors, Text, text};

/// The file in a recipe's folder that makes it one.
pub(crate) const RECIPE_FILE: &str = "recipe.toml";
/// The picture beside it.
const ICON_FILE: &str = "icon.svg";

/// One recipe as it was found.
#[derive(Debug, Clone)]
pub struct Entry {
    id: String,
    folder: PathBuf,
    state: State,
}

/// Whether a recipe can be used.
#[derive(Debug, Clone)]
pub enum State {
    /// It can.
    Ready {
        /// The recipe, checked.
        recipe: Arc<Recipe>,
        /// The text that it was read from, to the letter.
        text: Arc<str>,
    },
    /// It cannot.
    Wrong(Arc<Fault>),
}

/// Why a recipe cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The file cannot be read.
    #[error("the file {} cannot be read", .file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The recipe's text is wrong.
    #[error("the recipe is wrong")]
    Wrong {
        /// All that is wrong with it.
        source: RecipeErrors,
    },
    /// The recipe says another name than its folder has.
    #[error("the folder is named {folder}, the recipe in it {id}")]
    Misnamed {
        /// The folder's name.
        folder: String,
        /// The recipe's id.
        id: String,
    },
}

impl Fault {
    /// Why, in one sentence for people. The errors of a recipe's text are told
    /// in full by [`RecipeErrors::in_language`].
    #[must_use]
    pub fn said(&self) -> Text {
        match self {
            Self::Unreadable { file, source } => {
                let file = file.display();
                text!(
                    "The file {file} cannot be read ({source}).",
                    "Le fichier {file} n’a pas pu être lu ({source})."
                )
            }
            Self::Wrong { source } => {
                Text::new(source.in_language(Language::En), source.in_language(Language::Fr))
            }
            Self::Misnamed { folder, id } => text!(
                "The recipe “{id}” lies in a folder named “{folder}”: give both the same name.",
                "La recette « {id} » se trouve dans un dossier nommé « {folder} » : donnez-leur le même nom."
            ),
        }
    }
}

impl Entry {
    /// Reads the recipe in a folder.
    pub(crate) fn read(folder: &Path, id: &str) -> Self {
        let state = match State::read(folder, id) {
            Ok(state) => state,
            Err(fault) => {
                tracing::warn!(recipe = id, folder = %folder.display(), %fault, "recipe set aside");
                State::Wrong(Arc::new(fault))
            }
        };
        Self { id: id.to_owned(), folder: folder.to_owned(), state }
    }

    /// The folder's name; for a recipe that can be used, also its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it lies.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether it can be used, and what it is or why not.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The recipe, if it can be used.
    #[must_use]
    pub fn recipe(&self) -> Option<&Arc<Recipe>> {
        match &self.state {
            State::Ready { recipe, .. } => Some(recipe),
            State::Wrong(_) => None,
        }
    }

    /// The text that the recipe was read from, if it can be used: what is kept
    /// when it is installed.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.state {
            State::Ready { text, .. } => Some(text),
            State::Wrong(_) => None,
        }
    }

    /// Its picture, an SVG file, if it has one.
    #[must_use]
    pub fn icon(&self) -> Option<PathBuf> {
        Some(self.folder.join(ICON_FILE)).filter(|icon| icon.is_file())
    }
}

impl State {
    fn read(folder: &Path, id: &str) -> Result<Self, Fault> {
        let file = folder.join(RECIPE_FILE);
        let text = std::fs::read_to_string(&file)
            .map_err(|source| Fault::Unreadable { file: file.clone(), source })?;
        let recipe = Recipe::parse(&file.display().to_string(), &text)
            .map_err(|source| Fault::Wrong { source })?;
        if recipe.id() != id {
            return Err(Fault::Misnamed { folder: id.to_owned(), id: recipe.id().to_owned() });
        }
        Ok(Self::Ready { recipe: Arc::new(recipe), text: text.into() })
    }
}
