//! A gate in front of a GraphQL engine: every document passes it before [async-graphql](async_graphql) executes anything.
//!
//! It promises the engine one valid operation within the [limits](Limits), with fragments opened, response keys merged,
//! conditions decided and variables replaced. It promises the client an answer as the specification demands it (GraphQL,
//! September 2025). And it promises the server that no text, however long, nested or repetitive, takes more than some
//! milliseconds, or more stack than a worker thread has.
//!
//! The steps, each of which makes the next one safe:
//!
//! 1. a scan of the text's tokens (`scan`), and parsing;
//! 2. the document's size with its fragments written out (`expanded_size`);
//! 3. validation by apollo-compiler, and the rules that it leaves out (`value_rules`);
//! 4. the choice of the operation (`prepared`) and the coercion of its `variables`;
//! 5. the writing of the engine's document (`fields`, `writer`), which checks the values of arguments (`input_bounds`) and
//!    counts the `cost`.
//!
//! Deliberately absent: who is asking. The gate answers the same for everyone; what a viewer may see is for the resolvers
//! to decide.
//!
//! ```
//! use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema, ValidationMode};
//! use gate::{Conventions, Gate, Limits, Rejection, RequestParameters};
//!
//! struct Query;
//!
//! #[Object]
//! impl Query {
//!     async fn greeting(&self) -> &str {
//!         "hello"
//!     }
//! }
//!
//! let schema = Schema::build(Query, EmptyMutation, EmptySubscription)
//!     .validation_mode(ValidationMode::Fast)
//!     .limit_recursive_depth(100)
//!     .finish();
//! let gate = Gate::new(&schema.sdl(), Conventions::default(), Limits::default())?;
//!
//! let admitted = gate.admit(RequestParameters::of("{ greeting }")).unwrap();
//! assert_eq!(admitted.cost, 0);
//! // schema.execute(admitted.into_request()).await
//!
//! let rejection = gate.admit(RequestParameters::of("{ greetings }")).unwrap_err();
//! assert!(matches!(rejection, Rejection::Validation(_)));
//! assert_eq!(rejection.errors()[0].message, "Type `Query` does not have a field `greetings`.");
//! # Ok::<(), gate::SchemaError>(())
//! ```
#![warn(missing_docs)]

mod admitted;
mod arguments;
mod cache;
mod conventions;
mod cost;
mod expanded_size;
mod fields;
mod input_bounds;
mod limits;
mod line_index;
mod literals;
mod mean_lengths;
mod messages;
mod path;
mod policy;
mod prepared;
mod published;
mod rejection;
mod scan;
mod schema_index;
mod suggestion;
#[cfg(test)]
mod tests;
mod text;
mod value_rules;
mod variables;
mod writer;

use std::sync::LazyLock;

use serde_json::{Map, Value};

pub use admitted::{AdmittedOperation, OperationKind};
use cache::DocumentCache;
pub use conventions::{Conventions, CostModel, InputRules, ScalarFormat, StringRule, TextForm};
pub use limits::{Limit, Limits};
use policy::Policy;
use prepared::PreparedDocument;
pub use published::{published_schema, with_cost_directives};
pub use rejection::{LimitExceeded, Rejection, RequestError};
pub use schema_index::SchemaError;
use schema_index::SchemaIndex;

/// The gate of one schema. It is immutable but for its cache, and shared by all worker threads.
#[derive(Debug)]
pub struct Gate {
    policy: Policy,
    documents: DocumentCache,
}

/// A GraphQL request as a transport has read it (GraphQL over HTTP, "Request Parameters").
#[derive(Clone, Copy, Debug)]
pub struct RequestParameters<'a> {
    /// The text of the document.
    pub query: &'a str,
    /// Which of the document's operations is meant; needed only if there are several.
    pub operation_name: Option<&'a str>,
    /// Values for the operation's variables.
    pub variables: &'a Map<String, Value>,
}

impl<'a> RequestParameters<'a> {
    /// A request of one operation without variables.
    #[must_use]
    pub fn of(query: &'a str) -> Self {
        static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        Self { query, operation_name: None, variables: &NONE }
    }
}

impl Gate {
    /// The gate of a schema, given as the SDL that the engine exports.
    ///
    /// # Errors
    ///
    /// If the text is not a valid schema (GraphQL, "Type System").
    pub fn new(sdl: &str, conventions: Conventions, limits: Limits) -> Result<Self, SchemaError> {
        let documents = DocumentCache::new(&limits);
        let schema = SchemaIndex::read(sdl)?;
        Ok(Self { policy: Policy { schema, conventions, limits }, documents })
    }

    /// The limits that this gate holds requests to.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.policy.limits
    }

    /// Whether some request with this document can be admitted: it is valid, and within the limits whatever its variables are.
    ///
    /// # Errors
    ///
    /// What is wrong with the document itself.
    pub fn check(&self, document: &str) -> Result<(), Rejection> {
        self.policy.limits.check(Limit::DocumentBytes, document.len() as u64)?;
        PreparedDocument::new(document, &self.policy).map(drop)
    }

    /// Admits the operation that a request chooses, or says why not.
    ///
    /// It takes microseconds for a document that was sent before, tenths of a millisecond for a new one, and some
    /// milliseconds for a hostile one.
    ///
    /// # Errors
    ///
    /// What the client has to change. Nothing has been executed.
    pub fn admit(&self, request: RequestParameters<'_>) -> Result<AdmittedOperation, Rejection> {
        // Before the cache, which hashes the whole text.
        self.policy.limits.check(Limit::DocumentBytes, request.query.len() as u64)?;
        let document = self
            .documents
            .get_or_prepare(request.query, || PreparedDocument::new(request.query, &self.policy))?;
        document.admit(request.operation_name, request.variables, &self.policy)
    }
}
