//! Asking the person at the terminal before what cannot be taken back.

use std::io::{BufRead as _, IsTerminal as _, stderr, stdin};

use recipe::{Text, Trouble, text};

use super::Call;
use super::complaint::Complaint;
use super::exit::Exit;

/// Has the person write `word` before going on.
///
/// # Errors
/// `not-confirmed` when something else was written; `nobody-to-ask` where
/// there is no terminal.
pub(super) fn confirm(call: &Call, warning: &Text, word: &str) -> Result<(), Complaint> {
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(Complaint::new(
            Exit::Usage,
            Trouble::new(
                "nobody-to-ask",
                text!(
                    "This cannot be taken back, and nobody is there to ask.",
                    "Cela ne peut pas être annulé, et il n’y a personne à qui demander."
                ),
                text!("If you are sure, add --yes.", "Si vous en êtes sûr, ajoutez --yes."),
            ),
        ));
    }
    let output = &call.output;
    output.message(output.say(warning));
    let ask = text!("Write {word} to go on:", "Écrivez {word} pour continuer :");
    output.prompt(output.say(&ask));
    let mut written = String::new();
    let read = stdin().lock().read_line(&mut written);
    if read.is_ok() && written.trim() == word {
        return Ok(());
    }
    Err(Complaint::new(
        Exit::Trouble,
        Trouble::new(
            "not-confirmed",
            text!("Nothing was done.", "Rien n’a été fait."),
            text!(
                "To go on after all, write {word}.",
                "Pour continuer malgré tout, écrivez {word}."
            ),
        ),
    ))
}
