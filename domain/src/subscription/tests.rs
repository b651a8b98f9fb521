#![expect(clippy::unwrap_used, reason = "a test may fail")]

use chrono::TimeDelta;
use entity::{
    BillingCycle, BillingCycles, EventKind, OfferId, SubscriptionStatus as Status, Term, Terms as OfferTerms,
};
use uuid::Uuid;

use super::*;
use crate::action::SUBSCRIPTION_ACTIONS;
use crate::reason::ReasonCode;

const STATUSES: [Status; 5] =
    [Status::Pending, Status::Active, Status::Suspended, Status::Expired, Status::Cancelled];

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn offer() -> offer::Model {
    offer::Model {
        id: OfferId(Uuid::nil()),
        sku: "SUITE".to_owned(),
        name: "Suite".to_owned(),
        name_folded: "suite".to_owned(),
        publisher: "Litware".to_owned(),
        min_quantity: 1,
        max_quantity: 10,
        terms: OfferTerms(vec![Term::P1M, Term::P1Y]),
        billing_cycles: BillingCycles(vec![BillingCycle::Monthly, BillingCycle::Annual]),
        created_at: at("2026-01-01T00:00:00Z"),
    }
}

fn terms(quantity: i32) -> Terms {
    Terms { quantity, term: Term::P1Y, billing_cycle: BillingCycle::Annual }
}

fn bought(started: &str, term: Term) -> Model {
    let parties = (PartnerId(Uuid::nil()), CustomerId(Uuid::nil()));
    let asked = Purchase { terms: Terms { term, ..terms(5) }, friendly_name: None, auto_renew: true };
    purchase(asked, SubscriptionId(Uuid::nil()), parties, (&offer(), at(started))).unwrap()
}

/// One in every status, with the window open and closed, with as few, some and as many as the offer has.
fn all() -> Vec<(Model, Instant)> {
    let start = at("2026-03-10T08:00:00Z");
    let mut all = Vec::new();
    for status in STATUSES {
        for quantity in [1, 5, 10] {
            for hours in [167, 168] {
                let row = Model { status, quantity, ..bought("2026-03-10T08:00:00Z", Term::P1Y) };
                all.push((row, start + TimeDelta::hours(hours)));
            }
        }
    }
    all
}

/// Does an action in the way that asks the least of it.
fn act(action: SubscriptionAction, row: &Model, at: Instant) -> Result<Model, Refusal> {
    match action {
        SubscriptionAction::Rename => rename(row, "Another".to_owned(), at),
        SubscriptionAction::Increase => resize(row, &offer(), row.quantity + 1, at),
        SubscriptionAction::Decrease => resize(row, &offer(), row.quantity - 1, at),
        SubscriptionAction::Suspend => suspend(row, SuspensionReason::Fraud, at),
        SubscriptionAction::Reactivate => reactivate(row, at),
        SubscriptionAction::Cancel => cancel(row, at),
        SubscriptionAction::SetAutoRenew => set_auto_renew(row, !row.auto_renew, at),
        SubscriptionAction::ScheduleNextTerm => schedule(row, &offer(), Some(terms(3)), at),
    }
}

/// The lifecycle once more, as a table: the code of the refusal, if it is one.
fn expected(action: SubscriptionAction, row: &Model, at: Instant) -> Option<RefusalCode> {
    use SubscriptionAction as A;
    let is_open = at < row.cancellable_until.unwrap();
    let is_running = match action {
        A::Rename | A::SetAutoRenew | A::ScheduleNextTerm => true,
        A::Increase | A::Decrease => row.status != Status::Suspended,
        A::Suspend => row.status == Status::Active,
        A::Reactivate => row.status == Status::Suspended,
        A::Cancel => row.status != Status::Pending,
    };
    if matches!(row.status, Status::Cancelled | Status::Expired) || !is_running {
        return Some(RefusalCode::IllegalTransition);
    }
    match action {
        A::Decrease if !is_open => Some(RefusalCode::ReductionWindowClosed),
        A::Cancel if !is_open => Some(RefusalCode::CancellationWindowClosed),
        A::Increase if row.quantity == 10 => Some(RefusalCode::QuantityOutOfRange),
        A::Decrease if row.quantity == 1 => Some(RefusalCode::QuantityOutOfRange),
        _ => None,
    }
}

