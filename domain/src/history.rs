//! The past of a row, from the row as it is and the log of its changes: each change that came later is taken back.
//!
//! What an import corrected is in no log; it counts as if it had always been so.

use chrono::{DateTime, Utc};
use entity::Word;
use entity::{
    AssigneeKind, DelegatedRole, GrantStatus, Instant, SubscriptionStatus, TenantKind, subscription,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::assignment::Assignment;
use super::audit::{Field, GrantField, SubscriptionField};
use super::grant::GrantRows;

/// What became of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl FieldChange {
    /// What became of a field of a closed list.
    #[must_use]
    pub fn of(field: impl Field, before: Option<String>, after: Option<String>) -> Self {
        Self::new(field.name(), before, after)
    }

    #[must_use]
    pub fn new(field: impl Into<String>, before: Option<String>, after: Option<String>) -> Self {
        Self { field: field.into(), before, after }
    }

    /// Whether anything is different.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.before != self.after
    }
}

/// The prefix of the field that says what an assignee holds.
pub const ASSIGNMENTS: &str = "assignments.";

/// A grant as it was at `at`, from what it is now and all that became of it after that instant, the newest first; None
/// when it was not there yet.
#[must_use]
pub fn grant_at(now: &GrantRows, later: &[FieldChange], at: Instant) -> Option<GrantRows> {
    let mut then = now.clone();
    for change in later {
        take_back(&mut then, change);
    }
    let grant = &mut then.grant;
    // What ended elsewhere has no entry here: its end says until when it was in force.
    let ended = match grant.status {
        GrantStatus::Active => None,
        GrantStatus::Terminated => grant.terminated_at,
        GrantStatus::Expired => Some(grant.ends_at),
    };
    if ended.is_some_and(|ended| at < ended) {
        grant.status = GrantStatus::Active;
    }
    if grant.status == GrantStatus::Active {
        grant.terminated_at = None;
        grant.terminated_by = None;
        grant.termination_reason = None;
    }
    // One that was taken over from elsewhere may have begun before it was written down here.
    (grant.created_at <= at || grant.starts_at <= at).then_some(then)
}

fn take_back(rows: &mut GrantRows, change: &FieldChange) {
    let before = change.before.as_deref();
    if let Some(assignee) = change.field.strip_prefix(ASSIGNMENTS) {
        return assign(&mut rows.assignments, assignee, roles(before));
    }
    let Some(field) = GrantField::named(&change.field) else { return };
    let grant = &mut rows.grant;
    match field {
        GrantField::Status => set(&mut grant.status, word(before)),
        GrantField::StartsAt => set(&mut grant.starts_at, instant(before)),
        GrantField::EndsAt => set(&mut grant.ends_at, instant(before)),
        GrantField::AutoExtend => set(&mut grant.auto_extend, before.and_then(|before| before.parse().ok())),
        GrantField::TerminatedBy => grant.terminated_by = word::<TenantKind>(before),
        GrantField::TerminationReason => grant.termination_reason = before.map(str::to_owned),
        GrantField::Roles => rows.roles = roles(before),
        // A name is given for good, and a warning changes nothing.
        GrantField::DisplayName | GrantField::DaysLeft => {}
    }
}

/// Gives an assignee these roles, instead of what it holds.
fn assign(assignments: &mut Vec<Assignment>, assignee: &str, roles: Vec<DelegatedRole>) {
    let held = assignments.iter().position(|held| held.assignee == assignee);
    let held = held.map(|place| assignments.remove(place));
    if roles.is_empty() {
        return;
    }
    let assignee_kind = match Uuid::parse_str(assignee) {
        Ok(_) => AssigneeKind::SecurityGroup,
        Err(_) => AssigneeKind::TenantRole,
    };
    let label = held.and_then(|held| held.label);
    assignments.push(Assignment { assignee_kind, assignee: assignee.to_owned(), roles, label });
    assignments.sort_unstable();
}

/// A subscription at `at`, likewise, as far as it decides what is allowed; None when it was not there yet.
#[must_use]
pub fn subscription_at(
    now: &subscription::Model,
    later: &[FieldChange],
    at: Instant,
) -> Option<subscription::Model> {
    let mut then = now.clone();
    for FieldChange { field, before, .. } in later {
        let Some(field) = SubscriptionField::named(field) else { continue };
        let before = before.as_deref();
        match field {
            SubscriptionField::Status => set(&mut then.status, word::<SubscriptionStatus>(before)),
            SubscriptionField::TermEndsAt => set(&mut then.term_ends_at, instant(before)),
            SubscriptionField::CancellableUntil => then.cancellable_until = instant(before),
            SubscriptionField::Quantity => {
                set(&mut then.quantity, before.and_then(|before| before.parse().ok()));
            }
            SubscriptionField::AutoRenew => {
                set(&mut then.auto_renew, before.and_then(|before| before.parse().ok()));
            }
            // These decide nothing of what is allowed.
            SubscriptionField::FriendlyName
            | SubscriptionField::SuspensionReasons
            | SubscriptionField::Term
            | SubscriptionField::BillingCycle
            | SubscriptionField::StartsAt
            | SubscriptionField::NextQuantity
            | SubscriptionField::NextTerm
            | SubscriptionField::NextBillingCycle
            | SubscriptionField::Offer
            | SubscriptionField::DaysLeft => {}
        }
    }
    (then.created_at <= at || then.starts_at <= at).then_some(then)
}

fn set<T>(field: &mut T, before: Option<T>) {
    if let Some(before) = before {
        *field = before;
    }
}

fn instant(text: Option<&str>) -> Option<Instant> {
    DateTime::parse_from_rfc3339(text?).ok().map(|instant| instant.with_timezone(&Utc))
}

fn word<W: Word>(text: Option<&str>) -> Option<W> {
    W::named(text?)
}

fn roles(text: Option<&str>) -> Vec<DelegatedRole> {
    text.unwrap_or_default().split(' ').filter_map(|role| word(Some(role))).collect()
}
