//! A subscription, as loaded.

use super::{due_at, ended, has_run_out};
use crate::{
    customer::CustomerRef,
    field_error::{FieldError, refuse_if},
    offer::{Terms, check_terms},
    partner::PartnerRef,
    record::{check_created_at, has_repeats},
    text::{check_code, check_name, fold},
};
use entity::{
    BillingCycle, Instant, PartnerKind, SubscriptionId, SubscriptionStatus, SuspensionReason,
    SuspensionReasons, TenantId, Term, offer, subscription::Model,
};

/// What is stated of a subscription. Its natural key is its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SubscriptionRecord {
    pub id: SubscriptionId,
    pub customer: TenantId,
    pub partner_of_record: TenantId,
    /// The offer's stock-keeping unit.
    pub offer: String,
    pub friendly_name: String,
    pub status: SubscriptionStatus,
    pub suspension_reasons: Vec<SuspensionReason>,
    pub quantity: i32,
    pub term: Term,
    pub billing_cycle: BillingCycle,
    pub auto_renew: bool,
    pub starts_at: Instant,
    pub term_ends_at: Instant,
    pub cancellable_until: Option<Instant>,
    /// What changes when the term renews.
    pub next_term: Option<Terms>,
    pub created_at: Option<Instant>,
}

/// What a record names, as it is here.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionReferences<'o> {
    pub partner: PartnerRef,
    pub customer: CustomerRef,
    pub offer: &'o offer::Model,
}

impl SubscriptionRecord {
    /// What is wrong with it by itself, whatever else there is.
    pub fn check(&self, at: Instant) -> Result<(), FieldError> {
        check_code("offer", &self.offer)?;
        check_name("friendlyName", &self.friendly_name)?;
        self.check_status(at)?;
        refuse_if(self.term_ends_at <= self.starts_at, "termEndsAt", "is not after startsAt")?;
        let window = self.cancellable_until.unwrap_or(self.starts_at);
        let is_outside = window < self.starts_at || window > self.term_ends_at;
        refuse_if(is_outside, "cancellableUntil", "is not between startsAt and termEndsAt")?;
        check_created_at(self.created_at, at)
    }

    /// Whether status, reasons and times agree.
    fn check_status(&self, at: Instant) -> Result<(), FieldError> {
        use SubscriptionStatus::{Active, Cancelled, Expired, Pending, Suspended};
        let (is_suspended, has_reasons) = (self.status == Suspended, !self.suspension_reasons.is_empty());
        refuse_if(
            is_suspended && !has_reasons,
            "suspensionReasons",
            "is empty, but the status is SUSPENDED",
        )?;
        refuse_if(
            !is_suspended && has_reasons,
            "suspensionReasons",
            "is set, but the status is not SUSPENDED",
        )?;
        refuse_if(has_repeats(&self.suspension_reasons), "suspensionReasons", "names a reason twice")?;
        match self.status {
            Active | Suspended => {
                refuse_if(self.starts_at > at, "status", "is not PENDING, but startsAt lies in the future")
            }
            Expired => {
                refuse_if(self.term_ends_at > at, "status", "is EXPIRED, but termEndsAt lies in the future")
            }
            Pending | Cancelled => Ok(()),
        }?;
        let is_over = self.status.is_final();
        refuse_if(is_over && self.next_term.is_some(), "nextTerm", "is set, but the subscription is over")
    }

