//! Where inside a variable's value something is.

use std::fmt;

/// A path such as `$input.roles[2]`, kept on the stack while a value is walked and written out only if it is needed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Path<'a> {
    step: Step<'a>,
    before: Option<&'a Path<'a>>,
    depth: u64,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    Field(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// The variable itself.
    pub(super) fn of(variable: &'a str) -> Self {
        Self { step: Step::Field(variable), before: None, depth: 0 }
    }

    pub(super) fn then<'b>(&'b self, step: Step<'b>) -> Path<'b>
    where
        'a: 'b,
    {
        Path { step, before: Some(self), depth: self.depth + 1 }
    }

    /// How many lists and objects are around this place.
    pub(super) fn depth(&self) -> u64 {
        self.depth
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.before, self.step) {
            (None, Step::Field(variable)) => write!(out, "${variable}"),
            (None, Step::Index(index)) => write!(out, "[{index}]"),
            (Some(before), Step::Field(name)) => write!(out, "{before}.{name}"),
            (Some(before), Step::Index(index)) => write!(out, "{before}[{index}]"),
        }
    }
}
