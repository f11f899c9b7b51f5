//! Making a plan true, and taking it down again: the same for jobs and for the
//! reconciler. Everything may be done twice.

use containers::{ContainerFacts, ContainerState, EngineError, ExecRequest};
use ledger::{Service, ServiceId};
use recipe::{Trouble, text};
use tokio::time::{Instant, sleep, timeout_at};

use crate::plan::{Plan, PlannedContainer};
use crate::sight::Sight;
use crate::site::Ground;
use crate::{handed, passage, probe, trouble, volumes};

/// What [`up`] had to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Done {
    /// Containers made or started.
    pub(crate) touched: u32,
}

/// Makes the service's network; one with another subnet or another openness is
/// made again.
pub(crate) async fn network(ground: &Ground, plan: &Plan) -> Result<(), EngineError> {
    let mut networks = ground.engine.networks(&ground.owner).await?;
    networks.retain(|network| network.service == plan.network.service);
    let right = networks.iter().position(|network| network.is_as(&plan.network));
    let is_there = right.map(|at| networks.swap_remove(at)).is_some();
    if is_there && networks.is_empty() {
        return Ok(());
    }
    // Who was in one that is gone looks for that very one at each start.
    containers_of(ground, &plan.network.service, |_container| true).await?;
    for wrong in networks {
        ground.engine.remove_network(&wrong.id).await?;
    }
    if !is_there {
        match ground.engine.create_network(&ground.owner, &plan.network).await {
            Ok(_) | Err(EngineError::Exists { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Makes the engine's volumes; the folders that they are bound to are there already.
pub(crate) async fn engine_volumes(ground: &Ground, plan: &Plan) -> Result<(), EngineError> {
    let there = ground.engine.volumes(&ground.owner).await?;
    for volume in &plan.volumes {
        let found = there.iter().find(|found| found.name == volume.spec.name);
        if found.is_some_and(|found| found.is_as(&volume.spec)) {
            continue;
        }
        if found.is_some() {
            // Bound to where the data lay before: the name goes, the data stay.
            containers_of(ground, &plan.network.service, |_container| true).await?;
            ground.engine.remove_volume(&volume.spec.name).await?;
        }
        match ground.engine.create_volume(&ground.owner, &volume.spec).await {
            Ok(()) | Err(EngineError::Exists { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Makes every container that is not there as it should be; removes those that
/// the plan does not have.
pub(crate) async fn containers(ground: &Ground, plan: &Plan) -> Result<Done, EngineError> {
    let wanted = |found: &ContainerFacts| {
        found.state != ContainerState::Dead
            && plan.containers.iter().any(|planned| found.is_made_as(&planned.spec))
    };
    containers_of(ground, &plan.network.service, |found| !wanted(found)).await?;
    let there = ground.engine.containers(&ground.owner).await?;
    let mut done = Done::default();
    for planned in &plan.containers {
        if there.iter().any(|found| found.name == planned.spec.name) {
            continue;
        }
        // A file that is bound must be there when the container is made, or the
        // engine puts a folder in its place.
        handed::write(planned).map_err(|error| EngineError::Api {
            what: "hand over files".into(),
            source: std::sync::Arc::new(error),
        })?;
        match ground.engine.create_container(&ground.owner, &planned.spec).await {
            Ok(_) | Err(EngineError::Exists { .. }) => done.touched += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Which of a service's containers, by their names in the recipe.
pub(crate) type Which<'a> = &'a (dyn Fn(&str) -> bool + Send + Sync);

/// Starts every container that does not run, in order, each when those before
/// it are ready. Of a service that runs whole, nothing is asked.
async fn start(ground: &Ground, plan: &Plan, which: Which<'_>) -> Result<Done, Trouble> {
    let there =
        ground.engine.containers(&ground.owner).await.map_err(|e| trouble::of_engine(&e))?;
    let mut done = Done::default();
    let mut perhaps_not_ready: Vec<(&str, &PlannedContainer)> = Vec::new();
    for planned in plan.containers.iter().filter(|planned| which(&planned.spec.part)) {
        let Some(found) = there.iter().find(|found| found.name == planned.spec.name) else {
            return Err(vanished(&planned.spec.name));
        };
        if found.state != ContainerState::Running {
            for (id, before) in perhaps_not_ready.drain(..) {
                ready(ground, id, before).await?;
            }
            start_one(ground, found, planned).await?;
            done.touched += 1;
        }
        perhaps_not_ready.push((&found.id, planned));
    }
    if done.touched > 0 {
        for (id, planned) in perhaps_not_ready {
            ready(ground, id, planned).await?;
        }
    }
    Ok(done)
}

async fn start_one(
    ground: &Ground,
    found: &ContainerFacts,
    planned: &PlannedContainer,
) -> Result<(), Trouble> {
    let started = match found.state {
        ContainerState::Paused => ground.engine.unpause_container(&found.id).await,
        _ => {
            handed::write(planned)?;
            ground.engine.start_container(&found.id).await
        }
    };
    started.map_err(|error| trouble::of_engine(&error))
}

/// All of a plan, true at the end: volumes checked, network, volumes,
/// containers, firewall, all started.
pub(crate) async fn up(ground: &Ground, service: &Service, plan: &Plan) -> Result<Done, Trouble> {
    up_only(ground, service, plan, &|_part| true).await
}

/// The same, with only some of the containers started. Those that run are left running.
pub(crate) async fn up_only(
    ground: &Ground,
    service: &Service,
    plan: &Plan,
    which: Which<'_>,
) -> Result<Done, Trouble> {
    check_volumes(ground, service)?;
    let made = async {
        network(ground, plan).await?;
        engine_volumes(ground, plan).await?;
        containers(ground, plan).await
    };
    let made = made.await.map_err(|error| trouble::of_engine(&error))?;
    handed::take_back_strays(plan);
    passage::allow(ground, service.id, plan).await?;
    let started = start(ground, plan, which).await?;
    Ok(Done { touched: made.touched + started.touched })
}

/// The same, with nothing asked of the engine where `sight` shows all of it.
pub(crate) async fn up_unless_seen(
    ground: &Ground,
    service: &Service,
    plan: &Plan,
    sight: Option<&Sight>,
) -> Result<Done, Trouble> {
    if !sight.is_some_and(|sight| sight.shows(plan)) {
        return up(ground, service, plan).await;
    }
    check_volumes(ground, service)?;
    handed::take_back_strays(plan);
    passage::allow(ground, service.id, plan).await?;
    Ok(Done::default())
}

/// Sees to it that each volume of a service is the one that the ledger means.
pub(crate) fn check_volumes(ground: &Ground, service: &Service) -> Result<(), Trouble> {
    let folder = ground.folders.of(service);
    for volume in ground.read(|records| records.volumes(service.id))? {
        volumes::check(&folder, &volume.name, &volume.identity)?;
    }
    Ok(())
}

/// Stops a service's containers, the last started first. Gives how many ran.
pub(crate) async fn stop(ground: &Ground, id: ServiceId, plan: &Plan) -> Result<u32, Trouble> {
    let stopped = stop_only(ground, plan, &|_part| true).await?;
    handed::take_back(&ground.folders, id);
    Ok(stopped)
}

/// Stops some of a service's containers, the last started first.
pub(crate) async fn stop_only(
    ground: &Ground,
    plan: &Plan,
    which: Which<'_>,
) -> Result<u32, Trouble> {
    let there =
        ground.engine.containers(&ground.owner).await.map_err(|e| trouble::of_engine(&e))?;
    let mut stopped = 0;
    for planned in plan.containers.iter().rev().filter(|planned| which(&planned.spec.part)) {
        let running = there.iter().find(|found| {
            found.name == planned.spec.name
                && matches!(found.state, ContainerState::Running | ContainerState::Paused)
        });
        let Some(found) = running else { continue };
        let grace = planned.spec.stop_grace_seconds;
        if found.state == ContainerState::Paused && grace > 0 {
            let thawed = ground.engine.unpause_container(&found.id).await;
            thawed.map_err(|e| trouble::of_engine(&e))?;
        }
        ground.engine.stop_container(&found.id, grace).await.map_err(|e| trouble::of_engine(&e))?;
        stopped += 1;
    }
    Ok(stopped)
}

/// Takes away all that the engine has of a service; its folders stay.
pub(crate) async fn down(ground: &Ground, id: ServiceId) -> Result<(), EngineError> {
    clear(ground, id).await?;
    let label = id.to_string();
    for network in ground.engine.networks(&ground.owner).await? {
        if network.service == label {
            ground.engine.remove_network(&network.id).await?;
        }
    }
    Ok(())
}

/// The same, but for its network: what comes back soon must find its subnet,
/// which another box on this engine could take meanwhile.
pub(crate) async fn clear(ground: &Ground, id: ServiceId) -> Result<(), EngineError> {
    let label = id.to_string();
    containers_of(ground, &label, |_container| true).await?;
    for volume in ground.engine.volumes(&ground.owner).await? {
        if volume.service == label {
            ground.engine.remove_volume(&volume.name).await?;
        }
    }
    handed::take_back(&ground.folders, id);
    Ok(())
}

/// Removes those of a service's containers that `which` names; each gets the
/// time to end that engines give by default.
async fn containers_of(
    ground: &Ground,
    service: &str,
    which: impl Fn(&ContainerFacts) -> bool,
) -> Result<(), EngineError> {
    const GRACE_SECONDS: u32 = 20;
    let there = ground.engine.containers(&ground.owner).await?;
    for container in there.iter().filter(|it| it.service == service && which(it)) {
        if container.state == ContainerState::Paused {
            ground.engine.unpause_container(&container.id).await?;
        }
        if matches!(container.state, ContainerState::Running | ContainerState::Paused) {
            ground.engine.stop_container(&container.id, GRACE_SECONDS).await?;
        }
        ground.engine.remove_container(&container.id).await?;
    }
    Ok(())
}

/// Waits until a container says that it is ready.
async fn ready(ground: &Ground, id: &str, planned: &PlannedContainer) -> Result<(), Trouble> {
    let Some(command) = &planned.ready else { return Ok(()) };
    let request = ExecRequest { command: command.clone(), ..ExecRequest::default() };
    let part = &planned.spec.part;
    let begun = Instant::now();
    let deadline = begun + planned.ready_within;
    let mut last = String::new();
    loop {
        match timeout_at(deadline, ground.engine.exec(id, &request)).await {
            Ok(Ok(outcome)) if outcome.code == 0 => return Ok(()),
            Ok(Ok(outcome)) => last = outcome.output,
            Ok(Err(EngineError::NotRunning { .. })) => return Err(died(part)),
            Ok(Err(error)) => return Err(trouble::of_engine(&error)),
            Err(_elapsed) => {
                return Err(Trouble::new(
                    "block-not-ready",
                    text!(
                        "The container {part} runs, and did not become ready.",
                        "Le conteneur {part} tourne, mais n’est pas devenu prêt."
                    ),
                    text!(
                        "Look into its log, and try again: panier logs NAME",
                        "Regardez son journal, et réessayez : panier logs NOM"
                    ),
                )
                .because_of(last.trim()));
            }
        }
        sleep(probe::pause_after(begun.elapsed())).await;
    }
}

fn died(part: &str) -> Trouble {
    Trouble::new(
        "container-ended",
        text!(
            "The container {part} ended as soon as it was started.",
            "Le conteneur {part} s’est arrêté aussitôt démarré."
        ),
        text!(
            "Look into its log for the reason: panier logs NAME",
            "Cherchez-en la raison dans son journal : panier logs NOM"
        ),
    )
}

fn vanished(name: &str) -> Trouble {
    Trouble::new(
        "container-vanished",
        text!(
            "The container {name} vanished while it was being started.",
            "Le conteneur {name} a disparu pendant son démarrage."
        ),
        text!("Try again.", "Réessayez."),
    )
}
