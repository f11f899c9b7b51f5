//! What the lifecycle needs of others, as narrow traits; the appliance joins them.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use async_trait::async_trait;
use recipe::{DoorRules, Text, Trouble};

/// The front door, as far as jobs and the reconciler need it.
#[async_trait]
pub trait FrontDoor: Send + Sync {
    /// Shows exactly these routes, in the place of all that were shown. A
    /// front door that is away gets them when it is back.
    async fn publish(&self, routes: Vec<Route>);

    /// Asks `path` under `domain`, through the front door's own listener, with
    /// the right to pass a [`RouteState::Candidate`].
    ///
    /// # Errors
    /// Why there was no answer, for people.
    async fn ask(&self, domain: &str, path: &str, within: Duration) -> Result<Answer, Text>;
}

/// An answer to the probe's question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The first 256 KiB of the body.
    pub body: Vec<u8>,
}

/// Where recipes come from.
pub trait Recipes: Send + Sync {
    /// The text of a recipe, with the name of its file, for errors.
    ///
    /// # Errors
    /// `recipe-unknown`, or why it cannot be read.
    fn text(&self, id: &str) -> Result<RecipeText, Trouble>;
}

/// A recipe as it lies in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeText {
    /// The file's name, as errors show it.
    pub file: String,
    /// What it says.
    pub text: String,
}

/// One service's way through the front door.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The service's name.
    pub service: String,
    /// Its domains, the main one first.
    pub hosts: Vec<String>,
    /// What people find there.
    pub state: RouteState,
    /// The recipe's rules.
    pub rules: DoorRules,
    /// The box's own address in the service's network, where what may reach the
    /// internet looks up names; none while it has no network.
    pub gateway: Option<Ipv4Addr>,
}

/// What people find behind a service's domains.
#[derive(Debug, Clone, PartialEq)]
pub enum RouteState {
    /// The service.
    Open {
        /// Where it answers.
        upstream: SocketAddr,
    },
    /// People find a page, the probe the service.
    Candidate {
        /// Where it answers.
        upstream: SocketAddr,
        /// What is being done.
        work: Work,
    },
    /// A page: it will end by itself.
    Closed {
        /// What is being done.
        work: Work,
    },
    /// A page: somebody stopped it.
    Stopped,
    /// A page: it does not work, and why.
    Ill {
        /// A sentence for people.
        reason: Text,
    },
}

/// What is being done to a service while it is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// It is being installed.
    Installing,
    /// It is starting.
    Starting,
    /// It moves to a newer release.
    Updating,
    /// Its data come back from the trash, or from a snapshot.
    Restoring,
    /// Its answers change.
    Changing,
    /// A snapshot of it is taken.
    Keeping,
}
