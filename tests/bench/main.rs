//! `./dev bench [PART…]`: what Panier costs, beside its peers in the same run.
//!
//! **Takes** the programs that cargo built beside it, Debian's nginx, HAProxy,
//! Caddy, docker-compose and h2load, and the engine. **Gives** tables in
//! Markdown; `README.md` here has the method and the figures of the day.
//!
//! Not a test: it judges nothing, but that every answer was the right one.
//! CPU is the main figure, since it hardly depends on who else is at work;
//! who is compared runs in turns, there and back again.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that goes wrong must end, and say so"
)]

mod configurations;
mod door;
mod figures;
mod idle;
mod install;
mod load;
mod machine;
mod peers;
mod process;

use std::process::ExitCode;

/// What measures, going there and back so many times.
type Measure = fn(usize);

const PARTS: [(&str, Measure); 3] =
    [("proxy", door::measure), ("install", install::measure), ("idle", idle::measure)];
/// There and back again so many times.
const ROUNDS: usize = 5;

fn main() -> ExitCode {
    // cargo adds a word of its own.
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let rounds = std::env::var("PANIER_BENCH_ROUNDS").ok().and_then(|said| said.parse().ok());
    let unknown = asked.iter().find(|word| PARTS.iter().all(|(name, _)| name != word));
    if let Some(word) = unknown {
        let names = PARTS.map(|(name, _)| name).join(", ");
        println!("There is no part {word}. There are: {names}.");
        return ExitCode::FAILURE;
    }
    machine::describe();
    for (name, measure) in PARTS {
        if asked.is_empty() || asked.iter().any(|word| word == name) {
            measure(rounds.unwrap_or(ROUNDS));
        }
    }
    ExitCode::SUCCESS
}
