//! The command line: a client of the API, but for the few commands that start
//! the daemon or do without it.
//!
//! Whatever is shown goes through [`output`]; whatever went wrong is a
//! [`complaint::Complaint`], said once, here, in the person's language.

mod backups;
mod boxes;
mod certificates;
mod check;
mod client;
mod complaint;
mod daemon;
mod domains;
mod exit;
mod follow;
mod grammar;
mod health;
mod images;
mod jobs;
mod language;
mod logs;
mod output;
mod people;
mod presenter;
mod question;
mod recipes;
mod remove;
mod services;
mod shown;
mod stream;
mod table;
mod targets;
mod trash;
mod updates;
mod usage;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ArgMatches;

use crate::configuration::Configuration;
use client::Client;
use complaint::Complaint;
use exit::Exit;
use output::Output;

/// Names the box's folder where no option does.
const ROOT: &str = "PANIER_ROOT";

/// What every command is handed.
struct Call {
    output: Output,
    root: Option<PathBuf>,
    json: bool,
    detach: bool,
}

impl Call {
    fn configuration(&self) -> Result<Configuration, Complaint> {
        Ok(Configuration::load(self.root.as_deref())?)
    }

    fn client(&self) -> Result<Client, Complaint> {
        Ok(Client::new(&self.configuration()?))
    }
}

/// Runs the command that the arguments name, the program's own name first.
pub(crate) fn run(arguments: Vec<OsString>) -> ExitCode {
    let environment = |name: &str| std::env::var(name).ok();
    let language = language::choose(&arguments, environment);
    let output = Output::new(language);
    let mut command = grammar::command(language);
    let matches = match command.try_get_matches_from_mut(arguments.clone()) {
        Ok(matches) => matches,
        Err(error) => return usage::answer(&error, &command, &arguments, &output).into(),
    };
    let root = matches.get_one::<PathBuf>("root").cloned();
    let root = root.or_else(|| environment(ROOT).filter(|set| !set.is_empty()).map(PathBuf::from));
    let json = matches.get_flag("json");
    let detach = matches.subcommand().is_some_and(|(_, of)| detached(of));
    let call = Call { output, root, json, detach };
    let outcome = dispatch(&call, &mut command, &matches);
    match outcome {
        Ok(()) => Exit::Done,
        Err(complaint) => {
            complaint.say(&call.output, call.json);
            complaint.exit
        }
    }
    .into()
}

fn detached(matches: &ArgMatches) -> bool {
    let below = || matches.subcommand().is_some_and(|(_, of)| detached(of));
    matches.try_get_one::<bool>("detach").ok().flatten().copied().unwrap_or(false) || below()
}

fn dispatch(
    call: &Call,
    command: &mut clap::Command,
    matches: &ArgMatches,
) -> Result<(), Complaint> {
    match matches.subcommand() {
        Some(("daemon", _)) => daemon::run(call),
        Some(("front-door", _)) => daemon::run_front_door(),
        Some(("help", of)) => usage::help(call, command, of),
        Some(("completions", of)) => usage::completions(call, command, of),
        Some(("recipe", of)) if recipes::without_daemon(of) => recipes::run_here(call, of),
        Some((name, of)) => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| complaint::no_runtime(&error))?;
            runtime.block_on(speak(call, name, of))
        }
        None => usage::no_command(call, command),
    }
}

/// The commands that speak to the daemon, or end it.
async fn speak(call: &Call, name: &str, of: &ArgMatches) -> Result<(), Complaint> {
    match name {
        "install" => services::install(call, of).await,
        "list" => services::list(call).await,
        "show" => services::show(call, of).await,
        "logs" => logs::run(call, of).await,
        "start" | "stop" | "restart" => services::act(call, name, of).await,
        "set" => services::set(call, of).await,
        "domain" => domains::run(call, of).await,
        "update" | "rollback" => updates::run(call, name, of).await,
        "remove" => remove::run(call, of).await,
        "trash" => trash::run(call, of).await,
        "backup" | "snapshots" | "restore" | "rehearse" | "key" => {
            backups::run(call, name, of).await
        }
        "target" => targets::run(call, of).await,
        "jobs" => jobs::list(call, of).await,
        "job" => jobs::show(call, of).await,
        "recipe" => match of.subcommand() {
            Some(("check", of)) => check::run(call, of).await,
            _ => recipes::run(call, of).await,
        },
        "image" => images::run(call, of).await,
        "certificate" => certificates::run(call, of).await,
        "box" => boxes::run(call, of).await,
        "code" => people::code(call).await,
        "password" => people::password(call, of).await,
        "health" => health::run(call).await,
        // clap lets no other command through.
        _ => Ok(()),
    }
}
