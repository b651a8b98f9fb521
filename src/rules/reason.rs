//! Why something is refused, in words that say what to do.

use entity::DelegatedRole;
use sea_orm::ActiveEnum;
use serde::Serialize;

use super::permission::{Permission, roles_with};

/// What kind of check failed. The API's `AccessReasonCode` grows with what can be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReasonCode {
    TenantNotRegistered,
    WrongTenantKind,
    PermissionNotGranted,
}

/// A check that failed: its kind, what is wrong, and what would satisfy it as far as the viewer may know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
}
