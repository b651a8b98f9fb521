//! Why something is refused, in words that say what to do.

use entity::{DelegatedRole, TenantKind, TenantRole};
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};

use super::permission::{Permission, roles_with};

/// What kind of check failed. The API's `AccessReasonCode` grows with what can be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReasonCode {
    TenantNotRegistered,
    WrongTenantKind,
    TenantRoleMissing,
    MfaRequired,
    UserTokenRequired,
    PermissionNotGranted,
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
    /// The viewer holds `roles` at the customer, and none of them allows `permission`.
    #[must_use]
    pub fn permission_not_granted(permission: Permission, roles: &[DelegatedRole]) -> Self {
        let sufficient: Vec<_> = roles_with(permission).map(|role| role.to_value()).collect();
        let held: Vec<_> = roles.iter().map(ActiveEnum::to_value).collect();
        Self {
            code: ReasonCode::PermissionNotGranted,
            message: format!(
                "{} is not among what your roles at this customer allow ({}).",
                permission.name(),
                held.join(", ")
            ),
            remedy: Some(format!(
                "Have one of these roles assigned to you: {}. If the grant does not delegate any of them, request a \
                 relationship that does.",
                sufficient.join(", ")
            )),
        }
    }

    /// The operator sees who a customer is, and nothing that it bought.
    #[must_use]
    pub fn closed_to_the_operator() -> Self {
        Self {
            code: ReasonCode::WrongTenantKind,
            message: "The operator sees who a customer is, not its subscriptions nor its events.".to_owned(),
            remedy: Some("Ask as the customer, or as a partner with an effective grant.".to_owned()),
        }
    }

    /// The token is good, and its tenant is unknown to this server.
    #[must_use]
    pub fn tenant_not_registered() -> Self {
        Self {
            code: ReasonCode::TenantNotRegistered,
            message: "The token is valid, but its tenant is not registered here.".to_owned(),
            remedy: Some("Ask the operator of this server to register the tenant.".to_owned()),
        }
    }

    /// The act is not for a tenant of this kind.
    #[must_use]
    pub fn wrong_tenant_kind(kinds: &[TenantKind]) -> Self {
        let kinds = words(kinds);
        Self {
            code: ReasonCode::WrongTenantKind,
            message: format!("This is for a tenant of another kind: {kinds}."),
            remedy: Some(format!("Use a token of a tenant that is one: {kinds}.")),
        }
    }

    /// The principal has none of the roles in its own tenant that allow the act.
    #[must_use]
    pub fn tenant_role_missing(roles: &[TenantRole]) -> Self {
        let roles = words(roles);
        Self {
            code: ReasonCode::TenantRoleMissing,
            message: format!("This takes one of these roles in your own tenant: {roles}."),
            remedy: Some("Have your tenant's administrator give you the role, and sign in again.".to_owned()),
        }
    }

    /// The user has signed in without a second factor.
    #[must_use]
    pub fn mfa_required() -> Self {
        Self {
            code: ReasonCode::MfaRequired,
            message: "This takes a sign-in with a second factor.".to_owned(),
            remedy: Some("Sign in again with a second factor, and use the new token.".to_owned()),
        }
    }

    /// An application asks for what only a person may do.
    #[must_use]
    pub fn user_token_required() -> Self {
        Self {
            code: ReasonCode::UserTokenRequired,
            message: "This is for a person, not for an application.".to_owned(),
            remedy: Some("Use the token of a user who has signed in with a second factor.".to_owned()),
        }
    }
}

fn words<W: ActiveEnum<Value = String>>(words: &[W]) -> String {
    words.iter().map(ActiveEnum::to_value).collect::<Vec<_>>().join(" or ")
}
