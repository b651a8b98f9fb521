//! A grant, as loaded.
//!
//! Loading is not an act of a party. It states what was agreed elsewhere, so it may register and correct, but it
//! neither gives back what ended here nor widens what a customer delegated: that takes the customer.

use super::{EXTENSION, GrantRows, status_at};
use crate::{
    assignment::{Assignment, check_assignments, check_extension, check_roles, sort},
    customer::CustomerRef,
    field_error::{FieldError, refuse_if},
    partner::PartnerRef,
    permission::definition,
    record::check_created_at,
    request::{LONGEST, keep_roles},
    text::{check_message, check_name, fold},
};
use chrono::TimeDelta;
use entity::{
    DelegatedRole, GrantId, GrantStatus, Instant, TenantId, TenantKind, delegated_admin_grant::Model,
};

/// What is stated of a grant. Its natural key is its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GrantRecord {
    pub id: GrantId,
    pub partner: TenantId,
    pub customer: TenantId,
    pub display_name: String,
    pub roles: Vec<DelegatedRole>,
    pub status: GrantStatus,
    pub starts_at: Instant,
    pub ends_at: Instant,
    pub auto_extend: bool,
    pub terminated_at: Option<Instant>,
    pub terminated_by: Option<TenantKind>,
    pub termination_reason: Option<String>,
    /// Left out: those that are there stay as they are.
    pub assignments: Option<Vec<Assignment>>,
    pub created_at: Option<Instant>,
}

/// The parties that a record names, as they are here.
#[derive(Clone, Copy, Debug)]
pub struct GrantParties {
    pub partner: PartnerRef,
    pub customer: CustomerRef,
}

impl GrantRecord {
    /// What is wrong with it by itself, whatever else there is.
    pub fn check(&self, at: Instant) -> Result<(), FieldError> {
        check_name("displayName", &self.display_name)?;
        check_roles(&self.roles)?;
        if self.auto_extend {
            check_extension(&self.roles)?;
        }
        check_assignments(self.assignments.as_deref().unwrap_or_default(), &self.roles)?;
        self.check_times(at)?;
        self.check_status(at)?;
        check_created_at(self.created_at, at)
    }

    /// A grant is accepted for 1 to 730 days. Only one that may extend itself can reach further, and then no further
    /// than one extension from now.
    fn check_times(&self, at: Instant) -> Result<(), FieldError> {
        let field = "endsAt";
        let length = self.ends_at - self.starts_at;
        refuse_if(length < TimeDelta::days(1), field, "is less than one day after startsAt")?;
        let may_have_extended =
            self.roles.iter().all(|role| definition(*role).auto_extendable) && self.ends_at <= at + EXTENSION;
        refuse_if(length > LONGEST && !may_have_extended, field, "is more than 730 days after startsAt")
    }

    fn check_status(&self, at: Instant) -> Result<(), FieldError> {
        let was_terminated = self.status == GrantStatus::Terminated;
        let field = "terminatedAt";
        refuse_if(
            was_terminated && self.terminated_at.is_none(),
            field,
            "is missing, but status is TERMINATED",
        )?;
        let says_how =
            self.terminated_at.is_some() || self.terminated_by.is_some() || self.termination_reason.is_some();
        let unfit = "is set, or terminatedBy or terminationReason is, but status is not TERMINATED";
        refuse_if(!was_terminated && says_how, field, unfit)?;
        refuse_if(self.terminated_at.is_some_and(|then| then > at), field, "lies in the future")?;
        let by_operator = self.terminated_by == Some(TenantKind::Operator);
        refuse_if(by_operator, "terminatedBy", "is OPERATOR; only a party ends a grant")?;
        if let Some(reason) = &self.termination_reason {
            check_message("terminationReason", reason)?;
        }
        let has_expired = self.status == GrantStatus::Expired;
        refuse_if(has_expired && self.ends_at > at, "status", "is EXPIRED, but endsAt lies in the future")?;
        refuse_if(has_expired && self.auto_extend, "status", "is EXPIRED, but with autoExtend it never does")
    }

