//! What the front door shows: worked out whole from the ledger and the board, each time.

use std::sync::Arc;

use ledger::{Service, Standing, Wanted};
use recipe::{Text, text};

use crate::board::Health;
use crate::outside::{Route, RouteState, Work};
use crate::site::Ground;
use crate::target::Target;

/// Shows the front door all routes.
pub(crate) async fn publish(ground: &Arc<Ground>) {
    let known = ground.read(|records| Ok((records.services()?, records.rehearsing()?)));
    match known {
        Ok((services, hidden)) => {
            let routes =
                services.iter().chain(&hidden).map(|service| route(ground, service)).collect();
            ground.door.publish(routes).await;
        }
        // What is shown stays as it is: a ledger that cannot be read now closes no door.
        Err(trouble) => tracing::error!(%trouble, "routes were not published"),
    }
}

/// Shows people something else at a service's door than the ledger says; none
/// takes that back.
pub(crate) async fn show(target: &Target, state: Option<RouteState>) {
    target.ground.board.show(target.id, state);
    publish(&target.ground).await;
}

fn route(ground: &Arc<Ground>, service: &Service) -> Route {
    let drawn = Target::new(ground, service.id).draw();
    let rules = drawn.as_ref().ok().map(|drawn| drawn.plan.rendered.door.clone());
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
        hosts: service.domains.clone(),
        state,
        rules: rules.unwrap_or_default(),
    }
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
