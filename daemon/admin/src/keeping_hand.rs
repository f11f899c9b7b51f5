//! What the lifecycle says of snapshots and targets, in the API's words.

use lifecycle::{Kit, Lifecycle, TargetFacts, TargetState};
use recipe::Trouble;

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

/// How the box keeps its services, with what is wrong with that.
pub(crate) async fn overview(
    lifecycle: &Lifecycle,
    problems: Vec<Trouble>,
) -> Result<BackupsView, Trouble> {
    let targets = lifecycle.targets().await?.into_iter().map(target).collect();
    let next_nightly = Some(lifecycle.next_night());
    Ok(BackupsView { targets, kit_made: lifecycle.kit_made()?, next_nightly, problems })
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
