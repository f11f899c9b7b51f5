//! Joins the lifecycle to the front door: routes become tables, each domain
//! gets its certificate, a front door that died is replaced.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use certificates::{AnswerBoard, ChallengeAnswer, NotShown};
use lifecycle::{Answer, Route, RouteState, Work};
use proxy::{AskError, Challenge, FrontDoorOptions, LookupTable, Question, Secret, Table};
use recipe::{Text, text};
use tokio::sync::{Mutex, watch};
use tokio::time::{Instant, sleep};

use crate::appliance::announcer;
use crate::appliance::causes::whole;
use crate::appliance::shown::{Choice, Served};

/// How long requests may go on at a front door that ends.
pub(super) const DRAIN: Duration = Duration::from_secs(10);
/// A table is built anew at least so often, so that certificates that are due
/// are made again.
const TABLE_LASTS: Duration = Duration::from_secs(60 * 60);
/// Pauses before a front door that does not start is tried again.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// What the front door is told beside the routes.
pub(crate) struct Fixed {
    /// The HTTPS port as people see it.
    pub(crate) https_port: u16,
    /// The box's own names.
    pub(crate) box_names: Vec<String>,
    /// Where the box's own pages are served.
    pub(crate) web_socket: std::path::PathBuf,
    /// What the box is called at home; none: it is not announced there.
    pub(crate) home_label: Option<String>,
    /// What the probe shows to pass a closed door.
    pub(crate) probe_token: String,
    /// Whom services' names are looked up at; empty: where the machine's own are.
    pub(crate) resolvers: Vec<IpAddr>,
}

/// A name of the box, and the service that it leads to; none: the box itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) domain: String,
    pub(crate) service: Option<String>,
    /// Whether it stands for one of the home's names that another machine has.
    pub(crate) renamed: bool,
}

/// Keeps the front door alive, and told.
pub(crate) struct Doorkeeper {
    options: FrontDoorOptions,
    fixed: Fixed,
    choice: Choice,
    door: Mutex<Door>,
    served: StdMutex<HashMap<String, Served>>,
    /// What public authorities are answered.
    answers: StdMutex<Answers>,
    /// All names of the box; none until the routes are known.
    names: watch::Sender<Option<Vec<Named>>>,
    /// Names of the home that another machine has, and those in their place.
    taken: StdMutex<BTreeMap<String, String>>,
}

/// The living front door, and what it was told last.
struct Door {
    living: Option<Arc<proxy::FrontDoor>>,
    generation: u64,
    routes: Vec<Route>,
    /// As they were told last: a machine that moves asks others.
    resolvers: Vec<IpAddr>,
    told: Option<Instant>,
}

struct Answers {
    of_orders: Vec<ChallengeAnswer>,
    /// Of those who try whether an order would go well.
    of_tests: Vec<ChallengeAnswer>,
}

impl Doorkeeper {
    /// Takes a front door that was just started or adopted into its keeping.
    pub(crate) fn new(
        door: proxy::FrontDoor,
        options: FrontDoorOptions,
        fixed: Fixed,
        choice: Choice,
    ) -> Arc<Self> {
        let generation = door.generation_found();
        // An order that a killed daemon left goes on being answered.
        let answers = Answers { of_orders: choice.public.answers(), of_tests: Vec::new() };
        Arc::new(Self {
            options,
            fixed,
            choice,
            door: Mutex::new(Door {
                living: Some(Arc::new(door)),
                generation,
                routes: Vec::new(),
                resolvers: Vec::new(),
                told: None,
            }),
            served: StdMutex::default(),
            answers: StdMutex::new(answers),
            names: watch::Sender::new(None),
            taken: StdMutex::default(),
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

    fn resolvers(&self) -> Vec<IpAddr> {
        match self.fixed.resolvers.as_slice() {
            [] => system::network::resolvers(),
            set => set.to_vec(),
        }
    }

    fn table(&self, generation: u64, routes: &[Route]) -> Table {
        let (routes, box_names) = (self.at_home(routes), self.box_names());
        let shown = self.choice.for_routes(&routes, &box_names);
        *self.served.lock().unwrap_or_else(PoisonError::into_inner) = shown.served;
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let challenges = answers.of_orders.iter().chain(&answers.of_tests);
        Table {
            generation,
            https_port: self.fixed.https_port,
            box_names,
            web_socket: self.fixed.web_socket.clone(),
            home_networks: Vec::new(),
            routes: routes.iter().map(translated).collect(),
            certificates: shown.certificates,
            default_certificate: shown.default,
            challenges: challenges.cloned().map(challenge).collect(),
            lookups: LookupTable {
                gateways: routes.iter().filter_map(|route| route.gateway).collect(),
                resolvers: self.resolvers(),
            },
            probe_token: Secret(self.fixed.probe_token.clone()),
        }
    }

    /// All names of the box, as they change; none until they are known.
    pub(crate) fn names(&self) -> watch::Receiver<Option<Vec<Named>>> {
        self.names.subscribe()
    }

    /// What is shown at a name.
    pub(crate) fn served(&self, domain: &str) -> Option<Served> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner).get(domain).cloned()
    }

    /// Tells the front door anew: a certificate has come, or an answer changed.
    ///
    /// # Errors
    /// It is away. Its successor is told as soon as it lives.
    pub(crate) async fn tell_again(&self) -> Result<(), NotShown> {
        let mut door = self.door.lock().await;
        // Before the routes are known, a table would close every door.
        if self.names.borrow().is_none() {
            return Err(NotShown);
        }
        self.tell(&mut door).await
    }

    /// Shows an answer as if an authority asked, until it is taken away again.
    pub(crate) async fn try_answer(&self, answer: ChallengeAnswer) -> Result<(), NotShown> {
        self.with_answers(|answers| answers.of_tests.push(answer));
        self.tell_again().await
    }

    /// Takes such an answer away again.
    pub(crate) async fn end_answer(&self, answer: &ChallengeAnswer) {
        self.with_answers(|answers| answers.of_tests.retain(|shown| shown != answer));
        // Where it is away, nothing is shown.
        let _away = self.tell_again().await;
    }

    fn with_answers(&self, change: impl FnOnce(&mut Answers)) {
        change(&mut self.answers.lock().unwrap_or_else(PoisonError::into_inner));
    }

    async fn tell(&self, door: &mut Door) -> Result<(), NotShown> {
        door.generation += 1;
        let table = self.table(door.generation, &door.routes);
        let Some(living) = door.living.clone() else { return Err(NotShown) };
        match living.publish(table).await {
            Ok(()) => {
                door.told = Some(Instant::now());
                Ok(())
            }
            Err(error) => {
                // Its successor is told as soon as it lives.
                door.told = None;
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the front door was not told");
                Err(NotShown)
            }
        }
    }

    /// Goes by other names of the home where another machine has them.
    pub(crate) async fn rename(&self, taken: BTreeMap<String, String>) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = taken;
        // What is not told now, its successor is.
        let _away = self.tell_again().await;
        let door = self.door.lock().await;
        if self.names.borrow().is_some() {
            self.know_names(&door.routes);
        }
    }

