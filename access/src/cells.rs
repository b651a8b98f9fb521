//! Single values of an answer, in the order of its columns.
//!
//! On PostgreSQL they are read from the bytes of its binary format (its documentation has that by type, as `…_send`): each statement
//! here names its columns, so that to ask the driver again of each value of each row what type it has tells nothing new. A column that
//! has another type than its model says is an error here, too, if its length or its text shows it.

use std::str::from_utf8;

use chrono::DateTime;
use entity::{
    BillingCycle, BillingCycles, Cloud, CustomerId, EventId, EventKind, GrantId, GrantStatus, Instant,
    OfferId, PartnerId, PartnerKind, RequestId, RequestStatus, SubscriptionId, SubscriptionStatus,
    SuspensionReasons, TenantId, TenantKind, TenantStatus, Term, Terms,
};
use sea_orm::sqlx::Row;
use sea_orm::sqlx::postgres::PgRow;
use sea_orm::{DbErr, QueryResult, TryGetable};
use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, Error};
use serde_json::Value;
use uuid::Uuid;

/// Microseconds from 1970 to PostgreSQL's epoch, the year 2000.
const EPOCH: i64 = 946_684_800_000_000;

/// How a document in binary JSON (`jsonb`) begins: the version of its format.
const JSONB: u8 = 1;

/// The values of one row, from one place on.
#[derive(Debug)]
pub(crate) struct Cells<'r> {
    result: &'r QueryResult,
    postgres: Option<&'r PgRow>,
    place: usize,
}

impl<'r> Cells<'r> {
    pub(crate) fn from(result: &'r QueryResult, place: usize) -> Self {
        Self { result, postgres: result.try_as_pg_row(), place }
    }

    /// The value of the next column.
    pub(crate) fn next<T: Cell>(&mut self) -> Result<T, DbErr> {
        let place = self.place;
        self.place += 1;
        let Some(row) = self.postgres else { return self.result.try_get_by_index(place) };
        let value = row.try_get_raw(place).map_err(|error| DbErr::Type(error.to_string()))?;
        let read = T::read(value.as_bytes().ok());
        read.ok_or_else(|| DbErr::Type(format!("column {place} is no {}", std::any::type_name::<T>())))
    }
}

/// A type of values.
pub(crate) trait Cell: TryGetable {
    /// The value of these bytes, which are none for NULL; None if they are no such value.
    fn read(bytes: Option<&[u8]>) -> Option<Self>;
}

impl<T: Cell> Cell for Option<T> {
    fn read(bytes: Option<&[u8]>) -> Option<Self> {
        match bytes {
            None => Some(None),
            Some(_) => T::read(bytes).map(Some),
        }
    }
}

macro_rules! cells {
    ($($($type:ty),* = $read:expr;)*) => {$($(
        impl Cell for $type {
            fn read(bytes: Option<&[u8]>) -> Option<Self> {
                $read(bytes?)
            }
        }
    )*)*};
}

macro_rules! ids {
    ($($id:ident),*) => { cells! { $($id = |bytes| Uuid::from_slice(bytes).ok().map($id);)* } };
}

cells! {
    Uuid = |bytes| Uuid::from_slice(bytes).ok();
    bool = |bytes: &[u8]| match bytes { [0] => Some(false), [1] => Some(true), _ => None };
    i32 = |bytes: &[u8]| bytes.try_into().ok().map(i32::from_be_bytes);
    i64 = number;
    Instant = |bytes| DateTime::from_timestamp_micros(number(bytes)?.checked_add(EPOCH)?);
    String = |bytes| from_utf8(bytes).ok().map(str::to_owned);
    Vec<u8> = |bytes: &[u8]| Some(bytes.to_vec());
    BillingCycle, Cloud, EventKind, GrantStatus, PartnerKind, RequestStatus, SubscriptionStatus, TenantKind, TenantStatus,
    Term = word;
    BillingCycles, SuspensionReasons, Terms, Value = json;
}

ids!(CustomerId, EventId, GrantId, OfferId, PartnerId, RequestId, SubscriptionId, TenantId);

fn number(bytes: &[u8]) -> Option<i64> {
    bytes.try_into().ok().map(i64::from_be_bytes)
}

/// A value out of a closed list, which the API and the database spell alike.
fn word<'b, W: Deserialize<'b>>(bytes: &'b [u8]) -> Option<W> {
    W::deserialize(BorrowedStrDeserializer::<Error>::new(from_utf8(bytes).ok()?)).ok()
}

fn json<'b, J: Deserialize<'b>>(bytes: &'b [u8]) -> Option<J> {
    serde_json::from_slice(bytes.strip_prefix(&[JSONB]).unwrap_or(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_from_the_bytes_that_the_database_sends() {
        assert_eq!(i32::read(Some(&[0xff, 0xff, 0xff, 0xfe])), Some(-2));
        assert_eq!(bool::read(Some(&[1])), Some(true));
        assert_eq!(String::read(Some("Zürich".as_bytes())), Some("Zürich".to_owned()));
        assert_eq!(Term::read(Some(b"P1Y")), Some(Term::P1Y));
        assert_eq!(SuspensionReasons::read(Some(b"\x01[]")), Some(SuspensionReasons(Vec::new())));
        assert_eq!(Value::read(Some(b"[1]")), Some(Value::from([1])));
        let before_its_epoch = Instant::from_timestamp_millis(-1);
        assert_eq!(Instant::read(Some(&(-1_000 - EPOCH).to_be_bytes())), before_its_epoch);
        assert_eq!(Option::<i32>::read(None), Some(None));
        assert_eq!(Option::<i32>::read(Some(&[0, 0, 0, 7])), Some(Some(7)));
    }

    #[test]
    fn what_is_no_such_value_is_none() {
        assert_eq!(i32::read(None), None, "NULL where the model has no place for it");
        assert_eq!(i32::read(Some(&[0; 8])), None, "a number of another size");
        assert_eq!(Option::<i32>::read(Some(&[0; 2])), None);
        assert_eq!(bool::read(Some(b"t")), None, "text where bytes are expected");
        assert_eq!(Uuid::read(Some(b"6b29fc40-ca47-1067-b31d-00dd010662da")), None);
        assert_eq!(Term::read(Some(b"P2Y")), None);
        assert_eq!(String::read(Some(&[0xff])), None);
        assert_eq!(Terms::read(Some(b"\x02[]")), None, "another version of the format");
        assert_eq!(Instant::read(Some(&i64::MAX.to_be_bytes())), None, "infinity");
    }
}
