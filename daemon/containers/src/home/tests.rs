use std::path::Path;

use super::*;

/// A tree of images that nobody will build.
fn tree() -> tempfile::TempDir {
    let tree = tempfile::tempdir().unwrap();
    put(
        tree.path(),
        "base/image.toml",
        "kind = \"bootstrap\"\n[version.13]\nsuite = \"trixie\"\nrenewed = \"2026-11-22\"\n",
    );
    put(
        tree.path(),
        "pad/image.toml",
        "kind = \"dockerfile\"\nfrom = \"base\"\n[version.1]\n[version.2]\narguments = { V = \"2\" }\n",
    );
    put(tree.path(), "pad/Dockerfile", "ARG BASE\nFROM ${BASE}\n");
    tree
}

fn put(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn a_tag_names_the_content() {
    let tree = tree();
    let images = HomeImages::open(tree.path()).unwrap();
    let first = images.tag("pad", "1").unwrap();
    assert!(first.starts_with("panier/pad:1-"), "{first}");
    assert_eq!(first.len(), "panier/pad:1-".len() + 12);
    assert_eq!(images.tag("pad", "1").unwrap(), first);

    put(tree.path(), "pad/Dockerfile", "ARG BASE\nFROM ${BASE}\nUSER 1\n");
    let changed = images.tag("pad", "1").unwrap();
    assert_ne!(changed, first, "a changed file is another image");

    let text = std::fs::read_to_string(tree.path().join("base/image.toml")).unwrap();
    put(tree.path(), "base/image.toml", &text.replace("2026-11-22", "2026-12-24"));
    assert_ne!(images.tag("pad", "1").unwrap(), changed, "a changed parent is another image");
}

#[test]
fn a_new_version_leaves_the_others_as_they_are() {
    let tree = tree();
    let images = HomeImages::open(tree.path()).unwrap();
    let before = images.tag("pad", "1").unwrap();
    let text = std::fs::read_to_string(tree.path().join("pad/image.toml")).unwrap();
    put(tree.path(), "pad/image.toml", &format!("{text}[version.3]\n"));
    put(tree.path(), "pad/versions/3/list", "of its own");
    assert_eq!(images.tag("pad", "1").unwrap(), before);
}

#[test]
fn what_the_host_adds_takes_no_part_in_the_tag() {
    let tree = tree();
    let plain = HomeImages::open(tree.path()).unwrap();
    let host = Host { proxies: vec![("http_proxy".into(), "x".into())], ..Host::default() };
    let other = HomeImages::open(tree.path()).unwrap().with_host(host);
    assert_eq!(plain.tag("pad", "1").unwrap(), other.tag("pad", "1").unwrap());
}

#[test]
fn a_file_that_the_caller_adds_takes_part() {
    let tree = tree();
    let plain = HomeImages::open(tree.path()).unwrap().tag("pad", "1").unwrap();
    let program = tree.path().join("server");
    std::fs::write(&program, "first").unwrap();
    let with = HomeImages::open(tree.path()).unwrap().with_file("pad", "server", &program);
    let first = with.tag("pad", "1").unwrap();
    assert_ne!(first, plain);
    std::fs::write(&program, "second").unwrap();
    assert_ne!(with.tag("pad", "1").unwrap(), first);
}

#[test]
fn an_image_may_stand_on_one_of_another_folder() {
    let tree = tree();
    let more = tempfile::tempdir().unwrap();
    put(more.path(), "tiny/image.toml", "kind = \"dockerfile\"\nfrom = \"base:13\"\n[version.1]\n");
    let images = HomeImages::open(more.path()).unwrap().and_folder(tree.path());
    let names: Vec<_> =
        images.list().unwrap().into_iter().map(|image| (image.folder, image.base)).collect();
    let expected = [("base", true), ("pad", false), ("pad", false), ("tiny", false)];
    assert_eq!(names, expected.map(|(name, base)| (name.to_owned(), base)));
}

#[test]
fn a_version_may_stand_on_another_base_than_the_rest() {
    let tree = tree();
    put(
        tree.path(),
        "older/image.toml",
        "kind = \"bootstrap\"\n[version.12]\nsuite = \"bookworm\"\nrenewed = \"2026-11-22\"\n",
    );
    let before = HomeImages::open(tree.path()).unwrap().tag("pad", "1").unwrap();
    let text = std::fs::read_to_string(tree.path().join("pad/image.toml")).unwrap();
    put(tree.path(), "pad/image.toml", &format!("{text}[version.0]\nfrom = \"older\"\n"));
    let images = HomeImages::open(tree.path()).unwrap();
    let plan = images.folders.plan("pad", "0").unwrap();
    assert_eq!(plan.first().map(|base| &base.tag), images.tag("older", "12").ok().as_ref());
    assert_eq!(images.tag("pad", "1").unwrap(), before, "the others stay where they stand");
}

#[test]
fn wrong_wishes_are_told_apart() {
    let tree = tree();
    put(tree.path(), "a/image.toml", "kind = \"dockerfile\"\nfrom = \"b\"\n[version.1]\n");
    put(tree.path(), "b/image.toml", "kind = \"dockerfile\"\nfrom = \"a\"\n[version.1]\n");
    put(tree.path(), "c/image.toml", "kind = \"dockerfile\"\nfrom = \"pad\"\n[version.1]\n");
    let images = HomeImages::open(tree.path()).unwrap();
    let said = |folder, version| images.tag(folder, version).unwrap_err().to_string();
    assert_eq!(said("no", "1"), "there is no image no to build; there is a, b, base, c, pad");
    assert_eq!(
        said("../pad", "1"),
        "there is no image ../pad to build; there is a, b, base, c, pad"
    );
    assert_eq!(said("pad", "9"), "the image pad has no version 9; it has 1, 2");
    assert_eq!(said("a", "1"), "these images are built from each other: a, b, a");
    assert_eq!(
        said("c", "1"),
        "the image c is built from pad, which has several versions: say which"
    );
}

#[test]
fn only_declared_arguments_reach_the_builder() {
    let tree = tempfile::tempdir().unwrap();
    let path = tree.path().join("Dockerfile");
    std::fs::write(&path, "ARG BASE\nFROM ${BASE}\nARG VERSION=1\n").unwrap();
    let given = ["BASE", "STAGE", "VERSION", "http_proxy"].map(|name| (name.into(), "x".into()));
    let kept = wanted_by(Some(&path), given.into()).unwrap();
    let names: Vec<_> = kept.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["BASE", "VERSION", "http_proxy"]);
}

