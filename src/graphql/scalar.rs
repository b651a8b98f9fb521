//! The scalars of the API, in the one form that each of them is written in.

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value,
};
use chrono::{Datelike, SecondsFormat, Timelike};
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
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        parsed(&value, Self::read)
    }

    fn to_value(&self) -> Value {
        Value::String(text(self.0))
    }
}

impl Write for DateTime {
    fn write(&self, _: &ContextSelectionSet<'_>, json: &mut Json) -> bool {
        match ascii(self.0).as_ref().and_then(|text| str::from_utf8(text).ok()) {
            Some(text) => json.bare(text),
            None => json.bare(&text(self.0)),
        }
        true
    }
}

impl DateTime {
    fn read(text: &str) -> Option<Self> {
        instant::read(text).map(Self)
    }
}

/// The one form of an instant.
fn text(instant: Instant) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The same text, in a tenth of the time: a page has hundreds of them. None for what is no instant of the API's.
fn ascii(instant: Instant) -> Option<[u8; 24]> {
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let year = u32::try_from(instant.year()).ok().filter(|year| *year <= 9999)?;
    // chrono counts a leap second as up to two thousand milliseconds of the second before it.
    let milliseconds = Some(instant.timestamp_subsec_millis()).filter(|milliseconds| *milliseconds < 1000)?;
    let numbers = [
        (4, year),
        (7, instant.month()),
        (10, instant.day()),
        (13, instant.hour()),
        (16, instant.minute()),
        (19, instant.second()),
        (23, milliseconds),
    ];
    for (end, mut number) in numbers {
        for digit in text[..end].iter_mut().rev() {
            if number == 0 {
                break;
            }
            *digit = b'0' + u8::try_from(number % 10).ok()?;
            number /= 10;
        }
    }
    Some(text)
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
#[Scalar(specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#appendix-A")]
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use chrono::{TimeDelta, Utc};
    use proptest::prelude::*;

    use super::*;

    /// Every instant of the API's, which are those of the years 1 to 9999 in whole milliseconds.
    fn any_instant() -> impl Strategy<Value = Instant> {
        (-62_135_596_800_000..253_402_300_800_000i64)
            .prop_map(|at| Instant::from_timestamp_millis(at).unwrap())
    }

    proptest! {
        #[test]
        fn an_instant_is_written_in_one_form(instant in any_instant()) {
            let written = ascii(instant).unwrap();
            prop_assert_eq!(str::from_utf8(&written).unwrap(), text(instant));
        }
    }

    #[test]
    fn what_has_another_form_is_left_to_it() {
        let leap =
            chrono::NaiveDate::from_ymd_opt(2016, 12, 31).unwrap().and_hms_milli_opt(23, 59, 59, 1_500);
        assert_eq!(ascii(leap.unwrap().and_utc()), None);
        assert_eq!(ascii(chrono::DateTime::<Utc>::MAX_UTC), None);
        let first = Instant::from_timestamp_millis(-62_135_596_800_000).unwrap();
        assert_eq!(text(first), "0001-01-01T00:00:00.000Z");
        assert_eq!(ascii(first).unwrap(), *b"0001-01-01T00:00:00.000Z");
        assert_eq!(ascii(first - TimeDelta::days(400)), None);
    }
}
