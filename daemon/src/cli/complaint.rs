//! What went wrong, and how the program ends for it.

use recipe::{Text, Trouble, text};
use serde::Serialize;

use super::exit::Exit;
use super::output::{Output, Paint};

/// A trouble and how the program ends for it.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) exit: Exit,
    trouble: Option<Box<Trouble>>,
}

impl From<Trouble> for Complaint {
    fn from(trouble: Trouble) -> Self {
        Self::new(Exit::Trouble, trouble)
    }
}

#[derive(Serialize)]
struct InJson<'t> {
    trouble: &'t Trouble,
}

impl Complaint {
    pub(super) fn new(exit: Exit, trouble: Trouble) -> Self {
        Self { exit, trouble: Some(Box::new(trouble)) }
    }

    /// An end of which all has been said already.
    pub(super) fn silent(exit: Exit) -> Self {
        Self { exit, trouble: None }
    }

    /// What it says, for a line of somebody's report.
    pub(super) fn into_words(self) -> Text {
        match self.trouble {
            Some(trouble) => words(&trouble),
            None => text!("it was cut off", "cela a été interrompu"),
        }
    }

    /// What went wrong, where it has not been said already.
    pub(super) fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_deref()
    }

    /// Says it on standard error: for people, or as one JSON document.
    pub(super) fn say(&self, output: &Output, json: bool) {
        let Some(trouble) = self.trouble.as_deref() else { return };
        if json {
            // A trouble has text keys alone, so it always becomes JSON.
            if let Ok(text) = serde_json::to_string_pretty(&InJson { trouble }) {
                output.message(text);
            }
        } else {
            output.message(told(output, trouble));
        }
    }
}

/// What happened, why, and what to do now: a few lines.
pub(super) fn told(output: &Output, trouble: &Trouble) -> String {
    let mark = output.paint_message("✗", Paint::Bad);
    let what = output.paint_message(output.say(&trouble.what), Paint::Bold);
    let mut lines = format!("{mark} {what}");
    if let Some(why) = &trouble.why {
        for line in output.say(why).lines() {
            lines.push_str("\n  ");
            lines.push_str(line);
        }
    }
    lines.push_str("\n→ ");
    lines.push_str(output.say(&trouble.remedy));
    lines
}

/// What happened and why, in one text.
pub(super) fn words(trouble: &Trouble) -> Text {
    match &trouble.why {
        None => trouble.what.clone(),
        Some(why) => {
            let join = |what: &str, why: &str| format!("{what}\n{}", why.trim());
            Text::new(join(&trouble.what.en, &why.en), join(&trouble.what.fr, &why.fr))
        }
    }
}

/// The machine gives this program nothing to run on.
pub(super) fn no_runtime(error: &std::io::Error) -> Complaint {
    Trouble::new(
        "no-runtime",
        text!("This program cannot run here now.", "Ce programme ne peut pas tourner ici."),
        text!(
            "The machine may be out of memory or of open files: close something, then try again.",
            "La machine manque peut-être de mémoire ou de fichiers ouverts : fermez quelque chose, puis réessayez."
        ),
    )
    .because_of(error)
    .into()
}
