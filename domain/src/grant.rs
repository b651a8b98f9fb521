//! A grant and the clock: what its recorded state means at an instant.
//!
//! Rights follow the clock alone. A timer that is late neither prolongs a grant nor interrupts it.

mod record;
mod rows;

use chrono::TimeDelta;
use entity::Word;
use entity::{
    AssigneeKind, DelegatedRole, EventKind, GrantStatus, Instant, TenantKind, delegated_admin_grant::Model,
};

pub use record::{GrantParties, GrantRecord};
pub use rows::GrantRows;

use super::{
    assignment::{Assignment, MOST_ASSIGNEES, check_roles},
    field_error::FieldError,
    permission::definition,
    reason::Reason,
    refusal::{Refusal, RefusalCode},
    request::{keep_roles, of_roles},
    text::check_message,
    validation::Validation,
};

/// By how much an auto-extending grant goes on at its end, again and again.
pub const EXTENSION: TimeDelta = TimeDelta::days(180);

/// How many days before its end both parties are told of it.
pub const WARNINGS: [i32; 3] = [1, 7, 30];

/// From when on a grant that does not extend itself counts as ending soon.
pub const SOON: TimeDelta = TimeDelta::days(30);

/// What is amiss with a grant that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    NoAssignment,
    ExpiresSoon,
    EndsWithoutRenewal,
}

/// How a grant is to become narrower; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Narrowing {
    /// Those that stay.
    pub roles: Option<Vec<DelegatedRole>>,
    pub ends_at: Option<Instant>,
    pub auto_extend: Option<bool>,
}

/// Whether the grant gives any right at `at`: `status = ACTIVE AND starts_at <= at AND (at < ends_at OR auto_extend)`.
#[must_use]
pub fn is_effective(grant: &Model, at: Instant) -> bool {
    grant.status == GrantStatus::Active && grant.starts_at <= at && (at < grant.ends_at || grant.auto_extend)
}

/// Where the grant stands at `at`: an active one that is past its end and does not extend is expired.
#[must_use]
pub fn status_at(grant: &Model, at: Instant) -> GrantStatus {
    match grant.status {
        GrantStatus::Active if at >= grant.ends_at && !grant.auto_extend => GrantStatus::Expired,
        status => status,
    }
}

/// When the grant ends, seen from `at`: the recorded end, moved on by whole [`EXTENSION`]s while it extends itself.
#[must_use]
pub fn ends_at(grant: &Model, at: Instant) -> Instant {
    if grant.status != GrantStatus::Active || !grant.auto_extend || at < grant.ends_at {
        return grant.ends_at;
    }
    let behind = (at - grant.ends_at).num_milliseconds() / EXTENSION.num_milliseconds();
    let steps = i32::try_from(behind).unwrap_or(i32::MAX - 1) + 1;
    EXTENSION
        .checked_mul(steps)
        .and_then(|extension| grant.ends_at.checked_add_signed(extension))
        .unwrap_or(Instant::MAX_UTC)
}

/// Ends the grant at once, on behalf of one of its parties.
pub fn terminate(
    grant: &Model,
    by: TenantKind,
    reason: Option<String>,
    at: Instant,
) -> Result<Model, Refusal> {
    reason.as_deref().map_or(Ok(()), |reason| check_message("reason", reason))?;
    check_active(grant, at)?;
    Ok(Model {
        status: GrantStatus::Terminated,
        terminated_at: Some(at),
        terminated_by: Some(by),
        termination_reason: reason,
        updated_at: at,
        ..grant.clone()
    })
}

/// Makes the grant narrower, on behalf of one of its parties. What was switched off so stays off.
pub fn narrow(before: &GrantRows, narrowing: Narrowing, at: Instant) -> Result<GrantRows, Refusal> {
    check_active(&before.grant, at)?;
    let Narrowing { roles, ends_at: end, auto_extend } = narrowing;
    if roles.is_none() && end.is_none() && auto_extend.is_none() {
        let reason = "is missing, and so are endsAt and autoExtend: say what is to become narrower";
        return Err(FieldError::new("roles", reason).into());
    }
    let current_end = ends_at(&before.grant, at);
    let is_shorter = end.is_some_and(|end| end < current_end);
    let mut validation = Validation::default();
    validation.check(roles.as_deref().map_or(Ok(()), |roles| check_narrower_roles(before, roles)));
    validation.check(end.map_or(Ok(()), |end| check_earlier_end(&before.grant, end, at)));
    if auto_extend == Some(true) {
        validation.check(check_still_extends(&before.grant, is_shorter));
    }
    validation.finish()?;
    let mut after = before.clone();
    if let Some(mut roles) = roles {
        roles.sort_unstable();
        keep_roles(&mut after.assignments, &roles);
        after.roles = roles;
    }
    let grant = &mut after.grant;
    if let Some(end) = end.filter(|_| is_shorter) {
        switch_off(grant, end, at);
    }
    match auto_extend {
        Some(false) if grant.auto_extend => switch_off(grant, current_end, at),
        Some(false) => grant.may_auto_extend = false,
        Some(true) | None => {}
    }
    if after != *before {
        after.grant.updated_at = at;
    }
    Ok(after)
}

