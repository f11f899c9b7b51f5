//! `panier target`: the places that keep copies.

use std::path::PathBuf;

use admin::views::{NewTargetBody, TargetView};
use clap::ArgMatches;
use http::Method;
use recipe::{Text, text};

use super::client::{Client, segment};
use super::complaint::Complaint;
use super::output::{Output, Paint};
use super::services::{heading, named};
use super::table::{Cell, Table};
use super::{Call, follow, shown};

pub(super) async fn run(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let client = call.client()?;
    match of.subcommand() {
        Some(("add", of)) => add(call, &client, of).await,
        Some(("check", of)) => check(call, &client, named(of)).await,
        Some(("remove", of)) => {
            let path = format!("/api/targets/{}", segment(named(of)));
            client.have_done(Method::DELETE, &path).await
        }
        _ => list(call, &client).await,
    }
}

async fn add(call: &Call, client: &Client, of: &ArgMatches) -> Result<(), Complaint> {
    let path = of.get_one::<PathBuf>("path").cloned().unwrap_or_default();
    // The daemon stands elsewhere: a path is meant from here.
    let path = std::path::absolute(&path).unwrap_or(path);
    let body = NewTargetBody { name: named(of).to_owned(), path: path.display().to_string() };
    let added: TargetView = client.send_for(Method::POST, "/api/targets", &body).await?;
    if added.state == "same-disk" {
        let said = text!(
            "It lies on the disk of the box's own data: copies there help to undo, and are no backup.",
            "Elle est sur le disque des données de la boîte : les copies y aident à annuler, ce ne sont pas de vraies sauvegardes."
        );
        call.output.message(call.output.say(&said));
    }
    check(call, client, &added.name).await
}

async fn check(call: &Call, client: &Client, name: &str) -> Result<(), Complaint> {
    let path = format!("/api/targets/{}/check", segment(name));
    let job = client.begin(Method::POST, &path, &()).await?;
    follow::job(call, client, job).await?;
    Ok(())
}

async fn list(call: &Call, client: &Client) -> Result<(), Complaint> {
    let targets: Vec<TargetView> = client.get("/api/targets").await?;
    if call.json {
        call.output.json(&targets, false);
    } else {
        call.output.line(listed(&call.output, &targets));
    }
    Ok(())
}

fn listed(output: &Output, targets: &[TargetView]) -> String {
    if targets.is_empty() {
        let none = text!(
            "There is no target: what the box keeps lies on its own disk alone.\nAdd one: panier target add NAME FOLDER",
            "Il n’y a pas de destination : tout ce que garde la boîte est sur son propre disque.\nAjoutez-en une : panier target add NOM DOSSIER"
        );
        return output.say(&none).to_owned();
    }
    let headings = [
        text!("NAME", "NOM"),
        text!("STATE", "ÉTAT"),
        text!("FREE", "LIBRE"),
        text!("LAST COPY", "DERNIÈRE COPIE"),
        text!("FOLDER", "DOSSIER"),
    ];
    let mut table = Table::new(headings.iter().map(|text| heading(output, text)).collect());
    for one in targets {
        let (words, paint) = state(&one.state);
        let free = one.room.map(|room| shown::size(output.language, room.free));
        let copied = one.last_copy.map(|at| shown::moment(output, at));
        table.push(vec![
            one.name.as_str().into(),
            Cell::painted(output.say(&words), |words| output.paint(words, paint)),
            free.unwrap_or_default().into(),
            copied.unwrap_or_default().into(),
            one.path.as_str().into(),
        ]);
    }
    let mut parts = vec![table.lines()];
    for one in targets {
        if let Some(trouble) = &one.trouble {
            parts.push(super::complaint::told(output, trouble));
        }
    }
    parts.join("\n\n")
}

fn state(state: &str) -> (Text, Paint) {
    match state {
        "ready" => (text!("ready", "prête"), Paint::Good),
        "same-disk" => (
            text!("same disk: no backup", "même disque : pas une vraie sauvegarde"),
            Paint::Waiting,
        ),
        "away" => (text!("not there", "absente"), Paint::Waiting),
        "strange" => {
            (text!("another disk lies there", "un autre disque est à sa place"), Paint::Bad)
        }
        "full" => (text!("full", "pleine"), Paint::Bad),
        "read-only" => (text!("cannot be written to", "écriture impossible"), Paint::Bad),
        _ => (text!("{state}", "{state}"), Paint::Soft),
    }
}
