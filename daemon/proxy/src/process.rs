//! What concerns the front door as a process: its runtime, its limits, its end.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixListener;
use std::time::Duration;

use rustix::process::{DumpableBehavior, Resource, Rlimit};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

use crate::serve::{ServeError, serve};

/// More threads than this gain nothing on the machines that a box is made of.
const MOST_THREADS: usize = 4;
/// What runs may take this long after a signal: below the 90 s after which
/// systemd kills.
const AFTER_SIGNAL: Duration = Duration::from_secs(30);

/// The front door's main function: the control socket is its standard input,
/// as [`crate::FrontDoor`] starts it. Returns when it has been told to end.
///
/// To be called outside of any other runtime.
///
/// # Errors
/// [`ServeError`]; there is nothing to do then but to end.
pub fn run(build: &str) -> Result<(), ServeError> {
    // The keys of every service are in this memory: no core dump, no debugger.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| ServeError::Process(error.into()))?;
    raise_file_limit();
    let control = io::stdin().as_fd().try_clone_to_owned().map_err(ServeError::Control)?;
    let runtime = runtime().map_err(ServeError::Process)?;
    let ended = runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::Process)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Process)?;
        let stop = async {
            tokio::select! {
                _ = terminate.recv() => AFTER_SIGNAL,
                _ = interrupt.recv() => AFTER_SIGNAL,
            }
        };
        serve(UnixListener::from(control), build, stop).await
    });
    runtime.shutdown_background();
    ended
}

/// A thread for each core, up to [`MOST_THREADS`]. Where there is one core,
/// nothing is handed from one thread to another.
fn runtime() -> io::Result<Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut runtime = match cores.min(MOST_THREADS) {
        1 => Builder::new_current_thread(),
        threads => {
            let mut many = Builder::new_multi_thread();
            many.worker_threads(threads);
            many
        }
    };
    runtime.thread_name("front-door").enable_all().build()
}

/// Each visitor is a file: the soft limit of 1024 is for programs that use
/// select(2). Staying at it is no reason not to serve.
fn raise_file_limit() {
    let limit = rustix::process::getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = rustix::process::setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit of open files stays low");
    }
}
