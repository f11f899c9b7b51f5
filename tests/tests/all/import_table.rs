//! Which crate may import which, and which crate alone may touch which part of
//! the outside world. Cargo forbids circles by itself; this forbids the arrows
//! that lead back up, which come before them.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::camino::Utf8PathBuf;
use cargo_metadata::{DependencyKind, Package};

use super::project::packages;

/// The plan: a crate, and the crates of ours that it may import. It need not
/// import them all.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("recipe", &[]),
    ("containers", &[]),
    ("system", &[]),
    ("backup", &[]),
    ("certificates", &[]),
    ("names", &[]),
    ("ledger", &["recipe"]),
    ("catalogue", &["recipe"]),
    ("proxy", &["certificates"]),
    ("jobs", &["ledger"]),
    ("lifecycle", &["recipe", "ledger", "jobs", "containers", "system", "backup"]),
    (
        "health",
        &[
            "recipe",
            "ledger",
            "containers",
            "system",
            "backup",
            "certificates",
            "names",
            "catalogue",
            "jobs",
            "lifecycle",
        ],
    ),
    (
        "admin",
        &[
            "recipe",
            "system",
            "certificates",
            "names",
            "ledger",
            "catalogue",
            "jobs",
            "lifecycle",
            "health",
        ],
    ),
    (
        "panier",
        &[
            "recipe",
            "containers",
            "system",
            "backup",
            "certificates",
            "names",
            "ledger",
            "catalogue",
            "proxy",
            "jobs",
            "lifecycle",
            "health",
            "admin",
        ],
    ),
];

/// Parts of the outside world, and who alone may touch them. `panier` stands
/// where the program itself must: its probe dials the front door by TLS, its
/// command line speaks HTTP to the API.
const ONLY: &[(&str, &[&str])] = &[
    ("bollard", &["containers"]),
    ("tar", &["containers"]),
    ("rcgen", &["certificates"]),
    ("instant-acme", &["certificates"]),
    ("hyper-rustls", &["certificates"]),
    ("mdns-sd", &["names"]),
    ("x509-parser", &["certificates"]),
    ("tokio-rustls", &["proxy", "panier"]),
    ("sysinfo", &["system"]),
    ("rusqlite", &["ledger"]),
    ("axum", &["admin"]),
    ("utoipa", &["admin"]),
    ("utoipa-axum", &["admin"]),
    ("minijinja", &["recipe"]),
    ("schemars", &["recipe"]),
    ("spdx", &["recipe"]),
    ("clap", &["panier"]),
    ("clap_complete", &["panier"]),
    ("indicatif", &["panier"]),
    ("tracing-subscriber", &["panier"]),
];

/// Crates that stay plain: no runtime, no engine, no network.
const WITHOUT: &[(&str, &[&str])] = &[
    ("recipe", &["tokio", "hyper", "async-trait", "futures-util"]),
    ("ledger", &["tokio", "hyper", "async-trait", "futures-util"]),
    ("system", &["tokio", "hyper"]),
];

/// Names that say nothing of what is inside, and so take in everything.
const NAMES_THAT_SAY_NOTHING: &[&str] =
    &["util", "utils", "common", "core", "shared", "prelude", "types", "helpers", "misc"];

/// The tests themselves may look at anything.
const TESTS: &str = "tests";

fn crates() -> Vec<&'static Package> {
    packages().into_iter().filter(|package| package.name.as_str() != TESTS).collect()
}

/// What a crate is built from; what only its tests use does not count.
fn imports(package: &Package) -> BTreeSet<&str> {
    let built = package.dependencies.iter().filter(|from| from.kind != DependencyKind::Development);
    built.map(|from| from.name.as_str()).collect()
}

#[test]
fn each_crate_imports_only_what_the_plan_allows_it() {
    let ours: BTreeSet<&str> = crates().iter().map(|package| package.name.as_str()).collect();
    let plan: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    for package in crates() {
        let name = package.name.as_str();
        let allowed = plan.get(name).unwrap_or_else(|| {
            panic!("the crate {name} is not in the import table: give it its place there")
        });
        for import in imports(package).intersection(&ours) {
            assert!(
                allowed.contains(import),
                "{name} may not import {import}: declare what it needs as a trait, and let the \
                 program join the two"
            );
        }
    }
}

#[test]
fn the_plan_names_only_crates_that_there_are() {
    let ours: BTreeSet<&str> = crates().iter().map(|package| package.name.as_str()).collect();
    for (name, imports) in MAY_IMPORT {
        assert!(ours.contains(name), "there is no crate {name}");
        for import in *imports {
            assert!(ours.contains(import), "{name} may import {import}, which there is not");
        }
    }
}

#[test]
fn each_part_of_the_outside_world_is_touched_by_its_crate_alone() {
    for package in crates() {
        let name = package.name.as_str();
        let imports = imports(package);
        for (part, owners) in ONLY {
            assert!(
                owners.contains(&name) || !imports.contains(part),
                "{name} imports {part}, which only {owners:?} may"
            );
        }
    }
}

#[test]
fn the_words_and_the_readers_stay_plain() {
    for package in crates() {
        let name = package.name.as_str();
        let refused = WITHOUT.iter().filter(|(plain, _)| *plain == name);
        for part in refused.flat_map(|(_, parts)| *parts) {
            assert!(!imports(package).contains(part), "{name} does without {part}");
        }
    }
}

#[test]
fn no_crate_and_no_module_has_a_name_that_says_nothing() {
    for package in packages() {
        let name = package.name.as_str();
        assert!(!NAMES_THAT_SAY_NOTHING.contains(&name), "the crate {name} says nothing");
    }
    for path in super::file_lengths::rust_files() {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let folder = path.parent().and_then(|folder| folder.file_name()).unwrap_or_default();
        for name in [stem, &folder.to_string_lossy()] {
            let says_something = !NAMES_THAT_SAY_NOTHING.contains(&name);
            assert!(says_something, "{}: say what is inside", path.display());
        }
    }
}

#[test]
fn each_crate_takes_its_versions_and_lints_from_the_one_table() {
    for package in packages() {
        let text = std::fs::read_to_string(&package.manifest_path).unwrap();
        let own = text.lines().find(|line| line.contains("version = \"") || line.contains("git ="));
        assert_eq!(own, None, "{}: versions are set in the workspace", package.manifest_path);
        assert!(
            text.contains("[lints]\nworkspace = true"),
            "{}: lints are set in the workspace",
            package.manifest_path
        );
    }
}

#[test]
fn each_crate_opens_with_its_front_page() {
    let libraries = packages().into_iter().flat_map(|package| &package.targets);
    let paths = libraries.filter(|target| target.is_lib()).map(|target| &target.src_path);
    let page = |path: &Utf8PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        text.lines().take_while(|line| line.starts_with("//!")).count()
    };
    let bare: Vec<_> = paths.filter(|path| page(path) < 5).collect();
    assert!(
        bare.is_empty(),
        "{bare:#?}\nSay what each is for, what it takes and gives, and what it does not know."
    );
}
