//! Where inside the value of an argument or a variable something is.

use std::fmt;

/// A path such as `input.roles[2]`, kept on the stack while a value is walked and written out only if it is needed.
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
    /// The argument or the variable itself.
    pub(super) fn of(name: &'a str) -> Self {
        Self { step: Step::Field(name), before: None, depth: 0 }
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

    /// The name under which this place stands: an element has its list's.
    pub(super) fn name(&self) -> &'a str {
        match (self.step, self.before) {
            (Step::Field(name), _) => name,
            (Step::Index(_), before) => before.map_or("", Path::name),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.before, self.step) {
            (None, Step::Field(name)) => out.write_str(name),
            (None, Step::Index(index)) => write!(out, "[{index}]"),
            (Some(before), Step::Field(name)) => write!(out, "{before}.{name}"),
            (Some(before), Step::Index(index)) => write!(out, "{before}[{index}]"),
        }
    }
}
