//! When it is answered that something is not there.
//!
//! What is there and foreign takes the database some microseconds more than what is not there at all, but for a partner's customers, whose
//! rule is asked before a row is looked for (`access/src/scope/list`). So whoever asked for something by
//! name and does not see it is answered a whole number of steps after the beginning, each longer than such a request takes in general:
//! which of the two it was changes the number of steps only where the time lies at the end of one (predictive mitigation: Askarov, Zhang
//! and Myers, CCS 2010).

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use access::View;

const STEP: Duration = Duration::from_millis(5);

/// Waits to the end of the step, if this view has missed something since it began.
pub(in crate::http) async fn even_out(view: &View, begun: Instant) {
    if !view.has_missed() {
        return;
    }
    let steps = begun.elapsed().as_nanos() / STEP.as_nanos() + 1;
    sleep_until(begun + STEP * u32::try_from(steps).unwrap_or(u32::MAX)).await;
}
