//! Services: installed, listed, shown, started and stopped.

use std::collections::BTreeMap;

use admin::views::{
    AnswersBody, HealthView, InstallBody, PreviousView, RehearsalView, SecretsView, ServiceDetail,
    ServiceView,
};
use clap::ArgMatches;
use http::Method;
use recipe::{Text, Trouble, text};
use serde::Serialize;

use super::client::{Client, segment};
use super::complaint::Complaint;
use super::exit::Exit;
use super::output::{Output, Paint};
use super::table::{Cell, Table};
use super::{Call, complaint, follow, jobs, shown};

/// The service that a command names.
pub(super) fn named(of: &ArgMatches) -> &str {
    of.get_one::<String>("name").map_or("", String::as_str)
}

/// `panier install`.
pub(super) async fn install(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let one = |id: &str| of.get_one::<String>(id).cloned();
    let body = InstallBody {
        recipe: one("recipe").unwrap_or_default(),
        name: one("service-name"),
        release: one("release"),
        domains: of.get_many("domain").into_iter().flatten().cloned().collect(),
        answers: answers(of)?,
    };
    let client = call.client()?;
    let job = client.begin(Method::POST, "/api/services", &body).await?;
    let Some(done) = follow::job(call, &client, job).await? else { return Ok(()) };
    if call.json {
        return Ok(());
    }
    let path = format!("/api/services/{}", segment(&done.job.subject));
    let service: ServiceDetail = client.get(&path).await?;
    call.output.line(installed(&call.output, &service));
    Ok(())
}

/// What one wants to know of a service that has just come to be.
pub(super) fn installed(output: &Output, service: &ServiceDetail) -> String {
    let ServiceView { name, software, address, .. } = &service.service;
    let address = output.paint(address, Paint::Bold);
    let here = text!("{software} is here: {address}", "{software} est ici : {address}");
    let mut lines = vec![output.say(&here).to_owned()];
    if !service.secrets.is_empty() {
        let secrets = text!(
            "Its passwords: panier show {name} --secrets",
            "Ses mots de passe : panier show {name} --secrets"
        );
        lines.push(output.say(&secrets).to_owned());
    }
    lines.join("\n")
}

/// `panier list`.
pub(super) async fn list(call: &Call) -> Result<(), Complaint> {
    let services: Vec<ServiceView> = call.client()?.get("/api/services").await?;
    if call.json {
        call.output.json(&services, false);
    } else {
        call.output.line(listed(&call.output, &services));
    }
    Ok(())
}

pub(super) fn listed(output: &Output, services: &[ServiceView]) -> String {
    if services.is_empty() {
        let none = text!(
            "No service is installed yet. What can be: panier recipe list",
            "Aucun service n’est encore installé. Ce qu’on peut installer : panier recipe list"
        );
        return output.say(&none).to_owned();
    }
    let headings = [
        text!("NAME", "NOM"),
        text!("SOFTWARE", "LOGICIEL"),
        text!("RELEASE", "VERSION"),
        text!("HEALTH", "ÉTAT"),
        text!("ADDRESS", "ADRESSE"),
    ];
    let mut table = Table::new(headings.iter().map(|text| heading(output, text)).collect());
    for service in services {
        let (health, paint) = shown::health(&service.health);
        table.push(vec![
            Cell::painted(&service.name, |words| output.paint(words, Paint::Bold)),
            service.software.as_str().into(),
            with_update(service).into(),
            Cell::painted(output.say(&health), |words| output.paint(words, paint)),
            service.address.as_str().into(),
        ]);
    }
    table.lines()
}

/// A column's heading.
pub(super) fn heading(output: &Output, text: &Text) -> Cell {
    Cell::painted(output.say(text), |words| output.paint(words, Paint::Soft))
}

/// The release that runs, and the one that can be had.
fn with_update(service: &ServiceView) -> String {
    let runs = release(&service.release, service.revision);
    match &service.update {
        Some(newer) => format!("{runs} → {}", release(&newer.release, newer.revision)),
        None => runs,
    }
}

fn release(version: &str, revision: u32) -> String {
    recipe::ReleaseId::new(version, revision).to_string()
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    detail: ServiceDetail,
    #[serde(skip_serializing_if = "Option::is_none")]
    revealed: Option<BTreeMap<String, String>>,
}

