//! Paging by position: a page begins after a row, not after a number of rows.
//!
//! The deepest page costs what the first one costs, and rows that come or go elsewhere shift nothing. Every order
//! ends with the id, so that it is total.

use entity::Instant;
use sea_orm::sea_query::{Expr, Order};
use sea_orm::{QueryResult, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::scope::list::Bound;
use crate::{Error, Result};

/// Which way an order runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Direction {
    Ascending,
    Descending,
}

/// An order: what it goes by, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Sort<O> {
    pub by: O,
    pub direction: Direction,
}

/// The value by which a row is ordered. Never null.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SortKey {
    Text(String),
    /// Milliseconds since 1970, the precision of all instants here.
    Instant(i64),
    Number(i32),
}

/// What kind of key is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKeyKind {
    Instant,
    Number,
}

/// Where a row stands in an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    pub key: SortKey,
    pub id: Uuid,
}

/// Which end of the list a page is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PageFrom {
    Start,
    End,
}

/// Which rows of a list: at most `limit`, from one end of what lies between two positions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slice {
    pub limit: u32,
    pub from: PageFrom,
    pub after: Option<Position>,
    pub before: Option<Position>,
}

/// Which page of a list, in which order.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<'s, O> {
    pub sort: Sort<O>,
    pub slice: &'s Slice,
    /// Whether the whole list is to be counted along.
    pub is_counted: bool,
}

/// Some rows of a list, in its order.
#[derive(Clone, Debug)]
pub struct Page<M> {
    pub rows: Vec<M>,
    /// Where each of the rows stands in the order that they were read in.
    pub positions: Vec<Position>,
    /// Whether there are more rows where the page was cut off: after it when taken from the start, before it when
    /// taken from the end.
    pub is_cut: bool,
    /// How many rows the whole list has, if they were counted along.
    pub total: Option<u64>,
}

impl<M> Page<M> {
    /// A page without rows.
    #[must_use]
    pub fn empty() -> Self {
        Self { rows: Vec::new(), positions: Vec::new(), is_cut: false, total: None }
    }

    /// A page of a list that is at hand as a whole, in any order.
    pub(crate) fn of(mut placed: Vec<(Position, M)>, direction: Direction, slice: &Slice) -> Self {
        let compare = |one: &Position, other: &Position| match direction {
            Direction::Ascending => one.cmp(other),
            Direction::Descending => other.cmp(one),
        };
        placed.retain(|(position, _)| {
            slice.after.as_ref().is_none_or(|after| compare(position, after).is_gt())
                && slice.before.as_ref().is_none_or(|before| compare(position, before).is_lt())
        });
        placed.sort_by(|(one, _), (other, _)| compare(one, other));
        if slice.from == PageFrom::End {
            placed.reverse();
        }
        Self::cut(placed, slice)
    }

    /// Makes a page of rows read in the slice's reading order, one more than it holds if there are more.
    pub(crate) fn cut(mut placed: Vec<(Position, M)>, slice: &Slice) -> Self {
        let is_cut = cut_off(&mut placed, slice.limit);
        if slice.from == PageFrom::End {
            placed.reverse();
        }
        let (positions, rows) = placed.into_iter().unzip();
        Self { rows, positions, is_cut, total: None }
    }

    /// A page of rows in an order without positions, one more than it holds if there are more.
    pub(crate) fn up_to(mut rows: Vec<M>, limit: u32) -> Self {
        let is_cut = cut_off(&mut rows, limit);
        Self { rows, positions: Vec::new(), is_cut, total: None }
    }
}

/// Cuts off what was read to see whether there is more, and says whether there is.
fn cut_off<T>(rows: &mut Vec<T>, limit: u32) -> bool {
    let limit = limit as usize;
    let is_cut = rows.len() > limit;
    rows.truncate(limit);
    is_cut
}

impl PageFrom {
    /// The order in which rows are read so that the page's come first.
    pub(crate) fn reading(self, direction: Direction) -> Order {
        match (self, direction) {
            (Self::Start, Direction::Ascending) | (Self::End, Direction::Descending) => Order::Asc,
            (Self::Start, Direction::Descending) | (Self::End, Direction::Ascending) => Order::Desc,
        }
    }
}

impl Slice {
    /// The places of an order between which its rows lie.
    pub(crate) fn bounds(&self, direction: Direction) -> Vec<Bound> {
        let is_ascending = direction == Direction::Ascending;
        let bound =
            |position: &Position, is_lower| Bound { key: position.key.value(), id: position.id, is_lower };
        let after = self.after.iter().map(|position| bound(position, is_ascending));
        let before = self.before.iter().map(|position| bound(position, !is_ascending));
        after.chain(before).collect()
    }
}

impl SortKey {
    /// The key that this value of a column is.
    pub(crate) fn of(value: Value) -> Result<Self> {
        match value {
            Value::String(Some(text)) => Ok(Self::Text(text)),
            Value::ChronoDateTimeUtc(Some(instant)) => Ok(Self::from(instant)),
            Value::Int(Some(number)) => Ok(Self::Number(number)),
            _ => Err(Error::Internal("a list is ordered by a column that is no key")),
        }
    }

    fn value(&self) -> Expr {
        match self {
            Self::Text(text) => Expr::value(text.as_str()),
            // Out of range only in a position that was not made here; it then lies before everything.
            Self::Instant(milliseconds) => {
                Expr::value(Instant::from_timestamp_millis(*milliseconds).unwrap_or(Instant::MIN_UTC))
            }
            Self::Number(number) => Expr::value(*number),
        }
    }
}

impl SortKeyKind {
    /// The key that a row of an answer has in this column.
    pub(crate) fn read(self, row: &QueryResult, column: &str) -> Result<SortKey> {
        Ok(match self {
            Self::Instant => SortKey::from(row.try_get::<Instant>("", column)?),
            Self::Number => SortKey::Number(row.try_get("", column)?),
        })
    }
}

impl From<Instant> for SortKey {
    fn from(instant: Instant) -> Self {
        Self::Instant(instant.timestamp_millis())
    }
}

impl From<&String> for SortKey {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}
