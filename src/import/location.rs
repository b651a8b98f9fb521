//! Where in the files something is.

use std::fmt;
use std::sync::Arc;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The name of the file.
    pub file: Arc<str>,
    pub spot: Spot,
}

/// Which part of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// All of the file.
    Whole,
    /// A line, from 1.
    Line(u64),
    /// An item, counted through the file from 1, with its own `id` if it has one. Without control characters.
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
