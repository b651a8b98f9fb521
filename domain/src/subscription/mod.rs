//! A subscription: what may be done with it, and what becomes of it. `time.rs` has what the clock does to it.
//!
//! Each function takes the row as it stands at `at`: what the clock has brought about is in it.

mod record;
mod time;

use entity::{
    CustomerId, Instant, PartnerId, SubscriptionId, SubscriptionStatus, SuspensionReason, SuspensionReasons,
    offer, subscription::Model,
};
use serde::Serialize;

use super::action::SubscriptionAction;
use super::field_error::FieldError;
use super::offer::{Terms, errors_of_terms};
use super::reason::Reason;
use super::refusal::{Refusal, RefusalCode};
use super::text::{check_name, fold};
use super::validation::Validation;

pub use record::{SubscriptionRecord, SubscriptionReferences};
pub use time::{WINDOW, as_of, due_at, has_run_out, pass_time, warning};

/// What a partner buys for a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Purchase {
    pub terms: Terms,
    /// None: the offer's name.
    pub friendly_name: Option<String>,
    pub auto_renew: bool,
}

/// Buys: the subscription as it begins at `at`.
pub fn purchase(
    purchase: Purchase,
    id: SubscriptionId,
    (partner, customer): (PartnerId, CustomerId),
    (offer, at): (&offer::Model, Instant),
) -> Result<Model, Refusal> {
    let Purchase { terms, friendly_name, auto_renew } = purchase;
    let mut validation: Validation = errors_of_terms(offer, terms).iter().map(of_terms).collect();
    let friendly_name = friendly_name.unwrap_or_else(|| offer.name.clone());
    validation.check(check_name("friendlyName", &friendly_name));
    validation.finish()?;
    let bought = Model {
        id,
        customer_id: customer,
        partner_id: partner,
        offer_id: offer.id,
        friendly_name_folded: fold(&friendly_name),
        friendly_name,
        status: SubscriptionStatus::Active,
        suspension_reasons: SuspensionReasons::default(),
        quantity: terms.quantity,
        term: terms.term,
        billing_cycle: terms.billing_cycle,
        auto_renew,
        starts_at: at,
        term_ends_at: time::end_of(terms.term, at, at),
        cancellable_until: Some(at + WINDOW),
        next_quantity: None,
        next_term: None,
        next_billing_cycle: None,
        due_at: None,
        version: 1,
        created_at: at,
        updated_at: at,
    };
    Ok(Model { due_at: due_at(&bought), ..bought })
}

/// Gives it another name.
pub fn rename(row: &Model, friendly_name: String, at: Instant) -> Result<Model, Refusal> {
    allow(row, SubscriptionAction::Rename, at)?;
    check_name("friendlyName", &friendly_name)?;
    let friendly_name_folded = fold(&friendly_name);
    Ok(changed(row, Model { friendly_name, friendly_name_folded, ..row.clone() }, at))
}

/// Changes how many: more at any time, fewer while the window is open.
pub fn resize(row: &Model, offer: &offer::Model, quantity: i32, at: Instant) -> Result<Model, Refusal> {
    let action =
        if quantity < row.quantity { SubscriptionAction::Decrease } else { SubscriptionAction::Increase };
    allow(row, action, at)?;
    if quantity != row.quantity {
        check_limit(row, offer, action)?;
        // What runs goes on under the terms of its day; only the number is new.
        let terms = Terms { quantity, term: row.term, billing_cycle: row.billing_cycle };
        if let Some(error) = errors_of_terms(offer, terms).iter().find(|error| error.field == "quantity") {
            return Err(of_terms(error));
        }
    }
    Ok(changed(row, Model { quantity, ..row.clone() }, at))
}

/// Stops it, for a reason.
pub fn suspend(row: &Model, reason: SuspensionReason, at: Instant) -> Result<Model, Refusal> {
    allow(row, SubscriptionAction::Suspend, at)?;
    let suspension_reasons = SuspensionReasons(Vec::from([reason]));
    let status = SubscriptionStatus::Suspended;
    Ok(changed(row, Model { status, suspension_reasons, ..row.clone() }, at))
}

/// Lets a stopped one run again.
pub fn reactivate(row: &Model, at: Instant) -> Result<Model, Refusal> {
    allow(row, SubscriptionAction::Reactivate, at)?;
    let suspension_reasons = SuspensionReasons::default();
    let status = SubscriptionStatus::Active;
    Ok(changed(row, Model { status, suspension_reasons, ..row.clone() }, at))
}

/// Ends it for good, while the window is open.
pub fn cancel(row: &Model, at: Instant) -> Result<Model, Refusal> {
    allow(row, SubscriptionAction::Cancel, at)?;
    Ok(changed(row, ended(row, SubscriptionStatus::Cancelled), at))
}

