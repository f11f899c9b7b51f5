//! Every template of a recipe, and what it may hold: the one list that
//! rendering and checking share.

use std::collections::BTreeMap;

use crate::document::Place;
use crate::format::{Container, RecipeFile};

/// One template.
pub(crate) struct Spot<'r> {
    /// Where it stands.
    pub(crate) place: Place,
    /// Its text.
    pub(crate) template: &'r str,
    /// Whether secrets may stand in it.
    pub(crate) secrets: bool,
    /// The container that sees it, if one does.
    pub(crate) container: Option<&'r str>,
}

/// All templates of a recipe file.
pub(crate) fn of(file: &RecipeFile) -> Vec<Spot<'_>> {
    let place = Place::root().key("container");
    let mut found: Vec<Spot<'_>> = file
        .container
        .iter()
        .flat_map(|(name, container)| of_container(name, container, &place.key(name)))
        .collect();
    found.extend(of_commands(file));
    let door = Place::root().key("front_door");
    let mut listed = List { container: None, secrets: false, found };
    listed.map(&file.front_door.headers, &door.key("headers"));
    listed.map(&file.front_door.redirects, &door.key("redirects"));
    listed.found
}

/// The templates of one container, which stands at `place`.
pub(crate) fn of_container<'r>(
    name: &'r str,
    container: &'r Container,
    place: &Place,
) -> Vec<Spot<'r>> {
    let mut open = List { container: Some(name), secrets: false, found: Vec::new() };
    if let Some(tag) = &container.tag {
        open.one(tag, place.key("tag"));
    }
    open.map(&container.environment, &place.key("environment"));
    for (key, list) in [
        ("entrypoint", &container.entrypoint),
        ("command", &container.command),
        ("ready", &container.ready),
    ] {
        open.list(list.as_deref().unwrap_or_default(), &place.key(key));
    }
    let mut secret = List { container: Some(name), secrets: true, found: open.found };
    if let Some(rule) = &container.secret_environment {
        secret.map(&rule.variables, &place.key("secret_environment").key("variables"));
    }
    for (index, file) in container.file.iter().enumerate() {
        secret.one(&file.template, place.key("file").index(index).key("template"));
    }
    secret.found
}

/// The templates of commands.
pub(crate) fn of_commands(file: &RecipeFile) -> Vec<Spot<'_>> {
    let mut found = Vec::new();
    for (index, command) in file.command.iter().enumerate() {
        let place = Place::root().key("command").index(index).key("run");
        let container = Some(command.container.as_str());
        let mut list = List { container, secrets: false, found };
        list.list(&command.run, &place);
        found = list.found;
    }
    found
}

struct List<'r> {
    container: Option<&'r str>,
    secrets: bool,
    found: Vec<Spot<'r>>,
}

impl<'r> List<'r> {
    fn one(&mut self, template: &'r str, place: Place) {
        let Self { container, secrets, .. } = *self;
        self.found.push(Spot { place, template, secrets, container });
    }

    fn list(&mut self, templates: &'r [String], place: &Place) {
        for (index, template) in templates.iter().enumerate() {
            self.one(template, place.index(index));
        }
    }

    fn map(&mut self, templates: &'r BTreeMap<String, String>, place: &Place) {
        for (key, template) in templates {
            self.one(template, place.key(key));
        }
    }
}
