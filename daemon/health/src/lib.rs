//! Checks and remedies: what is wrong with the box, said before somebody has to
//! ask.
//!
//! **What it is for.** The people of a box look at it once a week, or when
//! something broke. A check looks for one thing that goes wrong on boxes like
//! theirs; what it finds is a [`Finding`]: a trouble with its sentence and its
//! remedy in both languages, how pressing it is, what it is about, and since when.
//!
//! **What it takes and gives.** [`Health`] takes what checks look at
//! ([`Surroundings`]) and gives all findings, the most pressing first, each time
//! it is asked ([`Health::look`]); it looks by itself every minute, so that
//! "since" is true.
//!
//! | room | what is in it |
//! |---|---|
//! | `checks/` | one check a file |
//! | `finding` | what a check gives |
//! | `surroundings` | what a check looks at |
//!
//! **What it deliberately does not know.** How services are mended: the
//! reconciler does that by itself, and a finding is what is left for a person.
//! Mail, the panel and the command line, which show findings.
//!
//! **Invariants.** A check changes nothing. It answers within its deadline, or
//! is left out of that look; no check keeps another from looking.

mod checks;
mod finding;
mod surroundings;
mod watch;

pub use finding::{About, Finding, Weight};
pub use surroundings::{CertificateTrouble, Surroundings};
pub use watch::Health;
