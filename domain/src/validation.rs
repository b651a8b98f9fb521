//! All mistakes of one input at once, so that a form can mark each of its fields.
//!
//! What the input is, is collected here. What an object's state refuses is told alone: nothing else matters then.

use super::refusal::Refusal;

/// Collects what is wrong with one input.
#[derive(Debug, Default)]
pub struct Validation(Vec<Refusal>);

impl Validation {
    /// Takes note of what a check found.
    pub fn check<M: Into<Refusal>>(&mut self, outcome: Result<(), M>) {
        self.0.extend(outcome.err().map(Into::into));
    }

    /// Refuses the input for all that was found, if anything was.
    pub fn finish(self) -> Result<(), Refusal> {
        let mut mistakes = self.0.into_iter();
        match mistakes.next() {
            None => Ok(()),
            Some(first) => Err(Refusal { others: mistakes.collect(), ..first }),
        }
    }
}

impl<M: Into<Refusal>> FromIterator<M> for Validation {
    fn from_iter<I: IntoIterator<Item = M>>(mistakes: I) -> Self {
        Self(mistakes.into_iter().map(Into::into).collect())
    }
}