/// An engine that has the base already, and the images that stand on it.
async fn with_base(tree: &Path) -> (crate::Scripted, HomeImages) {
    let images = HomeImages::open(tree).unwrap().with_scratch(tree).with_host(Host::default());
    let base = images.folders.plan("base", "13").unwrap().remove(0);
    let engine = crate::Scripted::new();
    let archive = tree.join("archive.tar");
    std::fs::write(&archive, "").unwrap();
    let labels = [(INPUTS_LABEL.to_owned(), base.digest)];
    engine.import(&archive, &base.tag, &labels).await.unwrap();
    (engine, images)
}

fn builds(engine: &crate::Scripted) -> usize {
    engine.calls().iter().filter(|known| known.call == crate::Call::Build).count()
}

#[tokio::test]
async fn an_image_is_built_once_however_many_ask_for_it() {
    let tree = tree();
    let (engine, images) = with_base(tree.path()).await;
    let ask = || images.ensure(&engine, "pad", "2", &|_| {});
    let (first, second) = tokio::join!(ask(), ask());
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(builds(&engine), 1);
    let left: Vec<_> = std::fs::read_dir(tree.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("panier-image"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "nothing of the build is left");
}

#[tokio::test]
async fn a_build_whose_answer_was_lost_counts_and_a_failed_one_is_told() {
    let tree = tree();
    let (engine, images) = with_base(tree.path()).await;
    let refused = || EngineError::BuildFailed {
        tag: "pad".into(),
        step: Some("RUN false".into()),
        last_lines: vec!["no".into()],
        source: std::sync::Arc::new(std::io::Error::other("code 1")),
    };
    engine.fail(crate::Call::Build, crate::Fault::Refused(refused()));
    let error = images.ensure(&engine, "pad", "1", &|_| {}).await.unwrap_err();
    let told = matches!(&error, HomeImageError::Engine(EngineError::BuildFailed { last_lines, .. })
        if last_lines == &["no"]);
    assert!(told, "{error:?}");

    engine.fail(crate::Call::Build, crate::Fault::AnswerLost(refused()));
    let made = images.ensure(&engine, "pad", "1", &|_| {}).await.unwrap();
    assert_eq!(engine.image(&images.tag("pad", "1").unwrap()).await.unwrap(), Some(made));
}

#[tokio::test]
async fn a_tag_on_something_else_is_not_taken_for_the_image() {
    let tree = tree();
    let (engine, images) = with_base(tree.path()).await;
    engine.add_image(&images.tag("pad", "1").unwrap());
    images.ensure(&engine, "pad", "1", &|_| {}).await.unwrap();
    assert_eq!(builds(&engine), 1);
}
