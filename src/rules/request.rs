//! A relationship request and the clock.

use entity::{Instant, RequestStatus, relationship_request::Model};

/// Where the request stands at `at`: an open one past its time is expired, whether or not that was written down yet.
#[must_use]
pub fn status_at(request: &Model, at: Instant) -> RequestStatus {
    match request.status {
        RequestStatus::Open if at >= request.expires_at => RequestStatus::Expired,
        status => status,
    }
}
