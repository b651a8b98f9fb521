//! Why a customer's grants do not give what is asked for.

use entity::Word;
use entity::{DelegatedRole, GrantStatus, Instant, delegated_admin_grant as grant};

use super::{Reason, ReasonCode, shown};
use crate::grant::{ends_at, status_at};
use crate::permission::{Permission, roles_with};

impl Reason {
    /// A mutation was done, and the viewer's right to see its object has ended since.
    #[must_use]
    pub fn done_and_not_visible() -> Self {
        Self::new(
            ReasonCode::TargetNotVisible,
            "It was done, now or under the same key before, but you may not see the object any more.",
            "Ask again as someone who sees it, or wait for the customer to delegate to your tenant again.",
        )
    }

    /// There is no such object, or the viewer may not see it: nobody can tell which.
    #[must_use]
    pub fn target_not_visible() -> Self {
        Self::new(
            ReasonCode::TargetNotVisible,
            "There is no such object among those that you may see.",
            "Check the id. If the object belongs to a customer of yours, ask about the grant that you have or had there.",
        )
    }

    /// Only the partner that sold a subscription administers it.
    #[must_use]
    pub fn not_partner_of_record() -> Self {
        Self::new(
            ReasonCode::NotPartnerOfRecord,
            "Only the partner through which it was bought administers a subscription.",
            "Have its partner of record do it.",
        )
    }

    /// None of the partner's grants at the customer is in force at `at`; this one is the nearest to it.
    #[must_use]
    pub fn no_grant_in_force(nearest: Option<&grant::Model>, at: Instant) -> Self {
        let Some(grant) = nearest else {
            return Self::new(
                ReasonCode::NoGrant,
                "The customer has delegated nothing to your tenant.",
                "Request a relationship, and have the customer accept it.",
            );
        };
        let name = &grant.display_name;
        match status_at(grant, at) {
            GrantStatus::Active => Self::new(
                ReasonCode::GrantNotStarted,
                format!("The grant {name:?} starts on {}.", shown(grant.starts_at)),
                "Wait for its start.",
            ),
            GrantStatus::Expired => Self::new(
                ReasonCode::GrantExpired,
                format!("The grant {name:?} ended on {}.", shown(ends_at(grant, at))),
                "Request a relationship anew, and have the customer accept it.",
            ),
            GrantStatus::Terminated => Self::new(
                ReasonCode::GrantTerminated,
                match grant.terminated_at {
                    Some(then) => format!("The grant {name:?} was terminated on {}.", shown(then)),
                    None => format!("The grant {name:?} was terminated."),
                },
                "Request a relationship anew, and have the customer accept it.",
            ),
        }
    }

    /// No role of the grant is assigned to one of `assignees`, which is what the viewer counts as.
    #[must_use]
    pub fn no_assignment(assignees: &[String]) -> Self {
        let own = if assignees.is_empty() { "none".to_owned() } else { assignees.join(", ") };
        Self::new(
            ReasonCode::NoAssignment,
            format!(
                "No role of a grant is assigned to any of your tenant roles and security groups ({own})."
            ),
            "Have an ADMIN_AGENT of your tenant assign you a role of the grant, or join a group that holds one.",
        )
    }

    /// The viewer holds `roles` at the customer, and none of them allows `permission`.
    #[must_use]
    pub fn permission_not_granted(permission: Permission, roles: &[DelegatedRole]) -> Self {
        let sufficient: Vec<_> = roles_with(permission).map(|role| role.name()).collect();
        let mut held: Vec<_> = roles.iter().map(Word::name).collect();
        held.dedup();
        let held = if held.is_empty() { "none".to_owned() } else { held.join(", ") };
        Self::new(
            ReasonCode::PermissionNotGranted,
            format!("{} is not among what your roles at this customer allow ({held}).", permission.name()),
            format!(
                "Have one of these roles assigned to you: {}. If the grant does not delegate any of them, request a \
                 relationship that does.",
                sufficient.join(", ")
            ),
        )
    }

    /// A customer reads what it has, and leaves administering it to its partners.
    #[must_use]
    pub fn not_done_by_customers(permission: Permission) -> Self {
        Self::new(
            ReasonCode::PermissionNotGranted,
            format!(
                "{} is for partners: a customer does not administer subscriptions itself.",
                permission.name()
            ),
            "Have a partner do it to which you have delegated a role that allows it.",
        )
    }
}