    /// The rows that should be there, where `stored` is now.
    pub fn onto(
        &self,
        stored: Option<&GrantRows>,
        parties: GrantParties,
        at: Instant,
    ) -> Result<GrantRows, FieldError> {
        let mut rows = self.rows(stored, parties, at);
        let by_clock = status_at(&rows.grant, at);
        match stored {
            None => {
                let is_elsewhere = parties.partner.cloud != parties.customer.cloud;
                refuse_if(is_elsewhere, "partner", "is in another cloud than the customer")?;
                rows.grant.status = by_clock;
            }
            Some(stored) => {
                check_parties(&stored.grant, &rows.grant)?;
                // It ended here as the record says it would.
                if stored.grant.status == GrantStatus::Expired && by_clock == GrantStatus::Expired {
                    rows.grant.status = GrantStatus::Expired;
                }
                if has_extended(&stored.grant, &rows.grant) {
                    rows.grant.ends_at = stored.grant.ends_at;
                }
                check_narrowness(stored, &rows)?;
            }
        }
        Ok(rows)
    }

    fn rows(&self, stored: Option<&GrantRows>, parties: GrantParties, at: Instant) -> GrantRows {
        let before = stored.map(|stored| &stored.grant);
        let mut roles = self.roles.clone();
        roles.sort_unstable();
        let mut assignments = self.assignments.clone().unwrap_or_else(|| kept(stored, &roles));
        sort(&mut assignments);
        let grant = Model {
            id: self.id,
            partner_id: parties.partner.id,
            customer_id: parties.customer.id,
            request_id: before.and_then(|before| before.request_id),
            display_name: self.display_name.clone(),
            display_name_folded: fold(&self.display_name),
            status: self.status,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            auto_extend: self.auto_extend,
            may_auto_extend: before.map_or(self.auto_extend, |before| before.may_auto_extend),
            terminated_at: self.terminated_at,
            terminated_by: self.terminated_by,
            termination_reason: self.termination_reason.clone(),
            warned_days: before.and_then(|before| before.warned_days),
            version: before.map_or(1, |before| before.version),
            created_at: self.created_at.or(before.map(|before| before.created_at)).unwrap_or(at),
            updated_at: before.map_or(at, |before| before.updated_at),
        };
        GrantRows { grant, roles, assignments }
    }
}

/// Of the stored assignments, what is left of them when only `roles` are.
fn kept(stored: Option<&GrantRows>, roles: &[DelegatedRole]) -> Vec<Assignment> {
    let mut kept = stored.map(|stored| stored.assignments.clone()).unwrap_or_default();
    keep_roles(&mut kept, roles);
    kept
}

/// Whether the stored grant is the record's, only extended by itself since.
fn has_extended(stored: &Model, row: &Model) -> bool {
    let further = (stored.ends_at - row.ends_at).num_milliseconds();
    stored.auto_extend && row.auto_extend && further > 0 && further % EXTENSION.num_milliseconds() == 0
}

fn check_parties(stored: &Model, row: &Model) -> Result<(), FieldError> {
    let other_partner = stored.partner_id != row.partner_id;
    refuse_if(other_partner, "partner", "is not the partner of the grant with this id")?;
    let other_customer = stored.customer_id != row.customer_id;
    refuse_if(other_customer, "customer", "is not the customer of the grant with this id")?;
    let other_start = stored.starts_at != row.starts_at;
    refuse_if(other_start, "startsAt", "is not the start of the grant with this id, which never changes")
}

/// A grant only ever becomes narrower: what is wider takes a new request that the customer accepts.
fn check_narrowness(stored: &GrantRows, rows: &GrantRows) -> Result<(), FieldError> {
    let (before, after) = (&stored.grant, &rows.grant);
    let has_ended = before.status.is_final();
    refuse_if(
        has_ended && stored != rows,
        "status",
        "cannot be set: the grant with this id has ended, and stays as it was",
    )?;
    let widens = rows.roles.iter().any(|role| !stored.roles.contains(role));
    refuse_if(
        widens,
        "roles",
        "has a role that the grant with this id lacks; only its customer can add one",
    )?;
    refuse_if(
        after.ends_at > before.ends_at && !(before.auto_extend && has_extended(after, before)),
        "endsAt",
        "is later than the end of the grant with this id; only its customer can prolong it",
    )?;
    refuse_if(
        after.auto_extend && !before.auto_extend,
        "autoExtend",
        "is true, but the grant with this id does not extend itself; an import cannot switch that on",
    )
}
