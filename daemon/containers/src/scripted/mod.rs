//! An engine in memory that behaves as the real one does and fails when told
//! to: the nth call of a kind is refused, or happens and loses its answer, or
//! hangs until it is let go. For the tests of whoever asks things of an
//! engine; the same suite of behaviours is run against both.
//!
//! It runs no programs. What a container's program says and how it ends is
//! told beforehand, by its command ([`Scripted::behave`]); what a program run
//! inside answers, likewise ([`Scripted::answer`]).

mod engine;
mod faults;
mod state;
mod subnet;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, watch};

pub use faults::{Call, Fault, Gate};

use crate::engine::EngineResult;
use crate::error::EngineError;
use crate::spec::{ContainerSpec, ContainerState, ExecOutcome, ImageFacts, LogLine};
use state::{State, is_alive, not_found, said_at};

/// Events kept for a listener that is slow.
const EVENTS_KEPT: usize = 1024;

/// The engine in memory. Clones are the same engine.
#[derive(Clone)]
pub struct Scripted {
    state: Arc<Mutex<State>>,
    /// Grows with every change, for those who wait for one.
    changes: watch::Sender<u64>,
    events: broadcast::Sender<Happened>,
}

/// What a container's program does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behaviour {
    /// What it says at once: by the error output or not, and the line.
    pub says: Vec<(bool, String)>,
    /// It ends at once, with this code; none: it runs until it is stopped.
    pub ends: Option<i64>,
    /// The code with which it ends when it is told to; none: it must be killed (137).
    pub ends_when_stopped: Option<i64>,
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Which.
    pub call: Call,
    /// The name, reference or id that it was about; of an exec, the container and its command.
    pub about: String,
}

/// An event and whose it is; the end of all events when the engine goes away.
#[derive(Debug, Clone)]
enum Happened {
    Event { identity: String, event: crate::spec::EngineEvent },
    End,
}

impl Default for Scripted {
    fn default() -> Self {
        Self::new()
    }
}

