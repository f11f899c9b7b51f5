//! What the lifecycle says of snapshots and targets, in the API's words.

use ledger::Service;
use lifecycle::{Kit, Lifecycle, TargetFacts, TargetState};
use recipe::{Trouble, text};

use crate::views::{BackupsView, DiskView, KitView, RoomView, TargetView};

pub(crate) fn target(facts: TargetFacts) -> TargetView {
    let state = match facts.state {
        TargetState::Ready => "ready",
        TargetState::SameDisk => "same-disk",
        TargetState::Away => "away",
        TargetState::Strange => "strange",
        TargetState::Full => "full",
        TargetState::ReadOnly => "read-only",
    };
    TargetView {
        name: facts.record.name,
        path: facts.record.path,
        state: state.to_owned(),
        room: facts.room.map(|(total, free)| RoomView { total, free }),
        last_copy: facts.record.last_copy,
        trouble: facts.record.trouble,
    }
}

/// The mounted disks, those of the data among them.
pub(crate) async fn disks(lifecycle: &Lifecycle) -> Result<Vec<DiskView>, Trouble> {
    let found = lifecycle.disks().await?;
    let views = found.into_iter().map(|disk| DiskView {
        path: disk.path.display().to_string(),
        filesystem: disk.filesystem,
        label: disk.label,
        total: disk.total,
        free: disk.free,
        same_disk: disk.same_disk,
    });
    Ok(views.collect())
}

/// How the box keeps its services, and what is wrong with that.
pub(crate) async fn overview(
    lifecycle: &Lifecycle,
    services: &[Service],
) -> Result<BackupsView, Trouble> {
    let targets = lifecycle.targets().await?;
    let kit_made = lifecycle.kit_made()?;
    let mut problems = Vec::new();
    if !services.is_empty() && !targets.iter().any(|it| it.record.apart) {
        problems.push(no_target());
    }
    problems.extend(targets.iter().filter_map(|it| it.record.trouble.clone()));
    for service in services {
        let kept = lifecycle.kept(service)?;
        if matches!(kept.last_rehearsal, Some((_, false))) {
            problems.push(not_proven(&service.name));
        }
    }
    if kit_made.is_none() && !services.is_empty() {
        problems.push(no_kit());
    }
    let targets = targets.into_iter().map(target).collect();
    Ok(BackupsView { targets, kit_made, next_nightly: Some(lifecycle.next_night()), problems })
}

fn no_target() -> Trouble {
    Trouble::new(
        "no-backup",
        text!(
            "Nothing is backed up: what the box keeps lies on its own disk alone.",
            "Rien n’est vraiment sauvegardé : tout ce que garde la boîte est sur son propre disque."
        ),
        text!(
            "Plug in another disk and add it: panier target add NAME FOLDER",
            "Branchez un autre disque et ajoutez-le : panier target add NOM DOSSIER"
        ),
    )
}

fn not_proven(name: &str) -> Trouble {
    Trouble::new(
        "rehearsal-failed",
        text!(
            "The last rehearsal of {name} did not pass.",
            "La dernière répétition de {name} n’a pas réussi."
        ),
        text!("See why: panier show {name}", "Voyez pourquoi : panier show {name}"),
    )
}

fn no_kit() -> Trouble {
    Trouble::new(
        "no-kit",
        text!(
            "There is no recovery kit: without the key on paper, a lost box takes its backups along.",
            "Il n’y a pas de kit de secours : sans la clé sur papier, une boîte perdue emporte ses sauvegardes."
        ),
        text!(
            "Make one and print it: panier key kit",
            "Faites-en un et imprimez-le : panier key kit"
        ),
    )
}

/// The kit, with its page as a file that any browser shows and prints.
pub(crate) fn kit(kit: Kit, language: &str) -> KitView {
    let Kit { page: text, made, tried } = kit;
    let title = text.lines().next().unwrap_or_default();
    let page = format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>{}</title>\n<style>body{{margin:2rem auto;max-width:48rem;padding:0 1rem}}\
         pre{{font:1rem/1.5 monospace;white-space:pre-wrap;overflow-wrap:anywhere}}</style>\n\
         </head>\n<body>\n<pre>{}</pre>\n</body>\n</html>\n",
        escaped(title),
        escaped(&text)
    );
    KitView { page, text, made, tried }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_the_kit_is_never_taken_for_markup() {
        let text = "Recovery kit of <b>\n\n    A & B".to_owned();
        let view =
            kit(Kit { page: text.clone(), made: jiff::Timestamp::UNIX_EPOCH, tried: true }, "en");
        assert!(view.page.contains("<title>Recovery kit of &lt;b&gt;</title>"));
        assert!(view.page.contains("A &amp; B"));
        assert_eq!(view.text, text);
    }
}
