//! A relationship request, as loaded.

use super::{LONGEST, LONGEST_OPEN, RequestRows, status_at};
use crate::{
    assignment::{Assignment, check_assignments, check_extension, check_roles, sort},
    customer::CustomerRef,
    field_error::{FieldError, refuse_if},
    invitation,
    partner::PartnerRef,
    record::check_created_at,
    text::{check_message, check_name},
};
use chrono::TimeDelta;
use entity::{
    DelegatedRole, GrantId, Instant, RequestId, RequestStatus, TenantId, delegated_admin_grant as grant,
    relationship_request::Model,
};

/// What is stated of a relationship request. Its natural key is its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RelationshipRequestRecord {
    pub id: RequestId,
    pub partner: TenantId,
    pub customer: Option<TenantId>,
    /// The secret of an open invitation.
    pub invitation: Option<String>,
    pub status: RequestStatus,
    pub display_name: String,
    pub message: Option<String>,
    pub roles: Vec<DelegatedRole>,
    pub duration_days: i32,
    pub auto_extend: bool,
    /// The grant that this one continues.
    pub renews: Option<GrantId>,
    /// The grant that acceptance made.
    pub grant: Option<GrantId>,
    pub expires_at: Instant,
    pub decided_at: Option<Instant>,
    pub decline_reason: Option<String>,
    pub assignments: Vec<Assignment>,
    pub created_at: Option<Instant>,
}

/// What a record names, as it is here.
#[derive(Clone, Copy, Debug)]
pub struct RequestReferences<'g> {
    pub partner: PartnerRef,
    pub customer: Option<CustomerRef>,
    /// The grant that it continues, if there is one with this id.
    pub renews: Option<&'g grant::Model>,
    /// The grant that it led to, if there is one with this id.
    pub grant: Option<&'g grant::Model>,
}

impl RelationshipRequestRecord {
    /// What is wrong with it by itself, whatever else there is.
    pub fn check(&self, at: Instant) -> Result<(), FieldError> {
        check_name("displayName", &self.display_name)?;
        if let Some(message) = &self.message {
            check_message("message", message)?;
        }
        check_roles(&self.roles)?;
        if self.auto_extend {
            check_extension(&self.roles)?;
        }
        check_assignments(&self.assignments, &self.roles)?;
        let is_length = (1..=LONGEST.num_days()).contains(&i64::from(self.duration_days));
        refuse_if(!is_length, "duration", "is not from 1 to 730 days")?;
        self.check_addressee()?;
        self.check_decision(at)?;
        check_created_at(self.created_at, at)
    }

    fn check_addressee(&self) -> Result<(), FieldError> {
        if let Some(secret) = &self.invitation {
            invitation::check_secret(secret)?;
        }
        let (has_customer, has_invitation) = (self.customer.is_some(), self.invitation.is_some());
        refuse_if(!has_customer && !has_invitation, "customer", "is missing, and so is an invitation")?;
        let is_open = self.status == RequestStatus::Open;
        let is_both = has_customer && has_invitation;
        refuse_if(is_open && is_both, "invitation", "is set beside a customer, but status is OPEN")?;
        let is_renewal = self.renews.is_some();
        refuse_if(is_renewal && !has_customer, "renews", "is set without a customer")
    }

    fn check_decision(&self, at: Instant) -> Result<(), FieldError> {
        use RequestStatus::{Accepted, Declined, Expired, Open, Withdrawn};
        let is_decided = match self.status {
            Accepted | Declined | Withdrawn => true,
            Open | Expired => false,
        };
        let has_date = self.decided_at.is_some();
        refuse_if(is_decided && !has_date, "decidedAt", "is missing, but the request was decided")?;
        refuse_if(!is_decided && has_date, "decidedAt", "is set, but status says that nobody decided")?;
        refuse_if(self.decided_at.is_some_and(|then| then > at), "decidedAt", "lies in the future")?;
        let by_customer = matches!(self.status, Accepted | Declined);
        refuse_if(by_customer && self.customer.is_none(), "customer", "is missing, but a customer decided")?;
        let early = self.status == Expired && self.expires_at > at;
        refuse_if(early, "status", "is EXPIRED, but expiresAt lies in the future")?;
        let has_grant = self.grant.is_some();
        refuse_if(has_grant && self.status != Accepted, "grant", "is set, but status is not ACCEPTED")?;
        let unfit = self.decline_reason.is_some() && self.status != Declined;
        refuse_if(unfit, "declineReason", "is set, but status is not DECLINED")?;
        self.decline_reason.as_deref().map_or(Ok(()), |reason| check_message("declineReason", reason))
    }

