//! A grant with what belongs to it, put together from the rows of three tables, and taken apart into them again.

use std::collections::HashMap;

use entity::{
    DelegatedRole, GrantId, access_assignment, delegated_admin_grant::Model, delegated_admin_grant_role,
};

use crate::assignment::{Assignment, from_rows};

/// A grant with what belongs to it; the roles and the assignments are sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRows {
    pub grant: Model,
    pub roles: Vec<DelegatedRole>,
    pub assignments: Vec<Assignment>,
}

impl GrantRows {
    /// The grant with its roles and assignments.
    #[must_use]
    pub fn of(
        grant: Model,
        roles: Vec<delegated_admin_grant_role::Model>,
        assignments: Vec<access_assignment::Model>,
    ) -> Self {
        let mut roles: Vec<_> = roles.into_iter().map(|row| row.role).collect();
        roles.sort_unstable();
        Self { grant, roles, assignments: from_rows(assignments) }
    }

    /// The grants, in the order given, each with those of the roles and assignments that are its own.
    #[must_use]
    pub fn gather(
        grants: Vec<Model>,
        roles: Vec<delegated_admin_grant_role::Model>,
        assignments: Vec<access_assignment::Model>,
    ) -> Vec<Self> {
        let mut roles_of: HashMap<GrantId, Vec<_>> = HashMap::new();
        for row in roles {
            roles_of.entry(row.grant_id).or_default().push(row);
        }
        let mut assignments_of: HashMap<GrantId, Vec<_>> = HashMap::new();
        for row in assignments {
            assignments_of.entry(row.grant_id).or_default().push(row);
        }
        let rows = grants.into_iter().map(|grant| {
            let roles = roles_of.remove(&grant.id).unwrap_or_default();
            let assignments = assignments_of.remove(&grant.id).unwrap_or_default();
            Self::of(grant, roles, assignments)
        });
        rows.collect()
    }

    /// The rows of the roles.
    pub fn role_rows(&self) -> impl Iterator<Item = delegated_admin_grant_role::Model> {
        let grant_id = self.grant.id;
        self.roles.iter().map(move |role| delegated_admin_grant_role::Model { grant_id, role: *role })
    }

    /// The rows of the assignments: one for each role of each of them.
    pub fn assignment_rows(&self) -> impl Iterator<Item = access_assignment::Model> {
        let grant_id = self.grant.id;
        self.assignments.iter().flat_map(move |assignment| {
            assignment.roles.iter().map(move |role| access_assignment::Model {
                grant_id,
                assignee_kind: assignment.assignee_kind,
                assignee: assignment.assignee.clone(),
                role: *role,
                label: assignment.label.clone(),
            })
        })
    }
}
