//! One suite of behaviours for both engines: the one in memory, always, and
//! the real one where it serves (at `PANIER_ENGINE`, else at
//! `/var/run/docker.sock`). A test that finds no engine says so on its error
//! output, in a line that begins with `left out:`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "all of this is tests: a surprise ends them, and what was left out is said"
)]

mod bench;
mod docker;
mod firewall;
mod images;
mod scripted;
mod suite;