impl Scripted {
    /// An engine that holds nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: Arc::default(),
            changes: watch::Sender::new(0),
            events: broadcast::Sender::new(EVENTS_KEPT),
        }
    }

    /// Has the next call of this kind go wrong.
    pub fn fail(&self, call: Call, fault: Fault) {
        self.fail_at(call, 1, fault);
    }

    /// Has the `nth` call of this kind from now on go wrong; the next one is the first.
    pub fn fail_at(&self, call: Call, nth: u32, fault: Fault) {
        self.state().faults.plan(call, nth, fault);
    }

    /// Puts an image into the store; gives its id.
    pub fn add_image(&self, reference: &str) -> String {
        let facts = self.new_image(Vec::new());
        let id = facts.id.clone();
        self.state().images.insert(reference.to_owned(), facts);
        id
    }

    /// Has a registry know this image, so that it can be pulled.
    pub fn offer_image(&self, reference: &str, size: u64) {
        let mut facts = self.new_image(Vec::new());
        facts.size = size;
        let digest = reference.split_once('@').map(|(_, digest)| digest.to_owned());
        facts.digests = vec![digest.unwrap_or_else(|| facts.id.clone())];
        self.state().registry.insert(reference.to_owned(), facts);
    }

    /// Says what containers with this entrypoint and command do. The last word counts.
    pub fn behave(&self, command: &[&str], behaviour: Behaviour) {
        self.state().behaviours.push((owned(command), behaviour));
    }

    /// Says what a program run inside a container answers; of others, success and silence.
    pub fn answer(&self, command: &[&str], outcome: ExecOutcome) {
        self.state().answers.push((owned(command), outcome));
    }

    /// Kills the running container of this part, as by hand: exit code 137.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when no container of this part runs.
    pub fn kill(&self, part: &str) -> EngineResult<()> {
        self.end_part(part, 137)
    }

    /// Has the running container of this part end by itself.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when no container of this part runs.
    pub fn exit(&self, part: &str, code: i64) -> EngineResult<()> {
        self.end_part(part, code)
    }

    /// Has the running container of this part killed for memory.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when no container of this part runs.
    pub fn run_out_of_memory(&self, part: &str) -> EngineResult<()> {
        self.tell(&self.running(part)?, "oom");
        self.end_part(part, 137)
    }

    /// Has the container of this part say a line.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] when there is no container of this part.
    pub fn say(&self, part: &str, error: bool, text: &str) -> EngineResult<()> {
        {
            let mut state = self.state();
            let mut held = state.containers.iter_mut().map(|known| &mut known.thing);
            let held = held
                .find(|held| held.facts.part == part)
                .ok_or_else(|| not_found(crate::Kind::Container, part))?;
            let time = said_at(held.lines.len());
            held.lines.push(LogLine { time, error, text: text.to_owned() });
        }
        self.changed();
        Ok(())
    }

    /// Nobody answers any more, and streams of events end; what runs, runs on.
    pub fn go_away(&self) {
        self.state().gone = true;
        // Nobody may be listening.
        let _ = self.events.send(Happened::End);
        self.changed();
    }

    /// Answers again, with all that it held.
    pub fn come_back(&self) {
        self.state().gone = false;
        self.changed();
    }

    /// All calls that were made, in order, failed ones included.
    #[must_use]
    pub fn calls(&self) -> Vec<Recorded> {
        self.state().recorded.clone()
    }

    /// What the container of this name was made from.
    #[must_use]
    pub fn spec(&self, name: &str) -> Option<ContainerSpec> {
        let state = self.state();
        let mut held = state.containers.iter().map(|known| &known.thing);
        held.find(|held| held.facts.name == name).map(|held| held.spec.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A test that panics while it holds the state must not hide its own message.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    fn new_image(&self, labels: Vec<(String, String)>) -> ImageFacts {
        ImageFacts {
            id: format!("sha256:{}", self.state().next_id()),
            digests: Vec::new(),
            architecture: "amd64".to_owned(),
            size: 1 << 20,
            labels,
            user: String::new(),
        }
    }

    fn end_part(&self, part: &str, code: i64) -> EngineResult<()> {
        self.end(&self.running(part)?, ContainerState::Exited { code });
        Ok(())
    }

    /// The id of the running container of this part.
    fn running(&self, part: &str) -> EngineResult<String> {
        let state = self.state();
        let mut alive = state.containers.iter().map(|known| &known.thing.facts);
        alive
            .find(|facts| facts.part == part && is_alive(&facts.state))
            .map(|facts| facts.id.clone())
            .ok_or_else(|| not_found(crate::Kind::Container, part))
    }

    /// Puts an end to a container's processes.
    fn end(&self, id: &str, state: ContainerState) {
        if let Ok(known) = self.state().container(id) {
            known.thing.facts.state = state;
        }
        self.tell(id, "die");
        self.changed();
    }

    /// Tells the owner of a container what happened to it.
    fn tell(&self, id: &str, action: &str) {
        let mut state = self.state();
        let Ok(known) = state.container(id) else { return };
        let event = crate::spec::EngineEvent {
            action: action.to_owned(),
            service: known.thing.facts.service.clone(),
            part: known.thing.facts.part.clone(),
        };
        // Nobody may be listening.
        let _ = self.events.send(Happened::Event { identity: known.identity.clone(), event });
    }

    /// Records a call, lets its fault happen, does it.
    async fn call<T>(
        &self,
        call: Call,
        about: impl Into<String>,
        effect: impl FnOnce(&Self) -> EngineResult<T>,
    ) -> EngineResult<T> {
        let due = {
            let mut state = self.state();
            state.recorded.push(Recorded { call, about: about.into() });
            state.faults.due(call)
        };
        let mut lost = None;
        match due {
            None => {}
            Some(Fault::Refused(error)) => return Err(error),
            Some(Fault::AnswerLost(error)) => lost = Some(error),
            Some(Fault::Hangs(gate)) => gate.pass().await,
        }
        if self.state().gone {
            return Err(unreachable());
        }
        let done = effect(self)?;
        self.changed();
        lost.map_or(Ok(done), Err)
    }
}

fn unreachable() -> EngineError {
    EngineError::Unreachable {
        socket: "scripted".into(),
        source: Arc::new(std::io::Error::from(std::io::ErrorKind::ConnectionRefused)),
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
