//! `panier trash`: what was removed and not purged.

use admin::views::{RestoreBody, TrashView};
use clap::ArgMatches;
use http::Method;
use recipe::{Trouble, text};

use super::client::Client;
use super::complaint::Complaint;
use super::exit::Exit;
use super::output::Output;
use super::services::heading;
use super::table::Table;
use super::{Call, follow, question, shown};

pub(super) async fn run(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let client = call.client()?;
    let id = |of: &ArgMatches| of.get_one::<i64>("id").copied().unwrap_or_default();
    let job = match of.subcommand() {
        Some(("restore", of)) => {
            let body = RestoreBody { name: of.get_one("service-name").cloned() };
            let path = format!("/api/trash/{}/restore", id(of));
            client.begin(Method::POST, &path, &body).await?
        }
        Some(("purge", of)) => {
            if !of.get_flag("yes") {
                confirm(call, &client, id(of)).await?;
            }
            client.begin(Method::DELETE, &format!("/api/trash/{}", id(of)), &()).await?
        }
        _ => return list(call, &client).await,
    };
    follow::job(call, &client, job).await?;
    Ok(())
}

async fn list(call: &Call, client: &Client) -> Result<(), Complaint> {
    let trash: Vec<TrashView> = client.get("/api/trash").await?;
    if call.json {
        call.output.json(&trash, false);
    } else {
        call.output.line(listed(&call.output, &trash));
    }
    Ok(())
}

pub(super) fn listed(output: &Output, trash: &[TrashView]) -> String {
    if trash.is_empty() {
        return output.say(&text!("The trash is empty.", "La corbeille est vide.")).to_owned();
    }
    let headings = [
        text!("NUMBER", "NUMÉRO"),
        text!("NAME", "NOM"),
        text!("RECIPE", "RECETTE"),
        text!("RELEASE", "VERSION"),
        text!("REMOVED", "RETIRÉ"),
    ];
    let mut table = Table::new(headings.iter().map(|text| heading(output, text)).collect());
    for one in trash {
        table.push(vec![
            one.id.to_string().into(),
            one.name.as_str().into(),
            one.recipe.as_str().into(),
            one.release.as_str().into(),
            shown::moment(output, one.removed).into(),
        ]);
    }
    let hint = text!(
        "To bring one back: panier trash restore NUMBER",
        "Pour en faire revenir un : panier trash restore NUMÉRO"
    );
    format!("{}\n\n{}", table.lines(), output.say(&hint))
}

async fn confirm(call: &Call, client: &Client, id: i64) -> Result<(), Complaint> {
    let trash: Vec<TrashView> = client.get("/api/trash").await?;
    let Some(one) = trash.into_iter().find(|one| one.id == id) else {
        return Err(Complaint::new(
            Exit::Unknown,
            Trouble::new(
                "trash-unknown",
                text!(
                    "There is nothing numbered {id} in the trash.",
                    "Il n’y a rien de numéro {id} dans la corbeille."
                ),
                text!("See what there is: panier trash", "Voyez ce qu’il y a : panier trash"),
            ),
        ));
    };
    let name = &one.name;
    let warning = text!(
        "{name} and all its data will be deleted for good.",
        "{name} et toutes ses données seront supprimés définitivement."
    );
    question::confirm(call, &warning, name)
}
