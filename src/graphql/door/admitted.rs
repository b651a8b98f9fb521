//! What has passed the door.

use async_graphql::Request;
use async_graphql::parser::types::{ExecutableDocument, OperationType};

/// One operation, ready for the engine: valid, within the limits, merged, and without variables or fragments' names.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The engine's document: only the chosen operation, with every value written out.
    pub document: ExecutableDocument,
    pub kind: OperationKind,
    /// The operation's name, if it has one.
    pub name: Option<String>,
    /// What the operation costs, at most [`Limits::cost`](super::Limits::cost). Every object counts 1 and leaf fields
    /// nothing; a list counts what is in it as often as it may be long: a page by its `first` or `last` (50 when
    /// neither is given, 200 at most), `nodes(ids:)` by its ids, any other list by 10. An interface counts as its most
    /// expensive type. Each element of a list that is given to an argument counts 1, each root field of a mutation 10.
    /// Introspection is counted apart and not part of it.
    pub cost: u64,
    /// Whether it asks for the schema and nothing else: the same answer for everyone, but a long one.
    pub introspects: bool,
}

impl Admitted {
    /// The engine's request. The engine's own parser and validator are not needed, and must not see the query text:
    /// run it on a schema with `ValidationMode::Fast`, and with a `limit_recursive_depth` above twice
    /// [`Limits::depth`](super::Limits::depth).
    #[must_use]
    pub fn into_request(self) -> Request {
        let mut request = Request::new("");
        request.set_parsed_query(self.document);
        request
    }
}

/// What kind of operation it is: queries may be asked by GET, subscriptions only over a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationKind {
    Query,
    Mutation,
    Subscription,
}

impl From<OperationKind> for OperationType {
    fn from(kind: OperationKind) -> Self {
        match kind {
            OperationKind::Query => Self::Query,
            OperationKind::Mutation => Self::Mutation,
            OperationKind::Subscription => Self::Subscription,
        }
    }
}
