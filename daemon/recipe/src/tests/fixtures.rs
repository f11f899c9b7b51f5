//! Recipes that the format must be able to say, and what becomes of them.

use std::fmt::Write as _;

use super::service::{Service, fixture, own, parsed};
use crate::{Egress, ImageSource, Recipe, Rendered, RenderedContainer};

/// Renders the newest release and writes it down, secrets by their names.
fn shown(recipe: &Recipe, answers: &[(&str, &str)]) -> String {
    let service = Service::of(recipe, answers);
    write_down(&recipe.render(recipe.newest(), &service.setting()).unwrap())
}

fn write_down(rendered: &Rendered) -> String {
    let mut shown = serde_json::to_string_pretty(rendered).unwrap();
    for RenderedContainer { name, files, .. } in &rendered.containers {
        for file in files {
            let (path, content) = (&file.path, &file.content);
            write!(shown, "\n\n--- {name}: {path}\n{content}").unwrap();
        }
    }
    shown
}

#[test]
fn nextcloud_renders() {
    insta::assert_snapshot!(shown(&parsed("nextcloud", &own("nextcloud")), &[]));
}

#[test]
fn etherpad_renders() {
    insta::assert_snapshot!(shown(
        &parsed("etherpad", &own("etherpad")),
        &[("title", "Nos \"pads\"")]
    ));
}

#[test]
fn framadate_renders() {
    let recipe = parsed("framadate", &own("framadate"));
    let answers = [("contact", "moi@example.org"), ("title", "L'heure \\ d'été")];
    insta::assert_snapshot!(shown(&recipe, &answers));
}

#[test]
fn synapse_renders() {
    let recipe = parsed("synapse", &fixture("synapse"));
    insta::assert_snapshot!(shown(
        &recipe,
        &[("server_name", "example.org"), ("federate", "false")]
    ));
}

#[test]
fn ihatemoney_renders() {
    let recipe = parsed("ihatemoney", &own("ihatemoney"));
    insta::assert_snapshot!(shown(&recipe, &[("title", "\"; import os #"), ("open", "false")]));
}

#[test]
fn miniflux_renders() {
    insta::assert_snapshot!(shown(&parsed("miniflux", &own("miniflux")), &[]));
}

#[test]
fn mediawiki_renders() {
    let recipe = parsed("mediawiki", &own("mediawiki"));
    insta::assert_snapshot!(shown(&recipe, &[("title", "L'été \\"), ("open", "true")]));
}

#[test]
fn no_secret_is_in_what_can_be_printed() {
    let answers = [("contact", "moi@example.org"), ("server_name", "example.org")];
    for name in ["nextcloud", "framadate", "synapse", "etherpad"] {
        let text = if name == "synapse" { fixture(name) } else { own(name) };
        let recipe = parsed(name, &text);
        let asked =
            |key: &str| recipe.questions().iter().any(|question| question.key.as_str() == key);
        let answers: Vec<_> = answers.into_iter().filter(|(key, _)| asked(key)).collect();
        let service = Service::of(&recipe, &answers);
        let rendered = recipe.render(recipe.newest(), &service.setting()).unwrap();
        assert!(write_down(&rendered).contains("(the secret"), "{name}");
        assert!(!format!("{rendered:?}").contains("(the secret"), "{name}");
    }
}

#[test]
fn every_container_has_a_licence() {
    let recipe = parsed("nextcloud", &own("nextcloud"));
    let agpl = "AGPL-3.0-or-later";
    let expected =
        [("database", "PostgreSQL"), ("cache", "BSD-3-Clause"), ("app", agpl), ("cron", agpl)];
    assert_eq!(recipe.licenses(), expected);
}

#[test]
fn only_containers_that_say_so_may_reach_out() {
    let recipe = parsed("miniflux", &own("miniflux"));
    let service = Service::of(&recipe, &[]);
    let rendered = recipe.render(recipe.newest(), &service.setting()).unwrap();
    let reach: Vec<(&str, bool)> = rendered
        .containers
        .iter()
        .map(|container| (container.name.as_str(), container.egress != Egress::Nothing))
        .collect();
    assert_eq!(reach, [("database", false), ("app", true)]);
    assert_eq!(recipe.egress().len(), 1);
}

#[test]
fn the_main_door_is_left_out_of_addresses() {
    let recipe = parsed("nextcloud", &own("nextcloud"));
    let service = Service::of(&recipe, &[]);
    for (port, url) in [(443, "https://pad.example.org"), (8443, "https://pad.example.org:8443")] {
        let setting = crate::Setting { https_port: port, ..service.setting() };
        let rendered = recipe.render(recipe.newest(), &setting).unwrap();
        let app = rendered.containers.iter().find(|container| container.name == "app").unwrap();
        assert_eq!(app.environment["OVERWRITECLIURL"], url);
    }
}

#[test]
fn a_shared_image_is_the_same_to_the_letter() {
    let recipe = parsed("nextcloud", &own("nextcloud"));
    let service = Service::of(&recipe, &[]);
    let rendered = recipe.render(recipe.newest(), &service.setting()).unwrap();
    let images: Vec<&ImageSource> = ["app", "cron"]
        .iter()
        .map(|name| &rendered.containers.iter().find(|found| found.name == *name).unwrap().image)
        .collect();
    assert_eq!(images[0], images[1]);
    assert_eq!(recipe.images(recipe.newest(), "amd64").len(), 3);
}

#[test]
fn what_does_not_exist_for_this_machine_is_said_before() {
    let recipe = parsed("etherpad", &own("etherpad"));
    assert!(recipe.runs_on(recipe.newest(), "arm64"));
    assert!(!recipe.runs_on(recipe.newest(), "riscv64"));
    let service = Service::of(&recipe, &[]);
    let setting = crate::Setting { architecture: "riscv64", ..service.setting() };
    let trouble = recipe.render(recipe.newest(), &setting).unwrap_err();
    assert_eq!(trouble.code, "architecture-missing");
}

#[test]
fn what_cannot_do_without_mail_is_not_rendered_without() {
    let text = own("nextcloud")
        .replace("mail = \"optional\"", "mail = \"required\"")
        .replace("{% if mail %}{{ mail.host }}{% endif %}", "{{ mail.host }}");
    let recipe = parsed("nextcloud", &text);
    let service = Service::of(&recipe, &[]);
    let trouble = recipe.render(recipe.newest(), &service.setting()).unwrap_err();
    assert_eq!(trouble.code, "mail-missing");
}

#[test]
fn a_missing_answer_is_a_trouble_without_secrets() {
    let recipe = parsed("synapse", &fixture("synapse"));
    let service = Service::of(&recipe, &[("server_name", "example.org")]);
    let none = std::collections::BTreeMap::new();
    let setting = crate::Setting { answers: &none, ..service.setting() };
    let trouble = recipe.render(recipe.newest(), &setting).unwrap_err();
    assert_eq!(trouble.code, "recipe-not-rendered");
    assert!(!format!("{trouble:?}").contains("(the secret"));
}