/// Whether the roles are some of the grant's.
fn check_narrower_roles(before: &GrantRows, roles: &[DelegatedRole]) -> Result<(), Refusal> {
    check_roles(roles).map_err(of_roles)?;
    match roles.iter().find(|role| !before.roles.contains(role)) {
        Some(role) => {
            let message =
                format!("The grant does not have {}. Name some of the roles that it has.", role.name());
            Err(Refusal::new(RefusalCode::RolesNotSubset, message).at("roles"))
        }
        None => Ok(()),
    }
}

/// Whether the end is still to come, and not after the grant's.
fn check_earlier_end(grant: &Model, end: Instant, at: Instant) -> Result<(), Refusal> {
    if end > ends_at(grant, at) {
        let message =
            "The grant ends earlier than that. A longer time takes a request that the customer accepts.";
        return Err(Refusal::new(RefusalCode::WideningForbidden, message).at("endsAt"));
    }
    if end <= at || end <= grant.starts_at {
        let reason = "is over, or before startsAt; to end the grant at once, use terminateGrant";
        return Err(FieldError::new("endsAt", reason).into());
    }
    Ok(())
}

/// Whether the grant extends itself, and will.
fn check_still_extends(grant: &Model, is_shorter: bool) -> Result<(), Refusal> {
    if is_shorter {
        return Err(FieldError::new("autoExtend", "is true, but an earlier end switches it off").into());
    }
    if !grant.auto_extend {
        let message = "The grant does not extend itself, and narrowing does not switch that on.";
        return Err(Refusal::new(RefusalCode::WideningForbidden, message).at("autoExtend"));
    }
    Ok(())
}

/// Lets the grant end at `end`, for good.
fn switch_off(grant: &mut Model, end: Instant, at: Instant) {
    // Warnings that were given were about another end.
    if end != grant.ends_at {
        grant.warned_days = as_if_warned(end - at);
    }
    grant.ends_at = end;
    grant.auto_extend = false;
    grant.may_auto_extend = false;
}

/// Lets the grant extend itself from now on: the partner's ask, within what the customer accepted.
pub fn switch_auto_extend_on(before: &GrantRows, is_renewed: bool, at: Instant) -> Result<Model, Refusal> {
    let grant = &before.grant;
    check_active(grant, at)?;
    if grant.auto_extend {
        return Err(nothing_to_switch(Reason::extends_itself_already()));
    }
    if let Some(role) = before.roles.iter().find(|role| !definition(**role).auto_extendable) {
        let reason = Reason::role_never_extends(&role.name());
        return Err(Refusal::because(RefusalCode::AutoExtendForbiddenRole, reason).at("autoExtend"));
    }
    let not_agreed = |message, remedy| {
        let reason = Reason::extension_not_agreed(message, remedy);
        Err(Refusal::because(RefusalCode::WideningForbidden, reason).at("autoExtend"))
    };
    if is_renewed {
        let message = "The customer has accepted a grant that continues this one.";
        return not_agreed(message, "That one goes on.");
    }
    if !grant.may_auto_extend {
        let message = "The customer has not agreed that the grant extends itself.";
        return not_agreed(message, "Ask for it with a new request, or renew it.");
    }
    Ok(Model { auto_extend: true, updated_at: at, ..grant.clone() })
}

/// Lets the grant end at its end. When the customer does this, the partner cannot switch it on again: so it may do it
/// also while the grant does not extend itself, as long as the partner could switch it on.
pub fn switch_auto_extend_off(grant: &Model, by: TenantKind, at: Instant) -> Result<Model, Refusal> {
    check_active(grant, at)?;
    let may_auto_extend = grant.may_auto_extend && by == TenantKind::Partner;
    if !grant.auto_extend && may_auto_extend == grant.may_auto_extend {
        return Err(nothing_to_switch(Reason::does_not_extend()));
    }
    let mut off = grant.clone();
    switch_off(&mut off, ends_at(grant, at), at);
    Ok(Model { may_auto_extend, updated_at: at, ..off })
}

/// It is as it would be after switching.
fn nothing_to_switch(reason: Reason) -> Refusal {
    Refusal::because(RefusalCode::IllegalTransition, reason).at("autoExtend")
}

