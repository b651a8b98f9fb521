//! Who could do what, and why not.

mod checks;
mod colleague;
mod life;
mod past;

use uuid::Uuid;

use crate::facts::Instant;

const PERMISSIONS: [&str; 6] = [
    "CUSTOMER_READ",
    "SUBSCRIPTION_READ",
    "SUBSCRIPTION_PURCHASE",
    "SUBSCRIPTION_RESIZE",
    "SUBSCRIPTION_MANAGE",
    "EVENT_READ",
];
const GROUP: Uuid = Uuid::from_u128(0x6_0000_0000);

fn shown(instant: Instant) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
