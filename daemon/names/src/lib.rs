//! What names lead to.
//!
//! - [`Lookup`] says which addresses a name leads to; [`SystemLookup`] asks as
//!   every program of this machine does.
//! - [`ask_at`] sees what answers at one of them, over plain HTTP.
//!
//! Takes: names and addresses. Gives: what was found there, or why nothing was.
//!
//! It deliberately does not know services, certificates, or what a name should
//! lead to: that is for others to judge.

mod lookup;
mod visit;

pub use lookup::{Lookup, NotFound, SystemLookup};
pub use visit::{CannotAsk, ask_at};
