//! What is wrong with the box.

use jiff::Timestamp;
use recipe::Trouble;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words::TroubleShape;

/// Something that is wrong, and what mends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Finding)]
pub struct FindingView {
    /// What, why, and what to do now.
    #[schema(value_type = TroubleShape)]
    pub trouble: Trouble,
    /// How pressing it is.
    pub weight: WeightView,
    /// What it is about.
    pub about: AboutView,
    /// When it was first seen by this daemon.
    pub since: Timestamp,
}

/// How pressing something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Weight)]
pub enum WeightView {
    /// Something does not work, or data are at risk.
    Urgent,
    /// Something will stop to work if nobody does anything.
    Soon,
    /// It could be better.
    Advice,
}

/// What something is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[schema(as = About)]
pub enum AboutView {
    /// The box as a whole.
    Box,
    /// One service.
    Service {
        /// Its name on this box.
        name: String,
    },
}

impl From<health::Finding> for FindingView {
    fn from(finding: health::Finding) -> Self {
        Self {
            trouble: finding.trouble,
            weight: match finding.weight {
                health::Weight::Urgent => WeightView::Urgent,
                health::Weight::Soon => WeightView::Soon,
                health::Weight::Advice => WeightView::Advice,
            },
            about: match finding.about {
                health::About::Box => AboutView::Box,
                health::About::Service { name } => AboutView::Service { name },
            },
            since: finding.since,
        }
    }
}
