//! The content of each kind of job: which steps, in which order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jobs::{Content, Step};
use ledger::{JobId, JobRecord, LedgerError, Service, ServiceId, SnapshotNumber, Standing, Wanted};
use recipe::{Moment, Text, Trouble};

use crate::board::Health;
use crate::keeping::{
    Announce, CheckTarget, Compare, CopyOut, KeepLiving, LoadDatabase, Otherwise, Phase, PutBack,
    Rehearsal, TakeStopped, ThinOut, ThrowAway,
};
use crate::moving::{self, Course};
use crate::outside::{RouteState, Work};
use crate::request::Request;
use crate::site::Ground;
use crate::steps::{
    Allot, Close, FetchImages, Make, Prove, Replace, RunCommands, Show, Start, Stop, TakeDown,
};
use crate::target::Target;
use crate::trash::{BringBack, Delete, Discard};
use crate::{build, domains, trouble};

/// Knows what each job of the lifecycle consists of.
pub(crate) struct Contents(pub(crate) Arc<Ground>);

type Steps = Vec<Box<dyn Step>>;

impl Content for Contents {
    fn steps(&self, job: &JobRecord) -> Result<Steps, Trouble> {
        let request = Request::read(&job.request)?;
        let course = Course::of(&self.0, job.id, &request);
        match request {
            Request::Update { .. } | Request::Rollback { .. } => {
                Ok(course.as_ref().map(moving::steps).unwrap_or_default())
            }
            // The reconciler starts it again.
            Request::SetAside { service } => Ok(vec![Box::new(TakeStopped::new(
                self.target(service),
                "after-failed-update",
                job.id,
            ))]),
            Request::Install { service } => Ok(self.install(service)),
            Request::Start { service, was } => Ok(self.start(service, was)),
            Request::Stop { service, was } => Ok(self.stop(service, was)),
            Request::Restart { service, was } => Ok(self.restart(service, was)),
            Request::ChangeAnswers { service, answers, before } => {
                self.change_answers(&self.0.service(service)?, answers, before)
            }
            Request::ChangeDomains { service, change } => {
                Ok(domains::steps(&self.target(service), self.0.service(service)?.wanted, change))
            }
            Request::Remove { service, purge, at } => Ok(self.remove(service, purge, at)),
            Request::RestoreFromTrash { service, removed, name } => {
                Ok(self.restore(service, removed, name))
            }
            Request::BackUp { service, reason, was } => {
                Ok(self.back_up(job.id, service, &reason, was))
            }
            Request::RestoreInPlace { service, snapshot, after, before, moved, was } => {
                let put_back =
                    PutBack { target: self.target(service), snapshot, after, before: Some(before) };
                Ok(self.restore_in_place(job.id, put_back, moved, was))
            }
            Request::RestoreBeside { service, snapshot, facts, moved } => {
                let target = self.target(service);
                let put_back = PutBack { target, snapshot, after: facts, before: None };
                Ok(self.restore_beside(put_back, moved))
            }
            Request::Rehearse { service, of, snapshot, facts } => {
                let target = self.target(service);
                let rehearsal = Rehearsal { target: target.clone(), of, snapshot, job: job.id };
                let put_back = PutBack { target, snapshot, after: facts, before: None };
                Ok(self.rehearse(rehearsal, put_back))
            }
            Request::CheckTarget { name } => {
                Ok(vec![Box::new(CheckTarget { ground: Arc::clone(&self.0), name })])
            }
            Request::ThinOut {} => Ok(vec![Box::new(ThinOut(Arc::clone(&self.0)))]),
            Request::PurgeFromTrash { service } => Ok(vec![Box::new(Delete(self.target(service)))]),
            Request::BuildImages { images } => Ok(images
                .into_iter()
                .map(|(folder, version)| {
                    Box::new(build::BuildImage::new(Arc::clone(&self.0), folder, version))
                        as Box<dyn Step>
                })
                .collect()),
        }
    }

    fn last_word(&self, job: &JobRecord, trouble: Trouble) -> Trouble {
        let request = Request::read(&job.request);
        match request.ok().and_then(|request| Course::of(&self.0, job.id, &request)) {
            Some(course) => moving::last_word(&course, trouble),
            None => trouble,
        }
    }

    fn ledger_trouble(&self, error: &LedgerError) -> Trouble {
        trouble::of_ledger(error)
    }

    fn deadline_trouble(&self, step: &Text, deadline: Duration) -> Trouble {
        trouble::deadline(step, deadline)
    }

    fn interrupted_trouble(&self, step: &Text) -> Trouble {
        trouble::interrupted(step)
    }
}

impl Contents {
    fn target(&self, service: ServiceId) -> Target {
        Target::new(&self.0, service)
    }

