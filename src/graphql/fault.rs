//! What a client is told when something fails: the one place where an error becomes text.

use async_graphql::ErrorExtensions;

use crate::Error;

/// The codes of top-level errors, in `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    Unauthenticated,
    Forbidden,
    BadRequest,
    ParseFailed,
    ValidationFailed,
    TooComplex,
    RateLimited,
    Timeout,
    Internal,
}

impl Code {
    /// The code as clients see it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadRequest => "BAD_REQUEST",
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::TooComplex => "QUERY_TOO_COMPLEX",
            Self::RateLimited => "RATE_LIMITED",
            Self::Timeout => "TIMEOUT",
            Self::Internal => "INTERNAL",
        }
    }
}

/// The error's text for clients, with its code. What is not the client's business goes to the log instead.
impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        let (code, message) = match &error {
            Error::BadRequest(message) => (Code::BadRequest, message.clone()),
            Error::Forbidden(reasons) => {
                let messages: Vec<_> = reasons.iter().map(|reason| reason.message.as_str()).collect();
                (Code::Forbidden, messages.join(" "))
            }
            Error::Refused(refusal) => (Code::BadRequest, refusal.message.clone()),
            Error::Unavailable(cause) => {
                tracing::error!(?cause, "the database is away");
                (Code::Internal, AWAY.to_owned())
            }
            Error::Database(cause) => {
                tracing::error!(?cause, "the database refused a statement");
                (Code::Internal, INTERNAL.to_owned())
            }
            Error::Internal(cause) => {
                tracing::error!(cause, "an invariant does not hold");
                (Code::Internal, INTERNAL.to_owned())
            }
        };
        let reasons = match &error {
            Error::Forbidden(reasons) => serde_json::to_value(reasons).ok(),
            _ => None,
        };
        Self::new(message).extend_with(|_, extensions| {
            extensions.set("code", code.name());
            if let Some(reasons) = reasons.and_then(|reasons| async_graphql::Value::from_json(reasons).ok()) {
                extensions.set("reasons", reasons);
            }
        })
    }
}

/// What a client is told of a mistake that is ours.
pub const INTERNAL: &str = "Something went wrong on our side. It is in the log under this request's id, which you can give to the operator.";

/// What a client is told while the database is away.
pub const AWAY: &str =
    "The database cannot be reached right now. Nothing is wrong with the request: try again shortly.";
