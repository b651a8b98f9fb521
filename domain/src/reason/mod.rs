//! Why something is refused, in words that say what to do. Here is what concerns the actor alone.

mod delegation;
mod state;

use entity::Word;
use entity::{Instant, TenantKind, TenantRole};
use serde::{Deserialize, Serialize};

/// What kind of check failed. The API's `AccessReasonCode` has the same words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReasonCode {
    TenantNotRegistered,
    TenantSuspended,
    TenantClosed,
    WrongTenantKind,
    AdvisorCannotSell,
    TenantRoleMissing,
    MfaRequired,
    UserTokenRequired,
    TargetNotVisible,
    NotPartnerOfRecord,
    NoGrant,
    GrantNotStarted,
    GrantExpired,
    GrantTerminated,
    NoAssignment,
    PermissionNotGranted,
    SubscriptionNotActive,
    SubscriptionNotSuspended,
    SubscriptionCancelled,
    CancellationWindowClosed,
    QuantityAtLimit,
    TermEnded,
    RequestNotOpen,
    RequestExpired,
    RenewalIsOpen,
    GrantExtendsItself,
    GrantDoesNotExtend,
    RoleNeverExtends,
    ExtensionNotAgreed,
}

/// A check that failed: its kind, what is wrong, and what would satisfy it as far as the viewer may know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: ReasonCode,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Reason {
    fn new(code: ReasonCode, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code, message: message.into(), remedy: Some(remedy.into()) }
    }

    /// The operator sees who a customer is, and nothing that it bought.
    #[must_use]
    pub fn closed_to_the_operator() -> Self {
        Self::new(
            ReasonCode::WrongTenantKind,
            "The operator sees who a customer is, not its subscriptions nor its events.",
            "Ask as the customer, or as a partner with an effective grant.",
        )
    }

    /// The token is good, and its tenant is unknown to this server.
    #[must_use]
    pub fn tenant_not_registered() -> Self {
        Self::new(
            ReasonCode::TenantNotRegistered,
            "The token is valid, but its tenant is not registered here.",
            "Ask the operator of this server to register the tenant.",
        )
    }

    /// The operator has suspended the tenant.
    #[must_use]
    pub fn tenant_suspended() -> Self {
        Self::new(
            ReasonCode::TenantSuspended,
            "The token is valid, but its tenant is suspended.",
            "Ask the operator of this server to reinstate the tenant.",
        )
    }

    /// The operator has closed the tenant of the customer with which something is to begin.
    #[must_use]
    pub fn customer_closed() -> Self {
        let message = "The customer was closed, for good: nothing new begins with it.";
        Self { remedy: None, ..Self::new(ReasonCode::TenantClosed, message, "") }
    }

    /// The operator has closed the tenant.
    #[must_use]
    pub fn tenant_closed() -> Self {
        Self {
            remedy: None,
            ..Self::new(
                ReasonCode::TenantClosed,
                "The token is valid, but its tenant was closed, for good.",
                "",
            )
        }
    }

    /// The act is not for a tenant of this kind.
    #[must_use]
    pub fn wrong_tenant_kind(kinds: &[TenantKind]) -> Self {
        let kinds = words(kinds);
        Self::new(
            ReasonCode::WrongTenantKind,
            format!("This is for a tenant of another kind: {kinds}."),
            format!("Use a token of a tenant that is one: {kinds}."),
        )
    }

    /// The partner is of a kind that advises only.
    #[must_use]
    pub fn advisor_cannot_sell() -> Self {
        Self::new(
            ReasonCode::AdvisorCannotSell,
            "Your tenant is an advisor, and advisors sell nothing.",
            "Have a partner of another kind buy this for the customer.",
        )
    }

    /// The principal has none of the roles in its own tenant that allow the act.
    #[must_use]
    pub fn tenant_role_missing(roles: &[TenantRole]) -> Self {
        let roles = words(roles);
        Self::new(
            ReasonCode::TenantRoleMissing,
            format!("This takes one of these roles in your own tenant: {roles}."),
            "Have your tenant's administrator give you the role, and sign in again.",
        )
    }

    /// The user has signed in without a second factor.
    #[must_use]
    pub fn mfa_required() -> Self {
        Self::new(
            ReasonCode::MfaRequired,
            "This takes a sign-in with a second factor.",
            "Sign in again with a second factor, and use the new token.",
        )
    }

    /// The issuer of an application's token wants a second factor of applications, too.
    #[must_use]
    pub fn mfa_required_of_applications() -> Self {
        Self::new(
            ReasonCode::MfaRequired,
            "This takes a second factor, which here applications need, too.",
            "Use a token that tells of one, or that of a user who has signed in with a second factor.",
        )
    }

    /// An application asks for what only a person may do.
    #[must_use]
    pub fn user_token_required() -> Self {
        Self::new(
            ReasonCode::UserTokenRequired,
            "This is for a person, not for an application.",
            "Use the token of a user who has signed in with a second factor.",
        )
    }
}

fn words<W: Word>(words: &[W]) -> String {
    words.iter().map(Word::name).collect::<Vec<_>>().join(" or ")
}

/// An instant as people read it in a message.
fn shown(instant: Instant) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
