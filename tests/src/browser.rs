//! A person with a browser before a box's panel: the walks in `tests/browser`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

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
        let walked = self.begun(own, words).wait_with_output().expect("node ends");
        told(walked.status, &walked.stdout, &walked.stderr)
    }

    /// As [`Browser::walk`], of one that asks for what no browser can do: where
    /// it prints `help: WORD` it waits until `help` has done what the word says.
    ///
    /// # Panics
    /// As [`Browser::walk`].
    pub fn walk_helped(
        &self,
        own: &mut TestBox,
        words: &[&str],
        mut help: impl FnMut(&mut TestBox, &str),
    ) -> String {
        let mut node = self.begun(own, words);
        let mut answers = node.stdin.take().expect("piped");
        let mut complaints = node.stderr.take().expect("piped");
        let complained = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = complaints.read_to_end(&mut text);
            text
        });
        let mut said = String::new();
        for line in BufReader::new(node.stdout.take().expect("piped")).lines() {
            let line = line.expect("text");
            if let Some(word) = line.strip_prefix("help: ") {
                help(own, word);
                answers.write_all(b"done\n").expect("the walk goes on");
            } else {
                said.extend([&line, "\n"]);
            }
        }
        let status = node.wait().expect("node ends");
        told(status, said.as_bytes(), &complained.join().unwrap_or_default())
    }

    fn begun(&self, own: &TestBox, words: &[&str]) -> Child {
        let text = |value: &Value, key: &str| {
            value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        Command::new("node")
            .args(words)
            .current_dir(walks())
            .env("PANIER_PANEL", text(&own.json(&["box", "show"]), "address"))
            .env("PANIER_CODE", text(&own.json(&["code"]), "code"))
            .env("PANIER_CHROMIUM", &self.chromium)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("node runs")
    }
}

fn told(status: ExitStatus, said: &[u8], complained: &[u8]) -> String {
    let told = String::from_utf8_lossy(said);
    println!("{told}");
    assert!(status.success(), "{told}\n{}", String::from_utf8_lossy(complained));
    told.into_owned()
}

fn walks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("browser")
}
