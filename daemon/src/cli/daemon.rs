//! The commands that are the daemon, or the front door.

use std::io::stderr;

use recipe::{Trouble, text};
use tracing_subscriber::EnvFilter;

use super::Call;
use super::complaint::{Complaint, no_runtime};
use crate::appliance;

/// Sets how much is logged, in the words of tracing's filters.
const LOG: &str = "PANIER_LOG";

/// `panier daemon`: runs until it is told to end.
pub(super) fn run(call: &Call) -> Result<(), Complaint> {
    log();
    let configuration = call.configuration()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| no_runtime(&error))?;
    let outcome = runtime.block_on(appliance::run(configuration));
    // What blocks in a thread, such as a folder being deleted, is not waited
    // for: its job takes it up again.
    runtime.shutdown_background();
    Ok(outcome?)
}

/// `panier front-door`: what the daemon starts.
pub(super) fn run_front_door() -> Result<(), Complaint> {
    log();
    Ok(proxy::run(&appliance::build()).map_err(|error| {
        Trouble::new(
            "front-door-failed",
            text!("The front door cannot serve.", "La porte d’entrée ne peut pas servir."),
            text!(
                "The daemon starts it: panier daemon",
                "C’est le démon qui la démarre : panier daemon"
            ),
        )
        .because_of(error)
    })?)
}

fn log() {
    let filter = EnvFilter::builder()
        .with_env_var(LOG)
        .with_default_directive(tracing::Level::INFO.into())
        .from_env_lossy();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(stderr).init();
}