    /// The rows that should be there, where `stored` is now.
    pub fn onto(
        &self,
        stored: Option<&RequestRows>,
        references: RequestReferences<'_>,
        at: Instant,
    ) -> Result<RequestRows, FieldError> {
        let RequestReferences { partner, customer, renews, grant } = references;
        let mut rows = self.rows(stored, references, at);
        let is_between = |grant: Option<&grant::Model>| {
            grant.is_some_and(|grant| {
                grant.partner_id == partner.id
                    && Some(grant.customer_id) == customer.map(|customer| customer.id)
            })
        };
        let unknown = "is not a grant between these two, here or on a line above";
        refuse_if(self.renews.is_some() && !is_between(renews), "renews", unknown)?;
        refuse_if(self.grant.is_some() && !is_between(grant), "grant", unknown)?;
        let is_taken = grant.and_then(|grant| grant.request_id);
        refuse_if(is_taken.is_some_and(|other| other != self.id), "grant", "came from another request")?;
        match stored {
            None => {
                let is_elsewhere = customer.is_some_and(|customer| customer.cloud != partner.cloud);
                refuse_if(is_elsewhere, "partner", "is in another cloud than the customer")?;
                check_openness(&rows.request)?;
                rows.request.status = status_at(&rows.request, at);
            }
            Some(stored) => rows = succeed(stored, rows, at)?,
        }
        Ok(rows)
    }

    fn rows(
        &self,
        stored: Option<&RequestRows>,
        references: RequestReferences<'_>,
        at: Instant,
    ) -> RequestRows {
        let before = stored.map(|stored| &stored.request);
        let mut roles = self.roles.clone();
        roles.sort_unstable();
        let mut assignments = self.assignments.clone();
        sort(&mut assignments);
        let request = Model {
            id: self.id,
            partner_id: references.partner.id,
            customer_id: references.customer.map(|customer| customer.id),
            invitation_hash: self.invitation.as_deref().map(invitation::digest),
            status: self.status,
            display_name: self.display_name.clone(),
            message: self.message.clone(),
            duration_days: self.duration_days,
            auto_extend: self.auto_extend,
            renews: self.renews,
            expires_at: self.expires_at,
            decided_at: self.decided_at,
            decline_reason: self.decline_reason.clone(),
            version: before.map_or(1, |before| before.version),
            created_at: self.created_at.or(before.map(|before| before.created_at)).unwrap_or(at),
            updated_at: before.map_or(at, |before| before.updated_at),
        };
        RequestRows { request, roles, assignments, grant: self.grant }
    }
}

/// A request stays open for 1 to 90 days from its creation.
fn check_openness(request: &Model) -> Result<(), FieldError> {
    let open = request.expires_at - request.created_at;
    let fits = (TimeDelta::days(1)..=LONGEST_OPEN).contains(&open);
    refuse_if(!fits, "expiresAt", "is not from 1 to 90 days after createdAt, which is now if it is left out")
}

/// The rows that take the place of `stored`. Only a decision can be added to a request: what was asked stays.
fn succeed(stored: &RequestRows, mut rows: RequestRows, at: Instant) -> Result<RequestRows, FieldError> {
    let before = &stored.request;
    let after = &mut rows.request;
    refuse_if(
        before.partner_id != after.partner_id,
        "partner",
        "is not the partner of the request with this id",
    )?;
    let other = before.customer_id.is_some() && before.customer_id != after.customer_id;
    refuse_if(other, "customer", "is not the customer of the request with this id")?;
    let other = before.invitation_hash != after.invitation_hash;
    refuse_if(other, "invitation", "is not the invitation of the request with this id")?;
    // It ended here as the record says it would.
    if before.status == RequestStatus::Expired && status_at(after, at) == RequestStatus::Expired {
        after.status = RequestStatus::Expired;
    }
    rows.grant = rows.grant.or(stored.grant);
    let is_decided = before.status != RequestStatus::Open;
    let refusal = "cannot be set: the request with this id is not open any more, and stays as it was";
    refuse_if(is_decided && *stored != rows, "status", refusal)?;
    let asked = |rows: &RequestRows| {
        let request = &rows.request;
        let conditions = (request.duration_days, request.auto_extend, request.renews);
        (rows.roles.clone(), rows.assignments.clone(), conditions)
    };
    refuse_if(
        asked(stored) != asked(&rows),
        "roles",
        "or assignments, duration, autoExtend or renews differs from what the request with this id asks",
    )?;
    let prolongs = rows.request.expires_at > before.expires_at;
    refuse_if(prolongs, "expiresAt", "is later than that of the request with this id")?;
    Ok(rows)
}
