//! A relationship request: what may be asked, what becomes of it, and the clock.

mod acceptance;
mod record;
mod rows;

use chrono::TimeDelta;
use entity::Word;
use entity::{
    AssigneeKind, CustomerId, DelegatedRole, GrantId, Instant, PartnerId, RequestId, RequestStatus,
    TenantRole, relationship_request::Model,
};
use serde::Serialize;

pub use acceptance::{Acceptance, Accepted, Asked, accept};
pub use record::{RelationshipRequestRecord, RequestReferences};
pub use rows::RequestRows;

use super::{
    assignment::{Assignment, check_extension, check_roles, errors_of_assignments},
    field_error::FieldError,
    grant::GrantRows,
    reason::Reason,
    refusal::{Refusal, RefusalCode},
    text::{check_message, check_name},
    validation::Validation,
};

/// The longest time that a request may ask for.
pub const LONGEST: TimeDelta = TimeDelta::days(730);

/// The longest time that a request may stay open.
pub const LONGEST_OPEN: TimeDelta = TimeDelta::days(90);

/// Where the request stands at `at`: an open one past its time is expired, whether or not that was written down yet.
#[must_use]
pub fn status_at(request: &Model, at: Instant) -> RequestStatus {
    match request.status {
        RequestStatus::Open if at >= request.expires_at => RequestStatus::Expired,
        status => status,
    }
}

/// What a partner asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewRequest {
    pub display_name: String,
    pub message: Option<String>,
    pub roles: Vec<DelegatedRole>,
    pub duration_days: i32,
    pub auto_extend: bool,
    /// The first assignments; None: all roles to whoever is an `ADMIN_AGENT`.
    pub assignments: Option<Vec<Assignment>>,
    /// The grant that it is to continue.
    pub renews: Option<GrantId>,
    pub valid_days: i32,
}

/// Between whom, and by which secret an open invitation is taken up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    pub customer: Option<CustomerId>,
    pub invitation_hash: Option<Vec<u8>>,
}

impl NewRequest {
    /// What is wrong with it by itself.
    pub fn check(&self) -> Result<(), Refusal> {
        let assignments = self.assignments.as_deref().unwrap_or_default();
        let mut validation: Validation =
            errors_of_assignments(assignments, &self.roles).into_iter().collect();
        validation.check(check_name("displayName", &self.display_name));
        validation.check(self.message.as_deref().map_or(Ok(()), |message| check_message("message", message)));
        validation.check(check_roles(&self.roles).map_err(of_roles));
        if self.auto_extend {
            validation.check(check_extension(&self.roles).map_err(of_roles));
        }
        validation.check(check_days("duration", self.duration_days, LONGEST));
        validation.check(check_days("validFor", self.valid_days, LONGEST_OPEN));
        validation.finish()
    }

    /// The rows of the request as `partner` makes it at `at`.
    #[must_use]
    pub fn rows(self, id: RequestId, partner: PartnerId, to: Addressee, at: Instant) -> RequestRows {
        let request = Model {
            id,
            partner_id: partner,
            customer_id: to.customer,
            invitation_hash: to.invitation_hash,
            status: RequestStatus::Open,
            display_name: self.display_name,
            message: self.message,
            duration_days: self.duration_days,
            auto_extend: self.auto_extend,
            renews: self.renews,
            expires_at: at + TimeDelta::days(self.valid_days.into()),
            decided_at: None,
            decline_reason: None,
            version: 1,
            created_at: at,
            updated_at: at,
        };
        let assignments = self.assignments.unwrap_or_else(|| to_admin_agents(&self.roles));
        RequestRows { request, roles: self.roles, assignments, grant: None }
    }
}

/// What the partner asks for to go on with a grant: its roles, under its name.
pub fn renewal(
    renewed: &GrantRows,
    duration_days: i32,
    message: Option<String>,
    valid_days: i32,
    at: Instant,
) -> Result<NewRequest, Refusal> {
    let GrantRows { grant, roles, assignments } = renewed;
    super::grant::check_active(grant, at)?;
    super::grant::successor_starts_at(grant, at)?;
    Ok(NewRequest {
        display_name: grant.display_name.clone(),
        message,
        roles: roles.clone(),
        duration_days,
        auto_extend: false,
        assignments: Some(assignments.clone()),
        renews: Some(grant.id),
        valid_days,
    })
}

/// Writes down that nobody decided in time; None while there is time, or when someone did.
#[must_use]
pub fn expire(request: &Model, at: Instant) -> Option<Model> {
    let has_expired = request.status == RequestStatus::Open && at >= request.expires_at;
    has_expired.then(|| Model { status: RequestStatus::Expired, updated_at: at, ..request.clone() })
}

/// Takes the request back.
pub fn withdraw(request: &Model, at: Instant) -> Result<Model, Refusal> {
    decide(request, RequestStatus::Withdrawn, at)
}

/// Says no to the request, on behalf of `customer`.
pub fn decline(
    request: &Model,
    customer: CustomerId,
    reason: Option<String>,
    at: Instant,
) -> Result<Model, Refusal> {
    reason.as_deref().map_or(Ok(()), |reason| check_message("reason", reason))?;
    let declined = decide(request, RequestStatus::Declined, at)?;
    Ok(Model { customer_id: Some(customer), decline_reason: reason, ..declined })
}

/// Takes all but `roles` from the assignments.
pub(crate) fn keep_roles(assignments: &mut Vec<Assignment>, roles: &[DelegatedRole]) {
    for assignment in &mut *assignments {
        assignment.roles.retain(|role| roles.contains(role));
    }
    assignments.retain(|assignment| !assignment.roles.is_empty());
}

/// The first assignments of a request that names none.
fn to_admin_agents(roles: &[DelegatedRole]) -> Vec<Assignment> {
    Vec::from([Assignment {
        assignee_kind: AssigneeKind::TenantRole,
        assignee: TenantRole::AdminAgent.name(),
        roles: roles.to_vec(),
        label: None,
    }])
}

/// Whether the request is still open to a decision.
pub(super) fn check_open(request: &Model, at: Instant) -> Result<(), Refusal> {
    decide(request, request.status, at).map(drop)
}

/// The request as decided, if it is still open to a decision.
fn decide(request: &Model, status: RequestStatus, at: Instant) -> Result<Model, Refusal> {
    let refuse = |code, reason| Err(Refusal::because(code, reason).at("request"));
    let decided = |message| refuse(RefusalCode::RequestNotOpen, Reason::request_not_open(message));
    match status_at(request, at) {
        RequestStatus::Open => Ok(Model { status, decided_at: Some(at), updated_at: at, ..request.clone() }),
        RequestStatus::Expired => refuse(RefusalCode::RequestExpired, Reason::request_expired()),
        RequestStatus::Accepted => decided("The request was accepted already."),
        RequestStatus::Declined => decided("The request was declined already."),
        RequestStatus::Withdrawn => decided("The partner has taken the request back."),
    }
}

fn check_days(field: &'static str, days: i32, longest: TimeDelta) -> Result<(), Refusal> {
    let fits = (1..=longest.num_days()).contains(&i64::from(days));
    let error = FieldError::new(field, format!("is not from 1 to {} days", longest.num_days()));
    if fits { Ok(()) } else { Err(Refusal::of_kind(RefusalCode::DurationOutOfRange, &error)) }
}

/// Roles that cannot be delegated together, or cannot extend themselves.
pub(super) fn of_roles(error: FieldError) -> Refusal {
    match error.field {
        "autoExtend" => Refusal::of_kind(RefusalCode::AutoExtendForbiddenRole, &error),
        _ => error.into(),
    }
}
