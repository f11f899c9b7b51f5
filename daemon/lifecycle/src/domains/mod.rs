//! A change of a service's domains: another one that leads to it, one less,
//! another main one.
//!
//! Most services do not care by which names they are reached: then the door is
//! told, and nothing else is touched. One whose settings name its domains gets
//! others in their place, is told so by its recipe's commands, and is proven
//! under its main domain behind the closed door; until then, and whenever that
//! fails, it goes by the domains that it had.

mod ask;
mod steps;

use ledger::{Records, Service, ServiceId, Wanted};
use recipe::Moment;
use serde::{Deserialize, Serialize};

use crate::board::Health;
use crate::lifecycle::Refusal;
use crate::outside::{RouteState, Work};
use crate::site::Ground;
use crate::steps::{Close, Prove, Replace, Show, Stop};
use crate::target::{Target, draw_within};
use steps::{ProveOpen, Tell, WriteDown};

/// One change. What it means for the service is found out once, when it is
/// asked for: a later version of Panier may draw a service otherwise, and the
/// steps of a job are always the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct DomainChange {
    /// The service's domains from then on, the main one first.
    pub(crate) domains: Vec<String>,
    /// Those before, to go back to when the job is undone.
    pub(crate) before: Vec<String>,
    /// Whether its containers are others then.
    pub(crate) renewed: bool,
    /// Whether its recipe has something to tell it.
    pub(crate) told: bool,
}

impl DomainChange {
    /// The change that leads a service to these domains.
    fn of(
        ground: &Ground,
        records: &Records<'_>,
        service: &Service,
        domains: Vec<String>,
    ) -> Result<Self, Refusal> {
        let before = draw_within(ground, records, service.clone())?.plan;
        let with = Service { domains: domains.clone(), ..service.clone() };
        let after = draw_within(ground, records, with)?.plan;
        let specs = |plan: &crate::plan::Plan| -> Vec<String> {
            plan.containers.iter().map(|planned| planned.spec.fingerprint()).collect()
        };
        let commands = |plan: crate::plan::Plan| {
            let mut commands = plan.rendered.commands;
            commands.retain(|command| command.moment == Moment::DomainChange);
            commands
        };
        let renewed = specs(&before) != specs(&after);
        let told = commands(before) != commands(after);
        Ok(Self { before: service.domains.clone(), domains, renewed, told })
    }

    fn moves_main(&self) -> bool {
        self.domains.first() != self.before.first()
    }
}

type Steps = Vec<Box<dyn jobs::Step>>;

/// The steps of a change.
pub(crate) fn steps(target: &Target, wanted: Wanted, change: DomainChange) -> Steps {
    let (stays_stopped, id) = (wanted == Wanted::Stopped, target.id);
    let health = if stays_stopped { Health::Stopped } else { Health::Up };
    let show = Box::new(Show { target: target.clone(), health: Some(health) });
    // Of a stopped service only what must be done to it while it runs is done
    // now; it is proven when it is started again.
    if !change.told && (stays_stopped || !change.renewed) {
        return if stays_stopped || !change.moves_main() {
            vec![Box::new(WriteDown { id, change }), show]
        } else {
            vec![Box::new(ProveOpen { target: target.clone(), change }), show]
        };
    }
    let before = target.with_domains(change.before.clone());
    let after = target.with_domains(change.domains.clone());
    let work = Work::Changing;
    let mut steps: Steps = vec![
        Box::new(Close { target: after.clone(), state: RouteState::Closed { work } }),
        Box::new(Replace { after: after.clone(), before: before.clone() }),
    ];
    if change.told {
        steps.push(Box::new(Tell { after: after.clone(), before }));
    }
    let DomainChange { domains, before, .. } = change;
    steps.push(Box::new(Prove {
        target: after.clone(),
        work,
        record: Box::new(move |records| records.set_domains(id, &domains)),
        unrecord: Box::new(move |records| take_back(records, id, &before)),
    }));
    if stays_stopped {
        steps.push(Box::new(Stop { target: after, for_good: true, was: wanted }));
    }
    steps.push(show);
    steps
}

/// Gives a service the domains back that it had. It held them all the while
/// but those that the change took from it; where somebody else has got one of
/// these meanwhile, it does without.
fn take_back(
    records: &Records<'_>,
    id: ServiceId,
    before: &[String],
) -> Result<(), ledger::LedgerError> {
    let mut domains = before.to_vec();
    loop {
        match records.set_domains(id, &domains) {
            Err(ledger::LedgerError::DomainTaken(taken)) if domains.len() > 1 => {
                domains.retain(|domain| *domain != taken);
            }
            outcome => return outcome,
        }
    }
}
