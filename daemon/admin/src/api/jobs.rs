//! Jobs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ledger::{JobId, JobRecord, LedgerError, StepRecord};
use recipe::Text;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::asked::{Asked, Named, Nothing};
use crate::refusal::{Refusal, job_unknown};
use crate::state::Shared;
use crate::views::{JobDetail, JobView, StepStateView, StepView, TroubleShape};

/// Jobs told where nobody says how many.
const MOST: u32 = 20;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct HowMany {
    /// How many at most; none: 20.
    most: Option<u32>,
}

/// The newest jobs, the newest first.
#[utoipa::path(get, path = "/api/jobs", tag = "jobs", operation_id = "list_jobs",
    params(HowMany), responses((status = 200, body = Vec<JobView>)))]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Asked(HowMany { most }): Asked<HowMany>,
) -> Result<Json<Vec<JobView>>, Refusal> {
    let jobs = shared.admin.ledger.read(|records| records.jobs(most.unwrap_or(MOST)))?;
    Ok(Json(jobs.into_iter().map(Into::into).collect()))
}

/// One job, with its steps and what it said.
#[utoipa::path(get, path = "/api/jobs/{id}", tag = "jobs", operation_id = "show_job",
    params(("id" = i64, Path)),
    responses((status = 200, body = JobDetail),
        (status = 404, description = "No such job", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Named(id): Named<i64>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<JobDetail>, Refusal> {
    let found = detail(&shared, JobId(id))?;
    found.map(Json).ok_or_else(|| job_unknown(id).into())
}

/// All that is known of a job, from one look at the ledger.
pub(super) fn detail(shared: &Shared, id: JobId) -> Result<Option<JobDetail>, LedgerError> {
    let known = shared.admin.ledger.read(|records| {
        let Some(job) = records.job(id)? else { return Ok::<_, LedgerError>(None) };
        Ok(Some((job, records.steps(id)?, records.job_lines(id)?)))
    })?;
    Ok(known.map(|(job, steps, lines)| JobDetail {
        steps: steps_of(shared, &job, &steps),
        lines: lines.into_iter().map(Into::into).collect(),
        job: job.into(),
    }))
}

/// The steps that were begun, and those to come where the job can tell.
fn steps_of(shared: &Shared, job: &JobRecord, begun: &[StepRecord]) -> Vec<StepView> {
    let plan = shared.admin.journal.plan(job).unwrap_or_default();
    let planned = plan.iter().map(|(ordinal, name, label)| {
        let found = begun.iter().find(|step| step.ordinal == *ordinal);
        (*name, Some(label.clone()), found)
    });
    let is_beyond = |found: &&StepRecord| plan.iter().all(|it| it.0 != found.ordinal);
    let beyond = begun.iter().filter(is_beyond).map(|found| (&*found.name, None, Some(found)));
    let all = planned.chain(beyond).zip(0_u32..);
    all.map(|((name, label, found), ordinal)| step(ordinal, name, label, found)).collect()
}

fn step(ordinal: u32, name: &str, label: Option<Text>, begun: Option<&StepRecord>) -> StepView {
    StepView {
        ordinal,
        name: name.to_owned(),
        label,
        state: begun.map_or(StepStateView::Planned, |step| step.state.into()),
        begun: begun.map(|step| step.begun),
        ended: begun.and_then(|step| step.ended),
    }
}
