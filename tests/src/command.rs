//! A command that has ended.

use std::process::Output;

use serde_json::Value;

/// What a command line said and how it ended.
#[derive(Debug)]
pub struct Run {
    /// The words of the command, for messages.
    pub words: String,
    /// The exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub said: String,
    /// What it printed as trouble or progress.
    pub told: String,
}

impl Run {
    /// What a command said, and how it ended.
    pub fn new(words: String, output: &Output) -> Self {
        Self {
            words,
            code: output.status.code(),
            said: String::from_utf8_lossy(&output.stdout).into_owned(),
            told: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Whether it ended well.
    pub fn is_well(&self) -> bool {
        self.code == Some(0)
    }

    /// Gives it back when it ended well.
    ///
    /// # Panics
    /// When it did not, with all that it said.
    pub fn well(self) -> Self {
        assert!(self.is_well(), "{self}");
        self
    }

    /// Gives it back when it ended with this code.
    ///
    /// # Panics
    /// When it did not, with all that it said.
    pub fn ended_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// What it printed, read as JSON.
    ///
    /// # Panics
    /// When that is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.said).unwrap_or_else(|error| panic!("no JSON ({error}): {self}"))
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { words, code, said, told } = self;
        let code = code.map_or_else(|| "a signal".to_owned(), |code| format!("code {code}"));
        write!(formatter, "`{words}` ended with {code}\n--- said\n{said}--- told\n{told}---")
    }
}
