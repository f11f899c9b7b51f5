//! The reconciler: brings the engine back to what the ledger wants.
//!
//! Each pass starts from the whole state and is told nothing of what changed;
//! events and the end of jobs only wake it. A service with an unfinished job
//! belongs to that job and is left alone.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use containers::EngineEvent;
use futures_util::StreamExt as _;
use jobs::Journal;
use ledger::{Service, ServiceId, Standing, Wanted};
use recipe::Trouble;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

use crate::board::Health;
use crate::fetch::{self, Listener};
use crate::moving::Afterwards;
use crate::sight::Sight;
use crate::site::{Ground, subject};
use crate::target::{self, Drawn};
use crate::watch::Watch;
use crate::{passage, probe, routes, stand, trouble};

/// Time between two passes when nothing happens.
const PERIOD: Duration = Duration::from_secs(60);
/// While something is ill, or the engine is away.
const SOON: Duration = Duration::from_secs(5);
/// While something is starting.
const AT_ONCE: Duration = Duration::from_millis(500);
/// Events of one cause come in flocks: they are awaited for so long.
const FLOCK: Duration = Duration::from_millis(200);

/// The reconciler of one box.
pub(crate) struct Reconciler {
    ground: Arc<Ground>,
    journal: Arc<Journal>,
    wake: Arc<Notify>,
    watches: HashMap<ServiceId, Watch>,
    afterwards: Afterwards,
}

impl Reconciler {
    pub(crate) fn new(ground: Arc<Ground>, journal: Arc<Journal>, wake: Arc<Notify>) -> Self {
        let afterwards = Afterwards { ground: Arc::clone(&ground), journal: Arc::clone(&journal) };
        Self { ground, journal, wake, watches: HashMap::new(), afterwards }
    }

    /// Runs for as long as the daemon does.
    pub(crate) async fn run(mut self) {
        tokio::spawn(listen_to_engine(Arc::clone(&self.ground), Arc::clone(&self.wake)));
        tokio::spawn(listen_to_jobs(Arc::clone(&self.journal), Arc::clone(&self.wake)));
        loop {
            let period = self.pass().await;
            if timeout(period, self.wake.notified()).await.is_ok() {
                sleep(FLOCK).await;
            }
        }
    }

    /// One pass over everything; gives how soon to look again.
    async fn pass(&mut self) -> Duration {
        let services = match self.ground.read(|records| records.services()) {
            Ok(services) => services,
            Err(trouble) => {
                tracing::error!(%trouble, "no reconciling without the ledger");
                return SOON;
            }
        };
        let mut period = PERIOD;
        if let Err(trouble) = passage::watch(&self.ground).await {
            tracing::error!(%trouble, "what may pass is not held to");
            period = SOON;
        }
        // Where the engine is away, each service finds that out, and says so.
        let sight = Sight::take(&self.ground).await.ok();
        let mut told = self.ground.board.changes();
        for service in &services {
            period = period.min(self.one(service, sight.as_ref()).await);
            // A service that is well is not kept closed until the slowest is.
            let changes = self.ground.board.changes();
            if changes != told {
                told = changes;
                routes::publish(&self.ground).await;
            }
        }
        let is_there = |id| services.iter().any(|service| service.id == id);
        self.watches.retain(|id, _| is_there(*id));
        self.ground.drawings.keep_only(is_there);
        let collected = match &sight {
            Some(sight) => self.collect_leftovers(sight).await,
            None => Ok(()),
        };
        if let Err(trouble) = collected {
            tracing::warn!(%trouble, "leftovers were not collected");
            period = period.min(SOON);
        }
        routes::publish(&self.ground).await;
        period
    }

