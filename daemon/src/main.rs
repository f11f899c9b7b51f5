//! Panier: the daemon, the front door and the command line, in one binary.

mod appliance;
mod cli;
mod configuration;
mod faults;

fn main() -> std::process::ExitCode {
    cli::run(std::env::args_os().collect())
}
