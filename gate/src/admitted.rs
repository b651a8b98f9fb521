//! What an admitted request becomes.

use async_graphql::Request;
use async_graphql::parser::types::{ExecutableDocument, OperationType};

/// One operation, ready for the engine: valid, within the limits, its response keys merged, its fragments, directives and
/// variables replaced by what they stand for.
#[derive(Clone, Debug)]
pub struct AdmittedOperation {
    /// The engine's document, which has this operation only.
    pub document: ExecutableDocument,
    /// Which of the three root types it is executed on.
    pub kind: OperationKind,
    /// The operation's name, if it has one. It may be as long as a document.
    pub name: Option<String>,
    /// An upper estimate of the objects that are read to answer it, at most [`Limits::cost`](crate::Limits::cost). It can
    /// be counted by hand, with the numbers of the [`CostModel`](crate::CostModel):
    ///
    /// - Every object counts 1, and a leaf field nothing.
    /// - A list counts what is in it as often as it may be long. A field that takes `first` or `last` is a page, and the
    ///   lists in its object are that long: the larger of the two, `default_page` when neither is given, `max_page` at
    ///   most. A list by the argument `ids` is as long as that, any other `unpaged_list`.
    /// - An interface or a union counts as its most expensive type.
    /// - Each element of a list in an argument counts 1 besides, at whatever depth it stands, or what `elements` says;
    ///   those of an argument `ids` are counted as objects already.
    /// - A computed order and each root field of a mutation count besides what the model says.
    ///
    /// It is counted after `@skip`, `@include` and merging, with the request's variables. Introspection is counted apart.
    pub cost: u64,
    /// The same of what it asks of the schema, by the mean lengths of the schema's lists, at most
    /// [`Limits::introspection_cost`](crate::Limits::introspection_cost); 0 where it asks nothing of it.
    pub introspection_cost: u64,
}

impl AdmittedOperation {
    /// The engine's request.
    ///
    /// The engine need not parse, validate or limit it again. Run it on a schema with `ValidationMode::Fast` and with a
    /// `limit_recursive_depth` above twice the larger of [`Limits::depth`](crate::Limits::depth) and
    /// [`Limits::introspection_depth`](crate::Limits::introspection_depth).
    #[must_use]
    pub fn into_request(self) -> Request {
        let mut request = Request::new("");
        request.set_parsed_query(self.document);
        request
    }
}

/// Which of the three kinds an operation is (GraphQL, "Operations"). GraphQL over HTTP allows only queries by GET;
/// subscriptions need a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "these are the specification's words")]
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