#[test]
fn every_action_in_every_state_does_what_the_lifecycle_says() {
    for (row, at) in all() {
        for action in SUBSCRIPTION_ACTIONS {
            let done = act(action, &row, at);
            let code = done.as_ref().err().map(|refusal| refusal.code);
            assert_eq!(code, expected(action, &row, at), "{action:?} of {row:#?} at {at}");
            // What is said beforehand is what happens, and for the same reason.
            let before = allows(&row, &offer(), action, at);
            assert_eq!(before.clone().err(), done.clone().err(), "{action:?} of {row:#?} at {at}");
            if let Err(refusal) = before {
                assert_eq!(refusal.reasons.len(), 1, "{refusal:?}");
            }
            let Ok(after) = done else { continue };
            // Whatever is done, it stays the same customer's, partner's and offer's, and keeps its term.
            let kept = |row: &Model| {
                (row.id, row.customer_id, row.partner_id, row.offer_id, row.starts_at, row.term_ends_at)
            };
            assert_eq!(kept(&after), kept(&row));
            assert_eq!(after.updated_at, at);
            assert_eq!(
                after.due_at.is_none(),
                matches!(after.status, Status::Cancelled),
                "{action:?}: {after:?}"
            );
        }
    }
}

#[test]
fn each_act_leads_to_its_state() {
    let now = at("2026-03-11T00:00:00Z");
    let active = bought("2026-03-10T08:00:00Z", Term::P1Y);
    let suspended = suspend(&active, SuspensionReason::NonPayment, now).unwrap();
    assert_eq!(suspended.status, Status::Suspended);
    assert_eq!(suspended.suspension_reasons.0, [SuspensionReason::NonPayment]);
    let again = reactivate(&suspended, now).unwrap();
    assert_eq!((again.status, again.suspension_reasons.0.len()), (Status::Active, 0));
    let cancelled = cancel(&schedule(&suspended, &offer(), Some(terms(2)), now).unwrap(), now).unwrap();
    assert_eq!((cancelled.status, cancelled.next_quantity), (Status::Cancelled, None));
    assert_eq!(cancelled.suspension_reasons.0, []);
    // What changes nothing is no change.
    assert_eq!(set_auto_renew(&active, true, now).unwrap(), active);
    assert_eq!(resize(&active, &offer(), 5, now).unwrap(), active);
    assert_eq!(schedule(&active, &offer(), None, now).unwrap(), active);
}

#[test]
fn what_the_offer_does_not_have_is_not_bought() {
    let parties = (PartnerId(Uuid::nil()), CustomerId(Uuid::nil()));
    let now = at("2026-03-11T00:00:00Z");
    let buy = |terms| {
        let asked = Purchase { terms, friendly_name: None, auto_renew: true };
        purchase(asked, SubscriptionId(Uuid::nil()), parties, (&offer(), now)).map_err(|refusal| refusal.code)
    };
    assert_eq!(buy(terms(10)).unwrap().friendly_name, "Suite");
    for quantity in [i32::MIN, -1, 0, 11, i32::MAX] {
        assert_eq!(buy(terms(quantity)).unwrap_err(), RefusalCode::QuantityOutOfRange);
    }
    let elsewise =
        [Terms { term: Term::P3Y, ..terms(1) }, Terms { billing_cycle: BillingCycle::Triennial, ..terms(1) }];
    let row = bought("2026-03-10T08:00:00Z", Term::P1Y);
    for terms in elsewise {
        assert_eq!(buy(terms).unwrap_err(), RefusalCode::TermNotOffered);
        let refusal = schedule(&row, &offer(), Some(terms), now).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::TermNotOffered);
        assert_eq!(refusal.path[..2], ["input", "nextTerm"]);
    }
    // Within the window fewer, but not fewer than the offer has.
    assert_eq!(resize(&row, &offer(), 0, now).unwrap_err().code, RefusalCode::QuantityOutOfRange);
    assert_eq!(resize(&row, &offer(), 1, now).unwrap().quantity, 1);
}

#[test]
fn the_window_is_168_hours_and_opens_again_with_each_term() {
    let row = bought("2026-03-10T08:00:00Z", Term::P1Y);
    assert_eq!(row.cancellable_until, Some(at("2026-03-17T08:00:00Z")));
    assert_eq!(row.term_ends_at, at("2027-03-10T08:00:00Z"));
    let closed = cancel(&row, at("2026-03-17T08:00:00Z")).unwrap_err();
    assert_eq!(closed.reasons[0].code, ReasonCode::CancellationWindowClosed);
    let later = as_of(&row, at("2027-03-12T00:00:00Z"));
    assert_eq!(later.cancellable_until, Some(at("2027-03-17T08:00:00Z")));
    assert!(cancel(&later, at("2027-03-12T00:00:00Z")).is_ok());
}

