//! Certificates: from the box's own authority, and from public ones.
//!
//! - [`Authority`] is the box's root: made once, kept in a folder, limited by
//!   name constraints to names and addresses that can only be local. Whoever
//!   trusts it therefore trusts it for nothing else: a stolen box cannot pass
//!   for a bank.
//! - [`Leaf`] is a certificate with its key, for one or several names.
//! - [`Keeper`] keeps leaves in a folder and makes a new one when the old one
//!   is two thirds through its life.
//! - [`Public`] gets leaves from a public authority by ACME, keeps them, renews
//!   them and remembers when to try again, whatever is killed meanwhile. What
//!   shows the authority that a name is ours is an [`AnswerBoard`].
//! - [`certified_key`] and [`pinned_client`] are what rustls needs: the front
//!   door's side, and the side of the probe, which trusts one key and nothing
//!   else.
//!
//! Takes: folders, names, and the time; it never reads a clock. Gives: PEM, and
//! a [`Failure`] where there is none, which others put into words.
//!
//! This is the only crate that knows rcgen and instant-acme. It deliberately
//! does not know services, domains' DNS, or who serves what it signs.

mod authority;
mod constraints;
mod durable;
mod keeper;
mod leaf;
mod public;
mod tls;

#[cfg(test)]
mod tests;

pub use authority::{Authority, AuthorityError, AuthorityNames};
pub use constraints::{AddressRange, Constraints};
pub use keeper::{Keeper, KeeperError};
pub use leaf::{CertifyError, DamagedPem, Leaf};
pub use public::{
    AnswerBoard, ChallengeAnswer, Clock, Failure, NotShown, Public, PublicAuthority, Reason,
    Refusal, ShelfError, Standing, Way, is_public_name,
};
pub use tls::{TlsError, certified_key, challenge_key, is_root, pinned_client};
