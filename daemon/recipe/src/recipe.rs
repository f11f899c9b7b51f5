//! A checked recipe, and what can be read from it without a service.

use crate::block::{self, Block};
use crate::check;
use crate::document::Document;
use crate::fault::Faults;
use crate::format::{
    Architecture, Category, Container, DatabaseKind, Export, HostCanRead, Mail, Question,
    RecipeFile, When,
};
use crate::releases::Release;
use crate::scalar::VolumeFile;
use crate::structure;
use crate::{RecipeErrors, Text, text};

/// How to run one piece of free software, in all its releases: read from a
/// file, and held against itself.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub(crate) file: RecipeFile,
    pub(crate) releases: Vec<Release>,
}

/// A container that may reach the internet, and why: for the panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EgressNotice<'a> {
    /// The container's name.
    pub container: &'a str,
    /// Why it may.
    pub because: &'a Text,
}

/// What must be equal before a snapshot and after its restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured<'a> {
    /// Its name, under which values are kept.
    pub name: &'a str,
    /// What is measured, in people's words: for several, where it is a count.
    pub label: Option<&'a Text>,
    /// The word for one of them. None where it is no count that people would
    /// know again.
    pub singular: Option<&'a Text>,
    /// Whether an update may change it.
    pub changes_with_update: bool,
    /// Where the value comes from.
    pub source: MeasureSource<'a>,
}

/// Where a measure's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeasureSource<'a> {
    /// One row and one column of the service's database.
    Database {
        /// The question.
        sql: &'a str,
    },
    /// One row and one column of an SQLite file in a volume.
    Sqlite {
        /// The file.
        file: &'a VolumeFile,
        /// The question.
        sql: &'a str,
    },
    /// What a command writes to its output.
    Command {
        /// In which container.
        container: &'a str,
        /// Program and arguments.
        run: &'a [String],
        /// As whom, `uid:gid`; none: as the container's user.
        user: Option<String>,
    },
}

/// An image that a release needs, before anything is fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageNeed {
    /// The container that needs it.
    pub container: String,
    /// Whether it is built on the box itself; otherwise it is fetched.
    pub built_at_home: bool,
    /// Bytes to fetch, where the recipe says.
    pub download: Option<u64>,
    /// Bytes on the disk, where the recipe says.
    pub unpacked: Option<u64>,
}

