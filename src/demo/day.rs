//! Days, counted from the one on which the world is made.

use chrono::{Days, Months};
use entity::{Instant, Term};

/// The beginning of the day of `at`, in UTC: nothing of the past can so be later than `at`.
pub(super) fn today(at: Instant) -> Instant {
    at.date_naive().and_time(chrono::NaiveTime::MIN).and_utc()
}

/// `days` after `today`, or before it.
pub(super) fn day(today: Instant, days: i64) -> Instant {
    let distance = Days::new(days.unsigned_abs());
    let moved = if days < 0 { today.checked_sub_days(distance) } else { today.checked_add_days(distance) };
    moved.unwrap_or(today)
}

/// When a term that begins at `start` ends.
pub(super) fn end_of(term: Term, start: Instant) -> Instant {
    let months = match term {
        Term::P1M => 1,
        Term::P1Y => 12,
        Term::P3Y => 36,
    };
    start.checked_add_months(Months::new(months)).unwrap_or(start)
}
