//! Turns a checked recipe, a release and a service's own facts into plain
//! facts for the engine and the front door.

mod container;
mod limits;
mod order;
mod spots;

use std::collections::BTreeMap;

use crate::document::Place;
use crate::format::{CommandRule, Mail, When};
use crate::scalar::{Delay, UrlPath};
use crate::template::{Engine, Variables};
use crate::variables::Facts;
use crate::{
    DoorRules, Moment, Probe, Recipe, Release, Rendered, RenderedCommand, Setting, Trouble, Web,
    text,
};

pub(crate) use limits::share;
pub(crate) use order::in_a_circle;
pub(crate) use spots::{Spot, of as spots};

/// A template that could not be filled in.
pub(crate) struct Misfilled {
    /// Where it stands in the recipe.
    pub(crate) place: Place,
    /// What the template engine says.
    pub(crate) error: minijinja::Error,
}

/// All that rendering needs at hand.
pub(crate) struct Kitchen<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) release: &'a Release,
    pub(crate) setting: &'a Setting<'a>,
    pub(crate) engine: Engine,
    pub(crate) facts: Facts,
}

impl<'a> Kitchen<'a> {
    pub(crate) fn new(recipe: &'a Recipe, release: &'a Release, setting: &'a Setting<'a>) -> Self {
        let facts = Facts::of(recipe, release, setting);
        Self { recipe, release, setting, engine: Engine::new(), facts }
    }

    fn fill(
        &self,
        template: &str,
        variables: &Variables,
        place: &Place,
    ) -> Result<String, Misfilled> {
        self.engine
            .render(template, variables)
            .map_err(|error| Misfilled { place: place.clone(), error })
    }

    /// A text that others can see.
    fn open(&self, template: &str, place: &Place) -> Result<String, Misfilled> {
        self.fill(template, &self.facts.open, place)
    }

    /// A text that only its container sees.
    fn secret(&self, template: &str, place: &Place) -> Result<String, Misfilled> {
        self.fill(template, &self.facts.secret, place)
    }

    fn open_list(&self, templates: &[String], place: &Place) -> Result<Vec<String>, Misfilled> {
        templates
            .iter()
            .enumerate()
            .map(|(index, template)| self.open(template, &place.index(index)))
            .collect()
    }

    fn open_map(
        &self,
        templates: &BTreeMap<String, String>,
        place: &Place,
    ) -> Result<BTreeMap<String, String>, Misfilled> {
        templates
            .iter()
            .map(|(key, template)| Ok((key.clone(), self.open(template, &place.key(key))?)))
            .collect()
    }

    /// Everything.
    pub(crate) fn render(&self) -> Result<Rendered, Misfilled> {
        let file = &self.recipe.file;
        let containers = self.containers()?;
        let commands = file
            .command
            .iter()
            .enumerate()
            .map(|(index, rule)| self.command(rule, &Place::root().key("command").index(index)))
            .collect::<Result<_, _>>()?;
        Ok(Rendered {
            containers,
            web: self.web(),
            probe: self.probe(),
            door: self.door()?,
            commands,
        })
    }

    fn web(&self) -> Web {
        self.recipe
            .file
            .container
            .iter()
            .find_map(|(name, container)| {
                let port = container.web.as_ref()?.port;
                Some(Web { container: name.clone(), port })
            })
            // The check has seen to it that there is one.
            .unwrap_or_else(|| Web { container: String::new(), port: 0 })
    }

    fn probe(&self) -> Probe {
        let rule = &self.recipe.file.probe;
        Probe {
            path: rule.path.as_str().to_owned(),
            status: rule.status.unwrap_or(200),
            json: rule.json.clone(),
            contains: rule.contains.clone(),
            within: rule.within.unwrap_or(Delay::from_secs(120)).duration(),
        }
    }

    fn door(&self) -> Result<DoorRules, Misfilled> {
        let rules = &self.recipe.file.front_door;
        let place = Place::root().key("front_door");
        Ok(DoorRules {
            upload_limit: rules.upload_limit.map(crate::scalar::Size::bytes),
            headers: self.open_map(&rules.headers, &place.key("headers"))?,
            redirects: self.open_map(&rules.redirects, &place.key("redirects"))?,
            shut: rules.shut.iter().map(UrlPath::as_str).map(str::to_owned).collect(),
        })
    }

    fn command(&self, rule: &CommandRule, place: &Place) -> Result<RenderedCommand, Misfilled> {
        Ok(RenderedCommand {
            moment: match rule.when {
                When::AfterInstall => Moment::AfterInstall,
                When::BeforeSnapshot => Moment::BeforeSnapshot,
                When::AfterSnapshot => Moment::AfterSnapshot,
                When::AfterRestore => Moment::AfterRestore,
                When::AfterUpdate => Moment::AfterUpdate,
                When::DomainChange => Moment::DomainChange,
                When::Schedule => Moment::Every {
                    // The check has seen to it that a schedule says its period.
                    period: rule.every.unwrap_or(Delay::from_secs(86_400)).duration(),
                },
            },
            container: rule.container.as_str().to_owned(),
            run: self.open_list(&rule.run, &place.key("run"))?,
            user: rule.user.map(|user| user.to_string()),
            within: rule.within.unwrap_or(Delay::from_secs(300)).duration(),
        })
    }
}

impl Recipe {
    /// What the recipe becomes for one service.
    ///
    /// The answers must have passed [`Recipe::check_answers`], and the setting
    /// must hold every secret of [`Recipe::secrets`].
    ///
    /// # Errors
    /// `architecture-missing` when the release has no image for this box;
    /// `mail-missing` when the software cannot do without mail, which the box
    /// does not forward yet;
    /// `recipe-not-rendered` when an answer or secret is missing.
    pub fn render(&self, release: &Release, setting: &Setting<'_>) -> Result<Rendered, Trouble> {
        let name = self.name();
        if !self.runs_on(release, setting.architecture) {
            let (id, architecture) = (release.id(), setting.architecture);
            return Err(Trouble::new(
                "architecture-missing",
                text!(
                    "{name} {id} does not exist for this machine ({architecture}).",
                    "{name} {id} n’existe pas pour cette machine ({architecture})."
                ),
                text!(
                    "Choose another release or service.",
                    "Choisissez une autre version ou un autre service."
                ),
            ));
        }
        if self.mail() == Mail::Required {
            return Err(Trouble::new(
                "mail-missing",
                text!(
                    "{name} cannot do without mail, and this box sends none yet.",
                    "{name} ne peut pas se passer de courriel, et cette boîte n’en envoie pas encore."
                ),
                text!(
                    "Choose a service that works without mail.",
                    "Choisissez un service qui s’en passe."
                ),
            ));
        }
        Kitchen::new(self, release, setting).render().map_err(|misfilled| {
            Trouble::new(
                "recipe-not-rendered",
                text!("The recipe of {name} could not be filled in.", "La recette de {name} n’a pas pu être complétée."),
                text!(
                    "Check that every question has its answer; if so, tell who wrote the recipe.",
                    "Vérifiez que chaque question a sa réponse ; si oui, prévenez qui a écrit la recette."
                ),
            )
            // The kind alone: the engine's details could hold a secret.
            .because_of(misfilled.error.kind())
        })
    }
}
