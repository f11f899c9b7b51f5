//! What is read of the machine, and the few things that are done to it: clock,
//! chance, disks and room set aside on them, memory, addresses, users, whole
//! files, folders at one instant, folders in memory.
//!
//! **For what.** The rest of Panier takes time, chance and the machine as
//! parameters. This crate is where they come from, so that one can see in one
//! place all that a box is asked.
//!
//! **Takes** paths, names and sizes. **Gives** plain values and typed errors;
//! nothing is cached, each call asks the kernel.
//!
//! **Does not know** services, recipes, the ledger or the engine, nor any
//! sentence meant for people: callers who may speak to people translate.
//!
//! **Invariant.** `clock::now` is the only reader of the wall clock, and
//! `random::fill` the only source of chance that does not come with a crate of
//! its own (keys, identities).

pub mod ballast;
pub mod clock;
pub mod disk;
pub mod files;
pub mod identity;
pub mod memory;
pub mod network;
pub mod random;
pub mod tmpfs;
pub mod tree;
pub mod user;

mod cannot_read;

pub use cannot_read::CannotRead;
