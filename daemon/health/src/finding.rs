//! What a check gives.

use jiff::Timestamp;
use recipe::Trouble;

/// Something that is wrong, as a person is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What, why, and what to do now.
    pub trouble: Trouble,
    /// How pressing it is.
    pub weight: Weight,
    /// What it is about.
    pub about: About,
    /// When it was first seen by this daemon.
    pub since: Timestamp,
}

/// How pressing something is; the most pressing is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something does not work, or data are at risk.
    Urgent,
    /// Something will stop to work if nobody does anything.
    Soon,
    /// It could be better.
    Advice,
}

/// What something is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The box as a whole.
    Box,
    /// One service.
    Service {
        /// Its name on this box.
        name: String,
    },
}

/// A finding on its way: since when is not for the check to say.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) trouble: Trouble,
    pub(crate) weight: Weight,
    pub(crate) about: About,
}

impl Found {
    pub(crate) fn of_the_box(weight: Weight, trouble: Trouble) -> Self {
        Self { trouble, weight, about: About::Box }
    }

    pub(crate) fn of_service(name: &str, weight: Weight, trouble: Trouble) -> Self {
        Self { trouble, weight, about: About::Service { name: name.to_owned() } }
    }
}