/// `panier show`.
pub(super) async fn show(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let client = call.client()?;
    let path = format!("/api/services/{}", segment(named(of)));
    let detail: ServiceDetail = client.get(&path).await?;
    let revealed = if of.get_flag("secrets") {
        let view: SecretsView = client.get(&format!("{path}/secrets")).await?;
        Some(view.secrets)
    } else {
        None
    };
    if call.json {
        call.output.json(&Shown { detail, revealed }, false);
    } else {
        let mut page = described(&call.output, &detail, revealed.as_ref());
        if let Some(trouble) = not_proven(&client, &path, &detail.service).await? {
            page = format!("{page}\n\n{}", complaint::told(&call.output, &trouble));
        }
        call.output.line(page);
    }
    Ok(())
}

/// Why the last rehearsal did not pass, where it did not.
async fn not_proven(
    client: &Client,
    path: &str,
    service: &ServiceView,
) -> Result<Option<Trouble>, Complaint> {
    if service.last_rehearsal.is_none_or(|last| last.passed) {
        return Ok(None);
    }
    let all: Vec<RehearsalView> = client.get(&format!("{path}/rehearsals")).await?;
    Ok(all.into_iter().next().and_then(|last| last.trouble))
}

pub(super) fn described(
    output: &Output,
    detail: &ServiceDetail,
    revealed: Option<&BTreeMap<String, String>>,
) -> String {
    let ServiceDetail { service, answers, secrets, inside, previous, jobs } = detail;
    let (health, paint) = shown::health(&service.health);
    let mut facts = vec![
        (text!("name", "nom"), output.paint(&service.name, Paint::Bold)),
        (text!("health", "état"), output.paint(output.say(&health), paint)),
        (text!("address", "adresse"), service.address.clone()),
        (text!("domains", "domaines"), service.domains.join("\n")),
        (
            text!("software", "logiciel"),
            format!("{} {}", service.software, release(&service.release, service.revision)),
        ),
        (text!("recipe", "recette"), service.recipe.clone()),
        (text!("update", "mise à jour"), can_be_had(output, service)),
        (
            text!("release before", "version d’avant"),
            can_go_back(output, service, previous.as_ref()),
        ),
        (text!("since", "depuis"), shown::moment(output, service.created)),
    ];
    facts.extend(keeping(output, service));
    facts.retain(|(_, value)| !value.is_empty());
    let pairs = |pairs: &BTreeMap<String, String>| {
        let lines: Vec<String> =
            pairs.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        lines.join("\n")
    };
    if !answers.is_empty() {
        facts.push((text!("answers", "réponses"), pairs(answers)));
    }
    match revealed {
        Some(revealed) => facts.push((text!("secrets", "secrets"), pairs(revealed))),
        None if !secrets.is_empty() => {
            let hidden = text!("shown by --secrets", "montrés par --secrets");
            let names = format!("{} ({})", secrets.join(", "), output.say(&hidden));
            facts.push((text!("secrets", "secrets"), names));
        }
        None => {}
    }
    if let Some(inside) = inside {
        facts.extend(anatomy(output, inside));
    }
    let mut parts = vec![shown::facts(output, &facts)];
    if let HealthView::Ill { trouble } = &service.health {
        parts.insert(0, format!("{}\n", complaint::told(output, trouble)));
    }
    if !jobs.is_empty() {
        parts.push(String::new());
        parts.push(jobs::listed(output, jobs));
    }
    parts.join("\n")
}

/// When it was last kept, and when a restore was last proven.
fn keeping(output: &Output, service: &ServiceView) -> Vec<(Text, String)> {
    let mut facts = Vec::new();
    if let Some(at) = service.last_snapshot {
        let at = shown::moment(output, at);
        let whole = if service.backed_up {
            at
        } else {
            let alone = text!(
                "{at}, on the box’s own disk alone",
                "{at}, sur le disque de la boîte seulement"
            );
            output.say(&alone).to_owned()
        };
        facts.push((text!("last snapshot", "dernière sauvegarde"), whole));
    }
    if let Some(last) = service.last_rehearsal {
        let said = shown::rehearsal(output, last);
        facts.push((text!("last rehearsal", "dernière répétition"), said));
    }
    facts
}

/// The release that can be had, by which way, and how.
fn can_be_had(output: &Output, service: &ServiceView) -> String {
    let Some(newer) = &service.update else { return String::new() };
    let (name, way) = (&service.name, newer.way.join(" → "));
    let how = text!("{way} (panier update {name})", "{way} (panier update {name})");
    let mut lines = vec![output.say(&how).to_owned()];
    lines.extend(newer.notes.iter().map(|note| output.say(note).to_owned()));
    lines.join("\n")
}

