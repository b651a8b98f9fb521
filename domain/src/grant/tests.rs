//! Grants by the clock.

use entity::{CustomerId, GrantId, PartnerId};
use uuid::Uuid;

use super::*;

fn day(n: i64) -> Instant {
    Instant::UNIX_EPOCH + TimeDelta::days(n)
}

fn grant(auto_extend: bool) -> Model {
    Model {
        id: GrantId(Uuid::nil()),
        partner_id: PartnerId(Uuid::nil()),
        customer_id: CustomerId(Uuid::nil()),
        request_id: None,
        display_name: String::new(),
        display_name_folded: String::new(),
        status: GrantStatus::Active,
        starts_at: day(10),
        ends_at: day(20),
        auto_extend,
        may_auto_extend: auto_extend,
        terminated_at: None,
        terminated_by: None,
        termination_reason: None,
        warned_days: None,
        version: 1,
        created_at: day(10),
        updated_at: day(10),
    }
}

#[test]
fn a_grant_is_effective_from_its_start_until_its_end() {
    let millisecond = TimeDelta::milliseconds(1);
    let grant = grant(false);
    assert!(!is_effective(&grant, day(10) - millisecond));
    assert!(is_effective(&grant, day(10)));
    assert!(is_effective(&grant, day(20) - millisecond));
    assert!(!is_effective(&grant, day(20)));
    assert_eq!(status_at(&grant, day(20)), GrantStatus::Expired);
    assert_eq!(ends_at(&grant, day(300)), day(20));
}

#[test]
fn an_extending_grant_goes_on_by_180_days_at_each_end() {
    let grant = grant(true);
    assert!(is_effective(&grant, day(5_000)));
    assert_eq!(ends_at(&grant, day(19)), day(20));
    assert_eq!(ends_at(&grant, day(20)), day(200));
    assert_eq!(ends_at(&grant, day(199)), day(200));
    assert_eq!(ends_at(&grant, day(200)), day(380));
}

#[test]
fn an_ended_grant_does_not_extend() {
    let grant = Model { status: GrantStatus::Terminated, ..grant(true) };
    assert!(!is_effective(&grant, day(15)));
    assert_eq!(ends_at(&grant, day(300)), day(20));
    assert_eq!(status_at(&grant, day(300)), GrantStatus::Terminated);
}
