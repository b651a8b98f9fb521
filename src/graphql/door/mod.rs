//! The door in front of the engine: every GraphQL document, over every route, passes it.
//!
//! It promises the engine one valid operation within the [limits](Limits), with fragments opened, response keys merged,
//! conditions decided and variables replaced, and it promises the client an answer as the specification demands it. No
//! text, however long, nested or repetitive, takes it more than some milliseconds, or more stack than a worker thread
//! has.
//!
//! The steps, each of which makes the next one safe: a scan of the text's tokens (`scan`); parsing; the document's
//! weight with its fragments written out (`weight`); validation, and the rules that the validator leaves out (`usage`);
//! the choice of the operation (`prepared`); its `variables`; the writing of the engine's document (`fields`, `writer`),
//! which holds what is given to its arguments to their bounds (`input`) and counts its `cost`.
//!
//! Deliberately absent: who is asking. Whether someone may see a thing is decided by the view, never here; and the
//! door's answers are the same for everyone.

mod admitted;
mod arguments;
mod averages;
mod cache;
mod catalogue;
mod constants;
mod cost;
mod fields;
mod input;
mod limits;
mod lines;
mod path;
mod prepared;
mod refusal;
mod scan;
mod suggestion;
mod syntax;
#[cfg(test)]
mod tests;
mod usage;
mod variables;
mod weight;
mod writer;

use serde_json::{Map, Value};

pub use admitted::{Admitted, OperationKind};
use cache::Documents;
use catalogue::Catalogue;
pub use catalogue::{Scalar, SchemaFlaw};
pub use limits::{Limits, Measure};
use prepared::Prepared;
pub use refusal::{Complaint, Excess, Refusal};

/// One door for all worker threads.
#[derive(Debug)]
pub struct Door {
    catalogue: Catalogue,
    limits: Limits,
    documents: Documents,
}

/// What a client asks, as the transport has understood it.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The query text.
    pub query: &'a str,
    /// Which of the document's operations is meant; needed only if there are several.
    pub operation_name: Option<&'a str>,
    /// Values for the operation's variables.
    pub variables: &'a Map<String, Value>,
}

impl Door {
    /// A door to the engine's schema, given as the text that the engine exports, and the custom scalars whose form is to
    /// be held.
    ///
    /// # Errors
    ///
    /// If the text is not a valid schema.
    pub fn new(sdl: &str, scalars: &'static [Scalar], limits: Limits) -> Result<Self, SchemaFlaw> {
        let documents = Documents::new(&limits);
        Ok(Self { catalogue: Catalogue::read(sdl, scalars)?, limits, documents })
    }

    /// The bounds that this door holds requests to.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Lets an operation pass to the engine, or says why not.
    ///
    /// Takes microseconds for a document that was asked before, tenths of a millisecond for a new one, and some
    /// milliseconds for a hostile one.
    ///
    /// # Errors
    ///
    /// What the client has to change. Nothing has been executed.
    pub fn admit(&self, ask: Ask<'_>) -> Result<Admitted, Refusal> {
        // First of all: even hashing a text takes its time.
        self.limits.check(Measure::DocumentBytes, ask.query.len() as u64)?;
        let read = || Prepared::read(ask.query, &self.catalogue, &self.limits);
        let prepared = self.documents.find(ask.query, read)?;
        prepared.admit(ask.operation_name, ask.variables, (&self.catalogue, &self.limits))
    }
}
