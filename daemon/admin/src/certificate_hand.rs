//! What the API has done about certificates by others, as a narrow trait.

use async_trait::async_trait;
use recipe::Trouble;

use crate::views::{AuthorityBody, AuthorityView, CertificateTestView, CertificateView};

/// Knows, renews and tests certificates.
#[async_trait]
pub trait CertificateHand: Send + Sync {
    /// The certificate of each domain of the box.
    ///
    /// # Errors
    /// What keeps it from being known; here and in all that follow.
    fn certificates(&self) -> Result<Vec<CertificateView>, Trouble>;

    /// Asks for a new certificate for a domain, now.
    fn renew(&self, domain: &str) -> Result<CertificateView, Trouble>;

    /// What would happen if one were asked for. Nothing is ordered.
    async fn test(&self, domain: &str) -> Result<CertificateTestView, Trouble>;

    /// The public authority that certificates are asked of; none: the box's own
    /// signs for all.
    fn authority(&self) -> Result<AuthorityView, Trouble>;

    /// Asks another authority from now on.
    fn set_authority(&self, authority: AuthorityBody) -> Result<AuthorityView, Trouble>;

    /// Asks no public authority any more; certificates that there are stay
    /// until their end.
    fn forget_authority(&self) -> Result<AuthorityView, Trouble>;
}
