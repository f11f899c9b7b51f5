//! How the program ends, as scripts read it. `panier help exit-codes` tells them.

use std::process::ExitCode;

use recipe::{Text, text};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// What was asked is done.
    Done = 0,
    /// Something is wrong, or the job failed.
    Trouble = 1,
    /// The command line was not understood.
    Usage = 2,
    /// The daemon does not answer.
    Away = 3,
    /// Something else has its hand there: a job at work, a name or domain in use.
    Busy = 4,
    /// What was named does not exist.
    Unknown = 5,
    /// What was asked cannot be taken: a wrong answer, name, domain or recipe.
    Refused = 6,
    /// The person looked away (Ctrl-C); the job goes on.
    LookedAway = 130,
}

impl Exit {
    pub(super) const ALL: [Self; 8] = [
        Self::Done,
        Self::Trouble,
        Self::Usage,
        Self::Away,
        Self::Busy,
        Self::Unknown,
        Self::Refused,
        Self::LookedAway,
    ];

    /// The end that an answer's HTTP status means.
    pub(super) fn of_status(status: u16) -> Self {
        match status {
            404 => Self::Unknown,
            409 => Self::Busy,
            400 | 413 | 422 => Self::Refused,
            _ => Self::Trouble,
        }
    }

    /// What it means, for people.
    pub(super) fn meaning(self) -> Text {
        match self {
            Self::Done => text!("what was asked is done", "ce qui était demandé est fait"),
            Self::Trouble => text!(
                "something is wrong, or the job failed and was undone",
                "quelque chose ne va pas, ou la tâche a échoué et a été annulée"
            ),
            Self::Usage => {
                text!("the command was not understood", "la commande n’a pas été comprise")
            }
            Self::Away => text!("the daemon does not answer", "le démon ne répond pas"),
            Self::Busy => text!(
                "a job is at work there, or a name or a domain is taken",
                "une tâche y travaille déjà, ou un nom ou un domaine est pris"
            ),
            Self::Unknown => {
                text!("what was named does not exist", "ce qui était nommé n’existe pas")
            }
            Self::Refused => text!(
                "an answer, a name, a domain or a recipe is wrong",
                "une réponse, un nom, un domaine ou une recette ne convient pas"
            ),
            Self::LookedAway => text!(
                "Ctrl-C: the job goes on in the daemon",
                "Ctrl-C : la tâche continue dans le démon"
            ),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn an_answers_status_says_how_to_end() {
        assert_eq!(Exit::of_status(404), Exit::Unknown);
        assert_eq!(Exit::of_status(409), Exit::Busy);
        assert_eq!(Exit::of_status(422), Exit::Refused);
        assert_eq!(Exit::of_status(503), Exit::Trouble);
        assert_eq!(Exit::of_status(500), Exit::Trouble);
    }
}
