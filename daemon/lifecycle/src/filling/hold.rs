//! Holding a service that fills the disk.

use std::sync::Arc;

use containers::ContainerState;
use jobs::Journal;
use ledger::{Service, ServiceId, Standing, Wanted};
use recipe::{Text, Trouble, text};
use system::ballast::Ballast;

use crate::board::Health;
use crate::filling::Found;
use crate::keeping::DATABASE;
use crate::site::{Ground, subject};
use crate::target::Target;
use crate::{handed, routes, stand, trouble};

/// Freezes a service, gives back half of the room that was set aside, writes down
/// why, and stops it. The other half is given back when it has ended: thawed for
/// that, it writes on for as long as the engine takes. A service with an unfinished
/// job is that job's, which has a deadline; one that is not wanted is no longer asked.
pub(super) async fn hold(
    ground: &Arc<Ground>,
    journal: &Journal,
    found: &Found,
    ballast: &Ballast,
) {
    let Found { service: id, grown, room } = *found;
    let free = room.free;
    let subject = subject(id);
    let Some(_hand) = journal.try_hold(&subject) else { return };
    let fresh = ground.read(|records| {
        let is_free = records.is_free(&subject)?;
        Ok(records.service(id)?.filter(|_| is_free))
    });
    let wanted = |it: &Service| it.standing == Standing::Installed && it.wanted == Wanted::Running;
    let Some(service) = fresh.ok().flatten().filter(wanted) else { return };
    let why = reason(&service.name, grown, free);
    tracing::warn!(service = service.name, grown, free, "fills the disk, and is held");
    // Frozen, it writes nothing: there is time to write down what is done.
    if let Err(trouble) = freeze(ground, id).await {
        tracing::warn!(%trouble, service = service.name, "could not be frozen");
    }
    if let Err(error) = ballast.lighten() {
        tracing::warn!(%error, "the ballast");
    }
    if let Err(error) = ground.ledger.write(|records| records.hold(id, &why)) {
        // The reconciler will start it again, and it will be found again.
        tracing::error!(%error, service = service.name, "is held, which was not written down");
    }
    ground.board.set_health(id, Health::Ill { trouble: why });
    routes::publish(ground).await;
    if let Err(trouble) = stop(ground, id).await {
        tracing::warn!(%trouble, service = service.name, "was not stopped in order");
    }
}

async fn freeze(ground: &Ground, id: ServiceId) -> Result<(), Trouble> {
    let failed = |error| trouble::of_engine(&error);
    let label = id.to_string();
    for container in ground.engine.containers(&ground.owner).await.map_err(failed)? {
        if container.service == label && container.state == ContainerState::Running {
            ground.engine.pause_container(&container.id).await.map_err(failed)?;
        }
    }
    Ok(())
}

async fn stop(ground: &Arc<Ground>, id: ServiceId) -> Result<(), Trouble> {
    let mut plan = Target::new(ground, id).draw()?.plan;
    for planned in &mut plan.containers {
        // Thawed to end in order, it would go on writing until it has. A database
        // has nobody left who writes to it, and may take its time.
        if planned.spec.part != DATABASE {
            planned.spec.stop_grace_seconds = 0;
        }
    }
    stand::stop_only(ground, &plan, &|_part| true).await?;
    handed::take_back(&ground.folders, id);
    Ok(())
}

fn reason(name: &str, grown: u64, free: u64) -> Trouble {
    let Text { en: grown, fr: pris } = Text::of_bytes(grown);
    let Text { en: free, fr: reste } = Text::of_bytes(free);
    Trouble::new(
        "disk-filled",
        text!(
            "{name} was stopped because it filled the disk: it took {grown}, and {free} were left.",
            "{name} a été arrêté parce qu’il remplissait le disque : il a pris {pris}, et il restait {reste}."
        ),
        text!(
            "What it wrote is kept. Make room first (panier trash list), then start it again: panier start {name}",
            "Ce qu’il a écrit est gardé. Faites d’abord de la place (panier trash list), puis relancez-le : panier start {name}"
        ),
    )
}
