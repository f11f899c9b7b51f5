//! From the engine's words to ours: which refusal is which.

use std::sync::Arc;

use bollard::errors::Error;

use super::Docker;
use crate::error::{Cause, EngineError, Kind, PullTrouble};

impl Docker {
    /// A refusal that no caller can act upon, unless the disk is full or the engine is gone.
    pub(super) fn refusal(&self, what: impl Into<String>, error: Error) -> EngineError {
        if is_full(&error) {
            return EngineError::DiskFull { what: what.into(), source: Arc::new(error) };
        }
        if is_gone(&error) {
            let socket = self.socket.clone();
            return EngineError::Unreachable { socket, source: Arc::new(error) };
        }
        EngineError::Api { what: what.into(), source: Arc::new(error) }
    }

    /// A refusal that concerns one thing of a name.
    pub(super) fn refusal_of(
        &self,
        kind: Kind,
        name: &str,
        what: &str,
        error: Error,
    ) -> EngineError {
        let name = name.to_owned();
        let said = words_of(&error);
        match status_of(&error) {
            Some(404) if said.contains("network") && kind == Kind::Container => {
                EngineError::NotFound { kind: Kind::Network, name }
            }
            Some(404) => EngineError::NotFound { kind, name },
            _ if said.contains("port is already allocated")
                || (said.contains("failed to bind") && said.contains("already in use"))
                || said.contains("address already in use") && said.contains("listen") =>
            {
                EngineError::PortTaken { name, source: Arc::new(error) }
            }
            Some(403) if said.contains("has active endpoints") => {
                EngineError::InUse { kind, name, source: Arc::new(error) }
            }
            Some(409) if said.contains("is paused") => EngineError::Frozen { name },
            Some(409) if said.contains("is not running") => EngineError::NotRunning { name },
            Some(500) if said.contains("is not running") => EngineError::NotRunning { name },
            Some(409)
                if said.contains("in use")
                    || said.contains("being used")
                    || said.contains("is using")
                    || said.contains("unable to delete") =>
            {
                EngineError::InUse { kind, name, source: Arc::new(error) }
            }
            _ => self.refusal(format!("{what} the {kind} {name}"), error),
        }
    }

    /// A refusal to fetch an image. Registries answer through the engine in
    /// prose, with the engine's own status: only the words tell them apart.
    pub(super) fn pull_refusal(&self, reference: &str, error: Error) -> EngineError {
        if is_full(&error) {
            let what = format!("fetch the image {reference}");
            return EngineError::DiskFull { what, source: Arc::new(error) };
        }
        if is_gone(&error) {
            let socket = self.socket.clone();
            return EngineError::Unreachable { socket, source: Arc::new(error) };
        }
        let trouble = pull_trouble(status_of(&error), &words_of(&error));
        let source: Cause = Arc::new(error);
        EngineError::PullFailed { reference: reference.to_owned(), trouble, source }
    }
}

/// The HTTP status of a refusal.
pub(super) fn status_of(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// The engine's words, in lower case, to look into.
pub(super) fn words_of(error: &Error) -> String {
    match error {
        Error::DockerResponseServerError { message, .. } => message.to_lowercase(),
        Error::DockerStreamError { error } => error.to_lowercase(),
        other => other.to_string().to_lowercase(),
    }
}

fn is_full(error: &Error) -> bool {
    words_of(error).contains("no space left on device")
}

/// Whether the engine gave no answer: nobody is there, or the connection broke,
/// or it has been silent for too long.
fn is_gone(error: &Error) -> bool {
    matches!(
        error,
        Error::HyperLegacyError { .. }
            | Error::HyperResponseError { .. }
            | Error::SocketNotFoundError(_)
            | Error::RequestTimeoutError
    )
}

/// Which trouble a registry's words mean.
fn pull_trouble(status: Option<u16>, said: &str) -> PullTrouble {
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if says(&["toomanyrequests", "too many requests", "rate limit", "429"]) {
        return PullTrouble::RateLimited { retry_seconds: retry_seconds(said) };
    }
    if says(&[
        "no matching manifest",
        "no match for platform",
        "does not match the specified platform",
    ]) {
        return PullTrouble::NoMatchingPlatform;
    }
    // Manifest, configuration or layer, in the words of 20.10; then in containerd's.
    if says(&["verification failed for digest", "unexpected commit digest"]) {
        return PullTrouble::OtherContent;
    }
    if says(&[
        "dial tcp",
        "no such host",
        "i/o timeout",
        "tls handshake timeout",
        "connection refused",
        "connection reset",
        "network is unreachable",
        "request canceled",
        "timeout exceeded",
        "unexpected eof",
        "server misbehaving",
        "service unavailable",
        "bad gateway",
    ]) {
        return PullTrouble::RegistryUnreachable;
    }
    if status == Some(404)
        || says(&[
            "manifest unknown",
            "not found",
            "does not exist",
            "name unknown",
            "access denied",
        ])
    {
        return PullTrouble::UnknownImage;
    }
    PullTrouble::Refused
}

/// The number of seconds in `retry-after: 30` and its like.
fn retry_seconds(said: &str) -> Option<u64> {
    let at = said.find("retry-after").or_else(|| said.find("retry after"))?;
    let digits: String = said
        .get(at..)?
        .chars()
        .skip_while(|letter| !letter.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registrys_words_are_told_apart() {
        let cases = [
            (
                Some(404),
                "pull access denied for nobody/nothing, repository does not exist or may require 'docker login'",
                PullTrouble::UnknownImage,
            ),
            (
                Some(404),
                "manifest for debian:nothing not found: manifest unknown: manifest unknown",
                PullTrouble::UnknownImage,
            ),
            (
                Some(500),
                "toomanyrequests: you have reached your pull rate limit.",
                PullTrouble::RateLimited { retry_seconds: None },
            ),
            (
                Some(500),
                "received unexpected http status: 429 too many requests, retry-after: 42",
                PullTrouble::RateLimited { retry_seconds: Some(42) },
            ),
            (
                Some(500),
                "get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: no such host",
                PullTrouble::RegistryUnreachable,
            ),
            (
                None,
                "no matching manifest for linux/arm64/v8 in the manifest list entries",
                PullTrouble::NoMatchingPlatform,
            ),
            (
                None,
                "manifest verification failed for digest sha256:0000",
                PullTrouble::OtherContent,
            ),
            (Some(500), "unauthorized: incorrect username or password", PullTrouble::Refused),
        ];
        for (status, said, trouble) in cases {
            assert_eq!(pull_trouble(status, said), trouble, "{said}");
        }
    }
}
