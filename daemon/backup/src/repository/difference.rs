//! Holding one snapshot against another.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Repository, RepositoryError, SnapshotId};
use crate::restic::Call;

/// As restic tells it, one a line; other lines tell sums.
#[derive(Debug, Deserialize)]
struct Told {
    message_type: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    modifier: String,
}

impl Repository {
    /// The paths of `later` whose content is not that which `earlier` has at the
    /// same path, or that are not in `earlier` at all. A path that is not UTF-8
    /// has U+FFFD in the place of each byte that is none.
    ///
    /// # Errors
    /// As for every call.
    pub async fn contents_that_differ(
        &self,
        earlier: &SnapshotId,
        later: &SnapshotId,
    ) -> Result<BTreeSet<String>, RepositoryError> {
        let call = Call::new("diff").arg("--json").arg("--no-lock").reading().arg("--");
        let call = call.arg(earlier.as_str()).arg(later.as_str());
        let mut found = BTreeSet::new();
        let mut each = |line: &[u8]| found.extend(other_content(line));
        let ended = self.listen(call, &[], &mut each).await?;
        self.succeeded(ended)?;
        Ok(found)
    }
}

fn other_content(line: &[u8]) -> Option<String> {
    let told: Told = serde_json::from_slice(line).ok()?;
    let is_other = told.message_type == "change" && told.modifier.contains(['M', 'T', '+', '?']);
    is_other.then(|| told.path.trim_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_contents_count() {
        let line = |modifier: &str| {
            format!(r#"{{"message_type":"change","path":"/vol/data/f","modifier":"{modifier}"}}"#)
        };
        for modifier in ["M", "MU", "+", "T"] {
            assert_eq!(other_content(line(modifier).as_bytes()).unwrap(), "vol/data/f");
        }
        assert_eq!(other_content(line("-").as_bytes()), None);
        assert_eq!(other_content(br#"{"message_type":"statistics","changed_files":1}"#), None);
    }
}