    /// The row that should be there, where `stored` is now.
    pub fn onto(
        &self,
        stored: Option<&Model>,
        references: SubscriptionReferences<'_>,
        at: Instant,
    ) -> Result<Model, FieldError> {
        let SubscriptionReferences { partner, customer, offer } = references;
        let mut row = self.row(stored, references, at);
        let has_run_out = has_run_out(&row, at);
        match stored {
            None => {
                let is_elsewhere = partner.cloud != customer.cloud;
                refuse_if(is_elsewhere, "partnerOfRecord", "is in another cloud than the customer")?;
                let is_advisor = partner.kind == PartnerKind::Advisor;
                refuse_if(is_advisor, "partnerOfRecord", "is an ADVISOR, and advisors sell nothing")?;
                if has_run_out {
                    row = ended(&row, SubscriptionStatus::Expired);
                }
            }
            Some(stored) => {
                check_identity(stored, &row)?;
                // It ended here as the record says it would.
                if stored.status == SubscriptionStatus::Expired && has_run_out {
                    row = ended(&row, SubscriptionStatus::Expired);
                }
                check_progress(stored, &row)?;
            }
        }
        // What stays as it is was bought under the limits of its day.
        let terms =
            |row: &Model| Terms { quantity: row.quantity, term: row.term, billing_cycle: row.billing_cycle };
        if stored.map(terms) != Some(terms(&row)) {
            check_terms(offer, terms(&row))?;
        }
        match self.next_term {
            Some(next_term) if !has_same_next_term(stored, &row) => {
                check_terms(offer, next_term).map_err(|error| {
                    FieldError::new("nextTerm", format!("has a {} that {}", error.field, error.reason))
                })?;
            }
            _ => {}
        }
        Ok(row)
    }

    fn row(&self, stored: Option<&Model>, references: SubscriptionReferences<'_>, at: Instant) -> Model {
        let row = Model {
            id: self.id,
            customer_id: references.customer.id,
            partner_id: references.partner.id,
            offer_id: references.offer.id,
            friendly_name: self.friendly_name.clone(),
            friendly_name_folded: fold(&self.friendly_name),
            status: self.status,
            suspension_reasons: SuspensionReasons(self.suspension_reasons.clone()),
            quantity: self.quantity,
            term: self.term,
            billing_cycle: self.billing_cycle,
            auto_renew: self.auto_renew,
            starts_at: self.starts_at,
            term_ends_at: self.term_ends_at,
            cancellable_until: self.cancellable_until,
            next_quantity: self.next_term.map(|next| next.quantity),
            next_term: self.next_term.map(|next| next.term),
            next_billing_cycle: self.next_term.map(|next| next.billing_cycle),
            due_at: None,
            version: stored.map_or(1, |stored| stored.version),
            created_at: self.created_at.or(stored.map(|stored| stored.created_at)).unwrap_or(at),
            updated_at: stored.map_or(at, |stored| stored.updated_at),
        };
        // Of a term that goes on, both parties may have been told already.
        let goes_on = |stored: &&Model| {
            (stored.status, stored.starts_at, stored.term, stored.term_ends_at)
                == (row.status, row.starts_at, row.term, row.term_ends_at)
        };
        let due_at = stored.filter(goes_on).map_or_else(|| due_at(&row), |stored| stored.due_at);
        Model { due_at, ..row }
    }
}

fn has_same_next_term(stored: Option<&Model>, row: &Model) -> bool {
    let next = |row: &Model| (row.next_quantity, row.next_term, row.next_billing_cycle);
    stored.is_some_and(|stored| next(stored) == next(row))
}

/// A subscription keeps its customer, its partner of record and its offer.
fn check_identity(stored: &Model, row: &Model) -> Result<(), FieldError> {
    refuse_if(
        stored.customer_id != row.customer_id,
        "customer",
        "is not the customer of the subscription with this id; a subscription never moves",
    )?;
    refuse_if(
        stored.partner_id != row.partner_id,
        "partnerOfRecord",
        "is not the one of the subscription with this id; a partner of record never changes",
    )?;
    refuse_if(
        stored.offer_id != row.offer_id,
        "offer",
        "is not the offer of the subscription with this id; what was bought never changes",
    )
}

/// Nothing that is over comes back, and nothing that has begun is pending again.
fn check_progress(stored: &Model, row: &Model) -> Result<(), FieldError> {
    let revives = stored.status.is_final() && stored != row;
    refuse_if(
        revives,
        "status",
        "cannot be set: the subscription with this id is over, and stays as it was",
    )?;
    let regresses = row.status == SubscriptionStatus::Pending && stored.status != row.status;
    refuse_if(regresses, "status", "is PENDING, but the subscription with this id has begun")
}
