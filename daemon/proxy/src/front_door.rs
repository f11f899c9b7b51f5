//! The daemon's hand on the front door: start it or adopt it, tell it what to
//! serve, know when it dies.
//!
//! # Taking over from another build
//! 1. The living one gives copies of its listeners and goes on accepting.
//! 2. A new one is started with them, its control socket ending in `next`. Two
//!    processes may accept on one listener; the new one does not until it has
//!    a table.
//! 3. Its first table is acknowledged; only then is the old one told to drain,
//!    and then the new control socket takes the old one's name.
//!
//! A daemon that dies between any two of these leaves a front door that serves,
//! and the next daemon finds it: it asks at both names, and one that has no
//! table when its daemon is gone ends by itself.

use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Child;
use tokio::sync::Mutex;

use crate::child::{self, FrontDoorOptions, Given, StartError};
use crate::line::{Line, LineError};
use crate::message::{Answer, Hello, Listening, Order, Role, Status};
use crate::table::Table;
use crate::unit;

/// How long an ended process may take to be gone, beyond its drain.
const GONE_WITHIN: Duration = Duration::from_secs(5);

/// A living front door. Dropping this closes the control connection alone: the
/// front door goes on serving, for the next daemon to adopt.
#[derive(Debug)]
pub struct FrontDoor {
    line: Line,
    options: FrontDoorOptions,
    listening: Vec<Listening>,
    adopted: bool,
    /// The one to drain once this one serves.
    predecessor: Mutex<Option<Line>>,
    /// The process, where we started it.
    child: Mutex<Option<Child>>,
}

impl FrontDoor {
    /// Adopts the front door that lives at the control socket if it is of our
    /// build and listens where we want; else starts one, with the listeners of
    /// the one that lives there where there is one. It serves nothing new
    /// before [`FrontDoor::publish`].
    ///
    /// # Errors
    /// [`FrontDoorError`]: addresses that are taken, a program that does not
    /// start, a front door that does not answer.
    pub async fn start_or_adopt(options: FrontDoorOptions) -> Result<Self, FrontDoorError> {
        let next = options.next_control();
        let successor = Line::connect(&next).await?.filter(|line| line.hello.generation > 0);
        let mut living = Line::connect(&options.control).await?;
        if let Some(successor) = successor {
            // A daemon died after the successor had begun to serve.
            if let Some(old) = living.take() {
                drain(&old, options.drain).await;
            }
            rename(&next, &options.control)?;
            living = Some(successor);
        }
        match living {
            Some(line) if is_ours(&line.hello, &options) => {
                tracing::info!(pid = line.hello.pid, "adopted the front door");
                Ok(Self::adopt(line, options))
            }
            living => Self::start(options, living).await,
        }
    }

    fn adopt(line: Line, options: FrontDoorOptions) -> Self {
        let listening = line.hello.listening.clone();
        Self {
            line,
            options,
            listening,
            adopted: true,
            predecessor: Mutex::new(None),
            child: Mutex::new(None),
        }
    }

    async fn start(options: FrontDoorOptions, old: Option<Line>) -> Result<Self, FrontDoorError> {
        let had = match &old {
            Some(old) => take_listeners(old).await?,
            None => Vec::new(),
        };
        let given = child::listeners(&options, had)?;
        let path = if old.is_some() { options.next_control() } else { options.control.clone() };
        let mut child = match &options.unit {
            Some(unit) => {
                unit::listen(unit, &path).await?;
                None
            }
            None => Some(child::spawn(&options, child::control(&path)?)?),
        };
        let Some(line) = Line::connect(&path).await? else {
            // It ended at once; its log says why.
            let status = match &mut child {
                Some(child) => child.wait().await.map_err(FrontDoorError::Process)?.to_string(),
                None => {
                    let unit = options.unit.as_deref().unwrap_or_default();
                    format!("journalctl -u '{unit}@*'")
                }
            };
            return Err(FrontDoorError::EndedAtStart { status });
        };
        let roles = given.iter().map(|one| one.listening.role).collect();
        let files: Vec<_> = given.iter().map(|one| one.listener.as_fd()).collect();
        line.ask(&Order::Listen { roles }, &files).await?;
        tracing::info!(pid = line.hello.pid, "started the front door");
        Ok(Self {
            line,
            options,
            listening: given.iter().map(|one| one.listening).collect(),
            adopted: false,
            predecessor: Mutex::new(old),
            child: Mutex::new(child),
        })
    }

    /// Has the table served, and waits until it is. After the first one, a
    /// predecessor is told to drain; its end is not waited for.
    ///
    /// # Errors
    /// [`FrontDoorError::Line`]; what was served before is still served.
    pub async fn publish(&self, table: Table) -> Result<(), FrontDoorError> {
        let generation = table.generation;
        let order = Order::Publish { table: Box::new(table) };
        match self.line.ask(&order, &[]).await? {
            (Answer::Published { generation: served }, _) if served == generation => {}
            _ => return Err(FrontDoorError::Line(LineError::Unexpected)),
        }
        if let Some(old) = self.predecessor.lock().await.take() {
            drain(&old, self.options.drain).await;
            rename(&self.options.next_control(), &self.options.control)?;
        }
        Ok(())
    }

    /// Where it listens, with the ports that it really has.
    #[must_use]
    pub fn addresses(&self) -> &[Listening] {
        &self.listening
    }

    /// The first address that it serves HTTPS on: what the probe dials.
    #[must_use]
    pub fn https_address(&self) -> Option<SocketAddr> {
        self.listening.iter().find(|one| one.role == Role::Https).map(|one| one.address)
    }