#[test]
fn a_term_ends_on_the_day_of_the_month_on_which_it_all_began() {
    let mut row = bought("2026-01-31T08:00:00Z", Term::P1M);
    let mut ends = Vec::new();
    for _ in 0..5 {
        ends.push(row.term_ends_at.to_rfc3339());
        row = pass_time(&row, row.term_ends_at).unwrap().0;
    }
    assert_eq!(
        ends,
        ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]
            .map(|day| format!("{day}T08:00:00+00:00"))
    );
    let leap = bought("2028-02-29T00:00:00Z", Term::P1Y);
    assert_eq!(leap.term_ends_at, at("2029-02-28T00:00:00Z"));
    // One whose terms were aligned elsewhere keeps their day.
    let aligned =
        Model { term_ends_at: at("2026-03-01T00:00:00Z"), ..bought("2026-01-31T08:00:00Z", Term::P1M) };
    assert_eq!(as_of(&aligned, at("2026-03-02T00:00:00Z")).term_ends_at, at("2026-04-01T00:00:00Z"));
}

#[test]
fn the_clock_starts_renews_and_ends_it() {
    let row = bought("2026-03-10T08:00:00Z", Term::P1M);
    let end = at("2026-04-10T08:00:00Z");
    let millisecond = TimeDelta::milliseconds(1);
    assert_eq!(pass_time(&row, end - millisecond), None);
    let scheduled = schedule(&row, &offer(), Some(terms(2)), at("2026-03-20T00:00:00Z")).unwrap();
    let (renewed, kind) = pass_time(&scheduled, end).unwrap();
    assert_eq!(kind, EventKind::SubscriptionRenewed);
    assert_eq!((renewed.quantity, renewed.term, renewed.next_term), (2, Term::P1Y, None));
    assert_eq!(renewed.term_ends_at, at("2027-04-10T08:00:00Z"));
    // Several terms that nobody wrote down are one renewal into the term that runs.
    let (late, _) = pass_time(&row, at("2026-09-01T00:00:00Z")).unwrap();
    assert_eq!(late.term_ends_at, at("2026-09-10T08:00:00Z"));
    assert_eq!(late.cancellable_until, Some(at("2026-08-17T08:00:00Z")));
    assert_eq!(pass_time(&late, at("2026-09-01T00:00:00Z")), None);
    let ending = set_auto_renew(&scheduled, false, at("2026-03-21T00:00:00Z")).unwrap();
    let (expired, kind) = pass_time(&ending, end).unwrap();
    assert_eq!((expired.status, kind), (Status::Expired, EventKind::SubscriptionExpired));
    assert_eq!((expired.next_quantity, expired.due_at), (None, None));
    assert_eq!(expired.quantity, 5);
    // A suspended one goes on, or ends, all the same.
    let suspended = suspend(&row, SuspensionReason::Other, at("2026-03-20T00:00:00Z")).unwrap();
    assert_eq!(pass_time(&suspended, end).unwrap().0.status, Status::Suspended);
    let pending = Model {
        status: Status::Pending,
        cancellable_until: None,
        due_at: Some(at("2026-03-10T08:00:00Z")),
        ..row
    };
    assert_eq!(pass_time(&pending, at("2026-03-10T07:59:59Z")), None);
    let (started, kind) = pass_time(&pending, at("2026-03-10T08:00:00Z")).unwrap();
    assert_eq!((started.status, kind), (Status::Active, EventKind::SubscriptionStarted));
    assert_eq!(started.cancellable_until, Some(at("2026-03-17T08:00:00Z")));
    for status in [Status::Cancelled, Status::Expired] {
        assert_eq!(pass_time(&Model { status, ..pending.clone() }, at("2030-01-01T00:00:00Z")), None);
    }
}

#[test]
fn both_parties_are_told_once_that_a_term_ends() {
    for (term, first, end) in [
        (Term::P1M, "2026-04-03T08:00:00Z", "2026-04-10T08:00:00Z"),
        (Term::P1Y, "2027-02-08T08:00:00Z", "2027-03-10T08:00:00Z"),
    ] {
        let row = bought("2026-03-10T08:00:00Z", term);
        assert_eq!(row.due_at, Some(at(first)));
        assert_eq!(warning(&row, at(first) - TimeDelta::milliseconds(1)), None);
        let (told, days) = warning(&row, at(first)).unwrap();
        assert_eq!(days, (at(end) - at(first)).num_days());
        assert_eq!((told.due_at, told.version), (Some(at(end)), row.version));
        assert_eq!(warning(&told, at(end) - TimeDelta::milliseconds(1)), None);
        // Late, but in time; and not any more when it has ended.
        assert_eq!(warning(&row, at(end) - TimeDelta::hours(1)).unwrap().1, 1);
        assert_eq!(warning(&row, at(end)), None);
        // The next term has a warning of its own.
        let next = as_of(&told, at(end));
        assert!(next.due_at.unwrap() > at(end) && next.due_at.unwrap() < next.term_ends_at);
    }
}
