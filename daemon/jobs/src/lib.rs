//! # jobs: durable operations, whatever they are about
//!
//! A **job** is a list of **steps**. Each step is written into the ledger as
//! begun, done to the world, and written down as done, in one transaction with
//! what it changed in the ledger. When a step fails, the steps begun are taken
//! back in reverse order, and the job ends as failed with its trouble. After a
//! kill or a power cut, [`Journal::recover`] lets every unfinished job go on,
//! or be undone, from where the ledger says it was.
//!
//! **Takes** the steps from a [`Content`], which reads the job's request;
//! **gives** job numbers, [`Event`]s, and one hand on each subject:
//! [`Journal::hold`] for a job, [`Journal::try_hold`] for the reconciler.
//!
//! **Invariants.** Every step has a deadline. A step may be passed over, as those
//! before it have left the ledger; people never see it then. Every step may run more than
//! once. A step that was interrupted [`MOST_ATTEMPTS`] times is not begun
//! again: its job is undone. Taking back never gives up: it is tried again,
//! with growing pauses, until the world allows it. Before, within and after
//! each step lies a named [`FaultPoint`].
//!
//! **Does not know** what any job does, the engine, or the clock (it is given one).

mod event;
mod fault;
mod hold;
mod journal;
mod run;
mod step;

pub use event::Event;
pub use fault::{FaultPoint, Faults, Moment, NoFaults};
pub use hold::Hold;
pub use journal::{Clock, Journal};
pub use run::MOST_ATTEMPTS;
pub use step::{Content, Scene, Step};
