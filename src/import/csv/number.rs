//! Whole numbers as programs write them into tables.

use serde_json::Value;

use domain::number::whole;

/// How many digits some languages put between two points: `1.000` is a thousand there.
const THOUSANDS: usize = 3;

/// The whole number that a cell holds: `15`, and as data frames write it `15.0` or `1.5e1`.
pub(super) fn read(cell: &str) -> Result<Value, String> {
    if let Ok(number) = cell.parse::<i64>() {
        return Ok(number.into());
    }
    let is_plain = cell.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let number = cell.parse::<f64>().ok().filter(|_| is_plain).and_then(whole);
    let number = number.ok_or_else(|| {
        format!(
            "`{cell}` is not a whole number such as 15, without a decimal comma and without separators of thousands"
        )
    })?;
    let has_thousands = cell
        .split_once('.')
        .is_some_and(|(_, rest)| rest.len() == THOUSANDS && rest.bytes().all(|byte| byte.is_ascii_digit()));
    if has_thousands {
        return Err(format!("`{cell}` has a point that may separate thousands: write it without a point"));
    }
    Ok(number.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_read_as_it_is_written() {
        for (cell, expected) in [
            ("15", 15),
            ("15.0", 15),
            ("15.00", 15),
            ("1.5e1", 15),
            ("1E+06", 1_000_000),
            ("+15", 15),
            ("-0.0", 0),
            ("99999999999", 99_999_999_999_i64),
        ] {
            assert_eq!(read(cell), Ok(Value::from(expected)), "{cell}");
        }
    }

    #[test]
    fn what_may_mean_something_else_is_refused() {
        for cell in [
            "15.5",
            "15,0",
            "1,000",
            "1.000",
            "1.000.000",
            "1 000",
            "1'000",
            "1e400",
            "1e-3",
            "inf",
            "NaN",
            "ten",
            "0x1f",
            "",
            ".",
        ] {
            let reason = format!("`{cell}`");
            assert!(read(cell).is_err_and(|said| said.starts_with(&reason)), "{cell}");
        }
    }
}
