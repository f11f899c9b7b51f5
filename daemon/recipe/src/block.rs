//! Building blocks: databases and caches that recipes ask for by kind. They
//! are data in the same words as recipes' own containers, compiled in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::format::{CacheKind, Container, DatabaseKind, RecipeFile, SecretRule};
use crate::scalar::{License, Major, Size};

/// The name of the database's container, and so its host name.
pub(crate) const DATABASE: &str = "database";
/// The name of the cache's container, and so its host name.
pub(crate) const CACHE: &str = "cache";
/// The database's own name and that of its role. One word for all services, so
/// that a snapshot can be restored under another name.
pub(crate) const DATABASE_NAME: &str = "service";
/// The secret that opens the database.
pub(crate) const DATABASE_PASSWORD: &str = "database_password";

/// One building block.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Block {
    /// The name of its container.
    pub(crate) name: String,
    /// The majors that there are images of, from the oldest to the newest.
    #[serde(default)]
    pub(crate) majors: Vec<Major>,
    /// Whether a newer major starts on the data of an older one, and brings
    /// them up to date itself. The other way never.
    #[serde(default)]
    pub(crate) reads_older: bool,
    /// TCP port that it answers inside the service's network.
    pub(crate) port: u16,
    /// How addresses of it begin.
    pub(crate) scheme: String,
    /// Its software's licence.
    pub(crate) license: License,
    /// Its memory limit, where the recipe says none.
    pub(crate) memory: Size,
    /// Secrets of its own.
    #[serde(default)]
    pub(crate) secret: BTreeMap<String, SecretRule>,
    /// How it is run.
    pub(crate) container: Container,
}

impl Block {
    /// What is in one of the files compiled in.
    #[expect(clippy::expect_used, reason = "the text is compiled in; a test reads each")]
    fn embedded(text: &str) -> Self {
        toml::from_str(text).expect("a building block compiled in is well-formed")
    }
}

static POSTGRESQL: LazyLock<Block> =
    LazyLock::new(|| Block::embedded(include_str!("blocks/postgresql.toml")));
static MARIADB: LazyLock<Block> =
    LazyLock::new(|| Block::embedded(include_str!("blocks/mariadb.toml")));
static VALKEY: LazyLock<Block> =
    LazyLock::new(|| Block::embedded(include_str!("blocks/valkey.toml")));

/// The database that a recipe asks for.
pub(crate) fn database(file: &RecipeFile) -> Option<&'static Block> {
    file.database.as_ref().map(|database| match database.kind {
        DatabaseKind::Postgresql => &*POSTGRESQL,
        DatabaseKind::Mariadb => &*MARIADB,
    })
}

/// The cache that a recipe asks for.
pub(crate) fn cache(file: &RecipeFile) -> Option<&'static Block> {
    file.cache.as_ref().map(|cache| match cache.kind {
        CacheKind::Valkey => &*VALKEY,
    })
}

/// All blocks of a recipe, in the order in which they start.
pub(crate) fn of(file: &RecipeFile) -> Vec<&'static Block> {
    database(file).into_iter().chain(cache(file)).collect()
}

/// The memory limit of a block in a recipe.
pub(crate) fn memory(file: &RecipeFile, block: &Block) -> Size {
    let said = match block.name.as_str() {
        DATABASE => file.database.as_ref().and_then(|database| database.memory),
        _ => file.cache.as_ref().and_then(|cache| cache.memory),
    };
    said.unwrap_or(block.memory)
}

#[cfg(test)]
mod tests {
    use super::{CACHE, DATABASE, DATABASE_PASSWORD, MARIADB, POSTGRESQL, VALKEY};

    #[test]
    fn the_blocks_compiled_in_are_well_formed() {
        for database in [&*POSTGRESQL, &*MARIADB] {
            assert_eq!(database.name, DATABASE);
            assert!(database.secret.contains_key(DATABASE_PASSWORD));
            assert!(!database.majors.is_empty());
            assert!(database.container.egress.is_none());
            assert!(!database.container.writable_root);
        }
        assert_eq!(VALKEY.name, CACHE);
    }
}
