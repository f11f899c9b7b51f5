//! What an engine can refuse, in kinds that a caller can act upon.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

/// What lies under an [`EngineError`]; shared, so that the error can be cloned.
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// Why the engine did not do what it was asked.
#[derive(Debug, Clone, Error)]
pub enum EngineError {
    /// Nobody answers at the socket, or what answers is no engine, or the answer
    /// broke off: what was asked may have happened all the same.
    #[error("no container engine answers at {}", socket.display())]
    Unreachable {
        /// Where it was looked for.
        socket: PathBuf,
        /// What the operating system or the client said.
        #[source]
        source: Cause,
    },
    /// The owner has one of this name already.
    #[error("the {kind} {name} is there already")]
    Exists {
        /// What it is.
        kind: Kind,
        /// Its name in the engine.
        name: String,
    },
    /// Somebody else has one of this name.
    #[error("the name {name} is taken by a {kind} of somebody else's")]
    NameTaken {
        /// What it is.
        kind: Kind,
        /// The name asked for.
        name: String,
    },
    /// The subnet, or part of it, belongs to another network.
    #[error("the subnet {subnet} overlaps with another network")]
    SubnetTaken {
        /// In CIDR notation.
        subnet: String,
    },
    /// A port of the host's that is to be published is in use.
    #[error("a port that {name} publishes is in use on this machine")]
    PortTaken {
        /// The container's id or name.
        name: String,
        /// The engine's own words, which name the port.
        #[source]
        source: Cause,
    },
    /// It is not there.
    #[error("there is no {kind} {name}")]
    NotFound {
        /// What it is.
        kind: Kind,
        /// The name or id asked for.
        name: String,
    },
    /// Something still needs it.
    #[error("the {kind} {name} is in use")]
    InUse {
        /// What it is.
        kind: Kind,
        /// Its name or id.
        name: String,
        /// The engine's own words.
        #[source]
        source: Cause,
    },
    /// What was asked needs a running container, and this one has ended or never began.
    #[error("the container {name} does not run")]
    NotRunning {
        /// Its name or id.
        name: String,
    },
    /// What was asked cannot be done while the container is frozen.
    #[error("the container {name} is frozen")]
    Frozen {
        /// Its name or id.
        name: String,
    },
    /// An image did not come.
    #[error("the image {reference} could not be fetched: {trouble}")]
    PullFailed {
        /// As it was asked for.
        reference: String,
        /// What kind of refusal.
        trouble: PullTrouble,
        /// The engine's own words.
        #[source]
        source: Cause,
    },
    /// An image could not be built.
    #[error("the image {tag} could not be built{}", At(step.as_deref()))]
    BuildFailed {
        /// The tag that it was to have.
        tag: String,
        /// The instruction that failed, as the builder announced it.
        step: Option<String>,
        /// The last lines that the builder said.
        last_lines: Vec<String>,
        /// The engine's own words.
        #[source]
        source: Cause,
    },
    /// The disk that holds the engine's store is full.
    #[error("the engine's disk is full; it could not {what}")]
    DiskFull {
        /// What was being done.
        what: String,
        /// The engine's own words.
        #[source]
        source: Cause,
    },
    /// A file that was to be given to the engine cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Cause,
    },
    /// Any other refusal.
    #[error("the engine could not {what}")]
    Api {
        /// What was being done, such as `start the container pad`.
        what: String,
        /// The engine's own words.
        #[source]
        source: Cause,
    },
}

/// The kinds of things that an engine holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A container.
    Container,
    /// An image.
    Image,
    /// A network.
    Network,
    /// A volume.
    Volume,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Container => "container",
            Self::Image => "image",
            Self::Network => "network",
            Self::Volume => "volume",
        })
    }
}

/// Why an image did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullTrouble {
    /// The registry has none of this name, tag or digest, or shows it to members only.
    UnknownImage,
    /// The registry wants us to come back later (HTTP 429).
    RateLimited {
        /// After so many seconds, where the registry said so.
        retry_seconds: Option<u64>,
    },
    /// The registry could not be reached, or broke off.
    RegistryUnreachable,
    /// The registry has it, but not for this machine's architecture.
    NoMatchingPlatform,
    /// What came does not have the digest that was asked for.
    OtherContent,
    /// Anything else that the registry refused.
    Refused,
}

impl fmt::Display for PullTrouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownImage => formatter.write_str("its registry does not know it"),
            Self::RateLimited { retry_seconds: None } => {
                formatter.write_str("its registry asks to come back later")
            }
            Self::RateLimited { retry_seconds: Some(seconds) } => {
                write!(formatter, "its registry asks to come back in {seconds} s")
            }
            Self::RegistryUnreachable => formatter.write_str("its registry cannot be reached"),
            Self::NoMatchingPlatform => {
                formatter.write_str("there is none for this machine's architecture")
            }
            Self::OtherContent => {
                formatter.write_str("its registry gave something else than was asked for")
            }
            Self::Refused => formatter.write_str("its registry refused"),
        }
    }
}

/// Where a build stopped, as the end of a sentence.
struct At<'a>(Option<&'a str>);

impl fmt::Display for At<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(step) => write!(formatter, " (at: {step})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_message_never_repeats_its_cause() {
        let cause: Cause = Arc::new(std::io::Error::other("connection refused"));
        let error = EngineError::Unreachable { socket: "/run/engine.sock".into(), source: cause };
        assert_eq!(error.to_string(), "no container engine answers at /run/engine.sock");
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("connection refused"));
    }

    #[test]
    fn a_failed_build_says_at_which_step() {
        let error = EngineError::BuildFailed {
            tag: "panier/debian:13".into(),
            step: Some("RUN false".into()),
            last_lines: vec![],
            source: Arc::new(std::io::Error::other("code 1")),
        };
        assert_eq!(
            error.to_string(),
            "the image panier/debian:13 could not be built (at: RUN false)"
        );
    }
}
