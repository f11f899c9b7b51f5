//! Joins the lifecycle to the front door: routes become tables, each domain
//! gets its certificate, a front door that died is replaced.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use certificates::{Authority, Keeper, Leaf};
use jobs::Clock;
use lifecycle::{Answer, Route, RouteState, Work};
use proxy::{AskError, FrontDoorOptions, Question, Secret, Table};
use recipe::{Text, text};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use crate::appliance::causes::whole;

/// How long requests may go on at a front door that ends.
pub(super) const DRAIN: Duration = Duration::from_secs(10);
/// A table is built anew at least so often, so that certificates that are due
/// are made again.
const TABLE_LASTS: Duration = Duration::from_secs(60 * 60);
/// Pauses before a front door that does not start is tried again.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The label under which the box's own certificate is kept: no service can
/// have this name.
const BOX: &str = "_box";

/// What the front door is told beside the routes.
pub(crate) struct Fixed {
    /// The HTTPS port as people see it.
    pub(crate) https_port: u16,
    /// The box's own names.
    pub(crate) box_names: Vec<String>,
    /// Where the box's own pages are served.
    pub(crate) web_socket: std::path::PathBuf,
    /// What the probe shows to pass a closed door.
    pub(crate) probe_token: String,
}

/// Keeps the front door alive, and told.
pub(crate) struct Doorkeeper {
    options: FrontDoorOptions,
    fixed: Fixed,
    authority: Arc<Authority>,
    keeper: Keeper,
    clock: Clock,
    door: Mutex<Door>,
    /// Domain to the digest of the key that the front door shows for it.
    pins: StdMutex<HashMap<String, [u8; 32]>>,
}

/// The living front door, and what it was told last.
struct Door {
    living: Option<Arc<proxy::FrontDoor>>,
    generation: u64,
    routes: Vec<Route>,
    told: Option<Instant>,
}

impl Doorkeeper {
    /// Takes a front door that was just started or adopted into its keeping.
    pub(crate) fn new(
        door: proxy::FrontDoor,
        options: FrontDoorOptions,
        fixed: Fixed,
        authority: Arc<Authority>,
        keeper: Keeper,
        clock: Clock,
    ) -> Arc<Self> {
        let generation = door.generation_found();
        Arc::new(Self {
            options,
            fixed,
            authority,
            keeper,
            clock,
            door: Mutex::new(Door {
                living: Some(Arc::new(door)),
                generation,
                routes: Vec::new(),
                told: None,
            }),
            pins: StdMutex::default(),
        })
    }

    /// Replaces the front door whenever it dies, for as long as the daemon lives.
    pub(crate) async fn keep(self: Arc<Self>) {
        loop {
            let living = self.door.lock().await.living.clone();
            if let Some(door) = living {
                door.ended().await;
                tracing::warn!("the front door is gone; another is started");
            }
            let mut pause = FIRST_PAUSE;
            while let Err(error) = self.replace().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the front door does not start"
                );
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    async fn replace(&self) -> Result<(), proxy::FrontDoorError> {
        let mut door = self.door.lock().await;
        door.living = None;
        let living = proxy::FrontDoor::start_or_adopt(self.options.clone()).await?;
        door.generation = door.generation.max(living.generation_found()) + 1;
        let routes = door.routes.clone();
        living.publish(self.table(door.generation, &routes)).await?;
        door.living = Some(Arc::new(living));
        door.told = Some(Instant::now());
        Ok(())
    }

    fn table(&self, generation: u64, routes: &[Route]) -> Table {
        let mut pins = HashMap::new();
        let default = self.leaf(BOX, &self.fixed.box_names);
        let mut certificates = Vec::new();
        for route in routes {
            // Names that the authority may not sign for are shown the box's own
            // certificate: browsers warn, as they would of any other of ours.
            let (ours, others): (Vec<String>, Vec<String>) =
                route.hosts.iter().cloned().partition(|host| self.authority.may_certify(host));
            if !ours.is_empty()
                && let Some(leaf) = self.leaf(&route.service, &ours)
            {
                pins.extend(ours.into_iter().map(|host| (host, leaf.public_key)));
                certificates.push(proxy::Certificate::from(leaf));
            }
            if let Some(default) = &default {
                pins.extend(others.into_iter().map(|host| (host, default.public_key)));
            }
        }
        *self.pins.lock().unwrap_or_else(PoisonError::into_inner) = pins;
        self.forget_all_but(routes);
        Table {
            generation,
            https_port: self.fixed.https_port,
            box_names: self.fixed.box_names.clone(),
            web_socket: self.fixed.web_socket.clone(),
            home_networks: Vec::new(),
            routes: routes.iter().map(translated).collect(),
            certificates,
            default_certificate: default.map(proxy::Certificate::from),
            challenges: Vec::new(),
            probe_token: Secret(self.fixed.probe_token.clone()),
        }
    }

    fn leaf(&self, label: &str, names: &[String]) -> Option<Leaf> {
        match self.keeper.leaf(&self.authority, label, names, (self.clock)()) {
            Ok(leaf) => Some(leaf),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, label, "no certificate");
                None
            }
        }
    }

    /// Certificates of services that are gone go with them.
    fn forget_all_but(&self, routes: &[Route]) {
        let mut labels: Vec<&str> = routes.iter().map(|route| route.service.as_str()).collect();
        labels.push(BOX);
        if let Err(error) = self.keeper.forget_all_but(&labels) {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "certificates of services that are gone stay");
        }
    }

    async fn address(&self) -> Option<SocketAddr> {
        self.door.lock().await.living.as_ref()?.https_address()
    }
}