    /// The same routes, reached by the names of the home as well.
    fn at_home(&self, routes: &[Route]) -> Vec<Route> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut routes = routes.to_vec();
        for route in routes.iter_mut().filter(|route| !is_rehearsal(route)) {
            let label = self.fixed.home_label.as_deref();
            let own = label.and_then(|label| announcer::of_service(&route.service, label));
            route.hosts.extend(own.filter(|own| !route.hosts.contains(own)));
            let instead: Vec<String> =
                route.hosts.iter().filter_map(|host| taken.get(host)).cloned().collect();
            route.hosts.extend(instead);
        }
        routes
    }

    fn box_names(&self) -> Vec<String> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let names = &self.fixed.box_names;
        names.iter().chain(names.iter().filter_map(|name| taken.get(name))).cloned().collect()
    }

    fn know_names(&self, routes: &[Route]) {
        let names = self.all_names(routes);
        self.names.send_if_modified(|known| {
            let changed = known.as_ref() != Some(&names);
            *known = Some(names);
            changed
        });
    }

    /// Of these routes, and of the box itself.
    fn all_names(&self, routes: &[Route]) -> Vec<Named> {
        let routes = self.at_home(routes);
        // What a rehearsal brings back, under a name with a dot, is nobody's to find:
        // no public authority is asked for it, and no name announced.
        let found = routes.iter().filter(|route| !is_rehearsal(route));
        let of_services = found.flat_map(|route| {
            route.hosts.iter().map(|host| (host.clone(), Some(route.service.clone())))
        });
        // The first is the box's own domain; the others are addresses, and what
        // the machine is called.
        let names = self.box_names();
        let home = |name: &&String| self.is_home_name(name);
        let own = names.first().into_iter().chain(names.iter().skip(1).filter(home));
        let own = own.map(|name| (name.clone(), None));
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        of_services
            .chain(own)
            .map(|(domain, service)| {
                let renamed = taken.values().any(|name| *name == domain);
                Named { domain, service, renamed }
            })
            .collect()
    }

    /// Whether a name of the box's own is one that is announced.
    fn is_home_name(&self, name: &str) -> bool {
        self.fixed.home_label.is_some() && name.ends_with(".local")
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
        let resolvers = self.resolvers();
        if fresh && door.routes == routes && door.resolvers == resolvers {
            return;
        }
        (door.routes, door.resolvers) = (routes, resolvers);
        // What is not told now, its successor is.
        let _away = self.tell(&mut door).await;
        self.know_names(&door.routes);
    }

    async fn ask(&self, domain: &str, path: &str, within: Duration) -> Result<Answer, Text> {
        let pin = self.served(domain).map(|served| served.public_key);
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

#[async_trait]
impl AnswerBoard for Doorkeeper {
    async fn show(&self, answers: Vec<ChallengeAnswer>) -> Result<(), NotShown> {
        let mut changed = false;
        self.with_answers(|shown| {
            changed = shown.of_orders != answers;
            shown.of_orders = answers;
        });
        if !changed && self.door.lock().await.told.is_some() {
            return Ok(());
        }
        self.tell_again().await
    }
}

/// No service that people name has a dot in its name.
fn is_rehearsal(route: &Route) -> bool {
    route.service.contains('.')
}

fn challenge(answer: ChallengeAnswer) -> Challenge {
    match answer {
        ChallengeAnswer::Http { domain, token, content } => {
            Challenge::Http { host: domain, token, content }
        }
        ChallengeAnswer::Tls { domain, chain_pem, key_pem } => Challenge::Tls {
            certificate: proxy::Certificate {
                names: vec![domain],
                chain_pem,
                key_pem: Secret(key_pem),
            },
        },
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
        Work::Updating => proxy::Work::Updating,
        Work::Restoring => proxy::Work::Restoring,
        Work::Changing => proxy::Work::Changing,
        Work::Keeping => proxy::Work::Keeping,
    }
}
