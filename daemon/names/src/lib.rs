//! What names lead to.
//!
//! - [`Lookup`] says which addresses a name leads to; [`SystemLookup`] asks as
//!   every program of this machine does.
//! - [`ask_at`] sees what answers at one of them, over plain HTTP.
//! - [`Multicast`] makes names of the home lead to this machine (`.local`).
//!
//! Takes: names and addresses. Gives: what was found there, or why nothing was.
//!
//! It deliberately does not know services, certificates, or what a name should
//! lead to: that is for others to judge. It is the only crate that knows mdns-sd.

mod lookup;
mod multicast;
mod visit;

pub use lookup::{Lookup, NotFound, SystemLookup};
pub use multicast::{Announced, CannotAnnounce, Multicast};
pub use visit::{CannotAsk, ask_at};
