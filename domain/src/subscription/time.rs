//! A subscription and the clock: it starts, is about to end its term, is renewed or expires. Whether anyone has written
//! that down yet changes no answer.

use std::borrow::Cow;

use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use entity::{EventKind, Instant, SubscriptionStatus, Term, subscription::Model};

use super::ended;

/// For how long after its start or its renewal a subscription can be cancelled and reduced.
pub const WINDOW: TimeDelta = TimeDelta::hours(168);

/// How long before its end both parties are told of it.
const fn notice(term: Term) -> TimeDelta {
    match term {
        Term::P1M => TimeDelta::days(7),
        Term::P1Y | Term::P3Y => TimeDelta::days(30),
    }
}

/// What the clock has brought about next and nobody has written down yet: its start, the term that runs now, or its
/// end.
#[must_use]
pub fn advance(row: &Model, at: Instant) -> Option<(Model, EventKind)> {
    let (after, kind) = if row.status == SubscriptionStatus::Pending && at >= row.starts_at {
        (started(row), EventKind::SubscriptionStarted)
    } else if has_run_out(row, at) {
        (ended(row, SubscriptionStatus::Expired), EventKind::SubscriptionExpired)
    } else if runs(row) && at >= row.term_ends_at {
        (renewed(row, at), EventKind::SubscriptionRenewed)
    } else {
        return None;
    };
    Some((Model { due_at: due_at(&after), updated_at: at, ..after }, kind))
}

/// Whether its term is over at `at`, without another one to come.
#[must_use]
pub fn has_run_out(row: &Model, at: Instant) -> bool {
    runs(row) && at >= row.term_ends_at && !row.auto_renew
}

fn runs(row: &Model) -> bool {
    matches!(row.status, SubscriptionStatus::Active | SubscriptionStatus::Suspended)
}

/// The subscription as it stands at `at`, by the clock: mostly as it was written down.
#[must_use]
pub fn as_of(row: &Model, at: Instant) -> Cow<'_, Model> {
    let Some((mut now, _)) = advance(row, at) else { return Cow::Borrowed(row) };
    while let Some((after, _)) = advance(&now, at) {
        now = after;
    }
    Cow::Owned(now)
}

/// In how many days, begun ones included, the running term ends, if both parties are to be told of it now; and the row
/// that remembers that they were.
#[must_use]
pub fn warning(row: &Model, at: Instant) -> Option<(Model, i64)> {
    let is_due = row.due_at.is_some_and(|due| due <= at && due < row.term_ends_at);
    if !runs(row) || !is_due || at >= row.term_ends_at {
        return None;
    }
    let days = (row.term_ends_at - at - TimeDelta::milliseconds(1)).num_days() + 1;
    Some((Model { due_at: Some(row.term_ends_at), ..row.clone() }, days))
}

/// When the clock next brings something about, of a term that both parties were not told the end of yet; None for what
/// is over.
#[must_use]
pub fn due_at(row: &Model) -> Option<Instant> {
    match row.status {
        SubscriptionStatus::Pending => Some(row.starts_at),
        SubscriptionStatus::Active | SubscriptionStatus::Suspended => {
            Some(row.term_ends_at - notice(row.term))
        }
        SubscriptionStatus::Expired | SubscriptionStatus::Cancelled => None,
    }
}

/// The end of a term that begins at `from`: so many months on, on the day of the month on which it all `began`, or the
/// month's last.
pub(super) fn end_of(term: Term, from: Instant, began: Instant) -> Instant {
    let months = match term {
        Term::P1M => 1,
        Term::P1Y => 12,
        Term::P3Y => 36,
    };
    let end = from.checked_add_months(Months::new(months)).unwrap_or(Instant::MAX_UTC);
    // One that began on the 31st and ends in a short month is not to stay on the 30th for ever.
    let keeps_day = from.day() == began.day().min(last_day(from));
    let day = if keeps_day { began.day().min(last_day(end)) } else { end.day() };
    end.with_day(day).unwrap_or(end)
}

fn last_day(instant: Instant) -> u32 {
    let first = NaiveDate::from_ymd_opt(instant.year(), instant.month(), 1);
    let next = first.and_then(|first| first.checked_add_months(Months::new(1)));
    next.and_then(|next| next.pred_opt()).map_or(28, |last| last.day())
}

fn started(row: &Model) -> Model {
    let window = row.cancellable_until.unwrap_or(row.starts_at + WINDOW);
    Model { status: SubscriptionStatus::Active, cancellable_until: Some(window), ..row.clone() }
}

/// The row in the term that runs at `at`.
fn renewed(row: &Model, at: Instant) -> Model {
    let term = row.next_term.unwrap_or(row.term);
    let mut begins_at = row.term_ends_at;
    let mut ends_at = end_of(term, begins_at, row.starts_at);
    while ends_at <= at {
        begins_at = ends_at;
        ends_at = end_of(term, begins_at, row.starts_at);
    }
    Model {
        quantity: row.next_quantity.unwrap_or(row.quantity),
        term,
        billing_cycle: row.next_billing_cycle.unwrap_or(row.billing_cycle),
        term_ends_at: ends_at,
        cancellable_until: Some(begins_at + WINDOW),
        next_quantity: None,
        next_term: None,
        next_billing_cycle: None,
        ..row.clone()
    }
}
