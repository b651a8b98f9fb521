//! How much one request may ask for.
//!
//! Every bound is an "at most", and every one has a default that ordinary clients never notice. There is no bound on
//! time here: the others are what keeps a request short.

use serde::{Deserialize, Serialize};

use super::refusal::{Excess, Refusal};

/// Bounds on a request's document and on what it asks for.
///
/// The counts follow fragments as often as they are spread, because that is how often they would be executed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Length of the query text in bytes of UTF-8.
    pub document_bytes: u64,
    /// Lexical tokens of the query text, without those that are counted as `gaps`.
    pub tokens: u64,
    /// Runs of white space, comments and commas: what may stand between tokens as often as it likes. They mean nothing,
    /// but each of them takes the parser's time.
    pub gaps: u64,
    /// Brackets of any kind open at once, and selection sets inside one another through fragments. More than 128 is
    /// taken as 128, because the stack of a worker thread is the same whatever a configuration says.
    pub nesting: u64,
    /// Levels of fields: `{ viewer { tenantId } }` has two. Fragments add none, `__schema` and `__type` count one.
    pub depth: u64,
    /// Levels of fields below `__schema` and `__type`; tools unwrap types with some nine levels of `ofType`.
    pub introspection_depth: u64,
    /// Fields of all the document's operations together.
    pub fields: u64,
    /// Fields of one operation's outermost selection.
    pub root_fields: u64,
    /// Fields of a mutation's outermost selection: each is an act, in a transaction of its own.
    pub mutations: u64,
    /// Fields with an alias.
    pub aliases: u64,
    /// Places where a fragment is spread, by its name or inline.
    pub fragments: u64,
    /// Values that the document has in arguments, each element and each input field of them too.
    pub values: u64,
    /// Directives, wherever the document has them.
    pub directives: u64,
    /// What the operation costs; see [`Admitted::cost`](super::Admitted::cost) for how it is counted.
    pub cost: u64,
    /// What `__schema` and `__type` cost, counted in the same way and apart from the rest.
    pub introspection_cost: u64,
    /// Size of all argument values in bytes; a variable counts each time it is used.
    pub value_bytes: u64,
    /// Query text kept prepared for the next time it is asked, in bytes; every text counts 50 more than it has. What is
    /// kept takes some forty times as much memory.
    pub cached_bytes: u64,
    /// No bound: whether a name that is not in the schema is answered with those that may have been meant.
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
    /// The stack is what it is, so a configuration cannot allow more than this.
    const DEEPEST: u64 = 128;

    /// Refuses what is above the bound of `measure`.
    pub(super) fn check(&self, measure: Measure, actual: u64) -> Result<(), Refusal> {
        let allowed = self.allowed(measure);
        if actual > allowed {
            return Err(Refusal::TooComplex(Excess { measure, actual, allowed }));
        }
        Ok(())
    }

    /// The bound of one measure.
    #[must_use]
    pub fn allowed(&self, measure: Measure) -> u64 {
        match measure {
            Measure::DocumentBytes => self.document_bytes,
            Measure::Tokens => self.tokens,
            Measure::Gaps => self.gaps,
            Measure::Nesting => self.nesting.min(Self::DEEPEST),
            Measure::Depth => self.depth,
            Measure::IntrospectionDepth => self.introspection_depth,
            Measure::Fields => self.fields,
            Measure::RootFields => self.root_fields,
            Measure::Mutations => self.mutations,
            Measure::Aliases => self.aliases,
            Measure::Fragments => self.fragments,
            Measure::Values => self.values,
            Measure::Directives => self.directives,
            Measure::Cost => self.cost,
            Measure::IntrospectionCost => self.introspection_cost,
            Measure::ValueBytes => self.value_bytes,
        }
    }
}

/// What a limit bounds: the fields of [`Limits`], but for the cache's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
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
