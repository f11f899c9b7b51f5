//! A service that stands still, and a guard that thaws it whatever happens.

use std::sync::Arc;
use std::time::Duration;

use containers::{ContainerFacts, ContainerState, Engine, EngineError};
use futures_util::future::join_all;
use tokio::runtime::Handle;
use tokio::time::sleep;

/// How often an engine that does not thaw is asked again, and after which pause.
const TRIES: u32 = 10;
const AGAIN: Duration = Duration::from_millis(300);

/// Containers that were frozen. Thawed when this is dropped, if not before; what
/// a daemon that was killed left frozen, the next one thaws as it starts.
pub(super) struct Frozen {
    engine: Arc<dyn Engine>,
    ids: Vec<String>,
}

impl Frozen {
    /// Freezes these containers, all at once. Those that do not run are left alone.
    pub(super) async fn freeze(
        engine: &Arc<dyn Engine>,
        containers: &[ContainerFacts],
    ) -> Result<Self, EngineError> {
        let running = containers.iter().filter(|it| it.state == ContainerState::Running);
        let ids: Vec<String> = running.map(|it| it.id.clone()).collect();
        // Whatever was frozen before one of them failed, or before nobody waits any more.
        let frozen = Self { engine: Arc::clone(engine), ids };
        let freezing = join_all(frozen.ids.iter().map(|id| engine.pause_container(id))).await;
        match freezing.into_iter().collect::<Result<Vec<()>, _>>() {
            Ok(_) => Ok(frozen),
            Err(error) => {
                // What stops it is told; what stops the thawing is tried again elsewhere.
                let _thawed = frozen.thaw().await;
                Err(error)
            }
        }
    }

    /// Thaws them.
    pub(super) async fn thaw(mut self) -> Result<(), EngineError> {
        let thawed = thaw(self.engine.as_ref(), &self.ids).await;
        if thawed.is_ok() {
            self.ids.clear();
        }
        thawed
    }
}

async fn thaw(engine: &dyn Engine, ids: &[String]) -> Result<(), EngineError> {
    let each = ids.iter().map(async |id| {
        let mut tries = 0;
        loop {
            match engine.unpause_container(id).await {
                Ok(()) | Err(EngineError::NotFound { .. } | EngineError::NotRunning { .. }) => {
                    return Ok(());
                }
                Err(error) if tries >= TRIES => return Err(error),
                Err(error) => tracing::warn!(%error, id, "was not thawed; it is tried again"),
            }
            tries += 1;
            sleep(AGAIN).await;
        }
    });
    join_all(each).await.into_iter().collect()
}

impl Drop for Frozen {
    fn drop(&mut self) {
        let (engine, ids) = (Arc::clone(&self.engine), std::mem::take(&mut self.ids));
        if ids.is_empty() {
            return;
        }
        // Without a runtime the daemon is at its end: the next one thaws.
        let Ok(handle) = Handle::try_current() else { return };
        handle.spawn(async move {
            // Twice: a call to freeze may have been under way, and overtaken.
            for _time in 0..2 {
                if let Err(error) = thaw(engine.as_ref(), &ids).await {
                    tracing::error!(%error, "a service stays frozen until it is reconciled");
                }
                sleep(AGAIN).await;
            }
        });
    }
}