/// The release that can be gone back to, and how.
fn can_go_back(output: &Output, service: &ServiceView, previous: Option<&PreviousView>) -> String {
    let Some(previous) = previous else { return String::new() };
    let name = &service.name;
    let before = release(&previous.release, previous.revision);
    let until = shown::moment(output, previous.kept);
    let how = text!(
        "{before}, until {until} (panier rollback {name})",
        "{before}, jusqu’au {until} (panier rollback {name})"
    );
    output.say(&how).to_owned()
}

/// What a service consists of.
fn anatomy(output: &Output, inside: &admin::views::InsideView) -> Vec<(Text, String)> {
    let containers = inside.containers.iter().map(|container| {
        let nothing = text!("nothing leaves it", "rien n’en sort");
        let leaves = match &container.egress {
            None => output.say(&nothing).to_owned(),
            Some(reason) => {
                let Text { en, fr } = reason;
                let why = text!("internet: {en}", "Internet : {fr}");
                output.say(&why).to_owned()
            }
        };
        let memory = shown::size(output.language, container.memory);
        let image = &container.image;
        shown::pair(output, &container.name, format_args!("{image}, {memory}, {leaves}"))
    });
    let volumes =
        inside.volumes.iter().map(|volume| shown::pair(output, &volume.name, &volume.folder));
    let mut facts = vec![
        (text!("containers", "conteneurs"), containers.collect::<Vec<_>>().join("\n")),
        (text!("volumes", "volumes"), volumes.collect::<Vec<_>>().join("\n")),
        (text!("network", "réseau"), inside.network.clone().unwrap_or_default()),
        (text!("again and again", "périodiquement"), schedule(output, &inside.schedule)),
    ];
    facts.retain(|(_, value)| !value.is_empty());
    facts
}

/// What is run again and again, a line each, and how it went.
fn schedule(output: &Output, commands: &[admin::views::ScheduledView]) -> String {
    let lines = commands.iter().map(|command| {
        let went = match (&command.last, &command.trouble) {
            (None, _) => text!("not yet run", "pas encore lancé"),
            (Some(at), None) => {
                let at = shown::moment(output, *at);
                text!("last {at}", "dernière fois : {at}")
            }
            (Some(at), Some(trouble)) => {
                let at = shown::moment(output, *at);
                let Text { en, fr } = &trouble.what;
                text!("{at}: {en}", "{at} : {fr}")
            }
        };
        let every = shown::period(command.every);
        let every = output.say(&every);
        let run = command.run.join(" ");
        let went = output.say(&went);
        shown::pair(output, &command.container, format_args!("{every}, {run} ({went})"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// `panier start`, `stop`, `restart`.
pub(super) async fn act(call: &Call, what: &str, of: &ArgMatches) -> Result<(), Complaint> {
    let client = call.client()?;
    let path = format!("/api/services/{}/{what}", segment(named(of)));
    let job = client.begin(Method::POST, &path, &()).await?;
    follow::job(call, &client, job).await?;
    Ok(())
}

/// `panier set`.
pub(super) async fn set(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let body = AnswersBody { answers: answers(of)? };
    let client = call.client()?;
    let path = format!("/api/services/{}/answers", segment(named(of)));
    let job = client.begin(Method::PATCH, &path, &body).await?;
    follow::job(call, &client, job).await?;
    Ok(())
}

pub(super) fn answers(of: &ArgMatches) -> Result<BTreeMap<String, String>, Complaint> {
    let mut answers = BTreeMap::new();
    for written in of.get_many::<String>("set").into_iter().flatten() {
        let (key, value) = answer(written)?;
        if answers.insert(key.clone(), value).is_some() {
            return Err(answered_twice(&key));
        }
    }
    Ok(answers)
}

/// `key=value`; the value may have any signs in it, and may be empty.
pub(super) fn answer(written: &str) -> Result<(String, String), Complaint> {
    match written.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(Complaint::new(
            Exit::Usage,
            Trouble::new(
                "answer-not-a-pair",
                text!("“{written}” is not an answer.", "« {written} » n’est pas une réponse."),
                text!(
                    "Write the key, =, and the value: title=\"Our budget\"",
                    "Écrivez la clé, =, puis la valeur : title=\"Notre budget\""
                ),
            ),
        )),
    }
}

fn answered_twice(key: &str) -> Complaint {
    Complaint::new(
        Exit::Usage,
        Trouble::new(
            "answer-twice",
            text!("“{key}” has two answers.", "« {key} » a deux réponses."),
            text!("Keep one of them.", "Gardez-en une."),
        ),
    )
}
