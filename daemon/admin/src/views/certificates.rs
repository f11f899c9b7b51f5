//! Certificates, and who signs them.

use jiff::Timestamp;
use recipe::Trouble;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words::TroubleShape;

/// The certificate that is shown at a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Certificate)]
pub struct CertificateView {
    /// The domain.
    pub domain: String,
    /// The service that it leads to; none: the box itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Whose it is.
    pub issuer: IssuerView,
    /// The name that the issuer gives itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer_name: Option<String>,
    /// From when it is valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub not_before: Option<Timestamp>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub not_after: Option<Timestamp>,
    /// When it will be renewed, if all goes well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub renew_at: Option<Timestamp>,
    /// How it stands with it.
    pub state: CertificateStateView,
    /// When a public certificate is tried for next, while there is no new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub next_attempt: Option<Timestamp>,
    /// What is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<TroubleShape>, required = false)]
    pub trouble: Option<Trouble>,
}

/// Who signed a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = Issuer)]
pub enum IssuerView {
    /// The box's own authority: trusted where people have said so.
    Own,
    /// A public authority, which every browser knows.
    Acme,
    /// The box's own, for another name: browsers warn.
    Other,
}

/// How it stands with a domain's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = CertificateState)]
pub enum CertificateStateView {
    /// As it should be.
    Good,
    /// A public one is being ordered, or waits for its turn.
    Ordering,
    /// A public one was not had, and will be tried for again.
    Waiting,
    /// There is none that fits, and none can be had as things are.
    Missing,
}

/// What would happen if a public certificate were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = CertificateTest)]
pub struct CertificateTestView {
    /// The domain.
    pub domain: String,
    /// Whether an order would go well, as far as it can be seen from here.
    pub ready: bool,
    /// Whether a public authority signs for such names at all.
    pub public_name: bool,
    /// Where DNS says that it leads.
    pub addresses: Vec<String>,
    /// Whether one of these is an address of this machine. Behind a router it
    /// is not, and need not be.
    pub leads_here: bool,
    /// Whether the answer to a public authority is found under the name, from here.
    pub answers: bool,
    /// The port at which it was looked for; public authorities ask at 80.
    pub port: u16,
    /// What is wrong, or may be; the weightiest first.
    #[schema(value_type = Vec<TroubleShape>)]
    pub troubles: Vec<Trouble>,
}

/// Which domain to test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CertificateTestRequest)]
pub struct CertificateTestBody {
    /// The domain.
    pub domain: String,
}

/// The public authority that certificates are asked of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Authority)]
pub struct AuthorityView {
    /// Its directory's URL; none: the box's own authority signs for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<String>,
    /// A mail address that it may write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Whether its server is trusted by a root of its own, not by the system's list.
    pub own_root: bool,
}

/// A public authority to ask from now on. Its terms of service are agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AuthorityRequest)]
pub struct AuthorityBody {
    /// Its directory's URL.
    pub directory: String,
    /// A mail address that it may write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The root that its server's certificate is signed by, as PEM; none: the
    /// system's list of roots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_pem: Option<String>,
}
