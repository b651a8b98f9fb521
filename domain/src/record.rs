//! Records: what someone states of one object, by natural keys rather than ids.
//!
//! A record states the whole object. It has two checks, both pure: `check` (or `errors`, where an input wants all of
//! them) tells what is wrong with it by itself, and `onto` what is wrong with it beside the stored row and the objects
//! that it names; `onto` answers with the row that should be there. Each stands with its noun; here is what they share.
//!
//! Bulk loads write all of them, and the operator's registrations partners, customers and offers. How files spell them
//! is not said here.

use entity::Instant;
use uuid::Uuid;

use super::field_error::{FieldError, refuse_if};

/// What each check found.
pub(crate) fn found<const N: usize>(checks: [Result<(), FieldError>; N]) -> Vec<FieldError> {
    checks.into_iter().filter_map(Result::err).collect()
}

/// The id of a new row, made from its natural key: the same record makes the same id in every database.
pub(crate) fn new_id(kind: &str, key: &str) -> Uuid {
    let name = format!("{kind}:{key}");
    Uuid::new_v5(&Uuid::from_u128(0x6f5d_2c11_9d0e_4c1b_8a36_41f3_30b7_a9c4), name.as_bytes())
}

/// A `createdAt` that lies in the future is a mistake.
pub(crate) fn check_created_at(created_at: Option<Instant>, at: Instant) -> Result<(), FieldError> {
    let is_ahead = created_at.is_some_and(|created_at| created_at > at);
    refuse_if(is_ahead, "createdAt", "lies in the future")
}

/// Whether a value stands twice in a list.
pub(crate) fn has_repeats<T: PartialEq>(values: &[T]) -> bool {
    values.iter().enumerate().any(|(i, value)| values.iter().take(i).any(|earlier| earlier == value))
}
