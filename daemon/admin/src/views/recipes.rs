//! Recipes, as far as one must know them to choose one.

use recipe::{HostCanRead, Mail, Question, QuestionKind, Recipe, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words::TextShape;

/// A recipe, shortly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Recipe)]
pub struct RecipeView {
    /// Its id, that of its folder.
    pub id: String,
    /// The software's name, as it calls itself; the id where the recipe is wrong.
    pub name: String,
    /// What one does with it; none where the recipe is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TextShape>, required = false)]
    pub summary: Option<Text>,
    /// Under which heading it is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TextShape>, required = false)]
    pub category: Option<Text>,
    /// The newest release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub newest: Option<String>,
    /// Whether its newest release can run on this box's processor.
    pub runs_here: bool,
    /// Well-known services that it can stand in for.
    pub replaces: Vec<String>,
    /// Its licence, an SPDX expression; empty where the recipe is wrong.
    pub license: String,
    /// Bytes of memory that it may take; 0 where the recipe is wrong.
    pub memory: u64,
    /// Bytes of disk for its images and a year of ordinary use; 0 where the
    /// recipe is wrong.
    pub disk: u64,
    /// Whether anything of it may reach the internet.
    pub reaches_out: bool,
    /// Why it cannot be used at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TextShape>, required = false)]
    pub wrong: Option<Text>,
}

/// A recipe, with all that one may want to know before installing it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecipeDetail {
    /// The recipe.
    #[serde(flatten)]
    pub recipe: RecipeView,
    /// Where its source code is.
    pub source: String,
    /// Whether who runs the box can read what people put in.
    pub host_can_read: HostCanReadView,
    /// Whether it sends mail.
    pub mail: MailView,
    /// How people get their own data out.
    #[schema(value_type = TextShape)]
    pub export: Text,
    /// What is asked when it is installed.
    pub questions: Vec<QuestionView>,
    /// What may leave it, and why.
    pub egress: Vec<EgressView>,
    /// Its releases, the newest first.
    pub releases: Vec<ReleaseView>,
}

/// Whether who runs the box can read what people put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = HostCanRead)]
pub enum HostCanReadView {
    /// All of it.
    Yes,
    /// Some of it.
    Partly,
    /// Nothing.
    No,
}

/// Whether a service sends mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Mail)]
pub enum MailView {
    /// It cannot do without.
    Required,
    /// It works without.
    Optional,
    /// It sends none.
    None,
}

/// One question of a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Question)]
pub struct QuestionView {
    /// The answer's key.
    pub key: String,
    /// What kind of answer it takes.
    pub kind: QuestionKindView,
    /// The question.
    #[schema(value_type = TextShape)]
    pub label: Text,
    /// What helps to answer it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TextShape>, required = false)]
    pub help: Option<Text>,
    /// The answer where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub default: Option<String>,
    /// Whether somebody must answer it.
    pub required: bool,
    /// Whether the answer cannot change after the installation.
    pub only_at_install: bool,
    /// The answers there are, where one chooses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub choices: Vec<ChoiceView>,
}

/// What kind of answer a question takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = QuestionKind)]
pub enum QuestionKindView {
    /// One line.
    Text,
    /// An address of electronic mail.
    Email,
    /// A secret that a person chooses.
    Password,
    /// One of the choices.
    Choice,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Number,
}

/// One answer of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Choice)]
pub struct ChoiceView {
    /// What is sent.
    pub value: String,
    /// What people see.
    #[schema(value_type = TextShape)]
    pub label: Text,
}

/// What may leave a service, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Egress)]
pub struct EgressView {
    /// Which container.
    pub container: String,
    /// Why it may reach the internet.
    #[schema(value_type = TextShape)]
    pub because: Text,
}

/// One release of a recipe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Release)]
pub struct ReleaseView {
    /// Upstream's name of the version.
    pub version: String,
    /// Which rebuild of it, from 1.
    pub revision: u32,
    /// Whether it can run on this box's processor.
    pub runs_here: bool,
    /// The containers whose images are built on the box itself, which takes
    /// minutes the first time; those of the others are fetched.
    pub built_here: Vec<String>,
    /// Bytes to fetch, where the recipe says for every image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub download: Option<u64>,
    /// What people should know before they move to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TextShape>, required = false)]
    pub note: Option<Text>,
}

