//! `panier update`, `panier rollback`.

use admin::views::{UpdateBody, WayBackView};
use clap::ArgMatches;
use http::Method;
use recipe::{ReleaseId, Text, text};

use super::client::segment;
use super::complaint::Complaint;
use super::services::{answers, named};
use super::{Call, follow, question};

/// The code of the refusal of an update that would lead to where a service is.
const CURRENT: &str = "release-current";

/// `panier update`, `panier rollback`.
pub(super) async fn run(call: &Call, what: &str, of: &ArgMatches) -> Result<(), Complaint> {
    if what == "rollback" { rollback(call, of).await } else { update(call, of).await }
}

async fn update(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let body =
        UpdateBody { release: of.get_one::<String>("release").cloned(), answers: answers(of)? };
    let client = call.client()?;
    let path = format!("/api/services/{}/update", segment(named(of)));
    let job = match client.begin(Method::POST, &path, &body).await {
        // Nothing to do is no failure: whoever updates every night may ask.
        Ok(job) => job,
        // Nothing to do is no failure: whoever updates every night may ask.
        Err(complaint) => match complaint.trouble() {
            Some(trouble) if trouble.code == CURRENT => {
                call.output.message(call.output.say(&trouble.what));
                return Ok(());
            }
            _ => return Err(complaint),
        },
    };
    follow::job(call, &client, job).await?;
    Ok(())
}

async fn rollback(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let name = named(of);
    let path = format!("/api/services/{}/rollback", segment(name));
    let client = call.client()?;
    // A person is told first what was written since; who says --yes knows.
    if !of.get_flag("yes") {
        let back: WayBackView = client.get(&path).await?;
        question::confirm(call, &warning(name, &back), name)?;
    }
    let job = client.begin(Method::POST, &path, &()).await?;
    follow::job(call, &client, job).await?;
    Ok(())
}

/// Where going back leads, and what it leaves behind.
pub(super) fn warning(name: &str, back: &WayBackView) -> Text {
    let release = ReleaseId::new(&back.release, back.revision);
    let leads = text!(
        "{name} goes back to {release}, with the data that it had then.",
        "{name} revient à la {release}, avec les données qu’il avait alors."
    );
    let since = if back.moved.is_empty() {
        text!(
            "Nothing that is counted has changed since the update.",
            "Rien de ce qui est compté n’a changé depuis la mise à jour."
        )
    } else {
        let said = |value: &Option<String>| value.clone().unwrap_or_else(|| "?".to_owned());
        let listed = |choose: fn(&Text) -> &str| {
            let parts = back
                .moved
                .iter()
                .map(|it| format!("{} {} → {}", choose(&it.label), said(&it.then), said(&it.now)));
            parts.collect::<Vec<_>>().join(", ")
        };
        let (en, fr) = (listed(|text| &text.en), listed(|text| &text.fr));
        text!(
            "Since the update: {en}. A snapshot keeps it.",
            "Depuis la mise à jour : {fr}. Une sauvegarde le garde."
        )
    };
    Text::new(format!("{} {}", leads.en, since.en), format!("{} {}", leads.fr, since.fr))
}
