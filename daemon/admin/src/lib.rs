//! # admin: the API, who may use it, and the panel
//!
//! Two Unix sockets. `api.sock` is for root and the command line: peers'
//! credentials are checked, and it can do all that Panier can. `web.sock` is for
//! the front door, which passes people on to it: there the same API answers who
//! has signed in, and nobody else ([`views::SessionView`] tells how far one is). Beside it lie the
//! panel, which is web-ui's files embedded, and the page on how to trust the
//! box's certificate, which must work before a browser does trust it.
//!
//! **Takes** the ledger, the journal and the catalogue to read from, and a
//! [`Hand`] to have things done ([`LifecycleHand`] is the real one), and a
//! [`CertificateHand`] for certificates. **Gives**
//! [`serve`], the views that travel over the API ([`views`]) for those who call
//! it, and the OpenAPI document generated from both ([`document`]).
//!
//! **Invariants.** Only this crate knows HTTP statuses, and only `refusal` which
//! trouble has which. A key that is not known, in a query or a body, is refused.
//! Without a session, `web.sock` tells of the API whether one can sign in, and
//! nothing else; what streams to a session ends with it. Passwords, codes and
//! tokens are kept as digests and never printed.
//! What takes longer than an answer may is a job, and the answer is its number.
//! A job's event stream has no gap between what was and what comes: it listens
//! first, then reads the ledger.
//!
//! **Does not know** the engine, the front door, how a job is done, or who on
//! the network may see a page: the front door lets only neighbours through.

mod api;
mod asked;
mod certificate_hand;
mod hand;
mod keeping_hand;
pub mod kinds;
mod lifecycle_hand;
mod once;
mod pages;
mod panel;
mod peer;
mod people;
mod refusal;
mod server;
mod state;
pub mod views;

#[cfg(test)]
mod tests;

pub use api::document;
pub use certificate_hand::CertificateHand;
pub use hand::{Hand, LogStream};
pub use lifecycle_hand::LifecycleHand;
pub use server::{AdminOptions, serve};
pub use state::{Admin, BoxIdentity, Clock, RootCertificate};