    /// One service; gives how soon to look again.
    async fn one(&mut self, service: &Service, sight: Option<&Sight>) -> Duration {
        let subject = subject(service.id);
        let Some(_hand) = self.journal.try_hold(&subject) else { return PERIOD };
        // With the hand on it, nothing can change what is read now.
        let fresh = self.ground.read(|records| {
            let free = records.is_free(&subject)?;
            Ok(records.service(service.id)?.filter(|_| free))
        });
        let service = match fresh {
            Ok(Some(service)) if service.standing == Standing::Installed => service,
            Ok(_) => return PERIOD,
            Err(trouble) => {
                tracing::error!(%trouble, service = service.name, "not reconciled");
                return SOON;
            }
        };
        // No job has its hand on it: nothing else is shown than what the ledger says.
        self.ground.board.show(service.id, None);
        self.ground.board.show_at(service.id, None);
        let outcome = match service.wanted {
            Wanted::Running => self.should_run(&service, sight).await,
            Wanted::Stopped => self.should_rest(&service).await,
        };
        let health = match outcome {
            Ok(health) => health,
            // Without the engine nothing is known: what served may well serve on.
            Err(trouble) if trouble.code == "engine-unreachable" => return SOON,
            Err(trouble) => Health::Ill { trouble },
        };
        // What is held waits for a person, whatever release it is.
        if service.held.is_some() {
            self.ground.board.set_health(service.id, health);
            return PERIOD;
        }
        let health = self.afterwards.judge(&service, health).await;
        self.enter(&service, health)
    }

    /// Puts a service's health on the board; gives how soon to look again.
    fn enter(&self, service: &Service, health: Health) -> Duration {
        let period = match &health {
            Health::Starting => AT_ONCE,
            Health::Ill { trouble } => {
                if self.ground.board.health(service.id) != Some(health.clone()) {
                    tracing::warn!(%trouble, service = service.name, "is ill");
                }
                SOON
            }
            // What is held back now is looked after when its pause is over.
            Health::Up if self.is_held(service.id) => SOON,
            Health::Up if self.misses(service.id) > 0 => AT_ONCE,
            _ => PERIOD,
        };
        self.ground.board.set_health(service.id, health);
        period
    }

    async fn should_rest(&self, service: &Service) -> Result<Health, Trouble> {
        let drawn = target::drawn(&self.ground, service.id)?;
        stand::stop(&self.ground, service.id, &drawn.plan).await?;
        match &service.held {
            Some(trouble) => Ok(Health::Ill { trouble: trouble.clone() }),
            None => Ok(Health::Stopped),
        }
    }

    /// Sees to it that a service runs; whether it answers is asked without
    /// waiting, so that one that is slow keeps nobody's hand off it.
    async fn should_run(
        &mut self,
        service: &Service,
        sight: Option<&Sight>,
    ) -> Result<Health, Trouble> {
        let drawn = self.with_images(service.id, sight).await?;
        let now = Instant::now();
        let known = self.ground.board.health(service.id);
        if self.watch(service.id).may_touch(now) {
            let up = stand::up_unless_seen(&self.ground, &drawn.service, &drawn.plan, sight);
            let done = up.await;
            let touched = !matches!(&done, Ok(done) if done.touched == 0);
            self.watch(service.id).note(touched, known.is_some(), Instant::now());
            done?;
            if touched {
                tracing::info!(service = service.name, "was brought back");
                return Ok(Health::Starting);
            }
        }
        let answer = probe::once(&self.ground, &drawn.service, &drawn.plan.rendered.probe).await;
        let within = drawn.plan.rendered.probe.within;
        let verdict = self.watch(service.id).verdict(answer, known, within, Instant::now());
        verdict.map_err(|reason| match reason {
            crate::watch::Unwell::AsBefore(trouble) => trouble,
            crate::watch::Unwell::Now(reason) => probe::unwell(&drawn.service, reason),
        })
    }

    fn watch(&mut self, id: ServiceId) -> &mut Watch {
        self.watches.entry(id).or_default()
    }

    fn is_held(&self, id: ServiceId) -> bool {
        self.watches.get(&id).is_some_and(|watch| !watch.may_touch(Instant::now()))
    }

