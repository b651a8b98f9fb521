//! The scalars of the API, in the one form that each of them is written in.

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value,
};
use chrono::SecondsFormat;
use entity::Instant;
use gate::ScalarFormat;
use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::writing::{Json, Write};
use domain::instant;

/// The custom scalars of the schema. The gate checks every value against them, so that nothing malformed gets to a resolver.
pub const SCALARS: &[ScalarFormat] = &[
    ScalarFormat {
        name: "DateTime",
        description: "an instant in RFC 3339 of the years 0001 to 9999, for example \"2026-03-01T09:30:00.000Z\"",
        is_valid: |text| DateTime::read(text).is_some(),
    },
    ScalarFormat {
        name: "Duration",
        description: "a length in whole days, for example \"P180D\"",
        is_valid: |text| Duration::read(text).is_some(),
    },
    ScalarFormat {
        name: "UUID",
        description: "a UUID, for example \"c0000000-0000-4000-8000-000000000001\"",
        is_valid: |text| Uuid::parse_str(text).is_ok(),
    },
];

/// An instant, as the API writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTime(pub Instant);

/// An instant: RFC 3339 in UTC with millisecond precision, for example 2026-03-01T09:30:00.000Z. Other offsets are
/// read, fractions below a millisecond cut off, and a leap second is taken as the instant after it. In UTC it lies in the
/// years 0001 to 9999.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        parsed(&value, Self::read)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Write for DateTime {
    fn write(&self, _: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        json.bare(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true));
        true
    }
}

impl DateTime {
    fn read(text: &str) -> Option<Self> {
        instant::read(text).map(Self)
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
        parsed(&value, Self::read)
    }

    fn to_value(&self) -> Value {
        Value::String(format!("P{}D", self.days))
    }
}

impl Write for Duration {
    fn write(&self, _: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        json.bare(&format!("P{}D", self.days));
        true
    }
}

impl Duration {
    fn read(text: &str) -> Option<Self> {
        let days = match text {
            "P1Y" => 365,
            "P2Y" => 730,
            text => {
                let digits = text.strip_prefix('P')?.strip_suffix('D')?;
                digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())??
            }
        };
        Some(Self { days })
    }
}

fn parsed<S: InputType>(value: &Value, read: fn(&str) -> Option<S>) -> InputValueResult<S> {
    let Value::String(text) = value else { return Err(InputValueError::expected_type(value.clone())) };
    read(text).ok_or_else(|| InputValueError::custom("malformed"))
}
