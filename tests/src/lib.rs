//! What the tests share: a whole box in a temporary folder, a client that
//! trusts one root certificate, and a small piece of software to install.
//!
//! **Takes** the programs that cargo built beside the test (`panier`,
//! `tiny-service`) and the engine that `PANIER_ENGINE` names. **Gives**
//! [`TestBox`], which speaks to the real daemon by the real command line;
//! [`Client`], which speaks to the real front door as a browser would;
//! [`TestEngine`], which looks at the engine from outside; [`OwnEngine`], one that
//! may be killed; [`Chance`], for instants that nobody chose; [`Pebble`], a public
//! authority that asks at this machine; and [`Browser`], a person who walks
//! through the panel.
//!
//! **Does not know** how anything works inside: what a test cannot see through
//! the command line, the front door, the engine or the ledger, no test here
//! should look at. Tests of the inside stand beside the code.
//!
//! Where there is no engine (`PANIER_ENGINE=none`), [`TestBox::new`] and
//! [`TestEngine::new`] print that the test was left out and give nothing.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "this crate is tests: what fails here must fail the test, and say so"
)]

mod browser;
mod chance;
mod client;
mod command;
mod deadline;
mod engine;
mod journey;
mod own_engine;
mod pebble;
mod programs;
mod restic;
mod test_box;

pub use browser::Browser;
pub use chance::Chance;
pub use client::{Answer, CannotAsk, Client, Door, Http};
pub use command::Run;
pub use deadline::wait_until;
pub use engine::{TestEngine, engine_socket};
pub use own_engine::{EnginePlace, OwnEngine};
pub use pebble::{Pebble, PebblePlan};
pub use programs::program;
pub use restic::{old_restic, path_with_restic};
pub use test_box::{TestBox, TestBoxPlan};
