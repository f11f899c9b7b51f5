//! Certificates: what there are, and who is asked for them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::asked::{Asked, Body, Named, Nothing};
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::views::{
    AuthorityBody, AuthorityView, CertificateTestBody, CertificateTestView, CertificateView,
    TroubleShape,
};

/// All that can be asked about certificates.
pub(super) fn routes() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(renew))
        .routes(routes!(test))
        .routes(routes!(authority, set_authority, forget_authority))
}

/// An answer that is there at once.
type Told<T> = Result<Json<T>, Refusal>;

/// The certificate of each domain of the box.
#[utoipa::path(get, path = "/api/certificates", tag = "certificates", operation_id = "list_certificates",
    responses((status = 200, body = Vec<CertificateView>)))]
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Told<Vec<CertificateView>> {
    Ok(Json(shared.admin.certificates.certificates()?))
}

/// Asks for a new public certificate, now. It goes on by itself: the list says
/// how it ended.
#[utoipa::path(post, path = "/api/certificates/{domain}/renew", tag = "certificates", operation_id = "renew_certificate",
    params(("domain" = String, Path)),
    responses((status = 200, body = CertificateView),
        (status = 404, description = "No such domain on this box", body = TroubleShape, content_type = "application/problem+json"),
        (status = 422, description = "No public authority signs for it, or none is set", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn renew(
    State(shared): State<Arc<Shared>>,
    Named(domain): Named<String>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Told<CertificateView> {
    Ok(Json(shared.admin.certificates.renew(&domain)?))
}

/// What would happen if a public certificate were asked for. Nothing is ordered.
#[utoipa::path(post, path = "/api/certificates/test", tag = "certificates", operation_id = "test_certificate",
    request_body = CertificateTestBody,
    responses((status = 200, body = CertificateTestView),
        (status = 404, description = "No such domain on this box", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn test(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
    Body(CertificateTestBody { domain }): Body<CertificateTestBody>,
) -> Told<CertificateTestView> {
    Ok(Json(shared.admin.certificates.test(&domain).await?))
}

/// The public authority that certificates are asked of.
#[utoipa::path(get, path = "/api/certificates/authority", tag = "certificates", operation_id = "show_authority",
    responses((status = 200, body = AuthorityView)))]
pub(super) async fn authority(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Told<AuthorityView> {
    Ok(Json(shared.admin.certificates.authority()?))
}

/// Asks another authority from now on, and agrees to its terms of service.
#[utoipa::path(put, path = "/api/certificates/authority", tag = "certificates", operation_id = "set_authority",
    request_body = AuthorityBody,
    responses((status = 200, body = AuthorityView),
        (status = 422, description = "No URL, no mail address, or no root", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn set_authority(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
    Body(body): Body<AuthorityBody>,
) -> Told<AuthorityView> {
    Ok(Json(shared.admin.certificates.set_authority(body)?))
}

/// Asks no public authority any more.
#[utoipa::path(delete, path = "/api/certificates/authority", tag = "certificates", operation_id = "forget_authority",
    responses((status = 200, body = AuthorityView)))]
pub(super) async fn forget_authority(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Told<AuthorityView> {
    Ok(Json(shared.admin.certificates.forget_authority()?))
}
