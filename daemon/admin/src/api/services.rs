//! Services.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body as StreamedBody, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use ledger::{JobId, Service};
use recipe::{QuestionKind, Recipe, Trouble};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::asked::{Asked, Body, Named, Nothing};
use crate::refusal::{Refusal, service_unknown};
use crate::state::Shared;
use crate::views::{
    AnswersBody, InstallBody, JobStarted, LastRehearsalView, LogEntry, LogLine, SecretsView,
    ServiceDetail, ServiceView, TroubleShape, WantedView,
};

/// Jobs shown with a service.
const JOBS_SHOWN: usize = 5;
/// Jobs looked through for them.
const JOBS_SEARCHED: u32 = 200;

/// The answer to what has begun.
pub(super) type Begun = Result<(StatusCode, Json<JobStarted>), Refusal>;

/// Turns a job's beginning into an answer.
pub(super) fn begun(job: Result<JobId, Trouble>) -> Begun {
    Ok((StatusCode::ACCEPTED, Json(job?.into())))
}

/// A service as it is now.
fn view(shared: &Shared, service: &Service) -> (ServiceView, Option<Recipe>) {
    // The recipe as it was when the service was installed, not as it may be now.
    let recipe = Recipe::parse("recipe.toml", &service.recipe_text).ok();
    let hand = &shared.admin.hand;
    let kept = hand.kept(service);
    let view = ServiceView {
        id: service.id.0,
        name: service.name.clone(),
        recipe: service.recipe.clone(),
        software: recipe.as_ref().map_or(&*service.recipe, Recipe::name).to_owned(),
        summary: recipe.as_ref().map(|recipe| recipe.summary().clone()),
        release: service.release.clone(),
        revision: service.revision,
        address: hand.address(service),
        domains: service.domains.clone(),
        health: hand.health(service.id),
        wanted: match service.wanted {
            ledger::Wanted::Running => WantedView::Running,
            ledger::Wanted::Stopped => WantedView::Stopped,
        },
        created: service.created,
        last_snapshot: kept.last_snapshot,
        last_rehearsal: kept.last_rehearsal.map(|(at, passed)| LastRehearsalView { at, passed }),
        backed_up: kept.backed_up,
        update: hand.newer(service),
    };
    (view, recipe)
}

fn find(shared: &Shared, name: &str) -> Result<Service, Refusal> {
    let found = shared.admin.ledger.read(|records| records.service_named(name))?;
    found.ok_or_else(|| service_unknown(name).into())
}

/// All services, by name.
#[utoipa::path(get, path = "/api/services", tag = "services", operation_id = "list_services",
    responses((status = 200, body = Vec<ServiceView>)))]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<Vec<ServiceView>>, Refusal> {
    let services = shared.admin.ledger.read(|records| records.services())?;
    Ok(Json(services.iter().map(|service| view(&shared, service).0).collect()))
}

