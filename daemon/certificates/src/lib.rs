//! Certificates: the box's own authority, and the leaves it signs.
//!
//! - [`Authority`] is the box's root: made once, kept in a folder, limited by
//!   name constraints to names and addresses that can only be local. Whoever
//!   trusts it therefore trusts it for nothing else: a stolen box cannot pass
//!   for a bank.
//! - [`Leaf`] is a certificate with its key, for one or several names.
//! - [`Keeper`] keeps leaves in a folder and makes a new one when the old one
//!   is two thirds through its life.
//! - [`certified_key`] and [`pinned_client`] are what rustls needs: the front
//!   door's side, and the side of the probe, which trusts one key and nothing
//!   else.
//!
//! Takes: a folder, names, and the time; it never reads a clock. Gives: PEM.
//!
//! This is the only crate that knows rcgen; certificates from a public ACME
//! authority come here too, as another way to a [`Leaf`]. It deliberately does
//! not know services, domains' DNS, or who serves what it signs.

mod authority;
mod constraints;
mod durable;
mod keeper;
mod leaf;
mod tls;

#[cfg(test)]
mod tests;

pub use authority::{Authority, AuthorityError, AuthorityNames};
pub use constraints::{AddressRange, Constraints};
pub use keeper::{Keeper, KeeperError};
pub use leaf::{CertifyError, DamagedPem, Leaf};
pub use tls::{TlsError, certified_key, challenge_key, pinned_client};
