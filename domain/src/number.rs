//! What a whole number is, however it is written.

/// The number, if it is whole and has at most 32 bits. JSON does not tell 15 from 15.0 or 1.5e1, so neither do we.
#[must_use]
pub fn whole(number: f64) -> Option<i32> {
    let fits = number.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&number);
    fits.then(|| {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within the range of an i32")]
        let number = number as i32;
        number
    })
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn a_number_is_whole_by_its_value_rather_than_by_its_digits() {
        for (number, expected) in [
            (15.0, Some(15)),
            (1.5e1, Some(15)),
            (-0.0, Some(0)),
            (2_147_483_647.0, Some(i32::MAX)),
            (-2_147_483_648.0, Some(i32::MIN)),
            (2_147_483_648.0, None),
            (15.5, None),
            (1e300, None),
            (f64::INFINITY, None),
            (f64::NAN, None),
        ] {
            assert_eq!(whole(number), expected, "{number}");
        }
    }
}
