//! Snapshots, rehearsals, targets, and the recovery kit.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ledger::{RehearsalRecord, Service, SnapshotNumber, SnapshotRecord};
use recipe::{Recipe, Text};

use super::services::{Begun, begun};
use crate::asked::{Asked, Body, Named, Nothing};
use crate::refusal::{Refusal, service_unknown};
use crate::state::Shared;
use crate::views::{
    BackupsView, ComparedView, DiskView, JobStarted, KitBody, KitView, LastRehearsalView,
    MeasureView, NewTargetBody, RehearsalView, RestoreSnapshotBody, SnapshotView, TargetView,
    TroubleShape,
};

/// Labels of measures, by service and by name.
type Labels = BTreeMap<(i64, String), Text>;

/// What living services' recipes call what they measure.
fn labels(services: &[Service]) -> Labels {
    let mut labels = Labels::new();
    for service in services {
        let Ok(recipe) = Recipe::parse("recipe.toml", &service.recipe_text) else { continue };
        for measure in recipe.measures() {
            if let Some(label) = measure.label {
                labels.insert((service.id.0, measure.name.to_owned()), label.clone());
            }
        }
    }
    labels
}

fn view(labels: &Labels, rehearsals: &[RehearsalRecord], record: SnapshotRecord) -> SnapshotView {
    let SnapshotRecord { id, of, places } = record;
    let number = of.service.0;
    let measures = of.measures.into_iter().map(|measure| MeasureView {
        label: labels.get(&(number, measure.name.clone())).cloned(),
        name: measure.name,
        value: measure.value,
    });
    SnapshotView {
        id: id.to_string(),
        service: of.name,
        recipe: of.recipe,
        software: of.software,
        release: of.release,
        revision: of.revision,
        taken: of.taken,
        reason: of.reason,
        bytes: of.bytes,
        measures: measures.collect(),
        places: places.into_iter().map(|place| place.place).collect(),
        rehearsed: rehearsals
            .iter()
            .find(|one| one.snapshot == id)
            .map(|one| LastRehearsalView { at: one.at, passed: one.passed }),
    }
}

fn all(shared: &Shared) -> Result<Vec<SnapshotView>, Refusal> {
    let (services, rehearsals, kept) = shared.admin.ledger.read(|records| {
        let services = records.services()?;
        let mut rehearsals = Vec::new();
        for service in &services {
            rehearsals.extend(records.rehearsals(service.id)?);
        }
        Ok((services, rehearsals, records.snapshots()?))
    })?;
    let labels = labels(&services);
    Ok(kept.into_iter().map(|one| view(&labels, &rehearsals, one)).collect())
}

/// All snapshots, of services that are gone as well, the newest first.
#[utoipa::path(get, path = "/api/snapshots", tag = "backups", operation_id = "list_snapshots",
    responses((status = 200, body = Vec<SnapshotView>)))]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<Vec<SnapshotView>>, Refusal> {
    Ok(Json(all(&shared)?))
}

/// The snapshots of a service, living or gone, the newest first.
#[utoipa::path(get, path = "/api/services/{name}/snapshots", tag = "backups", operation_id = "list_snapshots_of_service",
    params(("name" = String, Path)),
    responses((status = 200, body = Vec<SnapshotView>)))]