    /// The first address that it serves plain HTTP on.
    #[must_use]
    pub fn http_address(&self) -> Option<SocketAddr> {
        self.listening.iter().find(|one| one.role == Role::Http).map(|one| one.address)
    }

    /// Its process.
    #[must_use]
    pub const fn pid(&self) -> u32 {
        self.line.hello.pid
    }

    /// Whether it was already serving when this daemon came.
    #[must_use]
    pub const fn was_adopted(&self) -> bool {
        self.adopted
    }

    /// The generation it served when this daemon came; 0: none. The next table's
    /// should be greater.
    #[must_use]
    pub const fn generation_found(&self) -> u64 {
        self.line.hello.generation
    }

    /// How it is.
    ///
    /// # Errors
    /// [`FrontDoorError::Line`].
    pub async fn status(&self) -> Result<Status, FrontDoorError> {
        match self.line.ask(&Order::Status, &[]).await? {
            (Answer::Status(status), _) => Ok(status),
            _ => Err(FrontDoorError::Line(LineError::Unexpected)),
        }
    }

    /// Resolves when the front door has ended, however it did; its process is
    /// reaped where it is our child. Then start another.
    pub async fn ended(&self) {
        self.line.ended().await;
        if let Some(child) = self.child.lock().await.as_mut() {
            match tokio::time::timeout(GONE_WITHIN, child.wait()).await {
                Ok(Ok(status)) => tracing::warn!(%status, "the front door has ended"),
                Ok(Err(error)) => tracing::warn!(%error, "the front door's end is unknown"),
                Err(_late) => tracing::warn!("the front door closed its line and lives on"),
            }
        }
    }

    /// Has it accept nothing more, finish what runs within the drain time, and
    /// end; waits for its end.
    ///
    /// # Errors
    /// [`FrontDoorError::Line`] when it does not answer,
    /// [`FrontDoorError::StillThere`] when it has not ended in time.
    pub async fn stop(self) -> Result<(), FrontDoorError> {
        self.line.ask(&Order::Drain { seconds: self.options.drain.as_secs() }, &[]).await?;
        let within = self.options.drain + GONE_WITHIN;
        if tokio::time::timeout(within, self.ended()).await.is_err() {
            if let Some(child) = self.child.lock().await.as_mut() {
                child.kill().await.map_err(FrontDoorError::Process)?;
            }
            return Err(FrontDoorError::StillThere { pid: self.line.hello.pid });
        }
        match std::fs::remove_file(&self.options.control) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the front door's control socket stays behind");
            }
            _ => {}
        }
        Ok(())
    }
}

fn is_ours(hello: &Hello, options: &FrontDoorOptions) -> bool {
    let mut had = hello.listening.clone();
    let all = options.wanted().all(|(role, wanted)| {
        let found = had.iter().position(|one| child::fits(*one, role, wanted));
        found.map(|at| had.swap_remove(at)).is_some()
    });
    hello.build == options.build && all && had.is_empty()
}

async fn take_listeners(old: &Line) -> Result<Vec<Given>, FrontDoorError> {
    let (answer, files): (Answer, Vec<OwnedFd>) = old.ask(&Order::TakeListeners, &[]).await?;
    let Answer::Listeners { roles } = answer else {
        return Err(FrontDoorError::Line(LineError::Unexpected));
    };
    let given = roles.into_iter().zip(files);
    given
        .map(|(role, file)| Given::new(role, TcpListener::from(file)))
        .collect::<Result<_, _>>()
        .map_err(FrontDoorError::Process)
}

/// Ends the front door that lives at a control socket, whoever started it, and
/// waits until it has ended; nothing to do where none lives.
///
/// # Errors
/// [`FrontDoorError::Line`] when it does not answer,
/// [`FrontDoorError::StillThere`] when it has not ended in time.
pub async fn end_living(control: &Path, within: Duration) -> Result<(), FrontDoorError> {
    for path in [control.with_extension("next"), control.to_owned()] {
        let Some(line) = Line::connect(&path).await? else { continue };
        line.ask(&Order::Drain { seconds: within.as_secs() }, &[]).await?;
        if tokio::time::timeout(within + GONE_WITHIN, line.ended()).await.is_err() {
            return Err(FrontDoorError::StillThere { pid: line.hello.pid });
        }
    }
    Ok(())
}

/// One that does not answer is not waited for: it has no table of ours, and
/// the next daemon to come meets it no more.
async fn drain(old: &Line, within: Duration) {
    if let Err(error) = old.ask(&Order::Drain { seconds: within.as_secs() }, &[]).await {
        tracing::warn!(pid = old.hello.pid, %error, "the old front door was not told to drain");
    }
}

fn rename(from: &PathBuf, to: &PathBuf) -> Result<(), FrontDoorError> {
    std::fs::rename(from, to).map_err(|source| FrontDoorError::Control { path: to.clone(), source })
}

/// Why there is no front door, or why it does not do what it is told.
#[derive(Debug, thiserror::Error)]
pub enum FrontDoorError {
    /// It could not be started.
    #[error("the front door cannot be started")]
    Start(#[from] StartError),
    /// It ended before it had said a word; its log says why.
    #[error("the front door ended at its start ({status})")]
    EndedAtStart {
        /// How.
        status: String,
    },
    /// The talk with it failed.
    #[error("the front door does not do what it is told")]
    Line(#[from] LineError),
    /// The control socket could not take its place.
    #[error("the control socket {} cannot be put in place", path.display())]
    Control {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Something about a process or a listener failed.
    #[error("the front door's process cannot be handled")]
    Process(#[source] std::io::Error),
    /// It was told to end and has not.
    #[error("the front door (process {pid}) has not ended in time")]
    StillThere {
        /// Its process.
        pid: u32,
    },
}
