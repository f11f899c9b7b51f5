//! `panier recipe`: what can be installed; and checking a recipe, for its maker.

use std::path::{Path, PathBuf};

use admin::views::{HostCanReadView, MailView, QuestionView, RecipeDetail, RecipeView};
use clap::ArgMatches;
use recipe::{Recipe, RecipeErrors, Text, Trouble, text};
use serde::Serialize;

use super::client::segment;
use super::complaint::Complaint;
use super::exit::Exit;
use super::output::{Output, Paint};
use super::services::heading;
use super::table::{Cell, Table};
use super::{Call, shown};

/// Whether the command is one that needs no daemon.
pub(super) fn without_daemon(of: &ArgMatches) -> bool {
    matches!(of.subcommand_name(), Some("validate" | "schema"))
}

/// `panier recipe list` and `show`.
pub(super) async fn run(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let client = call.client()?;
    if let Some(("show", of)) = of.subcommand() {
        let id = of.get_one::<String>("id").map_or("", String::as_str);
        let detail: RecipeDetail = client.get(&format!("/api/recipes/{}", segment(id))).await?;
        if call.json {
            call.output.json(&detail, false);
        } else {
            call.output.line(described(&call.output, &detail));
        }
        return Ok(());
    }
    let recipes: Vec<RecipeView> = client.get("/api/recipes").await?;
    if call.json {
        call.output.json(&recipes, false);
    } else {
        call.output.line(listed(&call.output, &recipes));
    }
    Ok(())
}

pub(super) fn listed(output: &Output, recipes: &[RecipeView]) -> String {
    if recipes.is_empty() {
        let none = text!(
            "There are no recipes: name a folder of them in panier.toml, below [paths].",
            "Il n’y a pas de recettes : indiquez un dossier dans panier.toml, sous [paths]."
        );
        return output.say(&none).to_owned();
    }
    let headings = [
        text!("RECIPE", "RECETTE"),
        text!("SOFTWARE", "LOGICIEL"),
        text!("RELEASE", "VERSION"),
        text!("WHAT FOR", "POUR QUOI"),
    ];
    let mut table = Table::new(headings.iter().map(|text| heading(output, text)).collect());
    for recipe in recipes {
        let wrong = text!("wrong: panier recipe validate", "fautive : panier recipe validate");
        let elsewhere = text!("(not for this machine)", "(pas pour cette machine)");
        let mut what_for = match (&recipe.summary, &recipe.wrong) {
            (Some(summary), None) => output.say(summary).to_owned(),
            _ => output.say(&wrong).to_owned(),
        };
        if recipe.wrong.is_none() && !recipe.runs_here {
            what_for = format!("{what_for} {}", output.say(&elsewhere));
        }
        table.push(vec![
            Cell::painted(&recipe.id, |words| output.paint(words, Paint::Bold)),
            recipe.name.as_str().into(),
            recipe.newest.clone().unwrap_or_default().into(),
            what_for.into(),
        ]);
    }
    table.lines()
}

pub(super) fn described(output: &Output, detail: &RecipeDetail) -> String {
    let size = |bytes| shown::size(output.language, bytes);
    let said = |text: &Text| output.say(text).to_owned();
    let RecipeView { id, name, summary, runs_here, .. } = &detail.recipe;
    let (yes, no) = (text!("yes", "oui"), text!("no", "non"));
    let releases: Vec<String> = detail
        .releases
        .iter()
        .map(|release| recipe::ReleaseId::new(&*release.version, release.revision).to_string())
        .collect();
    let egress: Vec<String> = detail
        .egress
        .iter()
        .map(|notice| shown::pair(output, &notice.container, output.say(&notice.because)))
        .collect();
    let mut facts = vec![
        (text!("recipe", "recette"), output.paint(id, Paint::Bold)),
        (text!("software", "logiciel"), name.clone()),
        (text!("what for", "pour quoi"), summary.as_ref().map(said).unwrap_or_default()),
        (text!("replaces", "remplace"), detail.recipe.replaces.join(", ")),
        (text!("licence", "licence"), detail.recipe.license.clone()),
        (text!("source", "source"), detail.source.clone()),
        (text!("releases", "versions"), releases.join(", ")),
        (text!("runs here", "tourne ici"), said(if *runs_here { &yes } else { &no })),
        (text!("memory", "mémoire"), size(detail.recipe.memory)),
        (text!("disk", "disque"), size(detail.recipe.disk)),
        (text!("host can read", "l’hébergeur peut lire"), said(&readable(detail.host_can_read))),
        (text!("mail", "courriel"), said(&mail(detail.mail))),
        (
            text!("leaves the box", "sort de la boîte"),
            if egress.is_empty() { said(&text!("nothing", "rien")) } else { egress.join("\n") },
        ),
        (text!("data out", "export"), said(&detail.export)),
    ];
    facts.retain(|(_, value)| !value.is_empty());
    let mut parts = vec![shown::facts(output, &facts)];
    if !detail.questions.is_empty() {
        let heading = text!("Questions (--set KEY=VALUE):", "Questions (--set CLÉ=VALEUR) :");
        parts.push(format!("\n{}", output.paint(output.say(&heading), Paint::Bold)));
        parts.extend(detail.questions.iter().map(|question| asked(output, question)));
    }
    parts.push(format!("\n→ panier install {id}"));
    parts.join("\n")
}