pub(super) async fn of_service(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<Vec<SnapshotView>>, Refusal> {
    let mut found = all(&shared)?;
    found.retain(|one| one.service == name);
    Ok(Json(found))
}

/// Begins to take a snapshot of a service.
#[utoipa::path(post, path = "/api/services/{name}/snapshots", tag = "backups", operation_id = "back_up_service",
    params(("name" = String, Path)),
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "A job is at work on it", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn take(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Begun {
    begun(shared.admin.hand.back_up(&name).await)
}

/// Begins to bring a snapshot back.
#[utoipa::path(post, path = "/api/snapshots/{id}/restore", tag = "backups", operation_id = "restore_snapshot",
    params(("id" = String, Path)), request_body = RestoreSnapshotBody,
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such snapshot", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "A name or a domain is taken, or a job is at work", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn restore(
    State(shared): State<Arc<Shared>>,
    Named(id): Named<i64>,
    Asked(Nothing {}): Asked<Nothing>,
    Body(RestoreSnapshotBody { name, domain }): Body<RestoreSnapshotBody>,
) -> Begun {
    begun(shared.admin.hand.restore_snapshot(SnapshotNumber(id), name, domain).await)
}

/// Begins to rehearse the restore of a service's newest snapshot.
#[utoipa::path(post, path = "/api/services/{name}/rehearse", tag = "backups", operation_id = "rehearse_service",
    params(("name" = String, Path)),
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn rehearse(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Begun {
    begun(shared.admin.hand.rehearse(&name).await)
}

/// The rehearsals of a service's snapshots, the newest first.
#[utoipa::path(get, path = "/api/services/{name}/rehearsals", tag = "backups", operation_id = "list_rehearsals",
    params(("name" = String, Path)),
    responses((status = 200, body = Vec<RehearsalView>),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn rehearsals(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<Vec<RehearsalView>>, Refusal> {
    let found = shared.admin.ledger.read(|records| records.service_named(&name))?;
    let service = found.ok_or_else(|| service_unknown(&name))?;
    let rehearsals = shared.admin.ledger.read(|records| records.rehearsals(service.id))?;
    let labels = labels(std::slice::from_ref(&service));
    let views = rehearsals.into_iter().map(|one| RehearsalView {
        at: one.at,
        snapshot: one.snapshot.to_string(),
        passed: one.passed,
        compared: one
            .compared
            .into_iter()
            .map(|compared| ComparedView {
                label: labels.get(&(service.id.0, compared.name.clone())).cloned(),
                name: compared.name,
                equal: compared.expected == compared.found,
                expected: compared.expected,
                found: compared.found,
            })
            .collect(),
        trouble: one.trouble,
    });
    Ok(Json(views.collect()))
}

/// All targets, and how they are now.
#[utoipa::path(get, path = "/api/targets", tag = "backups", operation_id = "list_targets",
    responses((status = 200, body = Vec<TargetView>)))]
pub(super) async fn targets(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<Vec<TargetView>>, Refusal> {
    Ok(Json(shared.admin.hand.targets().await?))
}

/// Adds a target. Nothing is copied there before it is checked, or before the
/// next snapshot.
#[utoipa::path(post, path = "/api/targets", tag = "backups", operation_id = "add_target",
    request_body = NewTargetBody,
    responses((status = 200, body = TargetView),
        (status = 409, description = "The name is taken", body = TroubleShape, content_type = "application/problem+json"),
        (status = 422, description = "The folder cannot be a target", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn add_target(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
    Body(NewTargetBody { name, path }): Body<NewTargetBody>,
) -> Result<Json<TargetView>, Refusal> {
    Ok(Json(shared.admin.hand.add_target(&name, &path).await?))
}

/// Begins to check a target, and to copy there what it does not have.
#[utoipa::path(post, path = "/api/targets/{name}/check", tag = "backups", operation_id = "check_target",
    params(("name" = String, Path)),
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such target", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn check_target(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Begun {
    begun(shared.admin.hand.check_target(&name).await)
}

/// Forgets a target; what lies there stays.
#[utoipa::path(delete, path = "/api/targets/{name}", tag = "backups", operation_id = "remove_target",
    params(("name" = String, Path)),
    responses((status = 204, description = "It is forgotten"),
        (status = 404, description = "No such target", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn remove_target(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<StatusCode, Refusal> {
    shared.admin.hand.remove_target(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The disks that could be a target.
#[utoipa::path(get, path = "/api/disks", tag = "backups", operation_id = "list_disks",
    responses((status = 200, body = Vec<DiskView>)))]
pub(super) async fn disks(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<Vec<DiskView>>, Refusal> {
    Ok(Json(shared.admin.hand.disks().await?))
}

/// How the box keeps its services.
#[utoipa::path(get, path = "/api/backups", tag = "backups", operation_id = "show_backups",
    responses((status = 200, body = BackupsView)))]
pub(super) async fn overview(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<BackupsView>, Refusal> {
    Ok(Json(shared.admin.hand.backups().await?))
}

/// Makes the recovery kit, and tries its key.
#[utoipa::path(post, path = "/api/backups/kit", tag = "backups", operation_id = "make_kit",
    request_body = KitBody,
    responses((status = 200, body = KitView)))]
pub(super) async fn kit(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
    Body(KitBody { language }): Body<KitBody>,
) -> Result<Json<KitView>, Refusal> {
    let language = match language.as_deref() {
        Some("en") => recipe::Language::En,
        _ => recipe::Language::Fr,
    };
    Ok(Json(shared.admin.hand.make_kit(language).await?))
}
