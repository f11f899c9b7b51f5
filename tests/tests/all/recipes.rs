//! The recipes and images that lie in the project are ones that Panier takes.

use std::collections::BTreeMap;
use std::path::Path;

use catalogue::{Catalogue, Entry, State};
use containers::{Engine as _, HomeImages, Progress};
use recipe::{ImageSource, Language, Question, QuestionKind, Rendered, Setting};
use tests::{TestEngine, program};

use super::project::root;

fn entries() -> Vec<Entry> {
    Catalogue::new(vec![root().join("recipes"), root().join("tests/recipes")]).list()
}

fn images() -> HomeImages {
    HomeImages::open(&root().join("images"))
        .unwrap()
        .and_folder(&root().join("tests/images"))
        .with_file("tiny", "tiny-service", &program("tiny-service"))
}

/// What a recipe's newest release becomes, with no more answered than must be.
fn rendered(entry: &Entry) -> Rendered {
    let recipe = entry.recipe().unwrap();
    let must = recipe.questions().iter().filter(|question| question.must_be_answered());
    let given = must.map(|question| (question.key.as_str().to_owned(), some_answer(question)));
    let answers = recipe.check_answers(&given.collect()).unwrap();
    let bytes = |length| {
        let mut bytes = vec![0; length];
        system::random::fill(&mut bytes).unwrap();
        bytes
    };
    let secrets: BTreeMap<_, _> = recipe
        .secrets()
        .iter()
        .map(|spec| (spec.name.clone(), spec.from_random(&bytes(spec.random_bytes())).unwrap()))
        .collect();
    let setting = Setting {
        service: entry.id(),
        domains: &[format!("{}.panier.localhost", entry.id())],
        https_port: 8443,
        answers: &answers,
        secrets: &secrets,
        architecture: system::identity::architecture(),
        front_door: "10.0.0.1/32",
    };
    recipe.render(recipe.newest(), &setting).unwrap()
}

fn some_answer(question: &Question) -> String {
    match question.kind {
        QuestionKind::Email => "member@example.org".to_owned(),
        QuestionKind::Boolean => "true".to_owned(),
        QuestionKind::Number => "1".to_owned(),
        QuestionKind::Choice => question.choices[0].value.clone(),
        QuestionKind::Text | QuestionKind::Password => "member".to_owned(),
    }
}

#[test]
fn every_recipe_of_the_project_can_be_used() {
    let entries = entries();
    assert!(entries.len() >= 5, "the recipes were not found");
    for entry in entries {
        if let State::Wrong(fault) = entry.state() {
            panic!("{}", fault.said().in_language(Language::En));
        }
        assert!(!rendered(&entry).containers.is_empty());
    }
}

#[test]
fn people_are_told_in_their_own_words_what_a_recipe_measures() {
    for entry in Catalogue::new(vec![root().join("recipes")]).list() {
        let measures = entry.recipe().unwrap().measures();
        assert!(measures.iter().any(|it| it.singular.is_some()), "{} counts nothing", entry.id());
        for measure in measures {
            assert!(measure.label.is_some(), "{}: {} has no label", entry.id(), measure.name);
        }
    }
}

#[test]
fn every_image_that_a_recipe_builds_can_be_built_here() {
    let images = images();
    for entry in entries() {
        for container in rendered(&entry).containers {
            if let ImageSource::Build { folder, version } = container.image {
                let tag = images.tag(&folder, &version);
                assert!(tag.is_ok(), "{}: {tag:?}", entry.id());
            }
        }
    }
}

#[test]
fn the_tests_own_software_gets_its_answers_and_its_secret_as_a_file() {
    let entries = entries();
    let tiny = entries.iter().find(|entry| entry.id() == "tiny").unwrap();
    let rendered = rendered(tiny);
    let app = &rendered.containers[0];
    assert_eq!((rendered.web.port, app.name.as_str()), (8080, "app"));
    assert_eq!(app.environment["TITLE"], "Tiny");
    assert_eq!(app.environment["FAIL"], "");
    assert_eq!(app.environment["START_DELAY_MS"], "0");
    let token = app.files.iter().find(|file| file.path == "/run/tiny/token").unwrap();
    assert_eq!(token.content.len(), 32);
    assert!(!format!("{:?}", app.environment).contains(&token.content));
}

#[tokio::test]
async fn the_tests_own_image_is_built_once_and_runs_as_nobody_special() {
    let Some(engine) = TestEngine::new("building the tests' own image").await else { return };
    let lines = |progress: Progress| println!("{progress:?}");
    let images = images();
    let built = images.ensure(engine.docker(), "tiny", "2.0", &lines).await.unwrap();
    assert_eq!(built.user, "1000:1000");
    let silent = |progress: Progress| panic!("built again: {progress:?}");
    let again = images.ensure(engine.docker(), "tiny", "2.0", &silent).await.unwrap();
    assert_eq!(again.id, built.id);
    for version in ["1.0", "2.0"] {
        forget_the_one_before(&engine, version, &images.tag("tiny", version).unwrap()).await;
    }
}

/// Each change of the tests' own software makes images with other tags. The
/// tags of the run before are remembered, so that they do not pile up.
async fn forget_the_one_before(engine: &TestEngine, version: &str, tag: &str) {
    let memory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tiny-{version}.tag"));
    let before = std::fs::read_to_string(&memory).unwrap_or_default();
    if !before.is_empty() && before != tag {
        // One that a container still uses stays.
        let _ = engine.docker().remove_image(&before).await;
    }
    std::fs::write(&memory, tag).unwrap();
}
