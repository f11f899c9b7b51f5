//! The project's own manifests, read once for the tests that hold them to the plan.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use cargo_metadata::{CargoOpt, Metadata, MetadataCommand, Package};

static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        .no_deps()
        .other_options(["--locked".to_owned(), "--offline".to_owned()])
        .exec()
        .expect("cargo reads the project's manifests")
});

/// The project's folder.
pub(super) fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the tests lie in the project").to_owned()
}

/// The project's own packages.
pub(super) fn packages() -> Vec<&'static Package> {
    METADATA.workspace_packages()
}
