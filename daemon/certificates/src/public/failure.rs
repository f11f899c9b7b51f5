//! Why a public authority gave no certificate, as a value that is kept.

use instant_acme::{Error, Problem};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::answer::Way;
use super::shelf::ShelfError;

/// Why there is no certificate from the public authority, or no newer one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Failure {
    /// The authority asked at the domain, and was not satisfied by any way.
    Unproven {
        /// The ways that were tried, the first one first.
        tried: Vec<Refusal>,
    },
    /// The authority asks to wait.
    Limited {
        /// Until then.
        until: Timestamp,
        /// Its own words.
        detail: String,
    },
    /// The authority cannot be reached, or is ill.
    Away {
        /// What the network or the authority said.
        detail: String,
    },
    /// The authority signs nothing for this name.
    NameRefused {
        /// Its own words.
        detail: String,
    },
    /// The authority does not take the account: its contact, its terms, or it
    /// wants one that was made elsewhere.
    AccountRefused {
        /// Its own words.
        detail: String,
    },
    /// It refused for a reason that has no name here.
    Refused {
        /// Its own words.
        detail: String,
    },
    /// It has not decided yet; the order goes on at the next attempt.
    Slow,
    /// The front door is away: nobody could have answered the authority.
    DoorAway,
    /// What came is no certificate for this name and key.
    Unusable {
        /// What is wrong with it.
        detail: String,
    },
    /// A file could not be written: a full disk, say.
    Files {
        /// Which, and why.
        detail: String,
    },
}

/// One way that did not satisfy the authority.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The way.
    pub way: Way,
    /// Why.
    pub reason: Reason,
    /// The authority's own words.
    pub detail: String,
}

/// Why a way did not satisfy the authority (RFC 8555, section 6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It reached nobody at the name.
    NotReached,
    /// Somebody else answered there.
    SomebodyElse,
    /// DNS did not say where the name leads.
    Unknown,
    /// DNS names other authorities alone (CAA).
    OtherAuthorities,
    /// Another reason.
    Other,
}

impl Reason {
    /// Of the last part of a problem's type.
    fn of(kind: &str) -> Self {
        match kind {
            "connection" | "tls" => Self::NotReached,
            "unauthorized" | "incorrectResponse" => Self::SomebodyElse,
            "dns" => Self::Unknown,
            "caa" => Self::OtherAuthorities,
            _ => Self::Other,
        }
    }
}

impl Failure {
    /// Whether it is the authority's own wish to wait.
    #[must_use]
    pub const fn is_limit(&self) -> bool {
        matches!(self, Self::Limited { .. })
    }

    /// Whether the same order may well go on later.
    pub(super) const fn passes(&self) -> bool {
        match self {
            Self::Limited { .. }
            | Self::Away { .. }
            | Self::Slow
            | Self::DoorAway
            | Self::Files { .. } => true,
            Self::Unproven { .. }
            | Self::NameRefused { .. }
            | Self::AccountRefused { .. }
            | Self::Refused { .. }
            | Self::Unusable { .. } => false,
        }
    }

    pub(super) fn of_files(error: &ShelfError) -> Self {
        let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
        Self::Files { detail: format!("{error}{}", cause.unwrap_or_default()) }
    }

    /// What an authority's refusal, or the way to it, means. `until` is what it
    /// said of waiting, or a guess.
    pub(super) fn of(error: Error, until: Timestamp) -> Self {
        match error {
            Error::Api(problem) => Self::of_problem(&problem, until),
            Error::Timeout(_) => Self::Slow,
            error => Self::Away { detail: chain(&error) },
        }
    }

    fn of_problem(problem: &Problem, until: Timestamp) -> Self {
        let detail = words(problem);
        match kind(problem) {
            "rateLimited" => Self::Limited { until, detail },
            "serverInternal" | "badNonce" => Self::Away { detail },
            "rejectedIdentifier" | "unsupportedIdentifier" => Self::NameRefused { detail },
            "userActionRequired"
            | "externalAccountRequired"
            | "invalidContact"
            | "unsupportedContact" => Self::AccountRefused { detail },
            _ => Self::Refused { detail },
        }
    }
}

/// What a challenge ended with.
pub(super) fn refusal(way: Way, problem: Option<&Problem>) -> Refusal {
    let kind = problem.map(kind).unwrap_or_default();
    let detail = problem.map(words).unwrap_or_default();
    Refusal { way, reason: Reason::of(kind), detail }
}

/// The last part of a problem's type: `urn:ietf:params:acme:error:dns`.
pub(super) fn kind(problem: &Problem) -> &str {
    let kind = problem.r#type.as_deref().unwrap_or_default();
    kind.strip_prefix("urn:ietf:params:acme:error:").unwrap_or_default()
}

fn words(problem: &Problem) -> String {
    match (&problem.detail, &problem.r#type) {
        (Some(detail), _) => detail.clone(),
        (None, Some(kind)) => kind.clone(),
        (None, None) => String::new(),
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_said = cause.to_string();
        // Some of these errors repeat their cause.
        if !said.ends_with(&cause_said) {
            said = format!("{said}: {cause_said}");
        }
        source = cause.source();
    }
    said
}
