//! What a verified token says of its bearer, before the tenant is looked up.

use entity::{Instant, TenantId, TenantRole};
use uuid::Uuid;

/// The claims of a verified token, in this server's words. It opens nothing by itself: only the
/// [`Doorkeeper`](super::Doorkeeper) turns it into a `Viewer`, after it has found the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The tenant that the token was issued for and that its issuer may speak for.
    pub tenant: TenantId,
    /// The principal within the tenant: `oid`, or else `sub`.
    pub subject: String,
    /// Whether the token is an application's own, without a user.
    pub is_application: bool,
    /// Whether its bearer signed in with a second factor.
    pub mfa: bool,
    /// Whether its issuer's applications need a second factor where users do.
    pub applications_need_mfa: bool,
    /// The roles in the tenant that this server knows, without repeats.
    pub roles: Vec<TenantRole>,
    /// Object ids of the security groups that the principal belongs to, without repeats.
    pub groups: Vec<Uuid>,
    pub expires_at: Instant,
}
