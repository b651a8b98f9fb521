//! What time it is: looked at once for each request, and carried by the viewer from then on.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DurationRound, TimeDelta, Utc};
use entity::Instant;

/// A clock that requests are stamped by.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Milliseconds since 1970, when the clock is set by hand.
    set: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// A clock that shows what it was last set to, for tests of what happens at an instant.
    #[must_use]
    pub fn set_to(at: Instant) -> Self {
        Self { set: Some(Arc::new(AtomicI64::new(at.timestamp_millis()))) }
    }

    /// Moves a clock that is set by hand, for everyone who holds it. Does nothing to a clock that runs by itself.
    pub fn set(&self, at: Instant) {
        if let Some(set) = &self.set {
            set.store(at.timestamp_millis(), Ordering::SeqCst);
        }
    }

    /// This instant, to the millisecond.
    #[must_use]
    pub fn now(&self) -> Instant {
        match &self.set {
            Some(set) => Instant::from_timestamp_millis(set.load(Ordering::SeqCst)).unwrap_or_default(),
            None => now(),
        }
    }
}

/// This instant, to the millisecond.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that looks at the clock")]
pub fn now() -> Instant {
    let now = Utc::now();
    now.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(now)
}