    fn misses(&self, id: ServiceId) -> u32 {
        self.watches.get(&id).map_or(0, Watch::misses)
    }

    /// The plan of a service whose images are all there: one that vanished
    /// from the engine's store is fetched or built again.
    async fn with_images(
        &self,
        id: ServiceId,
        sight: Option<&Sight>,
    ) -> Result<Arc<Drawn>, Trouble> {
        let images = self.ground.read(|records| records.images(id))?;
        let drawn = target::drawn(&self.ground, id)?;
        let all = match sight {
            Some(sight) => sight.has_images(&self.ground, &images).await?,
            None => fetch::are_there(&self.ground, &images).await?,
        };
        if all {
            return Ok(drawn);
        }
        let images = fetch::all(&self.ground, &drawn.plan.rendered, &Listener::Nobody).await?;
        self.ground
            .ledger
            .write(|records| records.set_images(id, &images))
            .map_err(|error| trouble::of_ledger(&error))?;
        target::drawn(&self.ground, id)
    }

    /// Removes what carries this box's label and no service of the ledger's.
    async fn collect_leftovers(&self, sight: &Sight) -> Result<(), Trouble> {
        let ground = &self.ground;
        let failed = |error| trouble::of_engine(&error);
        for label in sight.labels() {
            let id = ServiceId(label.parse().unwrap_or_default());
            let subject = subject(id);
            let Some(_hand) = self.journal.try_hold(&subject) else { continue };
            let unknown = ground.read(|records| {
                let lives = records
                    .service(id)?
                    .is_some_and(|it| !matches!(it.standing, Standing::Removed { .. }));
                Ok(!lives && records.is_free(&subject)?)
            })?;
            if unknown {
                tracing::info!(service = label, "leftovers are collected");
                stand::down(ground, id).await.map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// Wakes the reconciler at what happens to the box's containers.
async fn listen_to_engine(ground: Arc<Ground>, wake: Arc<Notify>) {
    loop {
        let mut events = ground.engine.events(&ground.owner);
        while let Some(Ok(event)) = events.next().await {
            if matches!(event.action.as_str(), "die" | "destroy" | "oom" | "stop" | "kill") {
                tracing::debug!(event.action, event.service, event.part, "engine");
                if event.action == "oom" {
                    note_memory_ended(&ground, &event);
                }
                wake.notify_one();
            }
        }
        // The engine went away, or is not there yet.
        sleep(SOON).await;
        wake.notify_one();
    }
}

/// The engine tells of it once, and may say afterwards that all is well.
fn note_memory_ended(ground: &Ground, event: &EngineEvent) {
    let (service, part) = (&event.service, &event.part);
    tracing::warn!(service, part, "a container's memory was used up");
    let id = ServiceId(service.parse().unwrap_or_default());
    ground.board.note_memory_ended(id, part, (ground.clock)());
}

/// Wakes the reconciler at the end of each job.
async fn listen_to_jobs(journal: Arc<Journal>, wake: Arc<Notify>) {
    use tokio::sync::broadcast::error::RecvError;
    let mut events = journal.events();
    loop {
        match events.recv().await {
            Ok(event) if event.is_end() => wake.notify_one(),
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => wake.notify_one(),
            Err(RecvError::Closed) => return,
        }
    }
}

/// Thaws what a killed daemon may have left frozen: the first thing at a start.
pub(crate) async fn thaw(ground: &Ground) -> Result<u32, Trouble> {
    let there =
        ground.engine.containers(&ground.owner).await.map_err(|e| trouble::of_engine(&e))?;
    let mut thawed = 0;
    for container in there {
        if container.state == containers::ContainerState::Paused {
            let outcome = ground.engine.unpause_container(&container.id).await;
            outcome.map_err(|error| trouble::of_engine(&error))?;
            thawed += 1;
        }
    }
    Ok(thawed)
}
