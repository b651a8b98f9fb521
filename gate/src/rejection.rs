//! Why a request is not admitted.
//!
//! The messages are for the client's developer: what was found, where, and what would pass. They quote the client's own
//! document and the public schema, never the value of a variable, which may be a secret. They name nothing of the schema
//! that the client did not write, unless [`Limits::suggestions`](crate::Limits::suggestions) allows it.

use async_graphql::Pos;

use crate::limits::Limit;

/// The first check that failed; later ones were not made. The variants are in the order of the checks, but for limits,
/// which are checked at several points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// The text is not a GraphQL document (GraphQL, "Language").
    Parse(Vec<RequestError>),
    /// The document does not fit the schema (GraphQL, "Validation"), or an argument's value is out of its bounds
    /// ([`InputRules`](crate::InputRules)).
    Validation(Vec<RequestError>),
    /// `operationName` does not choose one operation of the document (GraphQL, "Executing Requests", `GetOperation`).
    Operation(RequestError),
    /// The variables do not fit the types that the operation declares for them (GraphQL, "Coercing Variable Values").
    Variables(Vec<RequestError>),
    /// The request is beyond a limit.
    TooComplex(LimitExceeded),
}

impl Rejection {
    /// What to answer, whichever check it was: at least one error, and at most [`RequestError::MAX_ERRORS`].
    #[must_use]
    pub fn errors(&self) -> Vec<RequestError> {
        match self {
            Self::Parse(errors) | Self::Validation(errors) | Self::Variables(errors) => errors.clone(),
            Self::Operation(error) => vec![error.clone()],
            Self::TooComplex(exceeded) => vec![RequestError::new(exceeded.message(), None)],
        }
    }

    /// A variable's value does not fit its type.
    pub(crate) fn variable(message: String) -> Self {
        Self::Variables(vec![RequestError::new(message, None)])
    }

    /// One validation error.
    pub(crate) fn invalid(message: impl Into<String>, position: Option<Pos>) -> Self {
        Self::Validation(vec![RequestError::new(message, position)])
    }
}

/// One error of the answer to a request that was not executed (GraphQL, "Request Error Result").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestError {
    /// A sentence of at most [`RequestError::MAX_CHARACTERS`] characters, and an ellipsis if it was cut.
    pub message: String,
    /// Where in the text of the document, in lines and columns from 1; columns count Unicode scalar values. Empty if the
    /// error is not about one place.
    pub locations: Vec<Pos>,
}

impl RequestError {
    /// The most characters of a message: it quotes names from the document, and a name may be as long as the document.
    pub const MAX_CHARACTERS: usize = 300;
    /// The most errors of a rejection: a document can have as many as it has tokens.
    pub const MAX_ERRORS: usize = 10;

    pub(crate) fn new(message: impl Into<String>, position: Option<Pos>) -> Self {
        let mut message = message.into();
        if let Some((end, _)) = message.char_indices().nth(Self::MAX_CHARACTERS) {
            message.truncate(end);
            message.push('…');
        }
        Self { message, locations: position.into_iter().collect() }
    }
}

/// By how much a request is beyond a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitExceeded {
    /// Which limit it is.
    pub limit: Limit,
    /// What the request has, in the limit's unit; `u64::MAX` when it is beyond counting.
    pub actual: u64,
    /// The most that would have passed.
    pub allowed: u64,
}

impl LimitExceeded {
    /// A sentence that names the limit, what the request has and what is allowed, and one that advises.
    #[must_use]
    pub fn message(&self) -> String {
        let Self { limit, actual, allowed } = *self;
        let (unit, advice) = match limit {
            Limit::DocumentBytes => {
                ("bytes of query text", "Send values as variables, or split the request.")
            }
            Limit::Tokens => ("tokens", "Split the request."),
            Limit::Gaps => ("runs of white space, comments and commas", "Leave some out."),
            Limit::Nesting => ("levels of nesting", "Flatten the document."),
            Limit::Depth => {
                ("levels of fields", "Ask for the inner objects by their ids in another request.")
            }
            Limit::IntrospectionDepth => {
                ("levels of fields in the introspection", "Ask for less of it at once.")
            }
            Limit::Fields => {
                ("fields, with fragments written out wherever they are spread", "Split the request.")
            }
            Limit::RootFields => ("root fields", "Split the request."),
            Limit::Mutations => ("root fields that change something", "Send them one request after another."),
            Limit::Aliases => {
                ("aliases, with fragments written out wherever they are spread", "Split the request.")
            }
            Limit::Fragments => {
                ("fragments, written out wherever they are spread", "Use fewer, or split the request.")
            }
            Limit::Values => (
                "values in arguments, with fragments written out wherever they are spread",
                "Send them as variables, or split the request.",
            ),
            Limit::Directives => {
                ("directives, with fragments written out wherever they are spread", "Use fewer.")
            }
            Limit::Cost => ("units of cost", "Ask for smaller pages, or nest fewer lists."),
            Limit::IntrospectionCost => ("units of cost in the introspection", "Nest fewer of its lists."),
            Limit::ValueBytes => {
                ("bytes of argument values, a variable counted each time it is used", "Split the request.")
            }
        };
        let actual = if actual == u64::MAX { "too many to count".to_owned() } else { actual.to_string() };
        format!("The request is too complex: it has {actual} {unit}; at most {allowed} are allowed. {advice}")
    }
}
