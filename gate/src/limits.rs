//! How much one request may ask for.
//!
//! Every limit is the most that passes, and has a default that ordinary clients never reach. None of them is a time: a
//! request within them is short.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rejection::{LimitExceeded, Rejection};

/// Limits on a request's document and on what it asks for.
///
/// What is in a fragment counts as often as the fragment is spread, because that is how often it would be executed. All
/// counts saturate at `u64::MAX`. A limit of 0 lets nothing of its kind pass; `u64::MAX` is no limit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Length of the document's text in bytes of UTF-8; 64 KiB by default.
    pub document_bytes: u64,
    /// Lexical tokens of the text (GraphQL, "Lexical Tokens"), without those that are counted as `gaps`; 2,000 by
    /// default.
    pub tokens: u64,
    /// Runs of white space, comments and commas (GraphQL, "Ignored Tokens"); 10,000 by default. They mean nothing, but
    /// each of them takes the parser's time.
    pub gaps: u64,
    /// Brackets of any kind open at once, selection sets inside one another through fragments, and levels of a
    /// variable's value; 64 by default. More than 128 is taken as 128: parser and validator recurse, and the stack of a
    /// worker thread does not grow with a configuration.
    pub nesting: u64,
    /// Levels of fields: `{ viewer { tenantId } }` has two; 15 by default. Fragments add none, `__schema` and `__type`
    /// count one.
    pub depth: u64,
    /// Levels of fields below `__schema` and `__type`; 20 by default, because tools unwrap types with some nine levels of
    /// `ofType`.
    pub introspection_depth: u64,
    /// Fields of all the document's operations together; 2,000 by default.
    pub fields: u64,
    /// Fields of one operation's outermost selection set; 20 by default.
    pub root_fields: u64,
    /// The same of a mutation, whose root fields each write something, one after another; 10 by default.
    pub mutations: u64,
    /// Fields with an alias; 50 by default.
    pub aliases: u64,
    /// Spreads of fragments, by name or inline; 1,000 by default.
    pub fragments: u64,
    /// Values in the document's arguments, each element of a list and each field of an input object too; 10,000 by
    /// default.
    pub values: u64,
    /// Directives, wherever the document has them; 50 by default.
    pub directives: u64,
    #[schemars(description = "The cost of the operation; 10,000 by default.")]
    /// The cost of the operation; 10,000 by default. [`AdmittedOperation::cost`](crate::AdmittedOperation::cost) says how
    /// it is counted.
    pub cost: u64,
    /// The cost of `__schema` and `__type`, counted in the same way and apart from the rest; 100,000 by default.
    pub introspection_cost: u64,
    /// Size of all argument values in bytes, with 16 for each value besides its text; 1 MiB by default. A variable counts
    /// each time it is used.
    pub value_bytes: u64,
    /// No limit of a request: how much text of documents is kept validated for the next request with the same text, in
    /// bytes, with 50 for each document besides its text; 1 MiB by default. It takes some forty times as much memory.
    pub cached_bytes: u64,
    /// No limit: whether a validation error names what of the schema may have been meant; `false` by default, because
    /// whoever guesses names learns them from the answers.
    pub suggestions: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 64 * 1024,
            tokens: 2_000,
            gaps: 10_000,
            nesting: 64,
            depth: 15,
            introspection_depth: 20,
            fields: 2_000,
            root_fields: 20,
            mutations: 10,
            aliases: 50,
            fragments: 1_000,
            values: 10_000,
            directives: 50,
            cost: 10_000,
            introspection_cost: 100_000,
            value_bytes: 1024 * 1024,
            cached_bytes: 1024 * 1024,
            suggestions: false,
        }
    }
}

impl Limits {
    /// The deepest nesting for which two megabytes of stack, a worker thread's, are enough.
    const MAX_NESTING: u64 = 128;

    /// Rejects what is beyond a limit.
    pub(crate) fn check(&self, limit: Limit, actual: u64) -> Result<(), Rejection> {
        let allowed = self.allowed(limit);
        if actual > allowed {
            return Err(Rejection::TooComplex(LimitExceeded { limit, actual, allowed }));
        }
        Ok(())
    }

    /// The most that passes, in the unit of the limit's field.
    #[must_use]
    pub fn allowed(&self, limit: Limit) -> u64 {
        match limit {
            Limit::DocumentBytes => self.document_bytes,
            Limit::Tokens => self.tokens,
            Limit::Gaps => self.gaps,
            Limit::Nesting => self.nesting.min(Self::MAX_NESTING),
            Limit::Depth => self.depth,
            Limit::IntrospectionDepth => self.introspection_depth,
            Limit::Fields => self.fields,
            Limit::RootFields => self.root_fields,
            Limit::Mutations => self.mutations,
            Limit::Aliases => self.aliases,
            Limit::Fragments => self.fragments,
            Limit::Values => self.values,
            Limit::Directives => self.directives,
            Limit::Cost => self.cost,
            Limit::IntrospectionCost => self.introspection_cost,
            Limit::ValueBytes => self.value_bytes,
        }
    }
}

/// One of the limits, named like its field in [`Limits`], which says what is counted and in which unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the fields of the same names are described")]
pub enum Limit {
    DocumentBytes,
    Tokens,
    Gaps,
    Nesting,
    Depth,
    IntrospectionDepth,
    Fields,
    RootFields,
    Mutations,
    Aliases,
    Fragments,
    Values,
    Directives,
    Cost,
    IntrospectionCost,
    ValueBytes,
}
