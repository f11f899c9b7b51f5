//! `panier jobs`, `panier job`.

use admin::views::{JobDetail, JobView, StepStateView};
use clap::ArgMatches;
use recipe::text;

use super::complaint::{self, Complaint};
use super::output::{Output, Paint};
use super::services::heading;
use super::table::{Cell, Table};
use super::{Call, follow, shown};

/// `panier jobs`.
pub(super) async fn list(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let path = match of.get_one::<u32>("most") {
        Some(most) => format!("/api/jobs?most={most}"),
        None => "/api/jobs".to_owned(),
    };
    let jobs: Vec<JobView> = call.client()?.get(&path).await?;
    if call.json {
        call.output.json(&jobs, false);
    } else if jobs.is_empty() {
        let none = text!("Nothing has been done yet.", "Rien n’a encore été fait.");
        call.output.line(call.output.say(&none));
    } else {
        call.output.line(listed(&call.output, &jobs));
    }
    Ok(())
}

pub(super) fn listed(output: &Output, jobs: &[JobView]) -> String {
    let headings = [
        text!("JOB", "TÂCHE"),
        text!("WHAT", "QUOI"),
        text!("OF", "DE"),
        text!("STATE", "ÉTAT"),
        text!("BEGUN", "DÉBUT"),
        text!("TOOK", "DURÉE"),
    ];
    let mut table = Table::new(headings.iter().map(|text| heading(output, text)).collect());
    for job in jobs {
        let (state, paint) = shown::job_state(job.state);
        table.push(vec![
            job.id.to_string().into(),
            output.say(&job.label).into(),
            job.subject.as_str().into(),
            Cell::painted(output.say(&state), |words| output.paint(words, paint)),
            shown::moment(output, job.created).into(),
            job.ended.map(|ended| shown::duration(job.created, ended)).unwrap_or_default().into(),
        ]);
    }
    table.lines()
}

/// `panier job`.
pub(super) async fn show(call: &Call, of: &ArgMatches) -> Result<(), Complaint> {
    let id = of.get_one::<i64>("id").copied().unwrap_or_default();
    let client = call.client()?;
    if of.get_flag("follow") {
        follow::job(call, &client, id).await?;
        return Ok(());
    }
    let detail: JobDetail = client.get(&format!("/api/jobs/{id}")).await?;
    if call.json {
        call.output.json(&detail, false);
    } else {
        call.output.line(described(&call.output, &detail));
    }
    Ok(())
}

pub(super) fn described(output: &Output, detail: &JobDetail) -> String {
    let JobDetail { job, steps, lines } = detail;
    let (state, paint) = shown::job_state(job.state);
    let mut facts = vec![
        (text!("job", "tâche"), job.id.to_string()),
        (text!("what", "quoi"), format!("{}, {}", output.say(&job.label), job.subject)),
        (text!("state", "état"), output.paint(output.say(&state), paint)),
        (text!("begun", "début"), shown::moment(output, job.created)),
    ];
    if let Some(ended) = job.ended {
        facts.push((text!("took", "durée"), shown::duration(job.created, ended)));
    }
    let mut parts = vec![shown::facts(output, &facts), String::new()];
    for step in steps {
        let (mark, paint) = mark(step.state);
        let label = step.label.as_ref().map_or(step.name.as_str(), |label| output.say(label));
        let took = step.begun.zip(step.ended).map(|(from, to)| shown::duration(from, to));
        let took = took.map(|took| output.paint(&format!("  {took}"), Paint::Soft));
        parts.push(format!("{} {label}{}", output.paint(mark, paint), took.unwrap_or_default()));
    }
    if !lines.is_empty() {
        parts.push(String::new());
        parts.extend(lines.iter().map(|line| output.say(&line.text).to_owned()));
    }
    if let Some(trouble) = &job.trouble {
        parts.push(String::new());
        parts.push(complaint::told(output, trouble));
    }
    parts.join("\n")
}

/// A sign for what a step is at; words beside it are the label's.
pub(super) fn mark(state: StepStateView) -> (&'static str, Paint) {
    match state {
        StepStateView::Planned => ("·", Paint::Soft),
        StepStateView::Begun => ("…", Paint::Waiting),
        StepStateView::Done => ("✓", Paint::Good),
        StepStateView::Failed => ("✗", Paint::Bad),
        StepStateView::Undone => ("↶", Paint::Soft),
    }
}
