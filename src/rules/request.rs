//! A relationship request and the clock.

use chrono::TimeDelta;
use entity::{Instant, RequestStatus, relationship_request::Model};

/// The longest time that a request may ask for.
pub const LONGEST: TimeDelta = TimeDelta::days(730);

/// The longest time that a request may stay open.
pub const LONGEST_OPEN: TimeDelta = TimeDelta::days(90);

/// Where the request stands at `at`: an open one past its time is expired, whether or not that was written down yet.
#[must_use]
pub fn status_at(request: &Model, at: Instant) -> RequestStatus {
    match request.status {
        RequestStatus::Open if at >= request.expires_at => RequestStatus::Expired,
        status => status,
    }
}
