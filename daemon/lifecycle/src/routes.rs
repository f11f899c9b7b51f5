//! What the front door shows: worked out whole from the ledger and the board, each time.

use std::collections::BTreeSet;
use std::sync::Arc;

use ledger::{Service, Standing, StepState, Wanted};
use recipe::{Text, Trouble, text};

use crate::board::Health;
use crate::outside::{Route, RouteState, Work};
use crate::site::{Ground, subject_of};
use crate::target::{self, Target};

/// Shows the front door all routes.
pub(crate) async fn publish(ground: &Arc<Ground>) {
    let _turn = ground.board.telling.lock().await;
    let known = ground.read(|records| Ok((records.services()?, records.rehearsing()?)));
    match known {
        Ok((services, hidden)) => {
            let all = || services.iter().chain(&hidden);
            let known: BTreeSet<&str> =
                all().flat_map(|service| &service.domains).map(String::as_str).collect();
            let routes = all().map(|service| route(ground, service, &known)).collect();
            ground.door.publish(routes).await;
        }
        // What is shown stays as it is: a ledger that cannot be read now closes no door.
        Err(trouble) => tracing::error!(%trouble, "routes were not published"),
    }
}

/// Shows people something else at a service's door than the ledger says; none
/// takes that back. A target with other domains is shown at those as well.
pub(crate) async fn show(target: &Target, state: Option<RouteState>) {
    let hosts = state.as_ref().and(target.domains.clone());
    target.ground.board.show(target.id, state);
    show_at(target, hosts).await;
}

/// Shows a service at other domains as well, in the state that it is in.
pub(crate) async fn show_at(target: &Target, hosts: Option<Vec<String>>) {
    target.ground.board.show_at(target.id, hosts);
    publish(&target.ground).await;
}

/// Closes the doors that unfinished jobs had closed when the daemon died. Each
/// job goes on from where it was, and its first step is done.
pub(crate) fn close_again(ground: &Ground) -> Result<(), Trouble> {
    let unfinished = ground.read(|records| {
        let mut found = Vec::new();
        for job in records.unfinished_jobs()? {
            let steps = records.steps(job.id)?;
            found.push((job, steps));
        }
        Ok(found)
    })?;
    for (job, steps) in unfinished {
        let begun = |name: &str| {
            steps.iter().any(|step| step.name == name && step.state != StepState::Undone)
        };
        let service = subject_of(&job.subject);
        if let (Some(id), true, false) = (service, begun("close"), begun("show")) {
            ground.board.show(id, Some(state_during(&job.kind)));
        }
    }
    Ok(())
}

/// What people find while a job of this kind goes on.
fn state_during(kind: &str) -> RouteState {
    let work = match kind {
        "stop" | "remove" | "purge" => return RouteState::Stopped,
        "update" => Work::Updating,
        "restore" | "rollback" => Work::Restoring,
        "change-answers" | "change-domains" => Work::Changing,
        "back-up" => Work::Keeping,
        _ => Work::Starting,
    };
    RouteState::Closed { work }
}

fn route(ground: &Arc<Ground>, service: &Service, known: &BTreeSet<&str>) -> Route {
    let drawn = target::drawn(ground, service.id);
    let rules = drawn.as_ref().ok().map(|drawn| drawn.plan.rendered.door.clone());
    let drawn_gateway = drawn.as_ref().ok().and_then(|drawn| drawn.plan.gateway);
    let state = match ground.board.shown(service.id) {
        Some(shown) => shown,
        None => match drawn {
            Ok(drawn) => by_standing(ground, service, drawn.plan.upstream),
            Err(trouble) if service.standing == Standing::Installed => {
                RouteState::Ill { reason: trouble.what }
            }
            Err(_not_allotted_yet) => RouteState::Closed { work: Work::Installing },
        },
    };
    Route {
        service: service.name.clone(),
        hosts: hosts(ground, service, known),
        state,
        rules: rules.unwrap_or_default(),
        gateway: drawn_gateway,
    }
}

/// The ledger's domains, and behind them those that a job is proving, unless
/// the ledger knows whose they are.
fn hosts(ground: &Ground, service: &Service, known: &BTreeSet<&str>) -> Vec<String> {
    let mut hosts = service.domains.clone();
    let proving = ground.board.hosts(service.id).unwrap_or_default();
    hosts.extend(proving.into_iter().filter(|host| !known.contains(host.as_str())));
    hosts
}

fn by_standing(ground: &Ground, service: &Service, upstream: std::net::SocketAddr) -> RouteState {
    match (service.standing, service.wanted) {
        (Standing::Rehearsing, _) => RouteState::Closed { work: Work::Restoring },
        (Standing::Installing, _) => RouteState::Closed { work: Work::Installing },
        (_, Wanted::Stopped) => RouteState::Stopped,
        (_, Wanted::Running) => match ground.board.health(service.id) {
            Some(Health::Ill { trouble }) => RouteState::Ill { reason: ill(service, trouble.what) },
            Some(Health::Starting) => RouteState::Candidate { upstream, work: Work::Starting },
            _ => RouteState::Open { upstream },
        },
    }
}

fn ill(service: &Service, what: Text) -> Text {
    if what.en.is_empty() {
        let name = &service.name;
        return text!("{name} does not work.", "{name} ne fonctionne pas.");
    }
    what
}
