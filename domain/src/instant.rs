//! How instants are read, wherever they come from.
//!
//! Promises that whatever is read can be kept by both databases, comes back as it is, and can be read by every client:
//! in UTC its year has four digits, it has whole milliseconds, and it is no leap second, which few calendars know.

use chrono::{DateTime, Datelike, Utc};
use entity::Instant;

/// The instant that a text in RFC 3339 names, if it lies in the years 1 to 9999 in UTC.
#[must_use]
pub fn read(text: &str) -> Option<Instant> {
    settle(DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc))
}

/// Whether a text is the first instant of year 1, in whichever zone: as it .NET writes that there is no date.
#[must_use]
pub fn is_none(text: &str) -> bool {
    let time = text.strip_prefix("0001-01-01");
    time.is_some_and(|time| time.is_empty() || time.starts_with("T00:00:00"))
}

/// The instant as it is kept: cut to milliseconds, and a leap second as what comes after it. None outside of the years
/// 1 to 9999.
#[must_use]
pub fn settle(instant: DateTime<Utc>) -> Option<Instant> {
    // chrono counts a leap second as up to two thousand milliseconds of the second before it.
    let settled = Instant::from_timestamp_millis(instant.timestamp_millis())?;
    (1..=9999).contains(&settled.year()).then_some(settled)
}

#[cfg(test)]
mod tests {
    use chrono::SecondsFormat;

    use super::{is_none, read};

    #[test]
    fn the_first_instant_of_all_is_none() {
        for none in
            ["0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00.0000000Z", "0001-01-01T00:00:00+01:00"]
        {
            assert!(is_none(none), "{none}");
        }
        for some in ["0001-01-01T00:00:01Z", "0001-01-02", "0001-01-011", "1970-01-01T00:00:00Z", ""] {
            assert!(!is_none(some), "{some}");
        }
    }

    fn kept(text: &str) -> Option<String> {
        read(text).map(|instant| instant.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }

    #[test]
    fn an_instant_is_cut_to_milliseconds_in_utc() {
        assert_eq!(kept("2026-03-01T10:30:00.123999+01:00").as_deref(), Some("2026-03-01T09:30:00.123Z"));
        assert_eq!(kept("1969-12-31T23:59:59.9999Z").as_deref(), Some("1969-12-31T23:59:59.999Z"));
        for text in ["2026-03-01", "2026-03-01 09:30", "soon", ""] {
            assert_eq!(kept(text), None, "{text}");
        }
    }

    #[test]
    fn its_year_in_utc_has_four_digits_and_is_one_of_our_era() {
        for (text, expected) in [
            ("0001-01-01T00:00:00Z", Some("0001-01-01T00:00:00Z")),
            ("0001-01-01T00:00:00+00:01", None),
            ("0000-12-31T23:59:59-00:01", Some("0001-01-01T00:00:59Z")),
            ("0000-12-31T23:59:59Z", None),
            ("9999-12-31T23:59:59.999999Z", Some("9999-12-31T23:59:59.999Z")),
            ("9999-12-31T23:59:59-05:00", None),
            ("9999-12-31T23:59:60Z", None),
            ("10000-01-01T00:00:00Z", None),
        ] {
            assert_eq!(kept(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_leap_second_is_the_instant_after_it() {
        assert_eq!(kept("2016-12-31T23:59:60Z").as_deref(), Some("2017-01-01T00:00:00Z"));
        assert_eq!(kept("2016-12-31T18:59:60.5-05:00").as_deref(), Some("2017-01-01T00:00:00.500Z"));
        assert_eq!(read("2016-12-31T23:59:60Z"), read("2017-01-01T00:00:00Z"));
    }
}
