//! `panier box`: the box as a whole, with or without its daemon.

use admin::views::BoxView;
use clap::ArgMatches;
use recipe::{Text, text};
use serde::Serialize;

use super::complaint::Complaint;
use super::output::{Output, Paint};
use super::{Call, question, shown};
use crate::appliance;

#[derive(Serialize)]
struct Ended {
    done: &'static str,
    folder: String,
}

pub(super) async fn run(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    match of.subcommand() {
        Some(("stop", _)) => stop(call).await,
        Some(("thaw", _)) => thaw(call).await,
        Some(("delete", of)) => delete(call, of).await,
        _ => show(call).await,
    }
}

/// `panier box thaw`: what is left to do for a daemon that was killed for good.
async fn thaw(call: &Call) -> Result<(), Complaint> {
    Ok(appliance::thaw_everything(&call.configuration()?).await?)
}

async fn show(call: &Call) -> Result<(), Complaint> {
    let view: BoxView = call.client()?.get("/api/box").await?;
    if call.json {
        call.output.json(&view, false);
    } else {
        call.output.line(described(&call.output, &view));
    }
    Ok(())
}

pub(super) fn described(output: &Output, view: &BoxView) -> String {
    let facts = [
        (text!("address", "adresse"), output.paint(&view.address, Paint::Bold)),
        (text!("services below", "services sous"), view.base_domain.clone()),
        (text!("certificate", "certificat"), view.certificate_fingerprint.clone()),
        (text!("how to trust it", "lui faire confiance"), format!("{}/trust", view.address)),
        (text!("identity", "identité"), view.identity.clone()),
        (text!("version", "version"), format!("{} ({})", view.version, view.architecture)),
        (text!("machine", "machine"), machine(output, view)),
        (text!("its time", "son heure"), shown::moment(output, view.now)),
    ];
    shown::facts(output, &facts)
}

/// Its name, and what it has left.
fn machine(output: &Output, view: &BoxView) -> String {
    let size = |bytes| shown::size(output.language, bytes);
    let mut parts = vec![view.name.clone()];
    parts.extend(view.addresses.iter().cloned());
    if let Some(memory) = view.memory {
        let (free, all) = (size(memory.available), size(memory.total));
        let said = text!("{free} of {all} memory free", "{free} de mémoire libre sur {all}");
        parts.push(output.say(&said).to_owned());
    }
    if let Some(disk) = view.disk {
        let (free, all) = (size(disk.free), size(disk.total));
        let said = text!("{free} of {all} disk free", "{free} de disque libre sur {all}");
        parts.push(output.say(&said).to_owned());
    }
    parts.join(", ")
}

async fn stop(call: &Call) -> Result<(), Complaint> {
    let configuration = call.configuration()?;
    appliance::stop_everything(&configuration).await?;
    let folder = configuration.state_folder().display().to_string();
    let stopped = text!(
        "The box is stopped. Its data stay in {folder}; panier daemon starts it again.",
        "La boîte est arrêtée. Ses données restent dans {folder} ; panier daemon la redémarre."
    );
    ended(call, "stopped", folder, &stopped);
    Ok(())
}

async fn delete(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let configuration = call.configuration()?;
    let folder = configuration.state_folder().display().to_string();
    if !of.get_flag("yes") {
        let warning = text!(
            "The box in {folder} will be deleted for good: every service, all data, the trash.",
            "La boîte dans {folder} sera supprimée définitivement : chaque service, toutes les données, la corbeille."
        );
        question::confirm(call, &warning, &folder)?;
    }
    appliance::delete_everything(&configuration).await?;
    let gone = text!("The box in {folder} is gone.", "La boîte dans {folder} n’existe plus.");
    ended(call, "deleted", folder, &gone);
    Ok(())
}

fn ended(call: &Call, done: &'static str, folder: String, said: &Text) {
    if call.json {
        call.output.json(&Ended { done, folder }, false);
    } else {
        call.output.line(call.output.say(said));
    }
}