impl RecipeView {
    /// A recipe that can be used, on a box with this processor.
    #[must_use]
    pub fn of(recipe: &Recipe, architecture: &str) -> Self {
        let newest = recipe.newest();
        Self {
            id: recipe.id().to_owned(),
            name: recipe.name().to_owned(),
            summary: Some(recipe.summary().clone()),
            category: Some(recipe.category().label()),
            newest: Some(newest.id().to_string()),
            runs_here: recipe.runs_on(newest, architecture),
            replaces: recipe.replaces().to_vec(),
            license: recipe.license().to_owned(),
            memory: recipe.memory(),
            disk: recipe.disk(),
            reaches_out: !recipe.egress().is_empty(),
            wrong: None,
        }
    }

    /// A recipe that cannot be used, and why.
    #[must_use]
    pub fn wrong(id: &str, why: Text) -> Self {
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            summary: None,
            category: None,
            newest: None,
            runs_here: false,
            replaces: Vec::new(),
            license: String::new(),
            memory: 0,
            disk: 0,
            reaches_out: false,
            wrong: Some(why),
        }
    }
}

impl RecipeDetail {
    /// All that one may want to know of a recipe, on a box with this processor.
    #[must_use]
    pub fn of(recipe: &Recipe, architecture: &str) -> Self {
        let releases = recipe.releases().iter().rev().map(|release| {
            let needs = recipe.images(release, architecture);
            let built = needs.iter().filter(|need| need.built_at_home);
            ReleaseView {
                version: release.version().to_owned(),
                revision: release.revision(),
                runs_here: recipe.runs_on(release, architecture),
                built_here: built.map(|need| need.container.clone()).collect(),
                download: needs.iter().map(|need| need.download).sum(),
                note: release.note().cloned(),
            }
        });
        let egress = recipe.egress().into_iter().map(|notice| EgressView {
            container: notice.container.to_owned(),
            because: notice.because.clone(),
        });
        Self {
            recipe: RecipeView::of(recipe, architecture),
            source: recipe.source().to_owned(),
            host_can_read: recipe.host_can_read().into(),
            mail: recipe.mail().into(),
            export: recipe.export().how.clone(),
            questions: recipe.questions().iter().map(QuestionView::from).collect(),
            egress: egress.collect(),
            releases: releases.collect(),
        }
    }
}

impl From<&Question> for QuestionView {
    fn from(question: &Question) -> Self {
        let choices = question
            .choices
            .iter()
            .map(|choice| ChoiceView { value: choice.value.clone(), label: choice.label.clone() });
        Self {
            key: question.key.as_str().to_owned(),
            kind: question.kind.into(),
            label: question.label.clone(),
            help: question.help.clone(),
            default: question.default.as_ref().map(ToString::to_string),
            required: question.must_be_answered(),
            only_at_install: question.only_at_install,
            choices: choices.collect(),
        }
    }
}

impl From<QuestionKind> for QuestionKindView {
    fn from(kind: QuestionKind) -> Self {
        match kind {
            QuestionKind::Text => Self::Text,
            QuestionKind::Email => Self::Email,
            QuestionKind::Password => Self::Password,
            QuestionKind::Choice => Self::Choice,
            QuestionKind::Boolean => Self::Boolean,
            QuestionKind::Number => Self::Number,
        }
    }
}

impl From<HostCanRead> for HostCanReadView {
    fn from(can: HostCanRead) -> Self {
        match can {
            HostCanRead::Yes => Self::Yes,
            HostCanRead::Partly => Self::Partly,
            HostCanRead::No => Self::No,
        }
    }
}

impl From<Mail> for MailView {
    fn from(mail: Mail) -> Self {
        match mail {
            Mail::Required => Self::Required,
            Mail::Optional => Self::Optional,
            Mail::None => Self::None,
        }
    }
}