/// Gives an assignee these roles of the grant, instead of what it holds.
pub fn assign(before: &GrantRows, assignment: Assignment, at: Instant) -> Result<GrantRows, Refusal> {
    check_active(&before.grant, at)?;
    let mut validation: Validation = assignment
        .errors(&assignment.roles)
        .into_iter()
        .map(|error| FieldError { field: "assignment", ..error })
        .collect();
    if let Some(role) = assignment.roles.iter().find(|role| !before.roles.contains(role)) {
        let message =
            format!("The grant does not have {}. Assign some of the roles that it has.", role.name());
        let refusal = Refusal::new(RefusalCode::RolesNotSubset, message).at("roles").within("assignment");
        validation.check(Err(refusal));
    }
    validation.finish()?;
    let mut after = before.clone();
    after.assignments.retain(|held| held.assignee != assignment.assignee);
    after.assignments.push(assignment);
    if after.assignments.len() > MOST_ASSIGNEES {
        let message = format!(
            "The grant has {MOST_ASSIGNEES} assignees already, and cannot have more. Unassign some, or assign a \
             security group."
        );
        return Err(Refusal::new(RefusalCode::LimitExceeded, message).at("assignment"));
    }
    after.assignments.sort_unstable();
    if after != *before {
        after.grant.updated_at = at;
    }
    Ok(after)
}

/// Takes from an assignee whatever it holds of the grant.
pub fn unassign(before: &GrantRows, who: (AssigneeKind, &str), at: Instant) -> Result<GrantRows, Refusal> {
    check_active(&before.grant, at)?;
    let mut after = before.clone();
    after.assignments.retain(|held| (held.assignee_kind, held.assignee.as_str()) != who);
    if after.assignments.len() == before.assignments.len() {
        let message =
            "This assignee holds nothing of the grant. `assignments` of the grant lists those that do.";
        return Err(Refusal::new(RefusalCode::NotFound, message).at("assignee"));
    }
    after.grant.updated_at = at;
    Ok(after)
}

/// What the clock has brought about and nobody has written down yet: the grant's end, or its next extension.
#[must_use]
pub fn pass_time(grant: &Model, at: Instant) -> Option<(Model, EventKind)> {
    if grant.status != GrantStatus::Active || at < grant.ends_at {
        return None;
    }
    let passed = Model { updated_at: at, warned_days: None, ..grant.clone() };
    Some(if grant.auto_extend {
        (Model { ends_at: ends_at(grant, at), ..passed }, EventKind::GrantExtended)
    } else {
        (Model { status: GrantStatus::Expired, ..passed }, EventKind::GrantExpired)
    })
}

/// The warning that is due: at how many days before the end. Of several that were missed only the latest is given.
#[must_use]
pub fn warning(grant: &Model, at: Instant) -> Option<i32> {
    let is_running = grant.status == GrantStatus::Active && grant.starts_at <= at && at < grant.ends_at;
    let due = as_if_warned(grant.ends_at - at)?;
    (is_running && grant.warned_days.is_none_or(|warned| due < warned)).then_some(due)
}

/// Of a grant with so much time left both parties know as if they had been warned: whoever gives it this end, knows it.
#[must_use]
pub fn as_if_warned(left: TimeDelta) -> Option<i32> {
    WARNINGS.into_iter().find(|days| left <= TimeDelta::days((*days).into()))
}

/// What is amiss with the grant: `is_assigned` says whether anyone holds a role of it, and `is_continued` whether a
/// request to continue it is open or was accepted.
#[must_use]
pub fn health(grant: &Model, is_assigned: bool, is_continued: bool, at: Instant) -> Vec<Health> {
    if status_at(grant, at) != GrantStatus::Active {
        return Vec::new();
    }
    let is_near = !grant.auto_extend && grant.ends_at <= at + SOON;
    [
        (Health::NoAssignment, !is_assigned),
        (Health::ExpiresSoon, is_near),
        (Health::EndsWithoutRenewal, is_near && !is_continued),
    ]
    .into_iter()
    .filter_map(|(health, is_so)| is_so.then_some(health))
    .collect()
}

/// Whether the grant is not over yet.
pub(super) fn check_active(grant: &Model, at: Instant) -> Result<(), Refusal> {
    if status_at(grant, at) == GrantStatus::Active {
        return Ok(());
    }
    let reason = Reason::no_grant_in_force(Some(grant), at);
    let message = "The grant has ended, and an ended grant stays as it is. A new one takes a new request.";
    let refusal = Refusal::new(RefusalCode::GrantNotActive, message).at("grant");
    Err(Refusal { reasons: Vec::from([reason]), ..refusal })
}

/// When a grant that continues this one starts: at its end, or now when that is past.
pub(super) fn successor_starts_at(grant: &Model, at: Instant) -> Result<Instant, Refusal> {
    match status_at(grant, at) {
        GrantStatus::Active if grant.auto_extend => {
            Err(Refusal::because(RefusalCode::Invalid, Reason::grant_extends_itself()).at("grant"))
        }
        GrantStatus::Active => Ok(grant.ends_at),
        GrantStatus::Expired | GrantStatus::Terminated => Ok(at),
    }
}

#[cfg(test)]
mod tests;
