//! What changes a grant, and what that takes away.

use async_graphql::{InputObject, SimpleObject};
use serde::Serialize;

use super::AccessAssignment;
use crate::command::Impact;
use crate::graphql::vocabulary::{AssigneeKind, DelegatedRole, Permission, rows};
use domain::assignment::{Assignment, canonical_assignee};

/// What ending or narrowing a grant takes away, from the code that does it; seen from the instant at which it takes
/// effect.
#[derive(Clone, Debug, SimpleObject)]
pub struct GrantImpact {
    /// What assignees hold of the grant, and do not hold any more.
    assignments_ended: Vec<AccessAssignment>,
    /// What some assignee of the partner can do at the customer through any grant, and cannot any more.
    permissions_lost: Vec<Permission>,
    /// How many subscriptions some assignee of the partner sees, and does not see any more.
    subscriptions_hidden: i32,
    /// Always 0, and checked: no subscription is touched.
    subscriptions_changed: i32,
}

impl From<Impact> for GrantImpact {
    fn from(impact: Impact) -> Self {
        Self {
            assignments_ended: impact.assignments_ended.iter().map(AccessAssignment::from).collect(),
            permissions_lost: impact.permissions_lost.into_iter().map(Permission::from).collect(),
            subscriptions_hidden: i32::try_from(impact.subscriptions_hidden).unwrap_or(i32::MAX),
            subscriptions_changed: 0,
        }
    }
}

/// Who in the partner's tenant is to hold which of the roles.
#[derive(Clone, Debug, InputObject, Serialize)]
pub struct AccessAssignmentInput {
    /// What `assignee` names.
    assignee_kind: AssigneeKind,
    /// ADMIN_AGENT, SALES_AGENT or HELPDESK_AGENT, or the object id of a security group: a UUID in either case, which is
    /// kept in lower case.
    assignee: String,
    /// What the partner calls it.
    label: Option<String>,
    /// Some of the grant's roles.
    roles: Vec<DelegatedRole>,
}

impl From<AccessAssignmentInput> for Assignment {
    fn from(input: AccessAssignmentInput) -> Self {
        let AccessAssignmentInput { assignee_kind, assignee, label, roles } = input;
        let mut roles: Vec<entity::DelegatedRole> = rows(&roles);
        roles.sort_unstable();
        let assignee = canonical_assignee(assignee);
        Self { assignee_kind: assignee_kind.into(), assignee, roles, label }
    }
}
