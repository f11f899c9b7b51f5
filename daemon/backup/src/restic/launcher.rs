//! Children that die with us.
//!
//! The kernel ends a child when the *thread* that started it ends
//! (`PR_SET_PDEATHSIG`, prctl(2)), and a runtime's threads come and go. So one
//! thread of ours, which lives as long as anybody may need it, starts them all.

use std::io;
use std::sync::mpsc;
use std::thread;

use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// The thread that starts children. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Launcher {
    orders: mpsc::Sender<Order>,
}

struct Order {
    command: Command,
    runtime: Handle,
    answer: oneshot::Sender<io::Result<Child>>,
}

impl Launcher {
    pub(super) fn start() -> io::Result<Self> {
        let (orders, ordered) = mpsc::channel::<Order>();
        thread::Builder::new().name("restic-launcher".to_owned()).spawn(move || {
            for mut order in ordered {
                let runtime = order.runtime.enter();
                let started = order.command.spawn();
                drop(runtime);
                // Nobody waits any more: the child is ended by being dropped.
                drop(order.answer.send(started));
            }
        })?;
        Ok(Self { orders })
    }

    /// Starts a child, which the kernel kills when this launcher's thread ends.
    pub(super) async fn launch(&self, mut command: Command) -> io::Result<Child> {
        command.kill_on_drop(true);
        let (answer, answered) = oneshot::channel();
        let order = Order { command, runtime: Handle::current(), answer };
        self.orders.send(order).map_err(io::Error::other)?;
        answered.await.map_err(io::Error::other)?
    }
}
