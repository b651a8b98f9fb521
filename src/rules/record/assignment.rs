//! An access assignment, as loaded: part of a grant, or asked for by a request.

use entity::{AssigneeKind, DelegatedRole, TenantRole};
use sea_orm::ActiveEnum;
use serde::{Deserialize, Deserializer, Serialize};

use super::{form, has_repeats};
use crate::rules::{
    flaw::{Flaw, refuse_if},
    permission::definition,
    text::check_name,
};

/// Who in the partner's tenant holds which of the roles.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Assignment {
    pub assignee_kind: AssigneeKind,
    /// A tenant role's name, or the object id of a security group.
    #[serde(deserialize_with = "read_assignee")]
    pub assignee: String,
    pub roles: Vec<DelegatedRole>,
    #[serde(default)]
    pub label: Option<String>,
}

/// An assignee in the one form in which it is stored and compared: the id of a security group in lower case.
#[must_use]
pub fn canonical_assignee(assignee: String) -> String {
    form::uuid(&assignee).map_or(assignee, |group| group.to_string())
}

fn read_assignee<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(canonical_assignee)
}

/// The tenant roles that a partner's principals may have.
const PARTNERS_ROLES: [TenantRole; 3] =
    [TenantRole::AdminAgent, TenantRole::SalesAgent, TenantRole::HelpdeskAgent];

/// Whether `roles` can be delegated together: some, each once, and none that may not extend itself if all shall.
pub(in crate::rules) fn check_roles(roles: &[DelegatedRole], auto_extend: bool) -> Result<(), Flaw> {
    refuse_if(roles.is_empty(), "roles", "is empty")?;
    refuse_if(has_repeats(roles), "roles", "names a role twice")?;
    let fixed = roles.iter().find(|role| !definition(**role).auto_extendable);
    match fixed {
        Some(role) if auto_extend => {
            Err(Flaw::new("autoExtend", format!("is true, but {} never extends itself", role.to_value())))
        }
        _ => Ok(()),
    }
}

/// How many assignees a grant, or a request, can have. Larger circles are security groups.
pub const MOST_ASSIGNEES: usize = 100;

/// Whether `assignments` give out nothing but `roles`, speak of each assignee once, and are not too many.
pub(in crate::rules) fn check_assignments(
    assignments: &[Assignment],
    roles: &[DelegatedRole],
) -> Result<(), Flaw> {
    let field = "assignments";
    let is_long = assignments.len() > MOST_ASSIGNEES;
    refuse_if(
        is_long,
        field,
        &format!("has more than {MOST_ASSIGNEES} assignees; put people into security groups"),
    )?;
    for assignment in assignments {
        assignment.check(roles)?;
    }
    let mut assignees: Vec<_> = assignments.iter().map(|assignment| assignment.assignee.as_str()).collect();
    assignees.sort_unstable();
    let repeated = assignees.windows(2).any(|pair| pair.first() == pair.get(1));
    refuse_if(repeated, field, "names an assignee twice; put its roles together")
}

/// Adds an assignment of one role to what its assignee has already.
pub fn gather(assignments: &mut Vec<Assignment>, one: Assignment) {
    match assignments.iter_mut().find(|assignment| assignment.assignee == one.assignee) {
        Some(assignment) => assignment.roles.extend(one.roles),
        None => assignments.push(one),
    }
}

impl From<entity::relationship_request_assignment::Model> for Assignment {
    /// One role of it; [`gather`] puts them together.
    fn from(row: entity::relationship_request_assignment::Model) -> Self {
        let entity::relationship_request_assignment::Model { assignee_kind, assignee, role, label, .. } = row;
        Self { assignee_kind, assignee, roles: Vec::from([role]), label }
    }
}

impl Assignment {
    fn check(&self, delegated: &[DelegatedRole]) -> Result<(), Flaw> {
        let field = "assignments";
        let is_known = match self.assignee_kind {
            AssigneeKind::TenantRole => PARTNERS_ROLES.iter().any(|role| role.to_value() == self.assignee),
            AssigneeKind::SecurityGroup => form::uuid(&self.assignee).is_some(),
        };
        refuse_if(
            !is_known,
            field,
            "has an assignee that is neither ADMIN_AGENT, SALES_AGENT or HELPDESK_AGENT as a TENANT_ROLE nor a \
             UUID as a SECURITY_GROUP",
        )?;
        refuse_if(self.roles.is_empty(), field, "has an assignee without roles")?;
        refuse_if(has_repeats(&self.roles), field, "names a role of an assignee twice")?;
        if let Some(role) = self.roles.iter().find(|role| !delegated.contains(role)) {
            return Err(Flaw::new(field, format!("gives out {}, which is not among roles", role.to_value())));
        }
        self.label.as_deref().map_or(Ok(()), |label| check_name(field, label))
    }
}
