//! Looking whether what is stored is what was written.

use super::{Repository, RepositoryError};
use crate::restic::{Call, Message, Pace};

/// How deep a check looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckDepth {
    /// That all snapshots, folders and the index fit together, and all parcels are there.
    Structure,
    /// That, and one of so many equal parts of the data is read: part 1 of 30 today, 2 tomorrow.
    Part {
        /// Which, from 1 on.
        part: u32,
        /// Of how many.
        of: u32,
    },
    /// That, and all data is read.
    Everything,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct CheckReport {
    /// restic's words on each thing that is wrong.
    pub errors: Vec<String>,
    /// Parcels of data that are damaged, by name.
    pub broken: Vec<String>,
}

impl CheckReport {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.errors.is_empty() && self.broken.is_empty()
    }
}

impl Repository {
    /// Checks the repository. Damage is no error here but a report.
    ///
    /// # Errors
    /// When it could not be checked; as for every call.
    pub async fn check(&self, depth: CheckDepth) -> Result<CheckReport, RepositoryError> {
        let mut call = Call::new("check").arg("--json").reading().pace(Pace::Gentle);
        match depth {
            CheckDepth::Structure => {}
            CheckDepth::Part { part, of } => {
                let of = of.max(1);
                let part = part.clamp(1, of);
                call = call.option("read-data-subset", format!("{part}/{of}"));
            }
            CheckDepth::Everything => call = call.arg("--read-data"),
        }
        let mut broken = Vec::new();
        let mut each = |line: &[u8]| {
            if let Some(Message::Summary(summary)) = Message::of_line(line) {
                broken = summary.broken_packs.unwrap_or_default();
            }
        };
        let ended = self.listen(call, &[], &mut each).await?;
        if ended.code == Some(0) && broken.is_empty() {
            return Ok(CheckReport::default());
        }
        let errors = ended.complaints.iter().map(|one| one.message.clone()).collect();
        match self.failure(ended) {
            RepositoryError::Damaged { .. } => Ok(CheckReport { errors, broken }),
            _ if !broken.is_empty() => Ok(CheckReport { errors, broken }),
            error => Err(error),
        }
    }
}