impl Recipe {
    /// Reads and checks a recipe.
    ///
    /// `file_name` is only said in errors.
    ///
    /// # Errors
    /// All that is wrong and can be found in one pass: the TOML itself; else
    /// its structure; else the recipe as a whole.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, RecipeErrors> {
        let mut faults = Faults::new(file_name, text);
        let recipe = Self::read(&mut faults);
        match (faults.gather(), recipe) {
            (Some(errors), _) => Err(errors),
            (None, Some(recipe)) => Ok(recipe),
            (None, None) => Err(RecipeErrors::unexplained(file_name)),
        }
    }

    fn read(faults: &mut Faults<'_>) -> Option<Self> {
        let document = Document::parse(faults)?;
        structure::check(&document, faults);
        if !faults.is_empty() {
            return None;
        }
        let file: RecipeFile = match toml::from_str(faults.text()) {
            Ok(file) => file,
            Err(error) => {
                let range = error.span().unwrap_or_default();
                faults.add(
                    "unreadable",
                    &range,
                    text!(
                        "This cannot be read as a recipe.",
                        "Ceci ne se lit pas comme une recette."
                    ),
                    text!("Compare it with another recipe.", "Comparez-le avec une autre recette."),
                );
                return None;
            }
        };
        let recipe = Self::of(file);
        check::whole(&recipe, &document, faults);
        faults.is_empty().then_some(recipe)
    }

    fn of(file: RecipeFile) -> Self {
        let majors =
            block::database(&file).map(|block| block.majors.as_slice()).unwrap_or_default();
        let releases = file.release.iter().map(|rule| Release::new(rule, majors)).collect();
        Self { file, releases }
    }

    /// The recipe's own name; that of its folder.
    #[must_use]
    pub fn id(&self) -> &str {
        self.file.id.as_str()
    }

    /// The software's name, as it calls itself.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// What one does with it, in a few words.
    #[must_use]
    pub fn summary(&self) -> &Text {
        &self.file.summary
    }

    /// Well-known services that it can stand in for.
    #[must_use]
    pub fn replaces(&self) -> &[String] {
        &self.file.replaces
    }

    /// Under which heading it is listed.
    #[must_use]
    pub fn category(&self) -> Category {
        self.file.category
    }

    /// Its licence, an SPDX expression.
    #[must_use]
    pub fn license(&self) -> &str {
        self.file.license.as_str()
    }

    /// The licence of the software in each container, building blocks
    /// included: container and SPDX expression.
    #[must_use]
    pub fn licenses(&self) -> Vec<(&str, &str)> {
        let blocks = self.blocks().into_iter();
        let blocks = blocks.map(|block| (block.name.as_str(), block.license.as_str()));
        let own = self.file.container.iter().map(|(name, container)| {
            let license = container.license.as_ref().unwrap_or(&self.file.license);
            (name.as_str(), license.as_str())
        });
        blocks.chain(own).collect()
    }

    /// Where its source code is.
    #[must_use]
    pub fn source(&self) -> &str {
        self.file.source.as_str()
    }

    /// Whether who runs the box can read what people put in.
    #[must_use]
    pub fn host_can_read(&self) -> HostCanRead {
        self.file.host_can_read
    }

    /// Whether it sends mail.
    #[must_use]
    pub fn mail(&self) -> Mail {
        self.file.mail
    }

    /// Bytes of memory that all its containers may take together.
    #[must_use]
    pub fn memory(&self) -> u64 {
        self.file.needs.memory.bytes()
    }

    /// Bytes of disk for its images and a year of ordinary use.
    #[must_use]
    pub fn disk(&self) -> u64 {
        self.file.needs.disk.bytes()
    }

    /// How hosted people get their own data out.
    #[must_use]
    pub fn export(&self) -> &Export {
        &self.file.export
    }

    /// What is asked when it is installed.
    #[must_use]
    pub fn questions(&self) -> &[Question] {
        &self.file.question
    }

    /// The containers that may reach the internet, and why.
    #[must_use]
    pub fn egress(&self) -> Vec<EgressNotice<'_>> {
        self.file
            .container
            .iter()
            .filter_map(|(name, container)| {
                let because = &container.egress.as_ref()?.because;
                Some(EgressNotice { container: name, because })
            })
            .collect()
    }

    /// The kind of database server that it brings along, in the container
    /// `database`.
    #[must_use]
    pub fn database(&self) -> Option<DatabaseKind> {
        self.file.database.as_ref().map(|database| database.kind)
    }

    /// Whether it has commands for a moment of an update, a restore or the like.
    #[must_use]
    pub fn has_commands(&self, when: When) -> bool {
        self.file.command.iter().any(|command| command.when == when)
    }

    /// What must be equal before a snapshot and after its restore.
    #[must_use]
    pub fn measures(&self) -> Vec<Measured<'_>> {
        self.file
            .measure
            .iter()
            .filter_map(|measure| {
                let source = match (&measure.sql, &measure.sqlite, &measure.command) {
                    (Some(sql), Some(file), None) => MeasureSource::Sqlite { file, sql },
                    (Some(sql), None, None) => MeasureSource::Database { sql },
                    (None, None, Some(command)) => MeasureSource::Command {
                        container: command.container.as_str(),
                        run: &command.run,
                        user: command.user.map(|user| user.to_string()),
                    },
                    // The check has refused all other mixtures.
                    _ => return None,
                };
                Some(Measured {
                    name: &measure.name,
                    label: measure.label.as_ref(),
                    singular: measure.singular.as_ref(),
                    changes_with_update: measure.changes_with_update,
                    source,
                })
            })
            .collect()
    }

    /// What a measure is called for people: its label, or else its name.
    #[must_use]
    pub fn words_for_measure(&self, name: &str) -> Text {
        let measure = self.file.measure.iter().find(|measure| measure.name == name);
        let label = measure.and_then(|measure| measure.label.clone());
        label.unwrap_or_else(|| Text::new(name, name))
    }

    /// Whether a release has an image of every container for an architecture,
    /// in the engine's words. Images built at home suit every architecture.
    #[must_use]
    pub fn runs_on(&self, release: &Release, architecture: &str) -> bool {
        Architecture::named(architecture).is_some()
            && self
                .file
                .container
                .iter()
                .filter(|(_, container)| container.image.is_some())
                .all(|(name, _)| release.image(name, architecture).is_some())
    }

    /// The images that a release needs on an architecture, one for each
    /// container that brings one.
    #[must_use]
    pub fn images(&self, release: &Release, architecture: &str) -> Vec<ImageNeed> {
        let built = |container: &Container| container.build.is_some();
        let blocks = self.blocks().into_iter();
        let blocks = blocks.map(|block| (block.name.as_str().to_owned(), built(&block.container)));
        let own = |(name, container): (&'_ String, &Container)| {
            container.same_image_as.is_none().then(|| (name.clone(), built(container)))
        };
        blocks
            .chain(self.file.container.iter().filter_map(own))
            .map(|(container, built_at_home)| {
                let image = release.image(&container, architecture);
                ImageNeed {
                    built_at_home,
                    download: image.map(|image| image.download.bytes()),
                    unpacked: image.map(|image| image.unpacked.bytes()),
                    container,
                }
            })
            .collect()
    }

    /// The names of the service's volumes, those of building blocks included.
    #[must_use]
    pub fn volumes(&self) -> Vec<&str> {
        let of_blocks = self.blocks().into_iter().flat_map(|block| block.container.volumes.keys());
        let own = self.file.container.values().flat_map(|container| container.volumes.keys());
        let mut names: Vec<&str> = of_blocks.chain(own).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(crate) fn blocks(&self) -> Vec<&'static Block> {
        block::of(&self.file)
    }
}