    fn install(&self, id: ServiceId) -> Steps {
        let target = self.target(id);
        let moment = Moment::AfterInstall;
        vec![
            Box::new(Allot(target.clone())),
            Box::new(FetchImages::new(target.clone())),
            Box::new(Make(target.clone())),
            Box::new(Start(target.clone())),
            Box::new(RunCommands { target: target.clone(), moment }),
            Box::new(Prove {
                target: target.clone(),
                work: Work::Installing,
                record: Box::new(move |records| records.set_standing(id, Standing::Installed)),
                unrecord: Box::new(move |records| records.set_standing(id, Standing::Installing)),
            }),
            Box::new(Show { target, health: Some(Health::Up) }),
        ]
    }

    fn start(&self, id: ServiceId, was: Wanted) -> Steps {
        let target = self.target(id);
        let state = RouteState::Closed { work: Work::Starting };
        vec![
            Box::new(Close { target: target.clone(), state }),
            Box::new(FetchImages::new(target.clone())),
            Box::new(Start(target.clone())),
            Box::new(Prove {
                target: target.clone(),
                work: Work::Starting,
                record: Box::new(move |records| records.set_wanted(id, Wanted::Running)),
                unrecord: Box::new(move |records| records.set_wanted(id, was)),
            }),
            Box::new(Show { target, health: Some(Health::Up) }),
        ]
    }

    fn stop(&self, id: ServiceId, was: Wanted) -> Steps {
        let target = self.target(id);
        vec![
            Box::new(Close { target: target.clone(), state: RouteState::Stopped }),
            Box::new(Stop { target: target.clone(), for_good: true, was }),
            Box::new(Show { target, health: Some(Health::Stopped) }),
        ]
    }

    fn restart(&self, id: ServiceId, was: Wanted) -> Steps {
        let target = self.target(id);
        let state = RouteState::Closed { work: Work::Starting };
        vec![
            Box::new(Close { target: target.clone(), state }),
            Box::new(Stop { target: target.clone(), for_good: false, was }),
            Box::new(Prove {
                target: target.clone(),
                work: Work::Starting,
                record: Box::new(move |records| records.set_wanted(id, Wanted::Running)),
                unrecord: Box::new(move |records| records.set_wanted(id, was)),
            }),
            Box::new(Show { target, health: Some(Health::Up) }),
        ]
    }

    fn change_answers(
        &self,
        service: &Service,
        answers: BTreeMap<String, String>,
        old: BTreeMap<String, String>,
    ) -> Result<Steps, Trouble> {
        let id = service.id;
        let before = self.target(id);
        let after = before.with_answers(answers.clone());
        if service.wanted == Wanted::Stopped {
            // Proven when it is started again.
            let answers = crate::answers::WriteDown { id, answers, before: old };
            return Ok(vec![
                Box::new(answers),
                Box::new(Show { target: before, health: Some(Health::Stopped) }),
            ]);
        }
        let state = RouteState::Closed { work: Work::Changing };
        Ok(vec![
            Box::new(Close { target: before.clone(), state }),
            Box::new(Replace { after: after.clone(), before: before.clone() }),
            Box::new(Prove {
                target: after,
                work: Work::Changing,
                record: Box::new(move |records| records.set_answers(id, &answers)),
                unrecord: Box::new(move |records| records.set_answers(id, &old)),
            }),
            Box::new(Show { target: before, health: Some(Health::Up) }),
        ])
    }

    fn remove(&self, id: ServiceId, purge: bool, at: jiff::Timestamp) -> Steps {
        let target = self.target(id);
        let mut steps: Steps = vec![
            Box::new(Close { target: target.clone(), state: RouteState::Stopped }),
            Box::new(TakeDown(target.clone())),
            Box::new(Discard { target: target.clone(), at }),
        ];
        if purge {
            steps.push(Box::new(Delete(target.clone())));
        }
        steps.push(Box::new(Show { target, health: None }));
        steps
    }

    fn restore(&self, id: ServiceId, removed: jiff::Timestamp, name: String) -> Steps {
        let target = self.target(id);
        vec![
            Box::new(BringBack { target: target.clone(), removed, name }),
            Box::new(FetchImages::new(target.clone())),
            Box::new(Make(target.clone())),
            Box::new(Start(target.clone())),
            Box::new(Prove {
                target: target.clone(),
                work: Work::Restoring,
                record: Box::new(move |records| records.set_standing(id, Standing::Installed)),
                unrecord: Box::new(move |records| records.set_standing(id, Standing::Installing)),
            }),
            Box::new(Show { target, health: Some(Health::Up) }),
        ]
    }

