//! Configurations, as files that a person can read beside this one.

use std::net::TcpListener;
use std::path::Path;

/// Writes `text` to `path`, with what stands in braces filled in.
pub(crate) fn write(path: &Path, text: &str, facts: &[(&str, &str)]) {
    let filled = facts
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value));
    std::fs::write(path, filled).expect("a configuration");
}

/// A port that is free now, and that nobody else is given so soon.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
