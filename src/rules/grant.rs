//! A grant and the clock: what its recorded state means at an instant.
//!
//! Rights follow the clock alone. A timer that is late neither prolongs a grant nor interrupts it.

use chrono::TimeDelta;
use entity::{GrantStatus, Instant, delegated_admin_grant::Model};

/// By how much an auto-extending grant goes on at its end, again and again.
pub const EXTENSION: TimeDelta = TimeDelta::days(180);

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

#[cfg(test)]
mod tests {
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
            status: GrantStatus::Active,
            starts_at: day(10),
            ends_at: day(20),
            auto_extend,
            terminated_at: None,
            terminated_by: None,
            termination_reason: None,
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
}
