//! A person with a browser before a box's panel: the walks in `tests/browser`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::TestBox;

/// Debian's Chromium, and all that a walk is made with.
#[derive(Debug)]
pub struct Browser {
    chromium: PathBuf,
}

impl Browser {
    /// The browser; none, and `left_out` printed, where one is not to be had.
    pub fn find(left_out: &str) -> Option<Self> {
        let program = |name: &str| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
        };
        let modules = walks().join("node_modules/playwright-core");
        let chromium =
            program("chromium").filter(|_| program("node").is_some() && modules.is_dir());
        if chromium.is_none() {
            println!("left out, as there is no chromium, node or playwright-core: {left_out}");
        }
        Some(Self { chromium: chromium? })
    }

    /// Sends a person on a walk through a box's panel; `words` are the walk's
    /// file and what it takes. Whoever comes first chooses the password. Gives
    /// what the walk tells.
    ///
    /// # Panics
    /// Where the walk does not end well, with all that it said.
    pub fn walk(&self, own: &TestBox, words: &[&str]) -> String {
        let text = |value: &Value, key: &str| {
            value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let walked = Command::new("node")
            .args(words)
            .current_dir(walks())
            .env("PANIER_PANEL", text(&own.json(&["box", "show"]), "address"))
            .env("PANIER_CODE", text(&own.json(&["code"]), "code"))
            .env("PANIER_CHROMIUM", &self.chromium)
            .output()
            .expect("node runs");
        let told = String::from_utf8_lossy(&walked.stdout);
        let complained = String::from_utf8_lossy(&walked.stderr);
        println!("{told}");
        assert!(walked.status.success(), "{told}\n{complained}");
        told.into_owned()
    }
}

fn walks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("browser")
}
