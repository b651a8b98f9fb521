//! When a delivery that failed is tried again, and when it is given up.

use chrono::TimeDelta;
use entity::Instant;

/// For how long after its first attempt a delivery is tried.
pub const TRIED_FOR: TimeDelta = TimeDelta::hours(24);

/// The longest wait that a receiver can ask for.
pub const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

/// How long to wait after the first, the second, … attempt, in seconds; after more, as after the last.
const WAITS: [i32; 9] = [5, 30, 2 * 60, 5 * 60, 15 * 60, 30 * 60, 60 * 60, 2 * 60 * 60, 4 * 60 * 60];

/// How far a wait is from what is planned, at most: so that what has failed together does not come back together.
const JITTER: f64 = 0.25;

/// A delivery that has failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attempts {
    pub first_at: Instant,
    /// How often it was tried, from 1.
    pub number: i32,
    /// What the receiver asks for.
    pub retry_after: Option<TimeDelta>,
    /// A random number from 0 to 1.
    pub chance: f64,
}

/// When it is tried again; None when it is given up.
#[must_use]
pub fn next_attempt(attempts: &Attempts, at: Instant) -> Option<Instant> {
    let place = usize::try_from(attempts.number.saturating_sub(1)).unwrap_or_default();
    let wait = f64::from(WAITS[place.min(WAITS.len() - 1)]) * 1_000.0;
    let wait = wait * (1.0 + JITTER * (2.0 * attempts.chance.clamp(0.0, 1.0) - 1.0));
    #[expect(clippy::cast_possible_truncation, reason = "five hours in milliseconds at most")]
    let wait = TimeDelta::milliseconds(wait as i64);
    let asked = attempts.retry_after.unwrap_or_default().min(LONGEST_WAIT);
    let next = at + wait.max(asked);
    (next - attempts.first_at <= TRIED_FOR).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Instant = Instant::UNIX_EPOCH;

    fn attempts(number: i32, chance: f64) -> Attempts {
        Attempts { first_at: FIRST, number, retry_after: None, chance }
    }

    #[test]
    fn waits_grow_and_end_after_a_day() {
        let (mut at, mut waits) = (FIRST, Vec::new());
        for number in 1.. {
            let Some(next) = next_attempt(&attempts(number, 0.5), at) else { break };
            waits.push((next - at).num_seconds());
            at = next;
        }
        assert!(waits.is_sorted(), "{waits:?}");
        assert_eq!(waits[..3], [5, 30, 120]);
        assert!((12..=14).contains(&waits.len()), "{waits:?}");
        let total = at - FIRST;
        assert!(total > TimeDelta::hours(19) && total <= TRIED_FOR, "{total}");
    }

    #[test]
    fn what_fails_together_does_not_come_back_together() {
        let after =
            |chance| next_attempt(&attempts(7, chance), FIRST).map(|next| (next - FIRST).num_minutes());
        assert_eq!([after(0.0), after(0.5), after(1.0)], [Some(45), Some(60), Some(75)]);
    }

    #[test]
    fn a_receiver_may_ask_for_an_hour_and_no_more() {
        let after = |seconds| {
            let asking = Attempts { retry_after: TimeDelta::try_seconds(seconds), ..attempts(1, 0.5) };
            next_attempt(&asking, FIRST).map(|next| (next - FIRST).num_seconds())
        };
        assert_eq!(after(120), Some(120));
        assert_eq!(after(1_000_000_000), Some(3_600));
        assert_eq!(after(0), Some(5), "sooner than it would be anyway it does not come");
    }
}
