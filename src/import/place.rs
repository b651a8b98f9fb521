//! Where something stands.

use std::fmt;
use std::sync::Arc;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as whoever imports calls it.
    pub file: Arc<str>,
    pub spot: Spot,
}

/// What is at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// All of the file.
    Whole,
    /// A line, from 1.
    Line(u64),
    /// An item among all of the file, from 1, with the id that it gives itself. Without control characters.
    Item(u64, Option<String>),
}

impl fmt::Display for Spot {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Whole => formatter.write_str("the whole file"),
            Self::Line(number) => write!(formatter, "line {number}"),
            Self::Item(number, None) => write!(formatter, "item {number}"),
            Self::Item(number, Some(id)) => write!(formatter, "item {number} ({id})"),
        }
    }
}
