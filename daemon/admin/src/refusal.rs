//! Troubles as HTTP answers: the only place that knows which status a trouble has.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ledger::LedgerError;
use recipe::{Trouble, text};

/// RFC 9457's type for troubles in JSON; the members are our own.
const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A trouble that is the answer to a request.
#[derive(Debug)]
pub(crate) struct Refusal {
    trouble: Trouble,
    /// Seconds after which the same request may fare better.
    retry_after: Option<u64>,
}

impl Refusal {
    /// A refusal that lasts for so many seconds.
    pub(crate) fn for_now(trouble: Trouble, seconds: u64) -> Self {
        Self { trouble, retry_after: Some(seconds) }
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        Self { trouble, retry_after: None }
    }
}

impl From<LedgerError> for Refusal {
    fn from(error: LedgerError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "the ledger failed a request");
        Self::from(
            Trouble::new(
                "ledger-failed",
                text!(
                    "The box's ledger could not be read.",
                    "Le registre de la boîte n’a pas pu être lu."
                ),
                text!(
                    "Check that the disk is not full and not failing, then try again.",
                    "Vérifiez que le disque n’est ni plein ni défaillant, puis réessayez."
                ),
            )
            .because_of(error),
        )
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = status(&self.trouble.code);
        let mut response = (status, Json(self.trouble)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, PROBLEM);
        let wait = self.retry_after.map(|seconds| (header::RETRY_AFTER, seconds.into()));
        response.headers_mut().extend(wait);
        response
    }
}

/// The status of a trouble, by its code.
fn status(code: &str) -> StatusCode {
    match code {
        "busy" | "name-taken" | "domain-taken" | "port-taken" => StatusCode::CONFLICT,
        "target-taken" | "repository-busy" => StatusCode::CONFLICT,
        "password-set" | "password-unset" => StatusCode::CONFLICT,
        "signed-out" | "password-wrong" | "code-wrong" => StatusCode::UNAUTHORIZED,
        "peer-refused" | "foreign-origin" => StatusCode::FORBIDDEN,
        "too-many-tries" => StatusCode::TOO_MANY_REQUESTS,
        "method-refused" => StatusCode::METHOD_NOT_ALLOWED,
        "request-too-large" => StatusCode::PAYLOAD_TOO_LARGE,
        "disk-full" => StatusCode::INSUFFICIENT_STORAGE,
        "engine-unreachable" | "stopping" => StatusCode::SERVICE_UNAVAILABLE,
        // What a request names in its path, or installs.
        "snapshot-unknown" | "snapshot-missing" | "target-unknown" => StatusCode::NOT_FOUND,
        "service-unknown" | "trash-unknown" | "job-unknown" | "recipe-unknown"
        | "container-unknown" | "icon-unknown" | "image-unknown" | "route-unknown"
        | "domain-unknown" => StatusCode::NOT_FOUND,
        _ if is_request(code) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Whether a trouble is about what a request asks for, and so is mended by
/// asking otherwise.
fn is_request(code: &str) -> bool {
    let begins = [
        "answer",
        "request",
        "name-",
        "domain-",
        "release-",
        "recipe-",
        "no-image-for-",
        "password-too-",
        "authority-",
        "snapshot-none",
        "target-",
    ];
    begins.iter().any(|begin| code.starts_with(begin))
}

/// There is no service of this name.
pub(crate) fn service_unknown(name: &str) -> Trouble {
    Trouble::new(
        "service-unknown",
        text!("There is no service named {name}.", "Il n’y a pas de service nommé {name}."),
        text!("See those that there are: panier list", "Voyez ceux qu’il y a : panier list"),
    )
}

/// There is no job of this number.
pub(crate) fn job_unknown(id: i64) -> Trouble {
    Trouble::new(
        "job-unknown",
        text!("There is no job {id}.", "Il n’y a pas de tâche {id}."),
        text!("See the newest ones: panier jobs", "Voyez les plus récentes : panier jobs"),
    )
}

/// There is no recipe of this name.
pub(crate) fn recipe_unknown(id: &str) -> Trouble {
    Trouble::new(
        "recipe-unknown",
        text!("There is no recipe named {id}.", "Il n’y a pas de recette nommée {id}."),
        text!(
            "See those that there are: panier recipe list",
            "Voyez celles qu’il y a : panier recipe list"
        ),
    )
}

/// A recipe without a picture.
pub(crate) fn icon_unknown(id: &str) -> Trouble {
    Trouble::new(
        "icon-unknown",
        text!("The recipe {id} has no icon.", "La recette {id} n’a pas d’icône."),
        text!(
            "Put an icon.svg of less than 256 KiB beside its recipe.toml.",
            "Posez un icon.svg de moins de 256 Kio à côté de son recipe.toml."
        ),
    )
}

/// The API has nothing at this place.
pub(crate) fn route_unknown(path: &str) -> Trouble {
    Trouble::new(
        "route-unknown",
        text!("The API has nothing at {path}.", "L’API n’a rien à l’adresse {path}."),
        text!(
            "See what it has at /api/openapi.json.",
            "Voyez ce qu’elle a dans /api/openapi.json."
        ),
    )
}

/// The API has something at this place, but not for this method.
pub(crate) fn method_refused(method: &str, path: &str) -> Trouble {
    Trouble::new(
        "method-refused",
        text!("{path} does not take {method}.", "{path} n’accepte pas {method}."),
        text!(
            "See what it takes at /api/openapi.json.",
            "Voyez ce qu’elle accepte dans /api/openapi.json."
        ),
    )
}

/// A query, a path or a body that cannot be read.
pub(crate) fn request_wrong(cause: impl std::fmt::Display) -> Trouble {
    Trouble::new(
        "request-wrong",
        text!("The request cannot be read.", "La requête ne peut pas être lue."),
        text!(
            "Compare it with /api/openapi.json; keys that are not there are refused.",
            "Comparez-la avec /api/openapi.json ; les clés qui n’y sont pas sont refusées."
        ),
    )
    .because_of(cause)
}

/// A body beyond what any request needs.
pub(crate) fn request_too_large() -> Trouble {
    Trouble::new(
        "request-too-large",
        text!("The request is too large.", "La requête est trop grosse."),
        text!("Send less than 64 KiB.", "Envoyez moins de 64 Kio."),
    )
}

/// Somebody who may not speak to the API.
pub(crate) fn peer_refused() -> Trouble {
    Trouble::new(
        "peer-refused",
        text!(
            "Only root and the box's own user may do this.",
            "Seuls root et l’utilisateur de la boîte peuvent faire cela."
        ),
        text!("Run it again with sudo.", "Relancez la commande avec sudo."),
    )
}

#[cfg(test)]
mod tests {
    use super::status;

    #[test]
    fn each_trouble_has_the_status_of_its_kind() {
        let expected = [
            ("busy", 409),
            ("domain-taken", 409),
            ("service-unknown", 404),
            ("recipe-unknown", 404),
            ("recipe-wrong", 422),
            ("release-unknown", 422),
            ("answer-missing", 422),
            ("answers-wrong", 422),
            ("name-wrong", 422),
            ("domain-wrong", 422),
            ("engine-unreachable", 503),
            ("image-unknown", 404),
            ("no-image-for-this-box", 422),
            ("signed-out", 401),
            ("code-wrong", 401),
            ("password-set", 409),
            ("password-too-short", 422),
            ("password-not-checked", 500),
            ("foreign-origin", 403),
            ("too-many-tries", 429),
            ("never-heard-of", 500),
        ];
        for (code, number) in expected {
            assert_eq!(status(code).as_u16(), number, "{code}");
        }
    }
}
