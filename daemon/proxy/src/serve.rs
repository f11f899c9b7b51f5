//! The process: daemons come and go at the control socket, the door stays.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixListener;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::net::sockopt;
use tokio::net::UnixStream;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::door::Door;
use crate::doorway;
use crate::live::Live;
use crate::message::{Answer, Hello, Listening, Order, PROTOCOL, Role};
use crate::patience::Patience;
use crate::table::Table;
use crate::wire::{Wire, WireError};

/// Silence on a connection before the kernel asks whether anyone is there: a
/// WebSocket or a stream of events whose client lost its network would stay for
/// ever. HTTP/2 could ask by a ping of its own, which costs work on every frame.
const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// Between two such questions, and how many without an answer are enough.
const ASKED_EVERY: Duration = Duration::from_secs(20);
const ASKED_AT_MOST: u32 = 3;

/// Serves until told to end. `control` is a listening socket at which daemons
/// connect; `build` is what they know their own by.
///
/// `stop` is another way to be told: when it resolves, what runs may go on for
/// the time that it gives.
///
/// # Errors
/// [`ServeError`]: no control socket, or no TLS.
pub async fn serve(
    control: UnixListener,
    build: &str,
    stop: impl Future<Output = Duration> + Send,
) -> Result<(), ServeError> {
    serve_with(control, build, stop, Patience::default()).await
}

pub(crate) async fn serve_with(
    control: UnixListener,
    build: &str,
    stop: impl Future<Output = Duration> + Send,
    patience: Patience,
) -> Result<(), ServeError> {
    control.set_nonblocking(true).map_err(ServeError::Control)?;
    let maker = sockopt::socket_peercred(&control).map_err(|e| ServeError::Control(e.into()))?.uid;
    let control = tokio::net::UnixListener::from_std(control).map_err(ServeError::Control)?;
    let door = Arc::new(Door::new(patience));
    let process = Arc::new(Process {
        acceptor: doorway::acceptor(&door).map_err(ServeError::Tls)?,
        door,
        build: build.to_owned(),
        listeners: Mutex::default(),
        end: watch::Sender::new(None),
    });
    // Talks end with this function: that is how a daemon learns of the end.
    let mut talks = JoinSet::new();
    let within = {
        let mut stop = pin!(stop);
        let mut end = process.end.subscribe();
        loop {
            tokio::select! {
                within = &mut stop => break within,
                within = told(&mut end) => break within,
                came = control.accept() => match came {
                    Ok((stream, _)) => {
                        while talks.try_join_next().is_some() {}
                        talks.spawn(greet(Arc::clone(&process), stream, maker.as_raw()));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "no daemon can come");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                }
            }
        }
    };
    // From here on the next daemon finds nobody at this socket.
    drop(control);
    process.close();
    if tokio::time::timeout(within, process.door.empty()).await.is_err() {
        tracing::info!("ends with connections that are still open");
    }
    Ok(())
}

/// Resolves when the process is told to end, to how long what runs may take.
async fn told(end: &mut watch::Receiver<Option<Duration>>) -> Duration {
    let told = end.wait_for(Option::is_some).await;
    told.ok().and_then(|told| *told).unwrap_or_default()
}

struct Process {
    door: Arc<Door>,
    acceptor: TlsAcceptor,
    build: String,
    listeners: Mutex<Vec<Held>>,
    /// Set when the process is to end: how long what runs may take.
    end: watch::Sender<Option<Duration>>,
}

/// A listener: one end is accepted on, the other is kept for the next process.
struct Held {
    listening: Listening,
    spare: TcpListener,
    accepting: JoinHandle<()>,
}

/// Talks with whoever connects, if it is root or who made the socket: a table
/// holds keys, and a stranger's table would be a disaster.
async fn greet(process: Arc<Process>, stream: UnixStream, maker: u32) {
    let peer = match stream.peer_cred() {
        Ok(peer) => peer.uid(),
        Err(error) => return tracing::warn!(%error, "who connects is not known: refused"),
    };
    if peer != 0 && peer != maker {
        return tracing::warn!(user = peer, "a stranger at the control socket: refused");
    }
    if let Err(error) = process.talk(&Wire::new(stream)).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the talk with a daemon failed");
    }
    if process.door.live().is_none() {
        // Nobody else knows of a door that serves nothing yet.
        process.end.send_replace(Some(Duration::ZERO));
    }
}

