//! The path to a value inside the value of an argument or a variable.

use std::fmt;

/// A path such as `input.roles[2]`, kept on the stack while a value is walked and written out only if it is needed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path<'a> {
    segment: Segment<'a>,
    parent: Option<&'a Path<'a>>,
    depth: u64,
}

/// One step into a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Segment<'a> {
    Field(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// The argument or the variable itself.
    pub(crate) fn of(name: &'a str) -> Self {
        Self { segment: Segment::Field(name), parent: None, depth: 0 }
    }

    pub(crate) fn then<'b>(&'b self, segment: Segment<'b>) -> Path<'b>
    where
        'a: 'b,
    {
        Path { segment, parent: Some(self), depth: self.depth + 1 }
    }

    /// How many lists and objects are around this value.
    pub(crate) fn depth(&self) -> u64 {
        self.depth
    }

    /// The name under which the value is given: an element has its list's.
    pub(crate) fn name(&self) -> &'a str {
        match (self.segment, self.parent) {
            (Segment::Field(name), _) => name,
            (Segment::Index(_), parent) => parent.map_or("", Path::name),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.parent, self.segment) {
            (None, Segment::Field(name)) => out.write_str(name),
            (None, Segment::Index(index)) => write!(out, "[{index}]"),
            (Some(parent), Segment::Field(name)) => write!(out, "{parent}.{name}"),
            (Some(parent), Segment::Index(index)) => write!(out, "{parent}[{index}]"),
        }
    }
}
