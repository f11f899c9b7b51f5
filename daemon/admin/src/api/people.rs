//! Who may use the panel: sessions, and what the command line does for people
//! who have none yet or lost their password.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use jiff::Timestamp;

use crate::asked::{Asked, Body, Nothing};
use crate::people::{Place, SignedIn, Standing, Token, cleared, held, kept};
use crate::refusal::Refusal;
use crate::state::Shared;
use crate::views::{
    CodeView, FirstRunBody, PasswordBody, SessionStateView, SessionView, SignInBody, TroubleShape,
};

fn view(shared: &Shared, standing: Standing) -> SessionView {
    let state = match standing {
        Standing::FirstRun => SessionStateView::FirstRun,
        Standing::SignedOut => SessionStateView::SignedOut,
        Standing::SignedIn => SessionStateView::SignedIn,
    };
    SessionView { state, box_name: shared.admin.identity.base_domain.clone() }
}

fn signed_in(shared: &Shared, token: &Token) -> Response {
    let mut response = Json(view(shared, Standing::SignedIn)).into_response();
    response.headers_mut().extend(kept(token).map(|cookie| (SET_COOKIE, cookie)));
    response
}

/// Whether somebody is signed in. Open to everybody whom the front door lets in.
#[utoipa::path(get, path = "/api/session", tag = "people", operation_id = "show_session",
    responses((status = 200, body = SessionView)))]
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<SessionView>, Refusal> {
    let standing = shared.people.standing(held(&headers).as_ref())?;
    Ok(Json(view(&shared, standing)))
}

/// Chooses the first password, with the code that the command line shows, and
/// signs in. Open to everybody whom the front door lets in.
#[utoipa::path(post, path = "/api/session/first-run", tag = "people", operation_id = "begin_first_run",
    request_body = FirstRunBody,
    responses((status = 200, description = "Signed in; the cookie is set", body = SessionView),
        (status = 401, description = "Not the code", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "There is a password already", body = TroubleShape, content_type = "application/problem+json"),
        (status = 422, description = "The password will not do", body = TroubleShape, content_type = "application/problem+json"),
        (status = 429, description = "Too many wrong tries; Retry-After says how long to wait", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn begin(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Asked(Nothing {}): Asked<Nothing>,
    Body(FirstRunBody { code, password }): Body<FirstRunBody>,
) -> Result<Response, Refusal> {
    let place = Place::of_request(&headers);
    let token = shared.people.begin(&place, &code.0, password.0).await?;
    Ok(signed_in(&shared, &token))
}

/// Signs in. Open to everybody whom the front door lets in.
#[utoipa::path(post, path = "/api/session", tag = "people", operation_id = "sign_in",
    request_body = SignInBody,
    responses((status = 200, description = "Signed in; the cookie is set", body = SessionView),
        (status = 401, description = "Not the password", body = TroubleShape, content_type = "application/problem+json"),
        (status = 409, description = "There is no password yet", body = TroubleShape, content_type = "application/problem+json"),
        (status = 429, description = "Too many wrong tries; Retry-After says how long to wait", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn sign_in(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Asked(Nothing {}): Asked<Nothing>,
    Body(SignInBody { password }): Body<SignInBody>,
) -> Result<Response, Refusal> {
    let place = Place::of_request(&headers);
    let token = shared.people.sign_in(&place, held(&headers).as_ref(), password.0).await?;
    Ok(signed_in(&shared, &token))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/session", tag = "people", operation_id = "sign_out",
    responses((status = 204, description = "Signed out; the cookie is cleared")))]
pub(super) async fn sign_out(
    State(shared): State<Arc<Shared>>,
    Extension(SignedIn(session)): Extension<SignedIn>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Response, Refusal> {
    shared.people.sign_out(&session)?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().extend(cleared().map(|cookie| (SET_COOKIE, cookie)));
    Ok(response)
}

/// Changes the password; all other sessions end.
#[utoipa::path(post, path = "/api/session/password", tag = "people", operation_id = "change_password",
    request_body = PasswordBody,
    responses((status = 200, description = "Changed; the cookie is set anew", body = SessionView),
        (status = 401, description = "Not the password", body = TroubleShape, content_type = "application/problem+json"),
        (status = 422, description = "The new one will not do", body = TroubleShape, content_type = "application/problem+json"),
        (status = 429, description = "Too many wrong tries; Retry-After says how long to wait", body = TroubleShape, content_type = "application/problem+json")))]
pub(super) async fn change_password(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Asked(Nothing {}): Asked<Nothing>,
    Body(PasswordBody { current, new }): Body<PasswordBody>,
) -> Result<Response, Refusal> {
    let place = Place::of_request(&headers);
    let token = shared.people.change(&place, current.0, new.0).await?;
    Ok(signed_in(&shared, &token))
}

fn code(shared: &Shared, made: Option<(String, Timestamp)>) -> Json<CodeView> {
    let (code, until) = made.unzip();
    Json(CodeView { address: shared.admin.identity.address.clone(), code, until })
}

/// Makes a first-run code, in the place of the one before. Only at the command
/// line's own socket.
#[utoipa::path(post, path = "/api/administrator/code", tag = "people", operation_id = "make_code",
    responses((status = 200, body = CodeView)))]
pub(super) async fn make_code(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<CodeView>, Refusal> {
    let made = shared.people.make_code()?;
    Ok(code(&shared, made))
}

/// Forgets the password, ends all sessions, and makes a first-run code. Only at
/// the command line's own socket.
#[utoipa::path(post, path = "/api/administrator/reset", tag = "people", operation_id = "reset_password",
    responses((status = 200, body = CodeView)))]
pub(super) async fn reset(
    State(shared): State<Arc<Shared>>,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Json<CodeView>, Refusal> {
    let made = shared.people.reset()?;
    Ok(code(&shared, made))
}
