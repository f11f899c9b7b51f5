//! The one place that writes to the terminal.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal as _, Write, stderr, stdout};

use jiff::tz::TimeZone;
use recipe::{Language, Text};
use serde::Serialize;

/// What results and messages are written with. Results go to standard output;
/// progress, questions and troubles to standard error.
pub(super) struct Output {
    pub(super) language: Language,
    pub(super) zone: TimeZone,
    colour: bool,
    colour_of_troubles: bool,
}

/// A colour, or a weight, of a few words.
#[derive(Clone, Copy)]
pub(super) enum Paint {
    Bold,
    Soft,
    Good,
    Waiting,
    Bad,
}

impl Output {
    /// To this process's own terminal. `NO_COLOR`, when it is set and not empty,
    /// takes the colours away (no-color.org).
    pub(super) fn new(language: Language) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb");
        Self {
            language,
            zone: TimeZone::system(),
            colour: wanted && stdout().is_terminal(),
            colour_of_troubles: wanted && stderr().is_terminal(),
        }
    }

    #[cfg(test)]
    pub(super) fn plain(language: Language) -> Self {
        Self { language, zone: TimeZone::UTC, colour: false, colour_of_troubles: false }
    }

    /// A text in the person's language.
    pub(super) fn say<'t>(&self, text: &'t Text) -> &'t str {
        text.in_language(self.language)
    }

    /// Whether results may have colours.
    pub(super) fn has_colour(&self) -> bool {
        self.colour
    }

    /// Words of a result, painted where colours are shown.
    pub(super) fn paint(&self, words: &str, paint: Paint) -> String {
        painted(words, paint, self.colour)
    }

    /// Words of a message, painted where colours are shown.
    pub(super) fn paint_message(&self, words: &str, paint: Paint) -> String {
        painted(words, paint, self.colour_of_troubles)
    }

    /// One line, or several, of a result.
    pub(super) fn line(&self, line: impl Display) {
        write(&mut stdout().lock(), format_args!("{line}\n"));
    }

    /// A result as it is.
    pub(super) fn bytes(&self, bytes: &[u8]) {
        let mut out = stdout().lock();
        end_on_failure(out.write_all(bytes).and_then(|()| out.flush()));
    }

    /// A result as one JSON document, or as one line of several.
    pub(super) fn json(&self, value: &impl Serialize, lines: bool) {
        let text =
            if lines { serde_json::to_string(value) } else { serde_json::to_string_pretty(value) };
        // Our values have text keys alone, so they always become JSON.
        if let Ok(text) = text {
            self.line(text);
        }
    }

    /// One line, or several, beside the result.
    pub(super) fn message(&self, line: impl Display) {
        write(&mut stderr().lock(), format_args!("{line}\n"));
    }

    /// The beginning of a line beside the result, for a person to finish.
    pub(super) fn prompt(&self, words: impl Display) {
        write(&mut stderr().lock(), format_args!("{words} "));
    }
}

fn painted(words: &str, paint: Paint, colour: bool) -> String {
    if !colour {
        return words.to_owned();
    }
    // ECMA-48, section 8.3.117.
    let code = match paint {
        Paint::Bold => "1",
        Paint::Soft => "2",
        Paint::Good => "32",
        Paint::Waiting => "33",
        Paint::Bad => "31",
    };
    format!("\u{1b}[{code}m{words}\u{1b}[0m")
}

fn write(to: &mut impl Write, words: std::fmt::Arguments<'_>) {
    end_on_failure(to.write_fmt(words).and_then(|()| to.flush()));
}

/// Whoever read along has gone (`panier logs … | head`): nothing is wrong, and
/// nothing is left to say. A full disk, or the like, cannot be told anywhere.
fn end_on_failure(written: std::io::Result<()>) {
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(_untold) => std::process::exit(1),
    }
}
