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
    /// The box's own page.
    pub address: String,
    /// The processor's kind, in the engine's words.
    pub architecture: String,
    /// SHA-256 of the root certificate, in hexadecimal pairs with colons between.
    pub certificate_fingerprint: String,
    /// The time on the box.
    pub now: Timestamp,
}
