//! Moving: from one release of a service to another, forward and back.
//!
//! | room | what is in it |
//! |---|---|
//! | `ask` | what can be asked, checked before it becomes a job; what can be had |
//! | `course` | one move: where to, by which releases, and what its steps found out |
//! | `fetch` | all images of the way, before anything is touched |
//! | `shut` | the door closed; taken back, the old release proven again |
//! | `room` | the volumes that the new release brings; taken back, the data as they were |
//! | `data` | the data of the release before, put back |
//! | `over` | one release's containers in the place of another's, proven behind the door |
//! | `compare`, `measured` | what must be equal before and after |
//! | `commit` | the new release becomes the service's own, and the door opens |
//! | `afterwards` | the time after the opening, and who goes back in it |
//! | `sentences` | what people are told |
//!
//! **Invariants.** Until [`commit`] has been written down, whatever fails or is
//! killed ends with the old release running on the data that it left. Once it
//! has been, nothing of the job is taken back: people may have written since.

mod afterwards;
mod ask;
mod commit;
mod compare;
mod course;
mod data;
mod fetch;
mod measured;
mod over;
mod room;
mod sentences;
mod shut;

pub use ask::{Moved, Newer, Previous, UpdateRequest, WayBack, Written};

pub(crate) use afterwards::Afterwards;
pub(crate) use course::{Back, Course, Version, images_of};
pub(crate) use sentences::last_word;

use jobs::Step;
use ledger::SnapshotNumber;
use recipe::Moment;
use recipe::format::When;

use crate::keeping::TakeStopped;
use crate::outside::Work;
use crate::steps::RunCommands;
use course::UntilCommitted;

type Steps = Vec<Box<dyn Step>>;

/// The steps of a move.
pub(crate) fn steps(course: &Course) -> Steps {
    match &course.back {
        None => update(course),
        Some(back) => rollback(course, back),
    }
}

/// Forward, release by release.
fn update(course: &Course) -> Steps {
    let work = Work::Updating;
    let mut steps: Steps = vec![
        Box::new(fetch::FetchWay::new(course.clone())),
        Box::new(shut::Shut { course: course.clone(), work }),
        course.until_committed(TakeStopped::new(course.now(), "before-update", course.job)),
        course.until_committed(room::MakeRoom(course.clone())),
    ];
    for hop in course.hops() {
        let target = course.at(&hop);
        steps.extend([
            course.until_committed(over::BringOver(target.clone())),
            course.until_committed(over::ProveBehind { target: target.clone(), work }),
        ]);
        if course.has_commands(When::AfterUpdate) {
            let moment = Moment::AfterUpdate;
            steps.push(Box::new(RunCommands { target, moment }));
        }
    }
    steps.extend(the_end(course));
    steps
}

/// Back: the data of the snapshot, under the release that they are of.
fn rollback(course: &Course, back: &Back) -> Steps {
    let work = Work::Restoring;
    let target = course.at(&course.to.release);
    let reason = if course.by_itself { "after-failed-update" } else { "before-rollback" };
    let mut steps: Steps = vec![
        Box::new(fetch::FetchWay::new(course.clone())),
        Box::new(shut::Shut { course: course.clone(), work }),
        course.until_committed(TakeStopped::new(course.now(), reason, course.job)),
    ];
    if course.by_itself {
        steps.push(Box::new(afterwards::Weigh(course.clone())));
    }
    let snapshot = SnapshotNumber(back.snapshot);
    steps.extend([
        course.until_committed(data::BringBack { target: course.now(), snapshot }),
        course.until_committed(over::BringOver(target.clone())),
    ]);
    // Its data may be of a time when it had other domains than now.
    if course.has_commands(When::DomainChange) {
        let (target, moment) = (target.clone(), Moment::DomainChange);
        steps.push(Box::new(RunCommands { target, moment }));
    }
    steps.push(course.until_committed(over::ProveBehind { target, work }));
    steps.extend(the_end(course));
    steps
}

fn the_end(course: &Course) -> Steps {
    vec![
        Box::new(compare::Compare(course.clone())),
        Box::new(commit::Commit(course.clone())),
        Box::new(commit::Open(course.clone())),
    ]
}

impl Course {
    fn until_committed(&self, step: impl Step + 'static) -> Box<dyn Step> {
        Box::new(UntilCommitted { step: Box::new(step), course: self.clone() })
    }
}
