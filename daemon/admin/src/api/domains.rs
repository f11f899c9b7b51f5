//! The domains that lead to a service. Which there are is told with the service.

use std::sync::Arc;

use axum::extract::State;

use super::services::{Begun, begun};
use crate::asked::{Asked, Body, Named, Nothing};
use crate::state::Shared;
use crate::views::{DomainBody, JobStarted, TroubleShape};

/// Begins to let another domain lead to a service.
#[utoipa::path(post, path = "/api/services/{name}/domains", tag = "services", operation_id = "add_domain",
    params(("name" = String, Path)), request_body = DomainBody,
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "The domain leads to another service, or a job is at work on this one", body = TroubleShape, content_type = "application/problem+json"),
        (status = 422, description = "The domain is wrong, or leads there already", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn add(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
    Body(DomainBody { domain }): Body<DomainBody>,
) -> Begun {
    begun(shared.admin.hand.add_domain(&name, &domain).await)
}

/// Begins to make a domain the main one, and to let it lead to the service if
/// it did not.
#[utoipa::path(put, path = "/api/services/{name}/domains/main", tag = "services", operation_id = "set_main_domain",
    params(("name" = String, Path)), request_body = DomainBody,
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such service", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "The domain leads to another service, or a job is at work on this one", body = TroubleShape, content_type = "application/problem+json"),
        (status = 422, description = "The domain is wrong, or the main one already", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn set_main(
    State(shared): State<Arc<Shared>>,
    Named(name): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
    Body(DomainBody { domain }): Body<DomainBody>,
) -> Begun {
    begun(shared.admin.hand.set_main_domain(&name, &domain).await)
}

/// Begins to let a domain no longer lead to a service. Of the main one, the
/// next takes the place; the last one stays.
#[utoipa::path(delete, path = "/api/services/{name}/domains/{domain}", tag = "services", operation_id = "remove_domain",
    params(("name" = String, Path), ("domain" = String, Path)),
    responses((status = 202, body = JobStarted),
        (status = 404, description = "No such service, or the domain does not lead to it", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "A job is at work on it", body = TroubleShape, content_type = "application/problem+json"),
        (status = 422, description = "It is the last one", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn remove(
    State(shared): State<Arc<Shared>>,
    Named((name, domain)): Named<(String, String)>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Begun {
    begun(shared.admin.hand.remove_domain(&name, &domain).await)
}
