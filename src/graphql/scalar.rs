//! The scalars of the API, in the one form that each of them is written in.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DurationRound, SecondsFormat, TimeDelta};
use entity::Instant;
use serde::{Serialize, Serializer};

/// An instant, as the API writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(pub Instant);

/// An instant: RFC 3339 in UTC with millisecond precision, for example 2026-03-01T09:30:00.000Z. Other offsets are
/// read, and fractions below a millisecond cut off.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let instant = chrono::DateTime::parse_from_rfc3339(text).map_err(|_| {
            InputValueError::custom("not an instant; write RFC 3339, for example 2026-03-01T09:30:00.000Z")
        })?;
        let instant = instant.to_utc();
        Ok(Self(instant.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(instant)))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.timestamp_millis().serialize(serializer)
    }
}

impl From<Instant> for DateTime {
    fn from(instant: Instant) -> Self {
        Self(instant)
    }
}

/// A length of time, as the API writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    pub days: i32,
}

/// A length of time: ISO 8601 in whole days, for example P180D. P1Y and P2Y are read as 365 and 730 days.
#[Scalar]
impl ScalarType for Duration {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let days = match text.as_str() {
            "P1Y" => Some(365),
            "P2Y" => Some(730),
            text => text
                .strip_prefix('P')
                .and_then(|rest| rest.strip_suffix('D'))
                .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()))
                .and_then(|digits| digits.parse().ok()),
        };
        days.map(|days| Self { days })
            .ok_or_else(|| InputValueError::custom("not a length in whole days; write for example P180D"))
    }

    fn to_value(&self) -> Value {
        Value::String(format!("P{}D", self.days))
    }
}