    fn back_up(&self, job: JobId, id: ServiceId, reason: &str, was: Wanted) -> Steps {
        let target = self.target(id);
        let keep = TakeStopped::new(target.clone(), reason, job);
        if was == Wanted::Stopped {
            return vec![Box::new(keep), Box::new(CopyOut(target))];
        }
        let state = RouteState::Closed { work: Work::Keeping };
        vec![
            Box::new(KeepLiving::new(target.clone(), reason, job)),
            Box::new(Otherwise::new(job, Close { target: target.clone(), state })),
            Box::new(Otherwise::new(job, keep)),
            Box::new(Otherwise::new(job, Start(target.clone()))),
            Box::new(Otherwise::new(
                job,
                Prove {
                    target: target.clone(),
                    work: Work::Keeping,
                    record: Box::new(|_records| Ok(())),
                    unrecord: Box::new(|_records| Ok(())),
                },
            )),
            Box::new(Otherwise::new(
                job,
                Show { target: target.clone(), health: Some(Health::Up) },
            )),
            Box::new(CopyOut(target)),
        ]
    }

    /// The same as a restore beside, in the dark, and with an end.
    fn rehearse(&self, rehearsal: Rehearsal, put_back: PutBack) -> Steps {
        let (target, snapshot) = (rehearsal.target.clone(), rehearsal.snapshot);
        let mut steps: Steps = vec![
            Box::new(Announce(rehearsal.clone())),
            Box::new(Allot(target.clone())),
            Box::new(put_back),
            Box::new(FetchImages::new(target.clone())),
            Box::new(Make(target.clone())),
        ];
        steps.extend(wake(&target, snapshot, true));
        steps.push(Box::new(Prove {
            target: target.clone(),
            work: Work::Restoring,
            record: Box::new(|_records| Ok(())),
            unrecord: Box::new(|_records| Ok(())),
        }));
        steps.push(Box::new(Compare { target, snapshot, phase: Phase::Answers }));
        steps.push(Box::new(ThrowAway(rehearsal)));
        steps
    }

    /// A snapshot of the present first: whatever fails after it is undone by it.
    fn restore_in_place(&self, job: JobId, put_back: PutBack, moved: bool, was: Wanted) -> Steps {
        let target = put_back.target.clone();
        let (id, snapshot) = (target.id, put_back.snapshot);
        let state = RouteState::Closed { work: Work::Restoring };
        let mut steps: Steps = vec![
            Box::new(Close { target: target.clone(), state }),
            Box::new(TakeStopped::new(target.clone(), "before-restore", job)),
            Box::new(put_back),
            Box::new(FetchImages::new(target.clone())),
        ];
        steps.extend(wake(&target, snapshot, moved));
        steps.push(Box::new(Prove {
            target: target.clone(),
            work: Work::Restoring,
            record: Box::new(move |records| records.set_wanted(id, Wanted::Running)),
            unrecord: Box::new(move |records| records.set_wanted(id, was)),
        }));
        let phase = Phase::Answers;
        steps.push(Box::new(Compare { target: target.clone(), snapshot, phase }));
        steps.push(Box::new(Show { target, health: Some(Health::Up) }));
        steps
    }

    fn restore_beside(&self, put_back: PutBack, moved: bool) -> Steps {
        let target = put_back.target.clone();
        let (id, snapshot) = (target.id, put_back.snapshot);
        let mut steps: Steps = vec![
            Box::new(Allot(target.clone())),
            Box::new(put_back),
            Box::new(FetchImages::new(target.clone())),
            Box::new(Make(target.clone())),
        ];
        steps.extend(wake(&target, snapshot, moved));
        steps.push(Box::new(Prove {
            target: target.clone(),
            work: Work::Restoring,
            record: Box::new(move |records| records.set_standing(id, Standing::Installed)),
            unrecord: Box::new(move |records| records.set_standing(id, Standing::Installing)),
        }));
        let phase = Phase::Answers;
        steps.push(Box::new(Compare { target: target.clone(), snapshot, phase }));
        steps.push(Box::new(Show { target, health: Some(Health::Up) }));
        steps
    }
}

/// Compares data that were put back, starts the service on them, and tells it so.
fn wake(target: &Target, snapshot: SnapshotNumber, moved: bool) -> Steps {
    let tell = |moment| Box::new(RunCommands { target: target.clone(), moment }) as Box<dyn Step>;
    let mut steps: Steps = vec![
        Box::new(LoadDatabase(target.clone())),
        Box::new(Compare { target: target.clone(), snapshot, phase: Phase::Data }),
        Box::new(Start(target.clone())),
        tell(Moment::AfterRestore),
    ];
    if moved {
        steps.push(tell(Moment::DomainChange));
    }
    steps
}
