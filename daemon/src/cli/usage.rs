//! Help, completions, and what is said of a command line that was not understood.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command, ValueEnum as _};
use clap_complete::{Shell, generate};
use recipe::{Trouble, text};

use super::Call;
use super::complaint::Complaint;
use super::exit::Exit;
use super::grammar::TOPICS;
use super::output::{Output, Paint};

/// Answers what clap made of arguments that are no command: help, the version,
/// or what was not understood.
pub(super) fn answer(
    error: &clap::Error,
    command: &Command,
    arguments: &[OsString],
    output: &Output,
) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let text = error.render();
            let shown =
                if output.has_colour() { text.ansi().to_string() } else { text.to_string() };
            output.line(shown.trim_end());
            Exit::Done
        }
        _ => {
            let json = arguments.iter().any(|argument| argument == "--json");
            let complaint = complaint(error, command, arguments);
            complaint.say(output, json);
            complaint.exit
        }
    }
}

/// What was not understood, in both languages.
pub(super) fn complaint(
    error: &clap::Error,
    command: &Command,
    arguments: &[OsString],
) -> Complaint {
    let path = path(command, arguments);
    let help = text!("See: {path} --help", "Voyez : {path} --help");
    let said = |kind| said(error, kind);
    let (argument, value) = (said(ContextKind::InvalidArg), said(ContextKind::InvalidValue));
    let trouble = match error.kind() {
        ErrorKind::UnknownArgument => Trouble::new(
            "argument-unknown",
            text!("{path} does not know {argument}.", "{path} ne connaît pas {argument}."),
            meant(&said(ContextKind::SuggestedArg)).unwrap_or(help),
        ),
        ErrorKind::InvalidSubcommand => {
            let name = said(ContextKind::InvalidSubcommand);
            Trouble::new(
                "command-unknown",
                text!(
                    "There is no command {path} {name}.",
                    "Il n’y a pas de commande {path} {name}."
                ),
                meant(&said(ContextKind::SuggestedSubcommand)).unwrap_or(help),
            )
        }
        ErrorKind::MissingRequiredArgument => Trouble::new(
            "argument-missing",
            text!("{path} needs more: {argument}", "Il manque quelque chose à {path} : {argument}"),
            help,
        ),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Trouble::new(
                "command-missing",
                text!("{path} needs to know what to do.", "{path} doit savoir quoi faire."),
                help,
            )
        }
        ErrorKind::InvalidValue if value.is_empty() => Trouble::new(
            "value-missing",
            text!("{argument} needs a value.", "{argument} attend une valeur."),
            help,
        ),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            wrong_value(&argument, &value, &said(ContextKind::ValidValue), help)
        }
        ErrorKind::ArgumentConflict => Trouble::new(
            "argument-twice",
            text!(
                "{argument} can be given only once.",
                "{argument} ne peut être donné qu’une fois."
            ),
            help,
        ),
        ErrorKind::InvalidUtf8 => Trouble::new(
            "argument-not-text",
            text!("An argument is not UTF-8 text.", "Un argument n’est pas un texte UTF-8."),
            help,
        ),
        _ => Trouble::new(
            "usage-wrong",
            text!("{path} was not understood.", "{path} n’a pas été compris."),
            help,
        ),
    };
    Complaint::new(Exit::Usage, trouble)
}

fn wrong_value(argument: &str, value: &str, valid: &str, help: recipe::Text) -> Trouble {
    let remedy = if valid.is_empty() {
        help
    } else {
        text!("It takes: {valid}.", "Les valeurs possibles : {valid}.")
    };
    Trouble::new(
        "value-wrong",
        text!("“{value}” does not suit {argument}.", "« {value} » ne convient pas à {argument}."),
        remedy,
    )
}

fn meant(suggested: &str) -> Option<recipe::Text> {
    (!suggested.is_empty())
        .then(|| text!("Did you mean {suggested}?", "Vouliez-vous dire {suggested} ?"))
}

/// What clap says of an error under one heading. Of several suggestions the
/// last is the likeliest; of several missing arguments all are said.
fn said(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(one)) => one.clone(),
        Some(ContextValue::Strings(many)) if kind == ContextKind::SuggestedSubcommand => {
            many.last().cloned().unwrap_or_default()
        }
        Some(ContextValue::Strings(many)) => many.join(", "),
        _ => String::new(),
    }
}