/// Lets it renew itself at its term's end, or not.
pub fn set_auto_renew(row: &Model, auto_renew: bool, at: Instant) -> Result<Model, Refusal> {
    allow(row, SubscriptionAction::SetAutoRenew, at)?;
    Ok(changed(row, Model { auto_renew, ..row.clone() }, at))
}

/// Says what changes at its renewal; None for nothing.
pub fn schedule(
    row: &Model,
    offer: &offer::Model,
    next: Option<Terms>,
    at: Instant,
) -> Result<Model, Refusal> {
    allow(row, SubscriptionAction::ScheduleNextTerm, at)?;
    if let Some(next) = next {
        let of_next = |error| of_terms(error).within("nextTerm");
        errors_of_terms(offer, next).iter().map(of_next).collect::<Validation>().finish()?;
    }
    let scheduled = Model {
        next_quantity: next.map(|next| next.quantity),
        next_term: next.map(|next| next.term),
        next_billing_cycle: next.map(|next| next.billing_cycle),
        ..row.clone()
    };
    Ok(changed(row, scheduled, at))
}

/// Whether the subscription, and what was bought of the offer, allow an action at all; each of the changes above asks
/// the same.
pub fn allows(
    row: &Model,
    offer: &offer::Model,
    action: SubscriptionAction,
    at: Instant,
) -> Result<(), Refusal> {
    allow(row, action, at)?;
    check_limit(row, offer, action)
}

/// Whether the status allows an action.
pub fn check_status(row: &Model, action: SubscriptionAction) -> Result<(), Reason> {
    use SubscriptionAction::{Cancel, Decrease, Increase, Reactivate, Suspend};
    use SubscriptionStatus::{Active, Cancelled, Expired, Pending, Suspended};
    match (row.status, action) {
        (Cancelled, _) => Err(Reason::subscription_cancelled()),
        (Expired, _) => Err(Reason::term_ended()),
        (Suspended, Suspend | Increase | Decrease) => Err(Reason::subscription_suspended()),
        (Pending, Suspend | Cancel) => Err(Reason::subscription_pending()),
        (Pending | Active, Reactivate) => Err(Reason::subscription_not_suspended()),
        (Pending | Active | Suspended, _) => Ok(()),
    }
}

/// Whether status and window allow an action.
fn allow(row: &Model, action: SubscriptionAction, at: Instant) -> Result<(), Refusal> {
    let illegal = |reason| Refusal::because(RefusalCode::IllegalTransition, reason).at("subscription");
    check_status(row, action).map_err(illegal)?;
    let (code, field, instead) = match action {
        SubscriptionAction::Decrease => {
            (RefusalCode::ReductionWindowClosed, "quantity", "Schedule a smaller quantity for the next term.")
        }
        SubscriptionAction::Cancel => (
            RefusalCode::CancellationWindowClosed,
            "subscription",
            "Switch the automatic renewal off to let it end with its term.",
        ),
        _ => return Ok(()),
    };
    if row.cancellable_until.is_some_and(|until| at < until) {
        return Ok(());
    }
    let reason = Reason::cancellation_window_closed(row.cancellable_until, instead);
    Err(Refusal::because(code, reason).at(field))
}

/// Whether the offer has any more, or any fewer.
fn check_limit(row: &Model, offer: &offer::Model, action: SubscriptionAction) -> Result<(), Refusal> {
    let limit = match action {
        SubscriptionAction::Increase if row.quantity >= offer.max_quantity => offer.max_quantity,
        SubscriptionAction::Decrease if row.quantity <= offer.min_quantity => offer.min_quantity,
        _ => return Ok(()),
    };
    let reason = Reason::quantity_at_limit(limit);
    Err(Refusal::because(RefusalCode::QuantityOutOfRange, reason).at("quantity"))
}

/// The row as changed at `at`, or as it is when nothing is different.
fn changed(row: &Model, after: Model, at: Instant) -> Model {
    if after == *row { after } else { Model { updated_at: at, ..after } }
}

/// The row after its end. What was to come does not come.
pub(super) fn ended(row: &Model, status: SubscriptionStatus) -> Model {
    Model {
        status,
        suspension_reasons: SuspensionReasons::default(),
        next_quantity: None,
        next_term: None,
        next_billing_cycle: None,
        due_at: None,
        ..row.clone()
    }
}

/// Terms that the offer does not have.
fn of_terms(error: &FieldError) -> Refusal {
    let code = match error.field {
        "quantity" => RefusalCode::QuantityOutOfRange,
        _ => RefusalCode::TermNotOffered,
    };
    Refusal::of_kind(code, error)
}

#[cfg(test)]
mod tests;
