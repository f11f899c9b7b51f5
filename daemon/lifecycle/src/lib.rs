//! # lifecycle: the content of the jobs, and the reconciler
//!
//! What is done to services: install, start, stop, restart, change of answers,
//! change of domains, snapshot, restore, remove (to the trash), restore from the trash, purge; and
//! building images ahead of time. Each is a list of steps that the journal runs; the steps and
//! the [reconciler](Lifecycle::run) make the world true through the same few
//! functions, which may all be called twice.
//!
//! **Takes** a [`Site`]: the engine, the ledger, the folders, and what it needs
//! of others as narrow traits ([`FrontDoor`], [`Recipes`]). **Gives** job
//! numbers, health, and a look inside ([`Inside`], logs).
//!
//! | room | what is in it |
//! |---|---|
//! | `lifecycle` | the face: what can be asked, checked before it becomes a job |
//! | `request`, `content`, `steps/`, `trash`, `answers`, `domains`, `build` | what each job consists of |
//! | `plan`, `target`, `drawings` | what must be there for a service, drawn from the ledger: pure, and so kept while that is the same |
//! | `stand`, `fetch`, `handed`, `volumes`, `passage` | making it so: engine, images, secrets in memory, folders, firewall |
//! | `keeping/` | snapshots: taking them, the repositories that keep them, bringing them back |
//! | `probe`, `routes`, `board` | the question that proves it, what the door shows, health |
//! | `filling/` | a service that fills the disk: found, held, named |
//! | `schedule` | commands that run again and again |
//! | `reconcile`, `sight`, `watch` | back to what the ledger wants, after whatever happened |
//! | `trouble`, `names` | words for people |
//!
//! **Invariants.** Only Panier starts containers, and only the owner of a
//! service's job touches it. A service is opened in the transaction that
//! records it as proven. Nothing without this box's label is listed, changed or
//! collected. No service starts on a volume whose identity is not beside it, nor
//! before the rules that shut it in hold.
//!
//! **Does not know** HTTP, TLS, certificates, the API, or where recipes lie.

mod answers;
mod board;
mod build;
mod content;
mod domains;
mod drawings;
mod fetch;
mod filling;
mod handed;
mod inside;
mod keeping;
mod last_words;
mod lifecycle;
mod moving;
mod names;
mod outside;
mod passage;
mod plan;
mod probe;
mod reconcile;
mod request;
mod routes;
mod schedule;
mod sight;
mod site;
mod stand;
mod steps;
mod target;
mod trash;
mod trouble;
mod volumes;
mod watch;

pub use board::{Health, MemoryEnded};
pub use inside::{ContainerInside, Inside, ServiceLogLine, VolumeInside};
pub use keeping::{Disk, Kept, Kit, RestoreRequest, TargetFacts, TargetState};
pub use lifecycle::{InstallRequest, Lifecycle};
pub use moving::{Moved, Newer, Previous, UpdateRequest, WayBack, Written};
pub use names::first_domains;
pub use outside::{Answer, FrontDoor, RecipeText, Recipes, Route, RouteState, Work};
pub use passage::firewall_table;
pub use schedule::Scheduled;
pub use site::{Folders, Site};

#[cfg(test)]
mod tests;