/// The command that the arguments lead to, as far as they lead anywhere.
fn path(command: &Command, arguments: &[OsString]) -> String {
    let mut path = command.get_name().to_owned();
    let mut at = command;
    for argument in arguments.iter().skip(1).filter_map(|argument| argument.to_str()) {
        if let Some(below) = at.find_subcommand(argument) {
            path.push(' ');
            path.push_str(below.get_name());
            at = below;
        }
    }
    path
}

/// Nothing was asked: the help, as a mistake.
pub(super) fn no_command(call: &Call, command: &mut Command) -> Result<(), Complaint> {
    call.output.message(command.render_help().to_string().trim_end());
    Err(Complaint::silent(Exit::Usage))
}

/// `panier help`, of a command or of a topic.
pub(super) fn help(call: &Call, command: &mut Command, of: &ArgMatches) -> Result<(), Complaint> {
    let words: Vec<&str> =
        of.get_many::<String>("of").into_iter().flatten().map(String::as_str).collect();
    match words.as_slice() {
        ["exit-codes"] => exit_codes(call),
        ["json"] => about_json(call),
        words => {
            command.build();
            let mut at = command;
            for word in words {
                at = match at.find_subcommand_mut(word) {
                    Some(below) => below,
                    None => return Err(no_help(word)),
                };
            }
            let text = at.render_help();
            let shown =
                if call.output.has_colour() { text.ansi().to_string() } else { text.to_string() };
            call.output.line(shown.trim_end());
        }
    }
    Ok(())
}

fn no_help(word: &str) -> Complaint {
    let topics = TOPICS.join(", ");
    Complaint::new(
        Exit::Usage,
        Trouble::new(
            "help-unknown",
            text!("There is no help on “{word}”.", "Il n’y a pas d’aide sur « {word} »."),
            text!(
                "panier help lists the commands; the other topics are {topics}.",
                "panier help liste les commandes ; les autres sujets sont {topics}."
            ),
        ),
    )
}

fn exit_codes(call: &Call) {
    let Call { output, .. } = call;
    let heading =
        text!("How panier ends, for scripts:", "Comment panier se termine, pour les scripts :");
    output.line(output.paint(output.say(&heading), Paint::Bold));
    for exit in Exit::ALL {
        let meaning = exit.meaning();
        output.line(format_args!("  {:>3}  {}", exit as u8, output.say(&meaning)));
    }
}

fn about_json(call: &Call) {
    let about = text!(
        "With --json, standard output is one JSON document: that of the API.\n\
         A command that follows a job prints one object a line, the job's events;\n\
         the first and the last say all that is known of the job (\"event\": \"known\").\n\
         panier logs prints one object a line. With --detach: {{\"job\": NUMBER}}.\n\
         What went wrong is one document on standard error: {{\"trouble\": …}}, with a\n\
         code that never changes. The API's own description: /api/openapi.json.",
        "Avec --json, la sortie standard est un document JSON : celui de l’API.\n\
         Une commande qui suit une tâche écrit un objet par ligne, les événements de\n\
         la tâche ; le premier et le dernier disent tout ce qu’on sait d’elle\n\
         (\"event\": \"known\"). panier logs écrit un objet par ligne.\n\
         Avec --detach : {{\"job\": NUMÉRO}}. Ce qui n’a pas marché est un document sur\n\
         la sortie d’erreur : {{\"trouble\": …}}, avec un code qui ne change jamais.\n\
         La description de l’API elle-même : /api/openapi.json."
    );
    call.output.line(call.output.say(&about));
}

/// Completions for a shell, on standard output.
pub(super) fn completions(
    call: &Call,
    command: &mut Command,
    of: &ArgMatches,
) -> Result<(), Complaint> {
    let shell = of.get_one::<String>("shell").and_then(|shell| Shell::from_str(shell, true).ok());
    if let Some(shell) = shell {
        let mut script = Vec::new();
        generate(shell, command, "panier", &mut script);
        call.output.bytes(&script);
    }
    Ok(())
}
