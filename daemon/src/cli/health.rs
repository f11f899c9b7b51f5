//! `panier health`: what is wrong with the box, and what mends it.

use admin::views::{AboutView, FindingView, WeightView};
use recipe::text;

use super::Call;
use super::complaint::Complaint;
use super::exit::Exit;
use super::output::{Output, Paint};
use super::shown;

/// Shows what was found; ends as a trouble when something is urgent, so that a
/// script can ask.
pub(super) async fn run(call: &Call) -> Result<(), Complaint> {
    let findings: Vec<FindingView> = call.client()?.get("/api/findings").await?;
    let output = &call.output;
    if call.json {
        output.json(&findings, false);
    } else if findings.is_empty() {
        let well = text!("All is well.", "Tout va bien.");
        output.line(format!("{} {}", output.paint("✓", Paint::Good), output.say(&well)));
    } else {
        let told: Vec<String> = findings.iter().map(|finding| told(output, finding)).collect();
        output.line(told.join("\n\n"));
    }
    if findings.iter().any(|finding| finding.weight == WeightView::Urgent) {
        return Err(Complaint::silent(Exit::Trouble));
    }
    Ok(())
}

fn told(output: &Output, finding: &FindingView) -> String {
    let (mark, paint) = match finding.weight {
        WeightView::Urgent => ("✗", Paint::Bad),
        WeightView::Soon => ("!", Paint::Waiting),
        WeightView::Advice => ("·", Paint::Soft),
    };
    let trouble = &finding.trouble;
    let what = output.paint(output.say(&trouble.what), Paint::Bold);
    let mut lines = format!("{} {what}", output.paint(mark, paint));
    let why = trouble.why.as_ref().map(|why| output.say(why)).unwrap_or_default();
    for line in why.lines() {
        lines.push_str("\n  ");
        lines.push_str(line);
    }
    let when = shown::moment(output, finding.since);
    let about = match &finding.about {
        AboutView::Box => text!("the box, since {when}", "la boîte, depuis le {when}"),
        AboutView::Service { name } => text!("{name}, since {when}", "{name}, depuis le {when}"),
    };
    lines.push_str("\n  ");
    lines.push_str(&output.paint(output.say(&about), Paint::Soft));
    lines.push_str("\n→ ");
    lines.push_str(output.say(&trouble.remedy));
    lines
}
