//! `panier backup`, `snapshots`, `restore`, `rehearse`, `key kit`.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use admin::views::{KitBody, KitView, RehearsalView, RestoreSnapshotBody, SnapshotView};
use clap::ArgMatches;
use http::Method;
use recipe::{Language, Text, Trouble, text};

use super::client::{Client, segment};
use super::complaint::Complaint;
use super::exit::Exit;
use super::output::{Output, Paint};
use super::services::{heading, named};
use super::table::Table;
use super::{Call, follow, shown};

/// The commands of this room, by name.
pub(super) async fn run(call: &Call, name: &str, of: &ArgMatches) -> Result<(), Complaint> {
    match name {
        "backup" => take(call, of).await,
        "snapshots" => list(call, of).await,
        "restore" => restore(call, of).await,
        "rehearse" => rehearse(call, of).await,
        _ => key(call, of).await,
    }
}

/// `panier backup`.
async fn take(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let client = call.client()?;
    let path = format!("/api/services/{}/snapshots", segment(named(of)));
    let job = client.begin(Method::POST, &path, &()).await?;
    follow::job(call, &client, job).await?;
    Ok(())
}

/// `panier snapshots`.
async fn list(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let client = call.client()?;
    let mut found: Vec<SnapshotView> = client.get("/api/snapshots").await?;
    if let Some(name) = of.get_one::<String>("name") {
        found.retain(|one| one.service == *name);
    }
    if call.json {
        call.output.json(&found, false);
    } else {
        call.output.line(listed(&call.output, &found));
    }
    Ok(())
}

fn listed(output: &Output, snapshots: &[SnapshotView]) -> String {
    if snapshots.is_empty() {
        let none = text!(
            "There is no snapshot yet. Take one: panier backup NAME",
            "Il n’y a pas encore de sauvegarde. Faites-en une : panier backup NOM"
        );
        return output.say(&none).to_owned();
    }
    let headings = [
        text!("NUMBER", "NUMÉRO"),
        text!("SERVICE", "SERVICE"),
        text!("RELEASE", "VERSION"),
        text!("TAKEN", "PRISE"),
        text!("WHY", "POURQUOI"),
        text!("SIZE", "TAILLE"),
        text!("KEPT", "GARDÉE"),
        text!("PROVEN", "ÉPROUVÉE"),
        text!("MEASURES", "MESURES"),
    ];
    let mut table = Table::new(headings.iter().map(|text| heading(output, text)).collect());
    for one in snapshots {
        let measures = one.measures.iter().map(|it| {
            let called = measure(output, it.label.as_ref(), &it.name);
            format!("{called} {}", it.value)
        });
        table.push(vec![
            one.id.as_str().into(),
            one.service.as_str().into(),
            one.release.as_str().into(),
            shown::moment(output, one.taken).into(),
            output.say(&reason(&one.reason)).into(),
            shown::size(output.language, one.bytes).into(),
            places(output, &one.places).into(),
            one.rehearsed.map(|last| shown::rehearsal(output, last)).unwrap_or_default().into(),
            measures.collect::<Vec<_>>().join(", ").into(),
        ]);
    }
    let hint = text!(
        "To bring one back: panier restore NAME --snapshot NUMBER",
        "Pour en faire revenir une : panier restore NOM --snapshot NUMÉRO"
    );
    format!("{}\n\n{}", table.lines(), output.say(&hint))
}

fn reason(reason: &str) -> Text {
    match reason {
        "asked" => text!("asked", "demandée"),
        "nightly" => text!("nightly", "nocturne"),
        "before-update" => text!("before an update", "avant mise à jour"),
        "before-restore" => text!("before a restore", "avant restauration"),
        "after-failed-update" => text!("after a failed update", "après une mise à jour ratée"),
        "before-rollback" => text!("before a rollback", "avant retour en arrière"),
        _ => text!("{reason}", "{reason}"),
    }
}

fn places(output: &Output, places: &[String]) -> String {
    let own = text!("this box", "cette boîte");
    let named = places.iter().map(|place| match place.as_str() {
        "local" => output.say(&own).to_owned(),
        target => target.to_owned(),
    });
    named.collect::<Vec<_>>().join(", ")
}

/// `panier restore`.
async fn restore(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let client = call.client()?;
    let id = match of.get_one::<i64>("snapshot") {
        Some(id) => id.to_string(),
        None => newest(&client, named(of)).await?,
    };
    let body = RestoreSnapshotBody {
        name: of.get_one("as").cloned(),
        domain: of.get_one("domain").cloned(),
    };
    let path = format!("/api/snapshots/{}/restore", segment(&id));
    let job = client.begin(Method::POST, &path, &body).await?;
    follow::job(call, &client, job).await?;
    Ok(())
}