/// Begins to install a service.
#[utoipa::path(post, path = "/api/services", tag = "services", operation_id = "install_service",
    request_body = InstallBody,
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such recipe", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "A name or a domain is taken", body = TroubleShape, content_type = "application/problem+json"),
        (status = 422, description = "Something asked is wrong", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn install(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
    Body(body): Body<InstallBody>,
) -> Begun {
    begun(shared.admin.hand.install(body).await)
}

/// One service, with what it consists of.
#[utoipa::path(get, path = "/api/services/{name}", tag = "services", operation_id = "show_service",
    params(("name" = String, Path)),
    responses((status = 200, body = ServiceDetail),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<ServiceDetail>, Refusal> {
    let service = find(&shared, &name)?;
    let jobs = shared.admin.ledger.read(|records| records.jobs(JOBS_SEARCHED))?;
    let subject = format!("service/{}", service.id);
    let (view, recipe) = view(&shared, &service);
    // Half-way through an installation there may be nothing to tell yet.
    let inside = shared.admin.hand.inside(&service).ok();
    let revealed = recipe.iter().flat_map(Recipe::secrets).filter(|secret| secret.reveal);
    let secrets = revealed.map(|secret| secret.name).collect();
    let previous = shared.admin.hand.previous(&service);
    let mut answers = service.answers;
    for question in recipe.iter().flat_map(Recipe::questions) {
        if question.kind == QuestionKind::Password {
            answers.remove(question.key.as_str());
        }
    }
    let jobs = jobs.into_iter().filter(|job| job.subject == subject).take(JOBS_SHOWN);
    let jobs = jobs.map(Into::into).collect();
    Ok(Json(ServiceDetail { service: view, answers, secrets, inside, previous, jobs }))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Removal {
    /// Whether to delete its data for good, in the place of the trash.
    #[serde(default)]
    #[param(required = false)]
    purge: bool,
}

/// Begins to put a service into the trash, or to delete it for good.
#[utoipa::path(delete, path = "/api/services/{name}", tag = "services", operation_id = "remove_service",
    params(("name" = String, Path), Removal),
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "A job is at work on it", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Removal { purge }): Asked<Removal>,
) -> Begun {
    begun(shared.admin.hand.remove(&name, purge).await)
}

/// Begins to start a service.
#[utoipa::path(post, path = "/api/services/{name}/start", tag = "services", operation_id = "start_service",
    params(("name" = String, Path)),
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "A job is at work on it", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn start(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Begun {
    begun(shared.admin.hand.start(&name).await)
}

/// Begins to stop a service.
#[utoipa::path(post, path = "/api/services/{name}/stop", tag = "services", operation_id = "stop_service",
    params(("name" = String, Path)),
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "A job is at work on it", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn stop(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Begun {
    begun(shared.admin.hand.stop(&name).await)
}

/// Begins to stop and start a service.
#[utoipa::path(post, path = "/api/services/{name}/restart", tag = "services", operation_id = "restart_service",
    params(("name" = String, Path)),
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "A job is at work on it", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn restart(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Begun {
    begun(shared.admin.hand.restart(&name).await)
}

/// Begins to change answers; those that are not named stay.
#[utoipa::path(patch, path = "/api/services/{name}/answers", tag = "services", operation_id = "change_answers",
    params(("name" = String, Path)), request_body = AnswersBody,
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "A job is at work on it", body = TroubleShape, content_type = "application/problem+json"),
        (status = 422, description = "An answer is wrong", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn change_answers(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
    Body(AnswersBody { answers }): Body<AnswersBody>,
) -> Begun {
    begun(shared.admin.hand.change_answers(&name, answers).await)
}

/// The secrets that the recipe lets its administrator see.
#[utoipa::path(get, path = "/api/services/{name}/secrets", tag = "services", operation_id = "show_secrets",
    params(("name" = String, Path)),
    responses((status = 200, body = SecretsView),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn secrets(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Response, Refusal> {
    let secrets = shared.admin.hand.revealed_secrets(&name)?;
    let (_, recipe) = view(&shared, &find(&shared, &name)?);
    let known = recipe.iter().flat_map(Recipe::secrets).filter(|secret| secret.reveal);
    let labels = known.filter_map(|secret| Some((secret.name, secret.label?))).collect();
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    Ok((no_store, Json(SecretsView { secrets, labels })).into_response())
}

/// The recipe as it was when the service was installed, to the letter.
#[utoipa::path(get, path = "/api/services/{name}/recipe", tag = "services", operation_id = "show_recipe_text",
    params(("name" = String, Path)),
    responses((status = 200, description = "TOML", content_type = "text/plain", body = String),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn recipe(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<String, Refusal> {
    Ok(find(&shared, &name)?.recipe_text)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Whether to go on with what comes.
    #[serde(default)]
    #[param(required = false)]
    follow: bool,
    /// How many of the last lines; none: all that the engine kept.
    tail: Option<u32>,
    /// One container of the service; none: all.
    container: Option<String>,
}

/// What a service wrote: one JSON object a line.
#[utoipa::path(get, path = "/api/services/{name}/logs", tag = "services", operation_id = "read_logs",
    params(("name" = String, Path), Which),
    responses((status = 200, description = "One object a line", body = LogEntry, content_type = "application/x-ndjson"),
        (status = 404, description = "No such service or container", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn logs(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Which { follow, tail, container }): Asked<Which>,
) -> Result<Response, Refusal> {
    let lines = shared.admin.hand.logs(&name, container, follow, tail).await?;
    let lines = lines.take_until(shared.closing()).map(entry);
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((kind, StreamedBody::from_stream(lines)).into_response())
}

fn entry(line: Result<LogLine, Trouble>) -> serde_json::Result<Bytes> {
    let entry = match line {
        Ok(line) => LogEntry::Line(line),
        Err(trouble) => LogEntry::Trouble { trouble },
    };
    let mut bytes = serde_json::to_vec(&entry)?;
    bytes.push(b'\n');
    Ok(bytes.into())
}
