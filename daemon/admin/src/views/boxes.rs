//! The box itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What this box is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Box)]
pub struct BoxView {
    /// The program's version.
    pub version: String,
    /// The box's own identity: 16 hexadecimal digits, made at its first start.
    pub identity: String,
    /// The domain below which services get their first address.
    pub base_domain: String,
    /// A service's first address, with `{name}` in place of its name.
    pub first_domains: String,
    /// The box's own page.
    pub address: String,
    /// The processor's kind, in the engine's words.
    pub architecture: String,
    /// SHA-256 of the root certificate, in hexadecimal pairs with colons between.
    pub certificate_fingerprint: String,
    /// The time on the box.
    pub now: Timestamp,
    /// The machine's own name.
    pub name: String,
    /// Since when the daemon runs.
    pub up_since: Timestamp,
    /// The addresses at which the home's network finds the machine.
    pub addresses: Vec<String>,
    /// Its memory, where the kernel tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = MemoryView, required = false)]
    pub memory: Option<MemoryView>,
    /// The room where services' data lie, where the kernel tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RoomView, required = false)]
    pub disk: Option<RoomView>,
}

/// Memory, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Memory)]
pub struct MemoryView {
    /// All that the kernel manages.
    pub total: u64,
    /// What new programs could have.
    pub available: u64,
}

/// Room on a disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Room)]
pub struct RoomView {
    /// In all.
    pub total: u64,
    /// What may still be written.
    pub free: u64,
}
