//! The instant: everything but the database stands still for as long as it
//! takes to capture what changed, and no longer.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use containers::ContainerFacts;
use jiff::Timestamp;
use jobs::Scene;
use recipe::{Trouble, text};
use system::tree::Likeness;
use tokio::time::{Instant, timeout_at};

use super::Failure;
use super::frozen::Frozen;
use super::look::{First, Place};
use super::session::Session;
use crate::keeping::measure::DATABASE;
use crate::site::Ground;
use crate::trouble;

/// How long a service may stand still: people who wait at the door wait for a
/// page, not for an error.
pub(super) const STILL: Duration = Duration::from_secs(10);

/// What was captured in one.
pub(super) struct Captured {
    pub(super) likeness: Likeness,
    /// When it was.
    pub(super) at: Timestamp,
    /// How long the service stood still.
    pub(super) lasted: Duration,
}

/// Freezes the service but for its database, captures what changed since the
/// first look, holds the database, and thaws whatever happens.
pub(super) async fn capture(
    ground: &Ground,
    scene: &Scene,
    containers: &[ContainerFacts],
    first: &Arc<First>,
    place: &Place,
    always: BTreeSet<PathBuf>,
    session: Option<&mut Session>,
) -> Result<Captured, Failure> {
    let others: Vec<ContainerFacts> =
        containers.iter().filter(|it| it.part != DATABASE).cloned().collect();
    let began = Instant::now();
    let until = began + STILL;
    let frozen = timeout_at(until, Frozen::freeze(&ground.engine, &others)).await;
    let frozen = frozen
        .map_err(|_elapsed| Failure::TooLong(too_long()))?
        .map_err(|error| Failure::Otherwise(trouble::of_engine(&error)))?;
    let at = (ground.clock)();
    let work = async {
        scene.halfway().await.map_err(Failure::Final)?;
        let holding = async {
            match session {
                Some(session) => session.hold().await,
                None => Ok(()),
            }
        };
        let looking = first.captured(place.clone(), always);
        let both = tokio::try_join!(looking, holding);
        both.map(|(likeness, ())| likeness).map_err(Failure::Otherwise)
    };
    let outcome = timeout_at(until, work).await;
    let thawed = frozen.thaw().await;
    let lasted = began.elapsed();
    let likeness = outcome.unwrap_or_else(|_elapsed| Err(Failure::TooLong(too_long())))?;
    // What was captured is good; a service that does not thaw is worse.
    thawed.map_err(|error| Failure::Final(trouble::of_engine(&error)))?;
    Ok(Captured { likeness, at, lasted })
}

fn too_long() -> Trouble {
    let seconds = STILL.as_secs();
    Trouble::new(
        "pause-too-long",
        text!(
            "More changed in the data than can be captured in {seconds} s.",
            "Les données changent trop pour être saisies en {seconds} s."
        ),
        text!(
            "Try again when fewer people are at work.",
            "Réessayez quand il y aura moins de monde."
        ),
    )
}
