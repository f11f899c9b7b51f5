//! What one service brings to its recipe when it is rendered.

use std::collections::BTreeMap;

/// One service's own facts, beside the recipe and the release.
#[derive(Clone)]
pub struct Setting<'a> {
    /// The service's name on this box.
    pub service: &'a str,
    /// Its domains; the first is the main one. Never empty.
    pub domains: &'a [String],
    /// The port at which people reach the front door over HTTPS; 443 is left
    /// out of addresses.
    pub https_port: u16,
    /// Answers to the recipe's questions, checked and with defaults filled in.
    pub answers: &'a BTreeMap<String, String>,
    /// Secrets, all that [`crate::Recipe::secrets`] lists.
    pub secrets: &'a BTreeMap<String, String>,
    /// This box's architecture in the engine's words (`amd64`, `arm64`).
    pub architecture: &'a str,
    /// The addresses that requests from the front door come from, in CIDR notation.
    pub front_door: &'a str,
}
