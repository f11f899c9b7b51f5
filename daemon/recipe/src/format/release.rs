//! A version of the software, and what its images are.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Text;
use crate::scalar::{Digest, Major, Range, Size, Version};

/// One release. Releases stand in the file from the oldest to the newest:
/// versions follow no rule that would tell.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRule {
    /// Upstream's name of the version.
    pub version: Version,
    /// Which rebuild of that version; without it 1.
    #[serde(default = "first_revision")]
    #[schemars(range(min = 1))]
    pub revision: u32,
    /// Which releases may move here in one step, by their place in the file.
    /// The revisions of the same version before it always may.
    pub from: Option<Range>,
    /// Majors of the database that it accepts.
    #[serde(default)]
    pub database: Vec<Major>,
    /// What people should know before they move to it.
    pub note: Option<Text>,
    /// Images by container and architecture, written by the recipe's maker.
    #[serde(default)]
    pub images: BTreeMap<String, ReleaseImages>,
}

fn first_revision() -> u32 {
    1
}

/// An architecture, in the engine's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// 64-bit x86.
    Amd64,
    /// 64-bit ARM.
    Arm64,
}

impl Architecture {
    /// All that Panier knows.
    pub const ALL: [Self; 2] = [Self::Amd64, Self::Arm64];

    /// The architecture that the engine's word names.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        match word {
            "amd64" => Some(Self::Amd64),
            "arm64" => Some(Self::Arm64),
            _ => None,
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        })
    }
}

/// The images of one container in a release.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseImages {
    /// For 64-bit x86.
    pub amd64: Option<ReleaseImage>,
    /// For 64-bit ARM.
    pub arm64: Option<ReleaseImage>,
}

impl ReleaseImages {
    /// The image for an architecture.
    #[must_use]
    pub fn image(&self, architecture: Architecture) -> Option<&ReleaseImage> {
        match architecture {
            Architecture::Amd64 => self.amd64.as_ref(),
            Architecture::Arm64 => self.arm64.as_ref(),
        }
    }
}

/// An image of a release, for one architecture.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseImage {
    /// What it must hash to. Where there is none yet, the first one had is
    /// recorded and said so.
    pub digest: Option<Digest>,
    /// How much must be fetched for it.
    pub download: Size,
    /// How much room it takes on the disk.
    pub unpacked: Size,
}