/// Whether a snapshot is of a present that somebody turned away from: it is kept
/// to be had back, and is not what one means by the newest.
fn was_left(one: &SnapshotView) -> bool {
    matches!(one.reason.as_str(), "before-restore" | "before-rollback" | "after-failed-update")
}

/// The newest snapshot that a restore without a number means.
async fn newest(client: &Client, name: &str) -> Result<String, Complaint> {
    let path = format!("/api/services/{}/snapshots", segment(name));
    let found: Vec<SnapshotView> = client.get(&path).await?;
    let newest = found.iter().find(|one| !was_left(one)).or(found.first());
    newest.map(|one| one.id.clone()).ok_or_else(|| {
        Complaint::new(
            Exit::Unknown,
            Trouble::new(
                "snapshot-none",
                text!("There is no snapshot of {name}.", "Il n’y a pas de sauvegarde de {name}."),
                text!(
                    "See those that there are: panier snapshots",
                    "Voyez celles qu’il y a : panier snapshots"
                ),
            ),
        )
    })
}

/// `panier rehearse`.
async fn rehearse(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let client = call.client()?;
    let path = format!("/api/services/{}", segment(named(of)));
    let job = client.begin(Method::POST, &format!("{path}/rehearse"), &()).await?;
    let followed = follow::job(call, &client, job).await;
    if !call.detach && !call.json {
        let all: Vec<RehearsalView> = client.get(&format!("{path}/rehearsals")).await?;
        if let Some(last) = all.first() {
            call.output.line(compared(&call.output, last));
        }
    }
    followed.map(|_job| ())
}

/// What a measure is called: by its label, or else its name.
fn measure<'m>(output: &Output, label: Option<&'m Text>, name: &'m str) -> &'m str {
    label.map_or(name, |label| output.say(label))
}

/// What a rehearsal compared, a line each.
fn compared(output: &Output, rehearsal: &RehearsalView) -> String {
    let lines = rehearsal.compared.iter().map(|one| {
        let name = measure(output, one.label.as_ref(), &one.name);
        let (expected, found) = (&one.expected, &one.found);
        if one.equal {
            let equal = text!("{name}: {found}, as it was", "{name} : {found}, comme avant");
            format!("{} {}", output.paint("✓", Paint::Good), output.say(&equal))
        } else {
            let other = text!(
                "{name}: {found}, and was {expected}",
                "{name} : {found}, au lieu de {expected}"
            );
            format!("{} {}", output.paint("✗", Paint::Bad), output.say(&other))
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// `panier key kit`.
async fn key(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    // `kit` is all that there is; clap lets nothing else through.
    let Some(("kit", of)) = of.subcommand() else { return Ok(()) };
    let language = match call.output.language {
        Language::En => "en",
        Language::Fr => "fr",
    };
    let body = KitBody { language: Some(language.to_owned()) };
    let kit: KitView = call.client()?.send_for(Method::POST, "/api/backups/kit", &body).await?;
    match of.get_one::<PathBuf>("to") {
        Some(file) => keep(call, &kit, file)?,
        None if call.json => call.output.json(&kit, false),
        None => call.output.line(kit.text.trim_end()),
    }
    if !kit.tried && !call.json {
        let untried = text!(
            "A target is not there: the key is tried on it when it is next copied to.",
            "Une destination n’est pas là : la clé y sera essayée à la prochaine copie."
        );
        call.output.message(call.output.say(&untried));
    }
    Ok(())
}

/// Writes the kit to a file that nobody else may read.
fn keep(call: &Call, kit: &KitView, file: &Path) -> Result<(), Complaint> {
    let is_page = file.extension().is_some_and(|end| end == "html" || end == "htm");
    let text = if is_page { &kit.page } else { &kit.text };
    let place = file.display();
    let written = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        Complaint::new(
            Exit::Trouble,
            Trouble::new(
                "file-failed",
                text!("{place} could not be written.", "{place} n’a pas pu être écrit."),
                text!("Choose another place.", "Choisissez un autre endroit."),
            )
            .because_of(error),
        )
    })?;
    let said = text!(
        "The kit is in {place}. Print it, and keep it away from the disks.",
        "Le kit est dans {place}. Imprimez-le, et gardez-le loin des disques."
    );
    call.output.message(call.output.say(&said));
    Ok(())
}
