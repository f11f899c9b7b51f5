#![no_main]
//! Any text as a recipe: it is refused at a place that it has, or it is good,
//! and then every release of it can be rendered, and shows no secret in the open.

use std::collections::BTreeMap;

use libfuzzer_sys::{Corpus, fuzz_target};
use recipe::{Language, Mail, Question, QuestionKind, Recipe, Release, Rendered, Setting};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    match Recipe::parse("recipe.toml", text) {
        Ok(recipe) => good(&recipe),
        Err(errors) => {
            let lines: Vec<&str> = text.lines().collect();
            assert!(errors.iter().next().is_some(), "refused without a reason");
            for error in errors.iter() {
                assert!((1..=lines.len().max(1)).contains(&error.line), "{errors}");
                let line = lines.get(error.line - 1).copied().unwrap_or_default();
                assert_eq!(line, error.excerpt, "{errors}");
                let room = line.chars().count() + 1;
                assert!((1..=room).contains(&error.column) && error.width >= 1, "{errors}");
                assert!(!error.what.en.is_empty() && !error.what.fr.is_empty(), "{errors}");
                assert!(!error.hint.en.is_empty() && !error.hint.fr.is_empty(), "{errors}");
                // The last net, for what the structure's check let through.
                assert_ne!(error.code, "unreadable", "{errors}");
            }
            assert!(!errors.in_language(Language::Fr).is_empty());
        }
    }
    Corpus::Keep
});

/// What a good recipe promises to those who use it.
fn good(recipe: &Recipe) {
    assert!(!recipe.releases().is_empty());
    ways(recipe);
    let given: BTreeMap<String, String> = recipe
        .questions()
        .iter()
        .filter(|question| question.must_be_answered())
        .map(|question| (question.key.as_str().to_owned(), answer(question)))
        .collect();
    let Ok(answers) = recipe.check_answers(&given) else { return };
    let secrets: BTreeMap<String, String> = recipe
        .secrets()
        .into_iter()
        .map(|spec| (spec.name.clone(), format!("(the secret {})", spec.name)))
        .collect();
    let domains = ["pad.example.org".to_owned(), "écrire.example.org".to_owned()];
    for release in recipe.releases() {
        for architecture in ["amd64", "arm64"] {
            let setting = Setting {
                service: "example",
                domains: &domains,
                https_port: 8443,
                answers: &answers,
                secrets: &secrets,
                architecture,
                front_door: "172.30.0.1/32",
            };
            if recipe.runs_on(release, architecture) && recipe.mail() != Mail::Required {
                match recipe.render(release, &setting) {
                    Ok(rendered) => whole(recipe, release, &rendered),
                    Err(trouble) => panic!("accepted, and not rendered: {trouble:?}"),
                }
            }
        }
    }
}

/// A way leads where it is said to lead, and no release twice.
fn ways(recipe: &Recipe) {
    for from in recipe.releases() {
        for to in recipe.releases() {
            if let Ok(way) = recipe.path(from.id(), to.id()) {
                if from.id() != to.id() {
                    assert_eq!(way.last().map(|release| release.id()), Some(to.id()));
                }
                let mut ids: Vec<String> = way.iter().map(|it| it.id().to_string()).collect();
                let steps = ids.len();
                ids.sort();
                ids.dedup();
                assert_eq!(ids.len(), steps, "a way goes round in a circle");
            }
        }
        let _newest = recipe.newest_way(from.id(), "amd64");
    }
}

/// An answer that is likely to pass; whether it does is the recipe's to say.
fn answer(question: &Question) -> String {
    match question.kind {
        // Signs that a configuration file must not take for its own.
        QuestionKind::Text => "l’\"été\" {{ 'x' }} \\".to_owned(),
        QuestionKind::Email => "moi@example.org".to_owned(),
        QuestionKind::Password => "correct horse battery staple".to_owned(),
        QuestionKind::Boolean => "true".to_owned(),
        QuestionKind::Choice => {
            question.choices.first().map(|choice| choice.value.clone()).unwrap_or_default()
        }
        QuestionKind::Number => question.minimum.unwrap_or(1).to_string(),
    }
}

/// A rendered service hangs together, and what others can see holds no secret.
fn whole(recipe: &Recipe, release: &Release, rendered: &Rendered) {
    let names: Vec<&str> = rendered.containers.iter().map(|it| it.name.as_str()).collect();
    assert!(names.contains(&rendered.web.container.as_str()), "{}", release.id());
    assert_ne!(rendered.web.port, 0);
    let memory: u64 = rendered.containers.iter().map(|it| it.limits.memory).sum();
    assert!(memory <= recipe.memory(), "{memory} bytes of {}", recipe.memory());
    let mut seen: Vec<String> = Vec::new();
    for container in &rendered.containers {
        assert!(container.limits.memory > 0 && container.limits.processes > 0);
        seen.extend(container.entrypoint.iter().chain(&container.command).flatten().cloned());
        seen.extend(container.ready.iter().flatten().cloned());
        seen.extend(container.user.clone());
        seen.extend(container.tmpfs.iter().cloned());
        seen.push(format!("{container:?}"));
        for volume in &container.volumes {
            assert!(recipe.volumes().contains(&volume.volume.as_str()));
            assert!(volume.path.starts_with('/'), "{}", volume.path);
        }
        for file in &container.files {
            assert!(file.path.starts_with('/'), "{}", file.path);
            assert_eq!(file.mode & !0o777, 0, "{:o}", file.mode);
        }
    }
    for command in &rendered.commands {
        assert!(names.contains(&command.container.as_str()), "{}", command.container);
        seen.extend(command.run.iter().cloned());
    }
    seen.push(format!("{:?} {:?}", rendered.door, rendered.probe));
    for text in seen {
        assert!(!text.contains("(the secret"), "a secret in the open: {text}");
    }
}
