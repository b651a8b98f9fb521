//! How values are written: UUIDs as RFC 9562 reads them, instants in RFC 3339, lengths of time in ISO 8601.

use std::fmt;

use chrono::Datelike;
use entity::{Cloud, Instant};
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, Unexpected, Visitor};
use uuid::Uuid;

use domain::{instant, number};

/// Reads text by `parse`, which says in its error what was expected.
struct TextVisitor<T> {
    expected: &'static str,
    parse: fn(&str) -> Option<T>,
}

impl<T> Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.parse)(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// The cloud of a tenant that names none.
pub(super) fn public() -> Cloud {
    Cloud::Public
}

/// An id: a UUID in any form of RFC 9562, as the API reads them.
pub(super) fn id<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    let text = TextVisitor {
        expected: "a UUID, such as c0000000-0000-4000-8000-000000000001",
        parse: |text| Uuid::try_parse(text).ok(),
    };
    let uuid = deserializer.deserialize_str(text)?;
    T::deserialize(uuid.to_string().into_deserializer())
}

/// How an instant is written.
const AN_INSTANT: &str = "an instant such as 2026-03-01T09:30:00.000Z, from 1970 to 9999";

/// An instant, cut to milliseconds, the precision of everything that is stored.
pub(super) fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
    deserializer.deserialize_str(TextVisitor { expected: AN_INSTANT, parse: recorded })
}

/// Nothing that is loaded happened before there were such records.
fn recorded(text: &str) -> Option<Instant> {
    instant::read(text).filter(|instant| instant.year() >= 1970)
}

/// A whole number, also where it is written as 15.0 or 1.5e1.
pub(super) fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    struct Whole;

    impl Visitor<'_> for Whole {
        type Value = i32;

        fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            write!(formatter, "a whole number such as 15, up to {}", i32::MAX)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<i32, E> {
            i32::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<i32, E> {
            i32::try_from(number).map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
        }

        fn visit_f64<E: Error>(self, number: f64) -> Result<i32, E> {
            number::whole(number).ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
        }
    }

    deserializer.deserialize_any(Whole)
}

/// A length of time in whole days: `P180D` or `180`; `P1Y` and `P2Y` are 365 and 730 days.
pub(super) fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    struct Days;

    impl Visitor<'_> for Days {
        type Value = i32;

        fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            formatter.write_str("a length of time in whole days, such as P180D, or P1Y or P2Y")
        }

        fn visit_u64<E: Error>(self, days: u64) -> Result<i32, E> {
            i32::try_from(days).map_err(|_| E::invalid_value(Unexpected::Unsigned(days), &self))
        }

        fn visit_f64<E: Error>(self, days: f64) -> Result<i32, E> {
            number::whole(days).ok_or_else(|| E::invalid_value(Unexpected::Float(days), &self))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<i32, E> {
            whole_days(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_any(Days)
}

fn whole_days(text: &str) -> Option<i32> {
    match text {
        "P1Y" => Some(365),
        "P2Y" => Some(730),
        _ => {
            let digits = text.strip_prefix('P')?.strip_suffix('D')?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
        }
    }
}

/// An id that may be left out or null.
pub(super) fn optional_id<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(serde::Deserialize)]
    #[serde(bound(deserialize = "T: Deserialize<'de>"))]
    struct Id<T>(#[serde(deserialize_with = "id")] T);
    Ok(Option::<Id<T>>::deserialize(deserializer)?.map(|id| id.0))
}

/// An instant that may be left out, null, or what .NET writes where there is none.
pub(super) fn optional_instant<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Instant>, D::Error> {
    #[derive(serde::Deserialize)]
    struct At(#[serde(deserialize_with = "instant_or_none")] Option<Instant>);
    Ok(Option::<At>::deserialize(deserializer)?.and_then(|at| at.0))
}

fn instant_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Instant>, D::Error> {
    deserializer.deserialize_str(TextVisitor {
        expected: AN_INSTANT,
        parse: |text| if instant::is_none(text) { Some(None) } else { recorded(text).map(Some) },
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]

    use entity::TenantId;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;

    fn text(text: &str) -> StrDeserializer<'_, Error> {
        text.into_deserializer()
    }

    #[test]
    fn an_id_is_a_uuid_however_it_is_written() {
        let uuid = "0191d1b5-5c2e-7c3a-9e6f-0a1b2c3d4e5f";
        for same in [
            uuid.to_owned(),
            uuid.to_uppercase(),
            uuid.replace('-', ""),
            format!("{{{uuid}}}"),
            format!("urn:uuid:{uuid}"),
        ] {
            assert_eq!(id::<_, TenantId>(text(&same)).unwrap().0.to_string(), uuid, "{same}");
        }
        for other in [format!(" {uuid}"), format!("+{uuid}"), format!("{{{uuid}"), String::new()] {
            assert!(id::<_, TenantId>(text(&other)).is_err(), "{other}");
        }
    }

    #[test]
    fn an_instant_is_cut_to_milliseconds_in_utc() {
        let instant = |written| instant(text(written)).map(|instant| instant.to_rfc3339());
        assert_eq!(instant("2026-03-01T10:30:00.123999+01:00").unwrap(), "2026-03-01T09:30:00.123+00:00");
        assert_eq!(instant("2016-12-31T23:59:60Z").unwrap(), "2017-01-01T00:00:00+00:00");
        assert_eq!(instant("1969-12-31T23:59:59.9999Z").ok(), None);
        for written in ["2026-03-01", "2026-03-01 09:30", "10000-01-01T00:00:00Z", "soon", ""] {
            assert!(instant(written).is_err(), "{written}");
        }
    }

    #[test]
    fn a_length_of_time_is_in_whole_days() {
        let days = |written| days(text(written)).ok();
        assert_eq!(days("P180D"), Some(180));
        assert_eq!((days("P1Y"), days("P2Y")), (Some(365), Some(730)));
        for written in ["180", "P6M", "P-1D", "P+1D", "PD", "P1.5D", "P99999999999D", "PT24H", ""] {
            assert_eq!(days(written), None, "{written}");
        }
    }
}
