//! What the service manager is told, where one started the daemon: that the box
//! is at work, that it still is, that it ends. Source: sd_notify(3).

use std::sync::Arc;
use std::time::Duration;

use ledger::Ledger;
use sd_notify::NotifyState;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// The box is at work: what is ordered after it may begin. From now on it is
/// said that it still is.
pub(super) fn ready(ledger: Arc<Ledger>) -> JoinHandle<()> {
    tell(&[NotifyState::Ready]);
    tokio::spawn(keep_watch(ledger))
}

/// The daemon ends.
pub(super) fn ending() {
    tell(&[NotifyState::Stopping]);
}

/// Says that the daemon lives for as long as it does: that its tasks get their
/// turn, and that the ledger answers. One that hangs is started anew. Returns
/// at once where nobody watches.
async fn keep_watch(ledger: Arc<Ledger>) {
    let Some(within) = sd_notify::watchdog_enabled() else { return };
    let pause = within / 3;
    loop {
        if answers(&ledger, pause).await {
            tell(&[NotifyState::Watchdog]);
        }
        sleep(pause).await;
    }
}

/// A ledger on a disk that fails answers with an error, which is an answer:
/// starting anew would mend nothing.
async fn answers(ledger: &Arc<Ledger>, within: Duration) -> bool {
    let ledger = Arc::clone(ledger);
    let asked = tokio::task::spawn_blocking(move || {
        let _whatever = ledger.read(|records| records.box_facts());
    });
    matches!(timeout(within, asked).await, Ok(Ok(())))
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager was not told");
    }
}
