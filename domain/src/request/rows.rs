//! A request with what belongs to it, put together from the rows of three tables, and taken apart into them again.

use std::collections::HashMap;

use entity::{
    DelegatedRole, GrantId, RequestId, relationship_request::Model, relationship_request_assignment,
    relationship_request_role,
};

use crate::assignment::{Assignment, from_rows};

/// A request with what belongs to it; the roles and the assignments are sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRows {
    pub request: Model,
    pub roles: Vec<DelegatedRole>,
    pub assignments: Vec<Assignment>,
    /// The grant that acceptance made.
    pub grant: Option<GrantId>,
}

impl RequestRows {
    /// The request with its roles and assignments.
    #[must_use]
    pub fn of(
        request: Model,
        roles: Vec<relationship_request_role::Model>,
        assignments: Vec<relationship_request_assignment::Model>,
    ) -> Self {
        let mut roles: Vec<_> = roles.into_iter().map(|row| row.role).collect();
        roles.sort_unstable();
        Self { request, roles, assignments: from_rows(assignments), grant: None }
    }

    /// The requests, in the order given, each with those of the roles and assignments that are its own. The grants that
    /// they made are in a table that knows its requests: whoever needs them fills them in.
    #[must_use]
    pub fn gather(
        requests: Vec<Model>,
        roles: Vec<relationship_request_role::Model>,
        assignments: Vec<relationship_request_assignment::Model>,
    ) -> Vec<Self> {
        let mut roles_of: HashMap<RequestId, Vec<_>> = HashMap::new();
        for row in roles {
            roles_of.entry(row.request_id).or_default().push(row);
        }
        let mut assignments_of: HashMap<RequestId, Vec<_>> = HashMap::new();
        for row in assignments {
            assignments_of.entry(row.request_id).or_default().push(row);
        }
        let rows = requests.into_iter().map(|request| {
            let roles = roles_of.remove(&request.id).unwrap_or_default();
            let assignments = assignments_of.remove(&request.id).unwrap_or_default();
            Self::of(request, roles, assignments)
        });
        rows.collect()
    }

    /// The rows of the roles.
    pub fn role_rows(&self) -> impl Iterator<Item = relationship_request_role::Model> {
        let request_id = self.request.id;
        self.roles.iter().map(move |role| relationship_request_role::Model { request_id, role: *role })
    }

    /// The rows of the assignments: one for each role of each of them.
    pub fn assignment_rows(&self) -> impl Iterator<Item = relationship_request_assignment::Model> {
        let request_id = self.request.id;
        self.assignments.iter().flat_map(move |assignment| {
            assignment.roles.iter().map(move |role| relationship_request_assignment::Model {
                request_id,
                assignee_kind: assignment.assignee_kind,
                assignee: assignment.assignee.clone(),
                role: *role,
                label: assignment.label.clone(),
            })
        })
    }
}
