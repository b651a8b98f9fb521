//! An access assignment: part of a grant, or asked for by a request.

use entity::Word;
use entity::{AssigneeKind, DelegatedRole, TenantRole};
use serde::{Deserialize, Serialize};

use uuid::Uuid;

use crate::{
    field_error::{FieldError, refuse_if},
    permission::definition,
    record::has_repeats,
    text::check_name,
};

/// Who in the partner's tenant holds which of the roles.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    pub assignee_kind: AssigneeKind,
    /// A tenant role's name, or the object id of a security group.
    pub assignee: String,
    pub roles: Vec<DelegatedRole>,
    pub label: Option<String>,
}

/// An assignee in the one form in which it is stored and compared: the id of a security group in lower case.
#[must_use]
pub fn canonical_assignee(assignee: String) -> String {
    Uuid::try_parse(&assignee).map_or(assignee, |group| group.to_string())
}

/// The tenant roles that a partner's principals may have.
const PARTNERS_ROLES: [TenantRole; 3] =
    [TenantRole::AdminAgent, TenantRole::SalesAgent, TenantRole::HelpdeskAgent];

/// Whether `roles` can be delegated together: at least one, and each once.
pub(crate) fn check_roles(roles: &[DelegatedRole]) -> Result<(), FieldError> {
    refuse_if(roles.is_empty(), "roles", "is empty")?;
    refuse_if(has_repeats(roles), "roles", "names a role twice")
}

/// Whether a grant of `roles` may extend itself.
pub(crate) fn check_extension(roles: &[DelegatedRole]) -> Result<(), FieldError> {
    match roles.iter().find(|role| !definition(**role).auto_extendable) {
        Some(role) => {
            Err(FieldError::new("autoExtend", format!("is true, but {} never extends itself", role.name())))
        }
        None => Ok(()),
    }
}

/// What the field is called that has assignments.
const FIELD: &str = "assignments";

/// How many assignees a grant, or a request, can have. Larger circles are security groups.
pub const MOST_ASSIGNEES: usize = 100;

/// Whether `assignments` give out nothing but `roles`, speak of each assignee once, and are not too many; the first that
/// is wrong.
pub(crate) fn check_assignments(
    assignments: &[Assignment],
    roles: &[DelegatedRole],
) -> Result<(), FieldError> {
    errors_of_assignments(assignments, roles).into_iter().next().map_or(Ok(()), Err)
}

/// All that is wrong with `assignments` beside `roles`, each at its place.
pub(crate) fn errors_of_assignments(assignments: &[Assignment], roles: &[DelegatedRole]) -> Vec<FieldError> {
    if assignments.len() > MOST_ASSIGNEES {
        let reason = format!("has more than {MOST_ASSIGNEES} assignees; put people into security groups");
        return Vec::from([FieldError::new(FIELD, reason)]);
    }
    let mut errors = Vec::new();
    for (place, assignment) in assignments.iter().enumerate() {
        let mut earlier = assignments.iter().take(place);
        if earlier.any(|earlier| earlier.assignee == assignment.assignee) {
            let reason = "names an assignee twice; put its roles together";
            errors.push(FieldError::new(FIELD, reason).inside("assignee").inside(&place));
        }
        errors.extend(assignment.errors(roles).into_iter().map(|error| error.inside(&place)));
    }
    errors
}

/// The assignments that rows tell, each of one role of one assignee; sorted.
pub fn from_rows<R: Into<Assignment>>(rows: impl IntoIterator<Item = R>) -> Vec<Assignment> {
    let mut assignments = Vec::new();
    for row in rows {
        gather(&mut assignments, row.into());
    }
    sort(&mut assignments);
    assignments
}

/// Adds an assignment of one role to what its assignee has already.
pub fn gather(assignments: &mut Vec<Assignment>, one: Assignment) {
    match assignments.iter_mut().find(|assignment| assignment.assignee == one.assignee) {
        Some(assignment) => assignment.roles.extend(one.roles),
        None => assignments.push(one),
    }
}

/// Sorts assignments, and the roles of each: so that two lists that say the same are equal.
pub(crate) fn sort(assignments: &mut [Assignment]) {
    for assignment in &mut *assignments {
        assignment.roles.sort_unstable();
    }
    assignments.sort_unstable();
}

impl From<entity::access_assignment::Model> for Assignment {
    /// One role of it; [`gather`] puts them together.
    fn from(row: entity::access_assignment::Model) -> Self {
        let entity::access_assignment::Model { assignee_kind, assignee, role, label, .. } = row;
        Self { assignee_kind, assignee, roles: Vec::from([role]), label }
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
    /// All that is wrong with it, where `delegated` can be given out.
    pub(crate) fn errors(&self, delegated: &[DelegatedRole]) -> Vec<FieldError> {
        let is_known = match self.assignee_kind {
            AssigneeKind::TenantRole => PARTNERS_ROLES.iter().any(|role| role.name() == self.assignee),
            AssigneeKind::SecurityGroup => Uuid::try_parse(&self.assignee).is_ok(),
        };
        let assignee = refuse_if(
            !is_known,
            FIELD,
            "has an assignee that is neither ADMIN_AGENT, SALES_AGENT or HELPDESK_AGENT as a TENANT_ROLE nor a \
             UUID as a SECURITY_GROUP",
        );
        let label = self.label.as_deref().map_or(Ok(()), |label| check_name(FIELD, label));
        let parts = [("assignee", assignee), ("roles", self.check_roles(delegated)), ("label", label)];
        parts
            .into_iter()
            .filter_map(|(part, outcome)| outcome.err().map(|error| error.inside(part)))
            .collect()
    }

    fn check_roles(&self, delegated: &[DelegatedRole]) -> Result<(), FieldError> {
        refuse_if(self.roles.is_empty(), FIELD, "has an assignee without roles")?;
        refuse_if(has_repeats(&self.roles), FIELD, "names a role of an assignee twice")?;
        match self.roles.iter().find(|role| !delegated.contains(role)) {
            Some(role) => {
                Err(FieldError::new(FIELD, format!("gives out {}, which is not among roles", role.name())))
            }
            None => Ok(()),
        }
    }
}
