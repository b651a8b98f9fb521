//! Paging by position: a page begins after a row, not after a number of rows.
//!
//! The deepest page costs what the first one costs, and rows that come or go elsewhere shift nothing. Every order
//! ends with the id, so that it is total.

use entity::Instant;
use sea_orm::sea_query::{Expr, ExprTrait, Order};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
pub enum Key {
    Text(String),
    /// Milliseconds since 1970, the precision of all instants here.
    Instant(i64),
    Number(i32),
}

/// Where a row stands in an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    pub key: Key,
    pub id: Uuid,
}

/// Which end of the list a page is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum From {
    Start,
    End,
}

/// Which rows of a list: at most `limit`, from one end of what lies between two positions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slice {
    pub limit: u32,
    pub from: From,
    pub after: Option<Position>,
    pub before: Option<Position>,
}

/// Some rows of a list, in its order.
#[derive(Clone, Debug)]
pub struct Page<M> {
    pub rows: Vec<M>,
    /// Whether there are more rows where the page was cut off: after it when taken from the start, before it when
    /// taken from the end.
    pub is_cut: bool,
}

impl<M> Page<M> {
    /// A page without rows.
    #[must_use]
    pub fn empty() -> Self {
        Self { rows: Vec::new(), is_cut: false }
    }

    /// A page of a list that is at hand as a whole, in any order.
    pub(super) fn of(
        mut rows: Vec<M>,
        position: impl Fn(&M) -> Position,
        direction: Direction,
        slice: &Slice,
    ) -> Self {
        let compare = |one: &Position, other: &Position| match direction {
            Direction::Ascending => one.cmp(other),
            Direction::Descending => other.cmp(one),
        };
        rows.retain(|row| {
            let row = position(row);
            slice.after.as_ref().is_none_or(|after| compare(&row, after).is_gt())
                && slice.before.as_ref().is_none_or(|before| compare(&row, before).is_lt())
        });
        rows.sort_by(|one, other| compare(&position(one), &position(other)));
        if slice.from == From::End {
            rows.reverse();
        }
        Self::cut(rows, slice)
    }

    /// Makes a page of rows read in the slice's reading order, one more than it holds if there are more.
    pub(super) fn cut(rows: Vec<M>, slice: &Slice) -> Self {
        if slice.from == From::End {
            let page = Self::up_to(rows, slice.limit);
            return Self { rows: page.rows.into_iter().rev().collect(), ..page };
        }
        Self::up_to(rows, slice.limit)
    }

    /// Cuts rows off that were read to see whether there are more.
    pub(super) fn up_to(mut rows: Vec<M>, limit: u32) -> Self {
        let limit = limit as usize;
        let is_cut = rows.len() > limit;
        rows.truncate(limit);
        Self { rows, is_cut }
    }
}

impl From {
    /// The order in which rows are read so that the page's come first.
    pub(super) fn reading(self, direction: Direction) -> Order {
        match (self, direction) {
            (Self::Start, Direction::Ascending) | (Self::End, Direction::Descending) => Order::Asc,
            (Self::Start, Direction::Descending) | (Self::End, Direction::Ascending) => Order::Desc,
        }
    }
}

impl Slice {
    /// The rows between the two positions of an order that goes by `key` and then `id`.
    ///
    /// Written as a comparison of row values, which both databases answer from one index range.
    pub(super) fn between(&self, key: &Expr, id: &Expr, direction: Direction) -> Vec<Expr> {
        let row = || Expr::tuple([key.clone(), id.clone()]);
        let beyond = |position: &Position, is_later: bool| {
            let bound = Expr::tuple([position.key.value(), Expr::value(position.id)]);
            match (direction, is_later) {
                (Direction::Ascending, true) | (Direction::Descending, false) => row().gt(bound),
                (Direction::Ascending, false) | (Direction::Descending, true) => row().lt(bound),
            }
        };
        let after = self.after.iter().map(|position| beyond(position, true));
        let before = self.before.iter().map(|position| beyond(position, false));
        after.chain(before).collect()
    }
}

impl Key {
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

impl std::convert::From<Instant> for Key {
    fn from(instant: Instant) -> Self {
        Self::Instant(instant.timestamp_millis())
    }
}

impl std::convert::From<&String> for Key {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl std::convert::From<i32> for Key {
    fn from(number: i32) -> Self {
        Self::Number(number)
    }
}