impl Process {
    async fn talk(&self, wire: &Wire) -> Result<(), WireError> {
        wire.send(&Answer::Hello(self.hello()), &[]).await?;
        while let Some((order, files)) = wire.receive::<Order>().await? {
            match order {
                Order::Listen { roles } => {
                    let answer = self.listen(roles, files).map_or_else(
                        |error| Answer::Refused { reason: error.to_string() },
                        |()| Answer::Listening,
                    );
                    wire.send(&answer, &[]).await?;
                }
                Order::Publish { table } => wire.send(&self.publish(*table), &[]).await?,
                Order::TakeListeners => self.give_listeners(wire).await?,
                Order::Status => wire.send(&Answer::Status(self.door.status()), &[]).await?,
                Order::Drain { seconds } => {
                    self.close();
                    wire.send(&Answer::Draining, &[]).await?;
                    self.end.send_replace(Some(Duration::from_secs(seconds)));
                }
            }
        }
        Ok(())
    }

    fn hello(&self) -> Hello {
        let held = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        Hello {
            protocol: PROTOCOL,
            build: self.build.clone(),
            pid: std::process::id(),
            generation: self.door.live().map_or(0, |live| live.generation),
            listening: held.iter().map(|held| held.listening).collect(),
        }
    }

    /// Takes listeners in the place of those it has.
    fn listen(&self, roles: Vec<Role>, files: Vec<OwnedFd>) -> io::Result<()> {
        if roles.len() != files.len() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let given = roles.into_iter().zip(files);
        let taken =
            given.map(|(role, file)| self.hold(role, file)).collect::<io::Result<Vec<_>>>()?;
        let mut held = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().for_each(|old| old.accepting.abort());
        *held = taken;
        Ok(())
    }

    fn hold(&self, role: Role, file: OwnedFd) -> io::Result<Held> {
        // Connections inherit these from their listener (tcp(7)), which saves
        // five calls on each.
        sockopt::set_tcp_nodelay(file.as_fd(), true)?;
        sockopt::set_socket_keepalive(file.as_fd(), true)?;
        sockopt::set_tcp_keepidle(file.as_fd(), KEEP_ALIVE)?;
        sockopt::set_tcp_keepintvl(file.as_fd(), ASKED_EVERY)?;
        sockopt::set_tcp_keepcnt(file.as_fd(), ASKED_AT_MOST)?;
        let listener = TcpListener::from(file);
        listener.set_nonblocking(true)?;
        let listening = Listening { role, address: listener.local_addr()? };
        let spare = listener.try_clone()?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let door = Arc::clone(&self.door);
        let accepting = doorway::accept(door, self.acceptor.clone(), role, listener);
        Ok(Held { listening, spare, accepting: tokio::spawn(accepting) })
    }

    fn publish(&self, table: Table) -> Answer {
        let (generation, lookups) = (table.generation, table.lookups.clone());
        match Live::new(table, self.door.live().as_deref()) {
            Ok(live) => {
                self.door.publish(live);
                self.door.lookups.serve(&lookups);
                Answer::Published { generation }
            }
            Err(error) => {
                let cause = std::error::Error::source(&error);
                let cause = cause.map_or(String::new(), |cause| format!(": {cause}"));
                Answer::Refused { reason: format!("{error}{cause}") }
            }
        }
    }

    async fn give_listeners(&self, wire: &Wire) -> Result<(), WireError> {
        let copies: io::Result<Vec<(Role, TcpListener)>> = {
            let held = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
            held.iter().map(|held| Ok((held.listening.role, held.spare.try_clone()?))).collect()
        };
        let copies = copies.map_err(WireError::Socket)?;
        let roles = copies.iter().map(|(role, _)| *role).collect();
        let files: Vec<_> = copies.iter().map(|(_, listener)| listener.as_fd()).collect();
        wire.send(&Answer::Listeners { roles }, &files).await
    }

    /// Accepts nothing more, and lets go of the listeners, so that nobody waits
    /// in the queue of a process that will not come for them.
    fn close(&self) {
        self.door.drain();
        let mut held = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        for held in held.drain(..) {
            held.accepting.abort();
        }
    }
}

/// Why the front door cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The control socket is not one.
    #[error("the control socket cannot be used")]
    Control(#[source] io::Error),
    /// The TLS library refuses its own defaults.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    /// The table is refused.
    #[error("the table cannot be served")]
    Table(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The process could not be set up.
    #[error("the front door's process cannot be set up")]
    Process(#[source] io::Error),
}
