//! Steps that several jobs are made of.

mod allot;
mod commands;
mod door;
mod engine;
mod images;

pub(crate) use allot::{Allot, volume_identity};
pub(crate) use commands::{RunCommands, run_all, run_one};
pub(crate) use door::{Close, Prove, Show};
pub(crate) use engine::{Make, Replace, Start, Stop, TakeDown, given_back};
pub(crate) use images::FetchImages;

use std::time::Duration;

/// For what touches only this machine, and is quick when nothing is wrong.
pub(crate) const QUICK: Duration = Duration::from_secs(120);
/// For stopping and starting containers, with their times of grace.
pub(crate) const STARTING: Duration = Duration::from_secs(15 * 60);
/// For fetching or building images over a slow line, on a slow board.
pub(crate) const FETCHING: Duration = Duration::from_secs(6 * 60 * 60);
/// For deleting or moving a service's data.
pub(crate) const DISK: Duration = Duration::from_secs(60 * 60);