fn asked(output: &Output, question: &QuestionView) -> String {
    let mut notes = Vec::new();
    if question.required {
        notes.push(output.say(&text!("must be answered", "réponse obligatoire")).to_owned());
    }
    if let Some(default) = &question.default {
        notes.push(output.say(&text!("else: {default}", "sinon : {default}")).to_owned());
    }
    if question.only_at_install {
        let once = text!("cannot change later", "ne change plus ensuite");
        notes.push(output.say(&once).to_owned());
    }
    if !question.choices.is_empty() {
        let values: Vec<&str> =
            question.choices.iter().map(|choice| choice.value.as_str()).collect();
        notes.push(values.join(" | "));
    }
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
    let key = output.paint(&question.key, Paint::Bold);
    format!("  {key}  {}{notes}", output.say(&question.label))
}

fn readable(can: HostCanReadView) -> Text {
    match can {
        HostCanReadView::Yes => text!("all of it", "tout"),
        HostCanReadView::Partly => text!("some of it", "une partie"),
        HostCanReadView::No => text!("nothing", "rien"),
    }
}

fn mail(mail: MailView) -> Text {
    match mail {
        MailView::Required => text!("needs it", "indispensable"),
        MailView::Optional => text!("uses it if there is any", "facultatif"),
        MailView::None => text!("sends none", "n’en envoie pas"),
    }
}

/// `panier recipe validate` and `schema`.
pub(super) fn run_here(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    match of.subcommand() {
        Some(("validate", of)) => validate(call, of),
        _ => {
            call.output.json(&recipe::schema(), false);
            Ok(())
        }
    }
}

#[derive(Serialize)]
struct Validated {
    file: String,
    errors: Option<RecipeErrors>,
}

fn validate(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let mut all = Vec::new();
    for path in of.get_many::<PathBuf>("file").into_iter().flatten() {
        let file = if path.is_dir() { path.join("recipe.toml") } else { path.clone() };
        let text = std::fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
        let file = file.display().to_string();
        let errors = Recipe::parse(&file, &text).err();
        all.push(Validated { file, errors });
    }
    if call.json {
        call.output.json(&all, false);
    } else {
        for one in &all {
            call.output.line(judged(&call.output, one));
        }
    }
    let wrong = all.iter().any(|one| one.errors.is_some());
    if wrong { Err(Complaint::silent(Exit::Refused)) } else { Ok(()) }
}

fn judged(output: &Output, one: &Validated) -> String {
    let Validated { file, errors } = one;
    match errors {
        Some(errors) => errors.in_language(output.language),
        None => {
            let right = text!("{file}: nothing is wrong.", "{file} : rien à redire.");
            format!("{} {}", output.paint("✓", Paint::Good), output.say(&right))
        }
    }
}

pub(super) fn unreadable(file: &Path, error: &std::io::Error) -> Complaint {
    let file = file.display();
    Complaint::new(
        Exit::Unknown,
        Trouble::new(
            "file-unreadable",
            text!("{file} cannot be read.", "{file} ne peut pas être lu."),
            text!(
                "Name a recipe.toml, or the folder that holds it.",
                "Indiquez un recipe.toml, ou le dossier qui le contient."
            ),
        )
        .because_of(error),
    )
}