#[async_trait]
impl lifecycle::FrontDoor for Doorkeeper {
    async fn publish(&self, routes: Vec<Route>) {
        let mut door = self.door.lock().await;
        let fresh = door.told.is_some_and(|told| told.elapsed() < TABLE_LASTS);
        if fresh && door.routes == routes {
            return;
        }
        door.routes = routes;
        door.generation += 1;
        let table = self.table(door.generation, &door.routes);
        let Some(living) = door.living.clone() else { return };
        match living.publish(table).await {
            Ok(()) => door.told = Some(Instant::now()),
            Err(error) => {
                // Its successor is told as soon as it lives.
                door.told = None;
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the front door was not told");
            }
        }
    }

    async fn ask(&self, domain: &str, path: &str, within: Duration) -> Result<Answer, Text> {
        let pin = self.pins.lock().unwrap_or_else(PoisonError::into_inner).get(domain).copied();
        let (Some(address), Some(public_key)) = (self.address().await, pin) else {
            return Err(text!(
                "The front door is not ready.",
                "La porte d’entrée n’est pas prête."
            ));
        };
        let host = match self.fixed.https_port {
            443 => domain.to_owned(),
            port => format!("{domain}:{port}"),
        };
        let question = Question {
            address,
            host,
            path: path.to_owned(),
            public_key,
            token: Secret(self.fixed.probe_token.clone()),
            within,
        };
        match question.ask().await {
            Ok(told) => Ok(Answer { status: told.status, body: told.body.to_vec() }),
            Err(AskError::Late { within }) => {
                let seconds = within.as_secs();
                Err(text!(
                    "It did not answer within {seconds} seconds.",
                    "Il n’a pas répondu en {seconds} secondes."
                ))
            }
            Err(error) => {
                let causes = whole(&error);
                Err(text!(
                    "It gave no answer ({causes}).",
                    "Il n’a pas donné de réponse ({causes})."
                ))
            }
        }
    }
}

fn translated(route: &Route) -> proxy::Route {
    proxy::Route {
        hosts: route.hosts.clone(),
        service: route.service.clone(),
        state: match &route.state {
            RouteState::Open { upstream } => proxy::RouteState::Open { upstream: *upstream },
            RouteState::Candidate { upstream, work } => {
                proxy::RouteState::Candidate { upstream: *upstream, work: work_of(*work) }
            }
            RouteState::Closed { work } => proxy::RouteState::Closed { work: work_of(*work) },
            RouteState::Stopped => proxy::RouteState::Stopped,
            RouteState::Ill { reason } => proxy::RouteState::Ill {
                reason: proxy::Bilingual { en: reason.en.clone(), fr: reason.fr.clone() },
            },
        },
        rules: proxy::Rules {
            upload_limit: route.rules.upload_limit,
            headers: route.rules.headers.clone(),
            redirects: route.rules.redirects.clone(),
            shut: route.rules.shut.clone(),
            // Not while certificates come from the box's own authority.
            strict_transport: None,
        },
    }
}

fn work_of(work: Work) -> proxy::Work {
    match work {
        Work::Installing => proxy::Work::Installing,
        Work::Starting => proxy::Work::Starting,
        Work::Restoring => proxy::Work::Restoring,
        Work::Changing => proxy::Work::Changing,
        Work::Keeping => proxy::Work::Keeping,
    }
}
